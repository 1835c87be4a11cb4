// The commands, by file. Each adds its commands to the program; the one that was named leaves its
// run here.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "tools/cli/session.h"

namespace jejak::cli {

// What was chosen. A run prints its own output and returns the error that decides the exit status;
// when it has shown that error itself it says so in `shown`.
struct Run {
  bool shown = false;
};
using Command = std::function<Status(const Globals&, Run*)>;

// Gives `app` options of type Options, and makes `command` the chosen one when it is named.
class Program {
 public:
  Program(CLI::App* app, Command* chosen) : app_(app), chosen_(chosen) {}
  CLI::App* app() { return app_; }

  CLI::App* Group(const std::string& name, const std::string& text) {
    CLI::App* group = app_->add_subcommand(name, text);
    group->require_subcommand(1);
    return group;
  }
  template <typename Options>
  CLI::App* Add(CLI::App* parent, const std::string& name, const std::string& text,
                const std::shared_ptr<Options>& options,
                Status (*run)(const Globals&, const Options&, Run*)) {
    CLI::App* command = parent->add_subcommand(name, text);
    Command* chosen = chosen_;
    command->callback([chosen, options, run] {
      *chosen = [options, run](const Globals& globals, Run* state) {
        return run(globals, *options, state);
      };
    });
    return command;
  }

 private:
  CLI::App* app_;
  Command* chosen_;
};

void AddKeyCommands(Program* program);
void AddElectionCommands(Program* program);
void AddRegisterCommands(Program* program, CLI::App* election);  // with AddElectionCommands
void AddOfficialCommands(Program* program);
void AddImportCommands(Program* program);
void AddSubmitCommands(Program* program);
void AddOutboxCommands(Program* program);
void AddTallyCommands(Program* program);
void AddStationsCommand(Program* program);  // with AddTallyCommands
void AddHistoryCommands(Program* program);
void AddTraceCommand(Program* program);  // with AddHistoryCommands
void AddEntryCommands(Program* program);
void AddReplayCommand(Program* program);  // with AddEntryCommands
void AddListCommands(Program* program);
void AddProgressCommand(Program* program);
void AddRecordCommands(Program* program);
void AddLogCommands(Program* program);
void AddExplainCommand(Program* program);   // with AddHistoryCommands
void AddVerifyCommands(Program* program);
void AddVerifyProofCommand(Program* program);  // with AddVerifyCommands
void AddSimulateCommands(Program* program);
void AddWitnessCommands(Program* program);
void AddCosignCommands(Program* program);

}  // namespace jejak::cli
