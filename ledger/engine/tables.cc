#include "ledger/engine/tables.h"

#include "ledger/projection/tables.h"

namespace jejak::engine {

std::span<const store::TableSpec> AllTables() {
  using store::TableKind;
  using store::Tuning;
  static const store::TableSpec kTables[] = {
      {kEntries, "entries", TableKind::kLog, Tuning::kAppendOnly},
      {kTiles, "tiles", TableKind::kLog, Tuning::kOrdered},
      {kCheckpoints, "checkpoints", TableKind::kLog, Tuning::kSmall},
      {kPeople, "people", TableKind::kLog, Tuning::kPointLookup},
      {projection::kEventIndex, "event_index", TableKind::kLog, Tuning::kHashed},
      {projection::kRegistry, "registry", TableKind::kProjection, Tuning::kPointLookup},
      {projection::kKeys, "keys", TableKind::kProjection, Tuning::kHashed},
      {projection::kResults, "results_by_tps", TableKind::kProjection, Tuning::kPointLookup},
      {projection::kPastRounds, "past_rounds", TableKind::kProjection, Tuning::kSmall},
      {projection::kRegistryPast, "registry_past", TableKind::kProjection, Tuning::kVersions},
      {projection::kTallyNodes, "tally_nodes", TableKind::kProjection, Tuning::kVersions},
      {projection::kTallyChildren, "tally_children", TableKind::kProjection, Tuning::kPointLookup},
      {projection::kTallyDeltas, "tally_deltas", TableKind::kProjection, Tuning::kOrdered},
      {projection::kCommitments, "commitments", TableKind::kProjection, Tuning::kSmall},
      {projection::kObserved, "observed", TableKind::kProjection, Tuning::kSmall},
      {projection::kActivity, "activity", TableKind::kProjection, Tuning::kOrdered},
      {projection::kFindings, "findings", TableKind::kProjection, Tuning::kOrdered},
      {projection::kRefusals, "refusals", TableKind::kProjection, Tuning::kOrdered},
      {projection::kReferences, "references", TableKind::kProjection, Tuning::kHashed},
      {projection::kVillageVotes, "village_votes", TableKind::kProjection, Tuning::kPointLookup},
      {projection::kCopies, "copies", TableKind::kProjection, Tuning::kPointLookup},
      {projection::kRecords, "records", TableKind::kProjection, Tuning::kOrdered},
  };
  return kTables;
}

}  // namespace jejak::engine
