// Bytes that a row holds beside its own size, about: what the bounds of caches count.
#pragma once

#include <string>
#include <vector>

#include "ledger/projection/rows.h"
#include "ledger/projection/rows_records.h"

namespace jejak::projection {

inline constexpr size_t kAllocationBytes = 16;  // what an allocator adds

inline size_t HeapBytes(const std::string& text) {
  return text.capacity() < sizeof(std::string) / 2 ? 0 : text.capacity() + kAllocationBytes;
}
template <typename T>
size_t HeapBytes(const std::vector<T>& list) {
  return list.capacity() == 0 ? 0 : list.capacity() * sizeof(T) + kAllocationBytes;
}
inline size_t HeapBytes(const KeyRow& row) {
  return HeapBytes(row.state.official) + HeapBytes(row.state.contest);
}
inline size_t HeapBytes(const ResultRow& row) {
  const RoundRow& round = row.newest;
  size_t bytes = HeapBytes(row.reports) + HeapBytes(round.versions) + HeapBytes(round.cells) +
                 HeapBytes(round.evidence) + HeapBytes(round.evidence_set_by) +
                 HeapBytes(round.findings);
  for (const event::Evidence& page : round.evidence)
    bytes += HeapBytes(page.media_type) + HeapBytes(page.url);
  return bytes;
}
inline size_t HeapBytes(const admission::StationState& row) { return HeapBytes(row.name); }
inline size_t HeapBytes(const admission::SealState&) { return 0; }
inline size_t HeapBytes(const VillageVotesRow& row) { return HeapBytes(row.stations); }

}  // namespace jejak::projection
