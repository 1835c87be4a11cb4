// What the log itself says: its newest signed checkpoint, and the key to check it with.
#include "ledger/merkle/note.h"
#include "tools/cli/commands.h"

namespace jejak::cli {
namespace {

struct CheckpointOptions {
  bool vkey = false;
};

Status CheckpointCommand(const Globals& globals, const CheckpointOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  const Console& console = globals.console;
  if (options.vkey) {
    const std::string vkey =
        merkle::FormatVerifierKey({session->election().origin, merkle::KeyType::kEd25519,
                                   session->election().state.ledger_key});
    if (console.json) {
      console.Print({{"vkey", vkey}});
    } else {
      console.Line(vkey);
    }
    return OkStatus();
  }
  JEJAK_ASSIGN_OR_RETURN(const std::string checkpoint, session->view().Checkpoint());
  if (console.json) {
    console.Print({{"checkpoint", checkpoint}});
  } else {
    std::fputs(checkpoint.c_str(), stdout);
  }
  return OkStatus();
}

}  // namespace

void AddLogCommands(Program* program) {
  const auto options = std::make_shared<CheckpointOptions>();
  CLI::App* command = program->Add(program->app(), "checkpoint", "the newest signed checkpoint",
                                   options, &CheckpointCommand);
  command->add_flag("--vkey", options->vkey, "the log's verifier key instead");
}

}  // namespace jejak::cli
