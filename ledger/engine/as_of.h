// What an answer is as of: a size of the log, with its root, time and newest commitment.
//
// Thread rule: pure functions over a View.
#pragma once

#include <optional>

#include "ledger/engine/view.h"
#include "ledger/projection/queries.h"

namespace jejak::engine {

struct AsOf {
  TreeSize size;
  UnixMicros time;                     // when the newest entry was received
  Hash root;                           // of the log at `size`
  std::optional<LogIndex> commitment;  // the newest before `size`; also the size that it covers
};

// What `queries`, which read `view`, answer for.
Result<AsOf> AsOfOf(const View& view, const projection::Queries& queries);

}  // namespace jejak::engine
