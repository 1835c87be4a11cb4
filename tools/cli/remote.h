// Commands over --server: a daemon in the place of a local ledger.
//
// Thread rule: one thread.
#pragma once

#include <memory>

#include "ledger/client/client.h"
#include "tools/cli/present.h"

namespace jejak::cli {

// With --server's address and certificates.
Result<std::unique_ptr<client::Client>> ConnectTo(const Globals& globals);

// Signs the body with the key's next place in its chain, and hands it in.
Status SubmitRemotely(const Globals& globals, crypto::SecretKey key, event::Body body,
                      UnixMicros occurred_at, Run* run);

// Authors as a daemon knows them; each key is asked for once.
class RemoteAuthors final : public Authors {
 public:
  explicit RemoteAuthors(client::Client* client) : client_(client) {}

 protected:
  std::optional<projection::Author> Find(const PublicKey& key) override;
  std::optional<std::string> NameOf(const std::string& official) override;

 private:
  client::Client* client_;
  std::map<std::string, std::optional<std::string>> known_;
};

}  // namespace jejak::cli
