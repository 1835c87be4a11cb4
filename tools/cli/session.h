// The local ledger that a command works on, and the keys it signs with.
//
// Thread rule: one thread. The ledger is opened for as long as the session lives, and closed
// cleanly by Close.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/crypto/ed25519.h"
#include "ledger/engine/ledger.h"
#include "ledger/event/signing.h"
#include "ledger/projection/queries.h"
#include "tools/cli/console.h"

namespace jejak::cli {

// What stands before or after any command.
struct Globals {
  Console console;
  std::string ledger;
  std::string server;
  bool named = false;  // one of the two, on the command line itself
  std::string tls_roots, tls_certificate, tls_key;  // PEM files, for --server
  std::string ledger_key;
  std::string passphrase_file;
  std::string ledger_passphrase_file;
  std::stop_token stop;  // ends calls to a daemon, where the command sets one
};

UnixMicros Now();

// For what makes a ledger: USAGE when a daemon is named, which serves one that is there.
Status NoServer(const Globals& globals, std::string_view command);

// The passphrase in a file: its first line. None when `path` is empty.
Result<std::optional<std::string>> ReadPassphrase(const std::string& path);
// With the passphrase of --passphrase-file, if any.
Result<crypto::SecretKey> ReadKey(const Globals& globals, const std::string& path);

// Of --ledger-key, or DIR/keys/ledger.key when it is there.
Result<std::shared_ptr<const crypto::SecretKey>> ReadLedgerKey(const Globals& globals);
// The same failure, said of this file.
Status InFile(const std::string& file, const Status& status);

class Session {
 public:
  // Reading only.
  static Result<std::unique_ptr<Session>> Read(const Globals& globals);
  // With the ledger's key. `batch` bounds the events of one commit, `cache_bytes` the blocks that
  // are kept for looking rows up; 0 for the defaults. With `rebuilds` also where the projections
  // must be rebuilt first, and then without queries.
  static Result<std::unique_ptr<Session>> Write(const Globals& globals, size_t batch = 0,
                                                size_t cache_bytes = 0, bool rebuilds = false);
  // A new ledger with `genesis` as its first entry.
  static Result<std::unique_ptr<Session>> Create(
      const Globals& globals, const event::SignedEvent& genesis,
      std::shared_ptr<const crypto::SecretKey> ledger_key, size_t batch = 0);

  engine::Ledger& ledger() { return *ledger_; }
  // The newest state, as of opening or the last Refresh.
  const engine::View& view() const { return *view_; }
  const projection::Queries& queries() const { return *queries_; }
  const projection::ElectionRow& election() const { return *queries_->registry().election(); }
  Status Refresh();
  // Later answers of queries() are as of `size`, at most the newest.
  Status Refocus(TreeSize size);
  Status Close() { return ledger_->Close(); }

 private:
  Session() = default;
  std::unique_ptr<engine::Ledger> ledger_;
  std::shared_ptr<const engine::View> view_;
  std::unique_ptr<projection::Queries> queries_;
};

}  // namespace jejak::cli
