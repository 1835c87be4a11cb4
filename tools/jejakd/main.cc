// jejakd: the ledger's daemon. docs/reference/jejakd.md says what it does.
#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "ledger/base/encoding.h"
#include "ledger/crypto/key_file.h"
#include "ledger/engine/bound_export.h"
#include "ledger/engine/ledger.h"
#include "ledger/projection/queries.h"
#include "ledger/publish/publisher.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/ledger_log.h"
#include "tools/jejakd/config.h"
#include "tools/jejakd/telemetry.h"
#include "tools/jejakd/witnesses.h"

namespace jejak::daemon {
namespace {

struct Arguments {
  std::string config_file, ledger, key, listen, export_dir;
  bool print_config = false, simulated_clock = false;
};

int Complain(const Status& status) {
  const ReasonInfo& info = InfoOf(status.reason());
  std::fprintf(stderr, "%s: %s; %s\n", std::string(info.name).c_str(), status.message().c_str(),
               std::string(info.action_en).c_str());
  return info.exit_status;
}

Result<std::shared_ptr<const crypto::SecretKey>> ReadKey(const Config& config) {
  std::optional<std::string> passphrase;
  if (!config.passphrase_file.empty()) {
    std::ifstream file(config.passphrase_file);
    std::string line;
    if (!std::getline(file, line) || line.empty())
      return Status(Reason::kInvalidArgument, config.passphrase_file + ": no passphrase");
    passphrase = line;
    crypto::Wipe(&line);
  }
  const std::string path =
      config.ledger_key.empty()
          ? (std::filesystem::path(config.ledger_dir) / "keys" / "ledger.key").string()
          : config.ledger_key;
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, crypto::ReadKeyFile(path, passphrase));
  return std::shared_ptr<const crypto::SecretKey>(
      std::make_shared<crypto::SecretKey>(std::move(key)));
}

// Signals that end the daemon; every thread that is made later blocks them too.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Publishes what the ledger commits, where the settings or the ledger say; null when nowhere.
Result<std::unique_ptr<publish::Publisher>> StartPublishing(const Config& config,
                                                            engine::Ledger* ledger,
                                                            Telemetry* telemetry,
                                                            Witnesses* witnesses) {
  JEJAK_ASSIGN_OR_RETURN(auto bound, engine::BoundExport(config.ledger_dir));
  publish::PublisherOptions options;
  if (!config.export_dir.empty()) {
    options.folder = std::filesystem::absolute(config.export_dir).lexically_normal();
    if (bound && *bound != options.folder) {
      return Status(Reason::kInvalidArgument,
                    fmt::format("export.dir: the ledger is bound to {}: jejak export --unbind first",
                                bound->string()));
    }
  } else if (bound) {
    options.folder = *bound;
  } else if (witnesses != nullptr) {
    return Status(Reason::kInvalidArgument,
                  "witness.policy: witnesses are asked about what is published: set export.dir");
  } else {
    return std::unique_ptr<publish::Publisher>();
  }
  options.interval = std::chrono::milliseconds(config.export_interval_ms);
  options.newest = [ledger] { return std::make_shared<cli::LedgerLog>(ledger->Newest()); };
  options.published = [telemetry, witnesses](TreeSize size, const std::string&) {
    telemetry->Published(size);
    if (witnesses != nullptr) witnesses->Published();
  };
  options.failed = [telemetry](const Status& status) { telemetry->Failure(status); };
  const std::filesystem::path folder = options.folder;
  JEJAK_ASSIGN_OR_RETURN(auto publisher, publish::Publisher::Start(std::move(options)));
  // Only once there is something to be bound to.
  if (!bound) JEJAK_RETURN_IF_ERROR(engine::BindExport(config.ledger_dir, folder));
  if (witnesses != nullptr) {
    witnesses->Start(folder, [ledger] {
      const auto view = ledger->Newest();
      return witness::LogState{view->size(), view};
    });
  }
  return publisher;
}

// Whether a signal that ends the daemon waits to be taken.
bool ToldToEnd() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

// The keys that this ledger has ever signed checkpoints with.
Result<std::vector<merkle::VerifierKey>> LogKeys(const engine::View& view) {
  std::vector<merkle::VerifierKey> keys;
  if (view.registry() == nullptr) return keys;
  JEJAK_ASSIGN_OR_RETURN(const auto queries,
                         projection::Queries::Open(&view.rows(), &view, view.registry()));
  JEJAK_ASSIGN_OR_RETURN(const auto official, queries->Official("ledger"));
  for (const PublicKey& key : official.keys)
    keys.push_back({view.registry()->election()->origin, merkle::KeyType::kEd25519, key});
  return keys;
}

// Before the ledger can sign anything: holds it against what the witnesses have cosigned.
Result<std::unique_ptr<Witnesses>> AskWitnessesFirst(const Config& config, Telemetry* telemetry) {
  if (config.witness_policy.empty()) return std::unique_ptr<Witnesses>();
  engine::OpenOptions reading;
  reading.store.read_only = true;
  JEJAK_ASSIGN_OR_RETURN(const auto ledger, engine::Ledger::Open(config.ledger_dir, reading));
  const auto view = ledger->Newest();
  Witnesses::Options options{config.witness_policy, {}, &ToldToEnd};
  JEJAK_ASSIGN_OR_RETURN(options.log_keys, LogKeys(*view));
  JEJAK_ASSIGN_OR_RETURN(auto witnesses, Witnesses::Make(std::move(options), telemetry));
  JEJAK_ASSIGN_OR_RETURN(const std::string checkpoint, view->Checkpoint());
  JEJAK_RETURN_IF_ERROR(witnesses->MaySign(checkpoint, *view));
  JEJAK_ASSIGN_OR_RETURN(const auto bound, engine::BoundExport(config.ledger_dir));
  const std::filesystem::path folder = bound.value_or(std::filesystem::path(config.export_dir));
  if (folder.empty() || view->registry() == nullptr) return witnesses;
  const auto& election = *view->registry()->election();
  JEJAK_RETURN_IF_ERROR(
      witnesses->Recall(folder, *view, view->size(),
                        {election.origin, merkle::KeyType::kEd25519, election.state.ledger_key}));
  return witnesses;
}

// As many descriptors as this user may have: one for each connection, beside the ledger's files.
void RaiseDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

Status Serve(const Config& config) {
  RaiseDescriptors();
  const sigset_t signals = BlockSignals();
  JEJAK_ASSIGN_OR_RETURN(const auto telemetry,
                         Telemetry::Start(config.metrics_listen, config.log_level));
  JEJAK_ASSIGN_OR_RETURN(const auto witnesses, AskWitnessesFirst(config, telemetry.get()));
  // Then they may not have been heard, and the ledger may sign nothing.
  if (witnesses != nullptr && ToldToEnd()) {
    telemetry->Info("stopping");
    return {};
  }
  engine::OpenOptions options;
  JEJAK_ASSIGN_OR_RETURN(options.ledger_key, ReadKey(config));
  options.verify_threads = static_cast<size_t>(config.verify_threads);
  options.batch_events_max = static_cast<size_t>(config.batch_events_max);
  // Commitments then come by count, and where an hour of the given clock ends.
  if (config.simulated_clock) options.markers = journal::Markers::None();
  service::Pulse pulse;
  std::atomic<publish::Publisher*> publishing{nullptr};
  options.committed = [&](TreeSize size) {
    pulse.Committed(size);
    telemetry->Size(size);
    if (publish::Publisher* const publisher = publishing.load()) publisher->Grown();
  };
  JEJAK_ASSIGN_OR_RETURN(const auto ledger, engine::Ledger::Open(config.ledger_dir, options));
  if (ledger->RebuildNeeded()) return engine::RebuildFirst(config.ledger_dir);
  const auto view = ledger->Newest();
  telemetry->Size(view->size());
  // However this ends: the witnesses' thread looks at the ledger, and must be through before it is.
  const auto stop_asking = [](Witnesses* asking) { asking->Stop(); };
  const std::unique_ptr<Witnesses, decltype(stop_asking)> asking(witnesses.get(), stop_asking);
  JEJAK_ASSIGN_OR_RETURN(const auto publisher,
                         StartPublishing(config, ledger.get(), telemetry.get(), witnesses.get()));
  service::ServerOptions serving = config.Server();
  if (witnesses != nullptr) serving.cosigned = [&witnesses] { return witnesses->Cosigned(); };
  JEJAK_ASSIGN_OR_RETURN(
      const auto server,
      service::Server::Start(
          ledger.get(), &pulse,
          [](const event::Body& body) { return cli::DumpLine(cli::BodyToJson(body)); },
          telemetry.get(), serving));
  // Not before anything that can fail: the ledger, which tells it, is closed after it is gone.
  publishing = publisher.get();
  if (publisher != nullptr) publisher->Grown();  // what was committed meanwhile
  const std::string host = config.listen.substr(0, config.listen.rfind(':'));
  // One line that whoever started it can wait for.
  fmt::print("{{\"listening\":\"{}:{}\",\"size\":{}}}\n", host, server->port(),
             view->size().value);
  std::fflush(stdout);
  telemetry->Info("listening");
  // Looks now and then whether the ledger stopped by itself: then it can only be opened again.
  Status stopped;
  while (stopped.ok()) {
    const timespec wait{1, 0};
    if (sigtimedwait(&signals, nullptr, &wait) > 0) break;
    stopped = ledger->status();
    if (stopped.ok() && publisher != nullptr) stopped = publisher->status();
    if (stopped.ok() && witnesses != nullptr) stopped = witnesses->status();
  }
  telemetry->Info("stopping");
  if (!stopped.ok()) telemetry->Failure(stopped);
  if (witnesses != nullptr) witnesses->Stop();
  server->Stop(std::chrono::seconds(config.stop_grace_s));
  publishing = nullptr;
  const Status published = publisher != nullptr ? publisher->Stop() : OkStatus();
  const Status closed = ledger->Close();
  if (!stopped.ok()) return stopped;
  return closed.ok() ? published : closed;
}

int Run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Jejak's daemon: one ledger over gRPC", "jejakd");
  app.add_option("--config", arguments.config_file, "TOML file of settings");
  app.add_option("--ledger", arguments.ledger, "ledger.dir")->envname("JEJAK_LEDGER");
  app.add_option("--ledger-key", arguments.key, "ledger.key")->envname("JEJAK_LEDGER_KEY");
  app.add_option("--listen", arguments.listen, "server.listen");
  app.add_option("--export", arguments.export_dir, "export.dir");
  app.add_flag("--simulated-clock", arguments.simulated_clock, "ledger.simulated_clock");
  app.add_flag("--print-config", arguments.print_config,
               "print every setting with its meaning and value, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return Complain(Status(Reason::kUsage, e.what()));
  }
  Config config;
  if (!arguments.config_file.empty()) {
    if (const Status read = ReadConfig(arguments.config_file, &config); !read.ok())
      return Complain(read);
  }
  if (!arguments.ledger.empty()) config.ledger_dir = arguments.ledger;
  if (!arguments.key.empty()) config.ledger_key = arguments.key;
  if (!arguments.listen.empty()) config.listen = arguments.listen;
  if (!arguments.export_dir.empty()) config.export_dir = arguments.export_dir;
  if (arguments.simulated_clock) config.simulated_clock = true;
  if (arguments.print_config) {
    std::fputs(PrintConfig(config).c_str(), stdout);
    return 0;
  }
  if (config.ledger_dir.empty())
    return Complain(Status(Reason::kUsage, "no ledger named: --ledger DIR, or ledger.dir"));
  if (const Status ready = crypto::InitCrypto(); !ready.ok()) return Complain(ready);
  const Status status = Serve(config);
  return status.ok() ? 0 : Complain(status);
}

}  // namespace
}  // namespace jejak::daemon

int main(int argc, char** argv) {
  // A file that may not grow is a full disk for us, which has its reason.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return jejak::daemon::Run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "INTERNAL: %s\n", e.what());
    return 6;
  }
}
