// Folds of records into rows by kind, contest and place, and of when a TPS came in.
#include "ledger/projection/state.h"

namespace jejak::projection {

void State::PutRecord(RecordKind kind, const std::string& contest, const RegionCode& place,
                      LogIndex index, const std::vector<RecordStep>& steps) {
  rows_.Put(kRecords, RecordKey(kind, contest, place, index), Encode(RecordRow{steps}));
}

void State::AddStep(RecordKind kind, const std::string& contest, const RegionCode& place,
                    LogIndex index, RecordStep step) {
  const Bytes key = RecordKey(kind, contest, place, index);
  auto row = Read<RecordRow>(kRecords, key).value_or(RecordRow{});
  row.steps.push_back(step);
  rows_.Put(kRecords, key, Encode(row));
}

// One row for each contest and place that is named; for all of them where none is.
void State::PutRecords(RecordKind kind, const std::vector<std::string>& contests,
                       const std::vector<RegionCode>& places, LogIndex index) {
  const std::vector<std::string> every = {""};
  const std::vector<RegionCode> nation = {RegionCode()};
  for (const std::string& contest : contests.empty() ? every : contests) {
    for (const RegionCode& place : places.empty() ? nation : places)
      PutRecord(kind, contest, place, index);
  }
}

void State::NoteReport(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                       bool before, bool after) {
  if (before == after) return;
  LoadResult(contest, tps)->reports.push_back({e.index, e.received_at});
  StoreResult(contest, tps);
}

}  // namespace jejak::projection
