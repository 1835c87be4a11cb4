#include "tools/cli/session.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "ledger/base/limits.h"
#include "ledger/crypto/key_file.h"

namespace jejak::cli {
namespace {

constexpr size_t kPassphraseBytesMax = 4096;

Status CheckPlace(const Globals& globals) {
  if (!globals.server.empty()) {
    return Status(Reason::kUsage,
                  "this command works on a local ledger: use --ledger instead of --server");
  }
  if (globals.ledger.empty())
    return Status(Reason::kUsage, "no ledger named: give --ledger DIR or JEJAK_LEDGER");
  return OkStatus();
}

engine::OpenOptions Options(size_t batch) {
  engine::OpenOptions options;
  if (batch != 0) options.batch_events_max = std::min(batch, limits::kBatchEventsMax);
  return options;
}

}  // namespace

UnixMicros Now() {
  return UnixMicros(std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

Status NoServer(const Globals& globals, std::string_view command) {
  if (globals.server.empty()) return OkStatus();
  return Status(Reason::kUsage,
                fmt::format("{} makes a ledger, and a daemon serves one that is there: give --ledger "
                            "DIR without --server or JEJAK_SERVER, then start jejakd on it",
                            command));
}

Result<std::optional<std::string>> ReadPassphrase(const std::string& path) {
  std::string file = path;
  if (file.empty()) {
    const char* named = std::getenv("JEJAK_PASSPHRASE_FILE");
    if (named != nullptr) file = named;
  }
  if (file.empty()) return std::optional<std::string>();
  JEJAK_ASSIGN_OR_RETURN(std::string text, ReadTextFile(file, kPassphraseBytesMax));
  std::string line = text.substr(0, text.find_first_of("\r\n"));
  crypto::Wipe(&text);
  if (line.empty())
    return Status(Reason::kInvalidArgument, fmt::format("{}: the passphrase is empty", file));
  return std::optional<std::string>(std::move(line));
}

Result<crypto::SecretKey> ReadKey(const Globals& globals, const std::string& path) {
  JEJAK_ASSIGN_OR_RETURN(const auto passphrase, ReadPassphrase(globals.passphrase_file));
  return crypto::ReadKeyFile(path, passphrase);
}

Result<std::shared_ptr<const crypto::SecretKey>> ReadLedgerKey(const Globals& globals) {
  std::string path = globals.ledger_key;
  if (path.empty()) {
    path = (std::filesystem::path(globals.ledger) / "keys" / "ledger.key").string();
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      return Status(Reason::kUsage,
                    "writing needs the ledger's key: give --ledger-key FILE or JEJAK_LEDGER_KEY");
    }
  }
  const std::string& passphrases = globals.ledger_passphrase_file.empty()
                                       ? globals.passphrase_file
                                       : globals.ledger_passphrase_file;
  JEJAK_ASSIGN_OR_RETURN(const auto passphrase, ReadPassphrase(passphrases));
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, crypto::ReadKeyFile(path, passphrase));
  return std::shared_ptr<const crypto::SecretKey>(
      std::make_shared<crypto::SecretKey>(std::move(key)));
}

Status InFile(const std::string& file, const Status& status) {
  Status named(status.reason(), fmt::format("{}: {}", file, status.message()));
  for (const auto& [key, value] : status.metadata()) named = std::move(named).With(key, value);
  return std::move(named).With("file", file);
}

Result<std::unique_ptr<Session>> Session::Read(const Globals& globals) {
  JEJAK_RETURN_IF_ERROR(CheckPlace(globals));
  std::unique_ptr<Session> session(new Session());
  engine::OpenOptions options = Options(0);
  options.store.read_only = true;
  JEJAK_ASSIGN_OR_RETURN(session->ledger_,
                         engine::Ledger::Open(globals.ledger, std::move(options)));
  if (session->ledger_->RebuildNeeded()) return engine::RebuildFirst(globals.ledger);
  JEJAK_RETURN_IF_ERROR(session->Refresh());
  return session;
}

Result<std::unique_ptr<Session>> Session::Write(const Globals& globals, size_t batch,
                                                size_t cache_bytes, bool rebuilds) {
  JEJAK_RETURN_IF_ERROR(CheckPlace(globals));
  std::error_code error;
  if (!std::filesystem::exists(globals.ledger, error)) {
    return Status(Reason::kLedgerMissing, globals.ledger).With("ledger", globals.ledger);
  }
  engine::OpenOptions options = Options(batch);
  if (cache_bytes != 0) options.store.cache_bytes = cache_bytes;
  JEJAK_ASSIGN_OR_RETURN(options.ledger_key, ReadLedgerKey(globals));
  std::unique_ptr<Session> session(new Session());
  JEJAK_ASSIGN_OR_RETURN(session->ledger_,
                         engine::Ledger::Open(globals.ledger, std::move(options)));
  // Only `rebuild` can do something with it.
  if (session->ledger_->RebuildNeeded()) {
    if (!rebuilds) return engine::RebuildFirst(globals.ledger);
    session->view_ = session->ledger_->Newest();
    return session;
  }
  JEJAK_RETURN_IF_ERROR(session->Refresh());
  return session;
}

Result<std::unique_ptr<Session>> Session::Create(
    const Globals& globals, const event::SignedEvent& genesis,
    std::shared_ptr<const crypto::SecretKey> ledger_key, size_t batch) {
  JEJAK_RETURN_IF_ERROR(CheckPlace(globals));
  engine::OpenOptions options = Options(batch);
  options.ledger_key = std::move(ledger_key);
  std::unique_ptr<Session> session(new Session());
  JEJAK_ASSIGN_OR_RETURN(session->ledger_,
                         engine::Ledger::Create(globals.ledger, genesis, std::move(options)));
  JEJAK_RETURN_IF_ERROR(session->Refresh());
  return session;
}

Status Session::Refresh() {
  auto view = ledger_->Newest();
  JEJAK_ASSIGN_OR_RETURN(auto queries, projection::Queries::Open(&view->rows(), view.get()));
  queries_ = std::move(queries);
  view_ = std::move(view);
  if (!queries_->registry().election())
    return Status(Reason::kLedgerDamaged, "the ledger has no election");
  return OkStatus();
}

Status Session::Refocus(TreeSize size) {
  JEJAK_ASSIGN_OR_RETURN(queries_,
                         projection::Queries::Open(&view_->rows(), view_.get(), size));
  return OkStatus();
}

}  // namespace jejak::cli
