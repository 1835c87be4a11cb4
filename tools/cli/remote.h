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

}  // namespace jejak::cli
