// Findings, what an official did, and what was refused.
#include "ledger/base/coding.h"
#include "ledger/projection/entry_filter.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/rows_records.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {
namespace {

// The key of kFindings: contest, 0, place, 0, rule, row, opened by.
bool ReadFindingKey(ByteView key, size_t contest_size, FindingLine* out) {
  constexpr size_t kTail = 1 + 1 + 8 + 8;
  if (key.size() < contest_size + 1 + kTail) return false;
  out->contest = std::string(key.substr(0, contest_size));
  const size_t place_size = key.size() - contest_size - 1 - kTail;
  const auto place = RegionCode::Parse(key.substr(contest_size + 1, place_size));
  if (!place) return false;
  out->place = *place;
  Reader reader(key.substr(contest_size + 1 + place_size + 1));
  const uint8_t rule = reader.U8();
  out->rule = static_cast<election::Rule>(rule);
  out->row = reader.Be64();
  out->opened_by = LogIndex(reader.Be64());
  return reader.Done() && election::IsRule(rule);
}

}  // namespace

Result<std::vector<FindingLine>> Queries::Findings(std::optional<std::string> contest,
                                                   const RegionCode& region,
                                                   std::optional<election::Rule> rule) const {
  if (contest && registry_->Contest(*contest) == nullptr) return UnknownContest(*contest);
  JEJAK_RETURN_IF_ERROR(Region(region).status());
  std::vector<FindingLine> out;
  for (const auto& [id, entry] : registry_->contests()) {
    if (contest && id != *contest) continue;
    const Bytes prefix = PlaceKey(id, region);
    auto cursor = rows_->NewCursor(kFindings);
    for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
         cursor->Next()) {
      FindingLine line;
      auto row = Decode<FindingRow>(cursor->value());
      if (!row || !ReadFindingKey(cursor->key(), id.size(), &line)) {
        return DamagedRow("findings", cursor->key());
      }
      if (rule && line.rule != *rule) continue;
      line.fields = std::move(row->fields);
      if (line.opened_by.value >= size_.value) continue;
      line.cleared_by = row->cleared_by;
      if (line.cleared_by && line.cleared_by->value >= size_.value) line.cleared_by.reset();
      out.push_back(std::move(line));
    }
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

Result<std::vector<ActivityLine>> Queries::Activity(std::string_view official, LogIndex from,
                                                    size_t limit) const {
  JEJAK_RETURN_IF_ERROR(Official(official).status());
  std::vector<ActivityLine> out;
  Bytes prefix(official);
  prefix.push_back('\0');
  auto cursor = rows_->NewCursor(kActivity);
  cursor->Seek(ActivityKey(official, from));
  for (; cursor->Valid() && cursor->key().starts_with(prefix) && out.size() < limit;
       cursor->Next()) {
    Reader key(cursor->key().substr(prefix.size()));
    const auto row = Decode<ActivityRow>(cursor->value());
    ActivityLine line;
    line.index = LogIndex(key.Be64());
    if (!key.Done() || !row) return DamagedRow("activity", cursor->key());
    line.kind = row->kind;
    line.refusal = row->refusal;
    out.push_back(line);
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

Result<ActivityTotals> Queries::ActivityTotalsOf(std::string_view official) const {
  ActivityTotals out;
  Bytes prefix(official);
  prefix.push_back('\0');
  auto cursor = rows_->NewCursor(kActivity);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    Reader key(cursor->key().substr(prefix.size()));
    const LogIndex index(key.Be64());
    const auto row = Decode<ActivityRow>(cursor->value());
    if (!key.Done() || !row) return DamagedRow("activity", cursor->key());
    if (index.value >= size_.value) break;
    out.enrolled += row->enrolled;
    if (row->refusal != 0) {
      ++out.refused;
    } else if (row->kind == event::BodyKind::kResultSubmitted) {
      ++out.submitted;
    } else if (row->kind == event::BodyKind::kResultCorrected) {
      ++out.corrected;
      out.votes_moved += row->result ? row->result->votes_moved : 0;
    }
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

Result<std::optional<ReadEntry>> Queries::EntryOfEvent(const Hash& event) const {
  Bytes value;
  const bool there = rows_->Get(kEventIndex, event.view(), &value);
  JEJAK_RETURN_IF_ERROR(rows_->status());
  if (!there) return std::optional<ReadEntry>();
  JEJAK_ASSIGN_OR_RETURN(ReadEntry entry, entries_->Entry(LogIndex(Reader(value).Be64())));
  return std::optional(std::move(entry));
}

Result<std::vector<RefusalLine>> Queries::Refusals(std::optional<RegionCode> region,
                                                   std::optional<std::string> official,
                                                   std::optional<Reason> reason, LogIndex from,
                                                   size_t limit) const {
  std::vector<RefusalLine> out;
  auto cursor = rows_->NewCursor(kRefusals);
  for (cursor->Seek(IndexKey(from)); cursor->Valid() && out.size() < limit; cursor->Next()) {
    Reader key(cursor->key());
    RefusalLine line;
    line.index = LogIndex(key.Be64());
    auto row = Decode<RefusalRow>(cursor->value());
    if (!key.Done() || !row) return DamagedRow("refusals", cursor->key());
    line.row = std::move(*row);
    if (region && !region->Contains(line.row.place)) {
      // The nation stands for what names no place or several.
      if (!line.row.place.IsNation()) continue;
      JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, entries_->Entry(line.index));
      JEJAK_ASSIGN_OR_RETURN(const bool lies, LiesIn(entry.event.body, *region, *this));
      if (!lies) continue;
    }
    if (official && *official != line.row.official) continue;
    if (reason && ReasonByLoggedNumber(line.row.reason) != reason) continue;
    out.push_back(std::move(line));
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

}  // namespace jejak::projection
