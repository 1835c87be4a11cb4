// Sums of votes, figures and stations at every level. Changes are gathered per village during a
// batch, and brought to the rows of the village and all that enclose it once, when the batch ends:
// a batch of thousands of events touches each region once.
//
// Thread rule: one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

struct SumDelta {
  FieldKey key;
  int64_t sum = 0;
  int32_t present = 0;
};

// The change of one (contest, region).
struct TallyDelta {
  StationCounts stations;
  std::vector<SumDelta> sums;  // ascending by field, merged
  // Adds `other`; both ascending.
  void Add(const TallyDelta& other);
};

// The change of figures between two versions of one station, both ascending; either may be empty.
std::vector<SumDelta> CellDeltas(const std::vector<Cell>& before, const std::vector<Cell>& after);

class TallyAccumulator {
 public:
  // `delta` belongs to `place`, a station or village of `contest`.
  void Add(const std::string& contest, const RegionCode& place, const TallyDelta& delta);
  // Brings everything gathered to the rows. Returns false when a row is damaged or would leave the
  // range of its numbers.
  bool Flush(const Registry& registry, Overlay* rows);
  bool empty() const { return pending_.empty(); }

 private:
  std::map<std::string, std::map<RegionCode, TallyDelta>, std::less<>> pending_;
};

// After a ballot was registered: regions that now vote on several ballots keep no sums of
// candidates, and no votes where the contest has no parties. Returns false on damage.
bool DropMixedSums(const ContestEntry& contest, const admission::BallotState& added, Overlay* rows);

}  // namespace jejak::projection
