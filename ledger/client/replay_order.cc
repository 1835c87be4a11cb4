#include "ledger/client/replay_order.h"

#include <fmt/format.h>

#include "ledger/client/errors.h"

namespace jejak::client {

Status ReplayOrder::TakeEntry(LogIndex index) {
  if (to_ && index > *to_)
    return WrongAnswer(fmt::format("sent entry {}, which was not asked for", index.value));
  if (index < next_) {
    return WrongAnswer(fmt::format("sent entry {} again or out of order: the next is {}",
                                   index.value, next_.value));
  }
  if (index > next_ && !filtered_)
    return WrongAnswer(fmt::format("left out entry {}", next_.value));
  if (index.value == UINT64_MAX)
    return WrongAnswer(fmt::format("sent entry {}, which no log has", index.value));
  next_ = LogIndex(index.value + 1);
  return {};
}

Status ReplayOrder::TakeProgress(LogIndex next, TreeSize size) {
  if (next > next_ && !filtered_)
    return WrongAnswer(fmt::format("left out entry {}", next_.value));
  if (next < next_ || next.value > size.value) {
    return WrongAnswer(fmt::format("says that it goes on at {} of {} entries, after entry {}",
                                   next.value, size.value, next_.value));
  }
  next_ = next;
  size_ = size;
  return {};
}

Status ReplayOrder::TakeEnd(bool follow) const {
  const bool at_end = size_.value > 0 && next_.value >= size_.value;
  if (done() || (at_end && !follow)) return {};
  return WrongAnswer(fmt::format("ended its replay before entry {}", next_.value));
}

}  // namespace jejak::client
