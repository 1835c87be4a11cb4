// A witness: cosigns what a log shows as long as the log only grows, over HTTP and of its own
// accord.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <mutex>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/publish/export_reader.h"
#include "ledger/witness/http.h"
#include "ledger/witness/witness.h"
#include "tools/cli/asker.h"
#include "tools/cli/cmd_monitor.h"
#include "tools/cli/log_keys.h"
#include "tools/cli/server_history.h"

namespace jejak::cli {
namespace {

struct InitOptions {
  std::string state, name, key;
};

Status WitnessInit(const Globals& globals, const InitOptions& options, Run*) {
  if (!merkle::IsKeyName(options.name))
    return Status(Reason::kUsage, "--name is text without spaces and '+', such as a host name");
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey key, ReadKey(globals, options.key));
  const merkle::VerifierKey verifier{options.name, merkle::KeyType::kCosignatureV1,
                                     key.public_key()};
  JEJAK_RETURN_IF_ERROR(witness::Witness::Create(options.state, verifier));
  const std::string vkey = merkle::FormatVerifierKey(verifier);
  if (globals.console.json) {
    globals.console.Print({{"state", options.state}, {"vkey", vkey}});
  } else {
    globals.console.Line(vkey);
  }
  return OkStatus();
}

struct RunOptions {
  std::string state, key, listen;
  std::vector<std::string> logs, folders;
  uint64_t every_seconds = 0;
};

uint64_t NowSeconds() {
  return static_cast<uint64_t>(std::max<int64_t>(0, Now().value)) / 1'000'000;
}

// What the operator of the witness sees: one line for each checkpoint, from any thread.
class Reporter {
 public:
  explicit Reporter(const Console* console) : console_(*console) {}

  void Told(const witness::Answer& answer) {
    const std::lock_guard lock(mutex_);
    const bool cosigned = answer.outcome == witness::Outcome::kCosigned;
    Json facts;
    facts["origin"] = answer.origin.empty() ? Json() : Json(answer.origin);
    facts["size"] = answer.checkpoint.size.value;
    facts["root"] = ToHex(answer.checkpoint.root);
    facts["held"] = answer.held.value;
    if (!cosigned) {
      facts["status"] = static_cast<int>(answer.outcome);
      facts["why"] = answer.body.substr(0, answer.body.find('\n'));
      facts["evidence"] = answer.evidence.empty() ? Json() : Json(answer.evidence);
    }
    facts["time"] = FormatTime(Now());
    Print(cosigned ? "cosigned" : "refused", facts);
  }
  void Unreachable(const std::string& where, const Status& status) {
    const std::lock_guard lock(mutex_);
    Print("unreachable", {{"log", where}, {"why", status.ToString()}, {"time", FormatTime(Now())}});
  }
  void Listening(const std::string& host, int port) {
    const std::lock_guard lock(mutex_);
    Print("listening", {{"host", host}, {"port", port}});
  }

 private:
  void Print(const char* what, Json facts) {
    if (console_.json) {
      console_.Print({{what, std::move(facts)}});
    } else {
      std::string line = what;
      for (const auto& [key, value] : facts.items())
        line += " " + key + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
      console_.Line(line);
    }
    std::fflush(stdout);
  }

  const Console& console_;
  std::mutex mutex_;
};

Result<witness::Answer> LookAtFolder(witness::Witness* witness, const std::string& folder) {
  JEJAK_ASSIGN_OR_RETURN(const auto reader, publish::ExportReader::Open(folder));
  const witness::TileHistory history(reader.get());
  return witness->Follow(reader->Checkpoint().value(), history, NowSeconds());
}

Result<witness::Answer> LookAtServer(const Globals& globals, witness::Witness* witness) {
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetCheckpointResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(jejak::v1::GetCheckpointRequest(), &answer));
  const ServerHistory history(asker.get());
  return witness->Follow(answer.checkpoint(), history, NowSeconds());
}

