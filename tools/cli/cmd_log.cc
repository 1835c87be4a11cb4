// What the log itself says: its newest signed checkpoint, the key to check it with, and all of it
// as a folder.
#include <fmt/format.h>

#include "ledger/publish/export.h"
#include "tools/cli/asker.h"
#include "tools/cli/commands.h"

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
  const Console& console = globals.console;
  if (!options.vkey) return ShowText(console, "checkpoint", answer.checkpoint());
  return ShowText(console, "vkey", console.json ? answer.vkey() : answer.vkey() + "\n");
}

struct ExportOptions {
  std::string out;
};

class LedgerLog final : public publish::Log {
 public:
  explicit LedgerLog(const engine::View* view) : view_(view) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const engine::View* view_;
};

Status ExportCommand(const Globals& globals, const ExportOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  const LedgerLog log(&session->view());
  Progress progress("export", session->view().size().value);
  JEJAK_ASSIGN_OR_RETURN(const publish::ExportReport report,
                         publish::Export(log, options.out, [&](uint64_t done, uint64_t total) {
                           progress.Show(done, total);
                           return true;
                         }));
  const Console& console = globals.console;
  if (console.json) {
    console.Print({{"out", options.out},
                   {"before", report.before.value},
                   {"size", report.size.value},
                   {"files", report.files}});
  } else {
    console.Line(fmt::format("{}: {} {}, {} {}", options.out, console.Number(report.size.value),
                             console.T("entries", "entri"),
                             console.Number(report.size.value - report.before.value),
                             console.T("of them new", "di antaranya baru")));
  }
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
  folder->add_option("--out", exported->out, "an empty folder, or an earlier export")->required();
}

}  // namespace jejak::cli
