// What the log itself says: its newest signed checkpoint, the key to check it with, and all of it
// as a folder.
#include <fmt/format.h>

#include "ledger/client/errors.h"
#include "ledger/engine/bound_export.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/publish/export.h"
#include "tools/cli/asker.h"
#include "tools/cli/cmd_restore.h"
#include "tools/cli/commands.h"
#include "tools/cli/ledger_log.h"
#include "tools/cli/people_file.h"

namespace jejak::cli {
namespace {

struct CheckpointOptions {
  bool vkey = false;
};

Status ShowText(const Console& console, const char* name, const std::string& text) {
  if (console.json) {
    console.Print({{name, text}});
  } else {
    std::fputs(text.c_str(), stdout);
  }
  return OkStatus();
}

Status CheckpointCommand(const Globals& globals, const CheckpointOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetCheckpointResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(jejak::v1::GetCheckpointRequest(), &answer));
  const auto note = merkle::ParseNote(answer.checkpoint());
  if (!note.ok() || !merkle::ParseCheckpoint(note->text).ok())
    return client::WrongAnswer("answered with what is no checkpoint");
  if (!merkle::ParseVerifierKey(answer.vkey()).ok())
    return client::WrongAnswer("answered with what is no verifier key");
  const Console& console = globals.console;
  if (!options.vkey) return ShowText(console, "checkpoint", answer.checkpoint());
  return ShowText(console, "vkey", console.json ? answer.vkey() : answer.vkey() + "\n");
}

struct ExportOptions {
  std::string out, people;
  bool bind = false, unbind = false;
};

Status ExportCommand(const Globals& globals, const ExportOptions& options, Run*) {
  if (options.out.empty() && options.people.empty() && !options.unbind)
    return Status(Reason::kUsage, "export needs --out DIR, --people FILE or --unbind");
  if (options.bind && (options.unbind || options.out.empty()))
    return Status(Reason::kUsage, "--bind goes with --out, and not with --unbind");
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  const Console& console = globals.console;
  Json out = Json::object();
  if (!options.out.empty()) {
    const LedgerLog log(session->ledger().Newest());
    Progress progress("export", session->view().size().value);
    JEJAK_ASSIGN_OR_RETURN(const publish::ExportReport report,
                           publish::Export(log, options.out, [&](uint64_t done, uint64_t total) {
                             progress.Show(done, total);
                             return true;
                           }));
    out.update(Json({{"out", options.out},
                     {"before", report.before.value},
                     {"size", report.size.value},
                     {"files", report.files}}));
    if (!console.json) {
      console.Line(fmt::format("{}: {} {}, {} {}", options.out,
                               console.Number(report.size.value), console.T("entries", "entri"),
                               console.Number(report.size.value - report.before.value),
                               console.T("of them new", "di antaranya baru")));
    }
  }
  if (!options.people.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const uint64_t people,
                           WritePeopleFile(session->view().rows(), options.people));
    out["people"] = people;
    if (!console.json) {
      console.Line(fmt::format("{}: {} {}", options.people, console.Number(people),
                               console.T("names", "nama")));
    }
  }
  // Only once there is something to be bound to.
  if (options.bind) JEJAK_RETURN_IF_ERROR(engine::BindExport(globals.ledger, options.out));
  if (options.unbind) JEJAK_RETURN_IF_ERROR(engine::BindExport(globals.ledger, std::nullopt));
  if (console.json) console.Print(out);
  return OkStatus();
}

}  // namespace

void AddLogCommands(Program* program) {
  const auto options = std::make_shared<CheckpointOptions>();
  CLI::App* command = program->Add(program->app(), "checkpoint", "the newest signed checkpoint",
                                   options, &CheckpointCommand);
  command->add_flag("--vkey", options->vkey, "the log's verifier key instead");
  const auto exported = std::make_shared<ExportOptions>();
  CLI::App* folder =
      program->Add(program->app(), "export",
                   "the log as a folder that any web server can carry, C2SP tlog-tiles", exported,
                   &ExportCommand);
  folder->add_option("--out", exported->out, "an empty folder, or an earlier export");
  folder->add_option("--people", exported->people,
                     "also the officials' names and salts, as a file that lines may be taken from");
  folder->add_flag("--bind", exported->bind,
                   "from now on the ledger never signs less than what is published there, and "
                   "jejakd publishes there");
  folder->add_flag("--unbind", exported->unbind, "undo --bind");
  AddRestoreCommand(program);
}

}  // namespace jejak::cli
