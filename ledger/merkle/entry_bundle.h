// Entry bundles: up to 256 log entries in one file, each as uint16 big-endian length and bytes.
//
// Thread rule: pure functions. Spec: C2SP tlog-tiles.
#pragma once

#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak::merkle {

// Entry of at most limits::kEntryBytesMax bytes.
void AppendToBundle(ByteView entry, Bytes* bundle);

// The entries of a bundle of exactly `count` (1 to 256), as views of `bundle`. INPUT_MALFORMED on
// an entry cut short and on bytes left over.
Result<std::vector<ByteView>> ParseBundle(ByteView bundle, uint32_t count);

}  // namespace jejak::merkle
