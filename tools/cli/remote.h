// Commands over --server: a daemon in the place of a local ledger.
//
// Thread rule: one thread.
#pragma once

#include <memory>

#include "ledger/client/client.h"
#include "tools/cli/session.h"

namespace jejak::cli {

// With --server's address and certificates.
Result<std::unique_ptr<client::Client>> ConnectTo(const Globals& globals);

}  // namespace jejak::cli
