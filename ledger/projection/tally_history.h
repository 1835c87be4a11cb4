// Tallies as of any size of the log: the newest commitment at or before it, and the changes of the
// entries since. Spec: docs/reference/tally-tree.md.
//
// Thread rule: as its reader. Errors: LEDGER_DAMAGED for rows that don't decode, and the reader's
// own failures.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/base/status.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

// The change that one entry made at one place: a station, a village in which stations were
// registered, or a region that lost its sums of candidates (and then of that region alone).
struct LoggedDelta {
  LogIndex index;
  RegionCode place;
  TallyDelta delta;
};

class TallyHistory {
 public:
  // Borrowed.
  explicit TallyHistory(const KeyValueReader* rows) : rows_(rows) {}

  // Index of the newest commitment at or before `size`: it covers exactly that many entries. None
  // when there is none.
  Result<std::optional<LogIndex>> CommitmentAt(TreeSize size) const;
  // The next commitment in which the region has a version, after `index`; none at the end.
  Result<std::optional<LogIndex>> NextVersion(std::string_view contest, const RegionCode& region,
                                              LogIndex index) const;
  // The region's node as of a commitment; none when it had none.
  Result<std::optional<NodeRow>> NodeAt(std::string_view contest, const RegionCode& region,
                                        LogIndex commitment) const;
  // The regions right below that had a node, with their hashes, in code order. Not for villages.
  Result<std::vector<std::pair<RegionCode, Hash>>> ChildrenAt(std::string_view contest,
                                                              const RegionCode& region,
                                                              LogIndex commitment) const;
  // The sums of a region, not of a station.
  Result<TallyRow> At(const ContestEntry& contest, const RegionCode& region, TreeSize size) const;

  // Changes inside the region by the entries after commitment `base` and below `size`, by place.
  Status Deltas(LogIndex base, std::string_view contest, const RegionCode& region, TreeSize size,
                const std::function<void(LoggedDelta)>& visit) const;

 private:
  const KeyValueReader* rows_;
};

// Whether the region voted on several ballots, or none, by the ballots registered before `size`.
bool MixedAt(const ContestEntry& contest, const RegionCode& region, TreeSize size);

}  // namespace jejak::projection
