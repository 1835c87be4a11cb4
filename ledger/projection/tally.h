// Arithmetic of tallies: what a change of figures does to sums.
//
// Thread rule: pure functions.
#pragma once

#include <vector>

#include "ledger/event/tally_nodes.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

// The figures alone, without who set them.
std::vector<election::FieldValue> ValuesOf(const std::vector<Cell>& cells);

// What a D.Hasil states, ascending.
std::vector<election::BigFieldValue> BigValuesOf(
    const std::vector<event::BigFigureValue>& figures,
    const std::vector<event::BigChoiceValue>& votes,
    const std::vector<event::BigChoiceValue>& party_totals);

// The change of figures between two versions of one station, both ascending; either may be empty.
std::vector<SumDelta> CellDeltas(const std::vector<Cell>& before, const std::vector<Cell>& after);

// Adds `delta` to `row`. Returns false when a number would leave its range.
bool ApplyDelta(const TallyDelta& delta, TallyRow* row);

// Whether a region that votes on several ballots keeps the sum of this field: it keeps figures and
// what parties got, and nothing of candidates.
bool KeptWhenMixed(const ContestEntry& contest, const FieldKey& key);

// What the tree hashes of a station that shows this round, and of a region.
event::StationTally StationTallyOf(std::string_view contest, const StationCode& tps,
                                   const RoundRow& shown);
event::RegionTally RegionTallyOf(std::string_view contest, const RegionCode& region,
                                 const NodeRow& node);
// The same in place of what `out` holds.
void SetStationTally(std::string_view contest, const StationCode& tps, const RoundRow& shown,
                     event::StationTally* out);
void SetRegionTally(std::string_view contest, const RegionCode& region, const NodeRow& node,
                    event::RegionTally* out);

}  // namespace jejak::projection