// Looks once at each log that is followed. The first refusal, or else the first that couldn't be
// read.
Status LookOnce(const Globals& globals, const RunOptions& options, witness::Witness* witness,
                Reporter* reporter) {
  Status out;
  const auto look = [&](const std::string& where, const Result<witness::Answer>& answer) {
    if (!answer.ok()) {
      reporter->Unreachable(where, answer.status());
      if (out.ok()) out = answer.status();
      return;
    }
    reporter->Told(*answer);
    if (answer->outcome == witness::Outcome::kCosigned) return;
    if (out.ok() || out.reason() != Reason::kVerificationFailed) {
      out = Status(Reason::kVerificationFailed, where + ": " + answer->body);
    }
  };
  for (const std::string& folder : options.folders) look(folder, LookAtFolder(witness, folder));
  if (!globals.server.empty()) look(globals.server, LookAtServer(globals, witness));
  return out;
}

Result<std::unique_ptr<witness::WitnessServer>> Listen(const std::string& listen,
                                                       witness::Witness* witness,
                                                       Reporter* reporter) {
  const size_t colon = listen.rfind(':');
  witness::WitnessServer::Options options;
  const char* const end = listen.data() + listen.size();
  if (colon == listen.npos ||
      std::from_chars(listen.data() + colon + 1, end, options.port).ptr != end ||
      options.port < 0 || options.port > 65'535) {
    return Status(Reason::kUsage, "--listen takes HOST:PORT");
  }
  options.host = listen.substr(0, colon);
  options.now_seconds = NowSeconds;
  options.told = [reporter](const witness::Answer& answer) { reporter->Told(answer); };
  JEJAK_ASSIGN_OR_RETURN(auto server,
                         witness::WitnessServer::Start(witness, std::move(options)));
  reporter->Listening(listen.substr(0, colon), server->port());
  return server;
}

Status WitnessRun(const Globals& given, const RunOptions& options, Run* run) {
  Globals globals = given;
  JEJAK_ASSIGN_OR_RETURN(const auto logs, ReadLogKeys(options.logs));
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ReadKey(globals, options.key));
  JEJAK_ASSIGN_OR_RETURN(const auto witness,
                         witness::Witness::Open(options.state, std::move(key), logs));
  Reporter reporter(&globals.console);
  if (options.listen.empty() && options.every_seconds == 0) {
    const Status seen = LookOnce(globals, options, witness.get(), &reporter);
    run->shown = !seen.ok();
    return seen;
  }
  const StopSignals signals;
  globals.stop = signals.token();
  std::unique_ptr<witness::WitnessServer> server;
  if (!options.listen.empty()) {
    JEJAK_ASSIGN_OR_RETURN(server, Listen(options.listen, witness.get(), &reporter));
  }
  do {
    // A refusal has been reported; the witness goes on, as others rely on it.
    (void)LookOnce(globals, options, witness.get(), &reporter);
  } while (!signals.Wait(options.every_seconds));
  return OkStatus();
}

}  // namespace

void AddWitnessCommands(Program* program) {
  CLI::App* group = program->Group("witness", "cosign what a log shows, as long as it only grows");
  const auto init = std::make_shared<InitOptions>();
  CLI::App* command = program->Add(group, "init", "make the state of a new witness", init,
                                   &WitnessInit);
  command->add_option("--state", init->state, "folder to make")->required();
  command->add_option("--name", init->name, "name of the witness, such as its host")->required();
  command->add_option("--key", init->key, "its own key file, used for nothing else")->required();

  const auto run = std::make_shared<RunOptions>();
  command = program->Add(group, "run", "cosign: over HTTP, and what it finds itself", run,
                         &WitnessRun);
  command->add_option("--state", run->state, "folder that witness init made")->required();
  command->add_option("--key", run->key, "its key file")->required();
  command->add_option("--log", run->logs, "verifier key of a log, or a file with one a line")
      ->required();
  command->add_option("--listen", run->listen, "HOST:PORT for add-checkpoint; port 0 for any");
  command->add_option("--dir", run->folders, "an exported folder to follow");
  command->add_option("--every", run->every_seconds,
                      "seconds between two looks at what is followed; once when left out");
  AddMonitorCommand(program);
}

}  // namespace jejak::cli
