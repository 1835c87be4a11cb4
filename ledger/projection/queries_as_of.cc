// Stations as they were after an earlier entry.
#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/round_versions.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {

Result<TreeSize> Queries::SizeObservedBy(UnixMicros time) const {
  // Rows are of times after the epoch: a time before it seeks the first.
  Bytes key;
  Writer(&key).Be64(time.value < 0 ? 0 : static_cast<uint64_t>(time.value) + 1);
  const auto cursor = rows_->NewCursor(kObserved);
  cursor->Seek(key);
  JEJAK_RETURN_IF_ERROR(rows_->status());
  if (!cursor->Valid()) return entries_->size();
  Reader reader(cursor->value());
  const TreeSize size(reader.Be64());  // the entry there is the first observed later
  if (!reader.Done()) return DamagedRow("observed", cursor->key());
  return size;
}

Result<RoundRow> Queries::ShownAt(const ContestEntry& contest, const StationCode& tps,
                                  TreeSize size) const {
  JEJAK_ASSIGN_OR_RETURN(
      const auto row,
      ReadRow<ResultRow>(*rows_, kResults, PlaceKey(contest.state->id, tps), "results"));
  if (!row) return RoundRow{};
  return ShownAt(contest, tps, *row, size);
}

Result<bool> Queries::AnyFindingAt(std::string_view contest, const StationCode& tps, LogIndex since,
                                   TreeSize size) const {
  const Bytes prefix = PlaceKey(contest, tps) + '\0';
  const auto cursor = rows_->NewCursor(kFindings);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
       cursor->Next()) {
    Reader key(cursor->key().substr(prefix.size()));
    const auto rule = static_cast<election::Rule>(key.U8());
    key.Be64();
    const LogIndex opened_by(key.Be64());
    const auto row = Decode<FindingRow>(cursor->value());
    if (!key.Done() || !row || !election::IsRule(static_cast<uint8_t>(rule)))
      return DamagedRow("findings", cursor->key());
    if (election::InfoOf(rule).severity == election::Severity::kWarning) continue;
    // Of the certification, not of the station's form: no tally counts it.
    if (rule == election::Rule::kC16) continue;
    if (opened_by.value < since.value || opened_by.value >= size.value) continue;
    if (!row->cleared_by || row->cleared_by->value >= size.value) return true;
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return false;
}

Result<RoundRow> Queries::ShownAt(const ContestEntry& contest, const StationCode& tps,
                                  const ResultRow& row, TreeSize size) const {
  const std::string& id = contest.state->id;
  if (size == entries_->size()) return ReadShownRound(*rows_, id, tps, row);
  // The newest round that had a result by then.
  RoundRow shown;
  for (uint16_t round = row.shown_round;; --round) {
    if (round == 0) return RoundRow{};
    if (round == row.newest.round) {
      shown = row.newest;
    } else {
      const Bytes key = PastRoundKey(id, tps, round);
      JEJAK_ASSIGN_OR_RETURN(auto past, ReadRow<RoundRow>(*rows_, kPastRounds, key, "past rounds"));
      if (!past) continue;
      shown = std::move(*past);
    }
    if (shown.HasResult() && shown.versions.front().value < size.value) break;
  }
  if (shown.versions.back().value >= size.value) {
    RoundRow then;
    then.round = shown.round;
    then.opened_at = shown.opened_at;
    then.opened_event = shown.opened_event;
    for (const LogIndex index : shown.versions) {
      if (index.value >= size.value) break;
      JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, entries_->Entry(index));
      if (const auto* submitted = std::get_if<event::ResultSubmitted>(&entry.event.body)) {
        SetSubmission(*submitted, index, entry.hash, &then);
      } else if (const auto* corrected = std::get_if<event::ResultCorrected>(&entry.event.body)) {
        SetCorrection(*corrected, index, entry.hash, &then);
      } else {
        return Status(Reason::kLedgerDamaged,
                      fmt::format("entry {} is no version of TPS {}", index.value, tps.str()));
      }
    }
    shown = std::move(then);
  }
  JEJAK_ASSIGN_OR_RETURN(shown.flags.with_findings, AnyFindingAt(id, tps, shown.opened_at, size));
  return shown;
}

}  // namespace jejak::projection
