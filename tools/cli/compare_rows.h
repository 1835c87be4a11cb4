// A ledger's rows against those that its own entries give.
//
// Thread rule: free functions. Tables are compared on all cores.
#pragma once

#include <optional>

#include "ledger/base/kv.h"
#include "ledger/verify/faults.h"

namespace jejak::cli {

// The first row of any projection, or of the index of events, that differs.
Result<std::optional<verify::Fault>> CompareRows(const KeyValueReader& expected,
                                                 const KeyValueReader& actual);

}  // namespace jejak::cli
