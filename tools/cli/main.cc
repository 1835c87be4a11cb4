// jejak: the ledger's command line. docs/reference/cli.md says what it does.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "ledger/base/text.h"
#include "tools/cli/commands.h"

namespace {

using jejak::Reason;
using jejak::Status;

// The language of messages that come before the command line has been understood.
void FindLanguage(int argc, char** argv, jejak::cli::Globals* globals) {
  globals->console.language = jejak::cli::LanguageOfEnvironment();
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--json") globals->console.json = true;
    std::string_view lang;
    if (arg == "--lang" && i + 1 < argc) lang = argv[i + 1];
    if (arg.starts_with("--lang=")) lang = arg.substr(7);
    if (const auto language = jejak::cli::ParseLanguage(lang))
      globals->console.language = *language;
  }
}

void AddGlobals(CLI::App* app, jejak::cli::Globals* globals) {
  app->add_option("--ledger", globals->ledger, "directory of a local ledger")
      ->envname("JEJAK_LEDGER");
  app->add_option("--server", globals->server, "HOST:PORT of a daemon")->envname("JEJAK_SERVER");
  app->add_option("--tls-roots", globals->tls_roots,
                  "PEM file that the server's certificate leads to; without it no TLS")
      ->envname("JEJAK_TLS_ROOTS");
  app->add_option("--tls-certificate", globals->tls_certificate, "PEM file of a client certificate")
      ->envname("JEJAK_TLS_CERTIFICATE");
  app->add_option("--tls-key", globals->tls_key, "PEM file of its key")->envname("JEJAK_TLS_KEY");
  app->add_option("--ledger-key", globals->ledger_key,
                  "the ledger's key file, for commands that write")
      ->envname("JEJAK_LEDGER_KEY");
  app->add_option("--passphrase-file", globals->passphrase_file,
                  "file whose first line opens key files");
  app->add_option("--ledger-passphrase-file", globals->ledger_passphrase_file,
                  "the same for the ledger's key, where it differs");
  app->add_flag("--json", globals->console.json, "one JSON document (or JSON lines) on stdout");
  app->add_option_function<std::string>(
         "--lang",
         [globals](const std::string& text) {
           const auto language = jejak::cli::ParseLanguage(text);
           if (language) globals->console.language = *language;
         },
         "language of messages: id or en")
      ->check(CLI::IsMember({"id", "en"}));
}

// CLI11 itself reads "010" as eight and "-1" as 2^64 - 1. A value that is empty is a variable of a
// script that was never set: it must not mean the newest, or that nothing is to be compared. Only
// the token of a first page is empty.
void CheckValues(CLI::App* app) {
  const auto decimal = [](const std::string& text) {
    if (jejak::IsDigits(text) && (text.size() == 1 || text[0] != '0')) return std::string();
    return "\"" + text + "\" is no whole number in decimal digits";
  };
  const auto there = [](const std::string& text) {
    return std::string(text.empty() ? "is empty" : "");
  };
  for (CLI::Option* option : app->get_options()) {
    if (option->get_type_name().starts_with("UINT")) option->check(decimal);
    if (option->get_items_expected_max() > 0 && !option->check_lname("page-token"))
      option->check(there);
  }
  for (CLI::App* command : app->get_subcommands({})) CheckValues(command);
}

// "A subcommand is required" is no answer to a command that doesn't exist.
std::string WhatIsWrong(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(/*recurse=*/true);
  const std::string what = error.what();
  if (rest.empty() || what.find("subcommand") == std::string::npos) return what;
  return "no such command: " + rest.back();
}

// Whether the command line itself names it; an environment may, too.
bool Names(int argc, char** argv, std::string_view option) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view arg = argv[i];
    if (arg == option || (arg.starts_with(option) && arg.substr(option.size()).starts_with('=')))
      return true;
  }
  return false;
}

// What the command line names goes before what the environment does: a ledger that is named must
// never be another one.
Status ChoosePlace(int argc, char** argv, jejak::cli::Globals* globals) {
  const bool ledger = Names(argc, argv, "--ledger"), server = Names(argc, argv, "--server");
  if (ledger && server)
    return Status(Reason::kUsage, "--ledger and --server are two places: name one of them");
  if (ledger) globals->server.clear();
  if (server) globals->ledger.clear();
  globals->named = ledger || server;
  return jejak::OkStatus();
}

// The exit status of what ended with `status`, once all of its output is out.
int Printed(const jejak::cli::Globals& globals, const Status& status, bool shown = false) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return globals.console.Error(Status(Reason::kIoError, "standard output"));
  if (status.ok()) return 0;
  return shown ? InfoOf(status.reason()).exit_status : globals.console.Error(status);
}

int RunProgram(int argc, char** argv) {
  jejak::cli::Globals globals;
  FindLanguage(argc, argv, &globals);
  CLI::App app("Jejak: an event-sourced election ledger", "jejak");
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobals(&app, &globals);
  jejak::cli::Command chosen;
  jejak::cli::Program program(&app, &chosen);
  jejak::cli::AddKeyCommands(&program);
  jejak::cli::AddElectionCommands(&program);
  jejak::cli::AddOfficialCommands(&program);
  jejak::cli::AddImportCommands(&program);
  jejak::cli::AddSubmitCommands(&program);
  jejak::cli::AddOutboxCommands(&program);
  jejak::cli::AddTallyCommands(&program);
  jejak::cli::AddHistoryCommands(&program);
  jejak::cli::AddEntryCommands(&program);
  jejak::cli::AddListCommands(&program);
  jejak::cli::AddProgressCommand(&program);
  jejak::cli::AddRecordCommands(&program);
  jejak::cli::AddLogCommands(&program);
  jejak::cli::AddVerifyCommands(&program);
  jejak::cli::AddSimulateCommands(&program);
  jejak::cli::AddWitnessCommands(&program);
  jejak::cli::AddCosignCommands(&program);
  CheckValues(&app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    app.exit(e);  // the help that was asked for
    return Printed(globals, jejak::OkStatus());
  } catch (const CLI::ParseError& e) {
    return globals.console.Error(Status(Reason::kUsage, WhatIsWrong(app, e)));
  }
  if (const Status place = ChoosePlace(argc, argv, &globals); !place.ok())
    return globals.console.Error(place);
  if (const Status ready = jejak::crypto::InitCrypto(); !ready.ok())
    return globals.console.Error(ready);
  jejak::cli::Run run;
  const Status status = chosen(globals, &run);
  return Printed(globals, status, run.shown);
}

}  // namespace

int main(int argc, char** argv) {
  // A file that may not grow is a full disk for us, which has its reason.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return RunProgram(argc, argv);
  } catch (const std::exception& e) {
    // Out of memory, or a fault in a library: nothing was acknowledged that is not on disk.
    std::fprintf(stderr, "INTERNAL: %s\n", e.what());
    return 6;
  }
}
