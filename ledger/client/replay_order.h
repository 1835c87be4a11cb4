// What a server may send as a replay, checked as it comes: each entry once, in order, none left
// out, none that was not asked for, and an end only at the end.
//
// Thread rule: one thread. Errors: VERIFICATION_FAILED, which names the entry.
#pragma once

#include <optional>

#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::client {

class ReplayOrder {
 public:
  // `filtered`: entries may be missing between those that come.
  ReplayOrder(LogIndex from, std::optional<LogIndex> to, bool filtered)
      : next_(from), to_(to), filtered_(filtered) {}

  Status TakeEntry(LogIndex index);
  // That everything before `next` was sent, of a log of `size` entries.
  Status TakeProgress(LogIndex next, TreeSize size);
  // That the server ended. What is followed has no end but the one that was asked for.
  Status TakeEnd(bool follow) const;

  // Where it goes on.
  LogIndex next() const { return next_; }
  bool done() const { return to_ && next_ > *to_; }

 private:
  LogIndex next_;
  const std::optional<LogIndex> to_;
  const bool filtered_;
  TreeSize size_;  // as far as the server has said
};

}  // namespace jejak::client
