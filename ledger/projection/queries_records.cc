#include "ledger/projection/queries_records.h"

#include <algorithm>
#include <map>

#include "ledger/base/coding.h"
#include "ledger/projection/queries_rows.h"

namespace jejak::projection {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kPointsMax = 200;

Status Collect(const KeyValueReader& rows, const Bytes& prefix,
               std::map<LogIndex, RecordLine>* out) {
  auto cursor = rows.NewCursor(kRecords);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const ByteView key = cursor->key();
    auto row = Decode<RecordRow>(cursor->value());
    if (!row || key.size() < prefix.size() + 8) return DamagedRow("records", key);
    const LogIndex index(Reader(key.substr(key.size() - 8)).Be64());
    (*out)[index] = {index, std::move(row->steps)};
  }
  return rows.status();
}

// The first whole hour after the first report, and so on; wider steps where there would be too
// many points.
std::vector<ReportPoint> SeriesOf(std::vector<std::pair<int64_t, int>> changes, UnixMicros until) {
  std::vector<ReportPoint> out;
  if (changes.empty()) return out;
  std::sort(changes.begin(), changes.end());
  // What a source had shown by a moment was received later: the last point still counts all of it.
  until = UnixMicros(std::max(until.value, changes.back().first));
  int64_t step = kHour;
  while ((until.value - changes.front().first) / step > kPointsMax) step *= 2;
  int64_t reported = 0;
  auto next = changes.begin();
  for (int64_t end = (changes.front().first / step + 1) * step;; end += step) {
    const int64_t time = std::min(end, until.value);
    while (next != changes.end() && next->first <= time) reported += next++->second;
    out.push_back({UnixMicros(time), static_cast<uint64_t>(reported)});
    if (time == until.value) return out;
  }
}

// In microseconds, with any offset from UTC, this fits 64 bits.
constexpr int64_t kSecondsMax = 9'000'000'000'000;

class Walker {
 public:
  Walker(const KeyValueReader& rows, const ContestEntry& contest, const Moment& at,
         std::optional<TreeSize> then)
      : rows_(rows), contest_(contest), at_(at), then_(then) {
    for (const event::Deadline& deadline : contest.state->deadlines) {
      // One may be stated that microseconds can't hold.
      if (deadline.stage == election::Stage::kKpps)
        local_deadline_ = std::clamp(deadline.local_seconds, -kSecondsMax, kSecondsMax);
    }
  }

  // Takes in one station; it is in the contest's scope and was registered by then.
  Status Add(const StationCode& tps, RegionProgress* out) {
    Bytes value;
    std::optional<std::vector<Report>> reports(std::in_place);
    if (rows_.Get(kResults, PlaceKey(contest_.state->id, tps), &value))
      reports = DecodeReports(value);
    if (!reports) return Status(Reason::kLedgerDamaged, "a row of the results does not decode");
    bool in = false;
    for (const Report& report : *reports) {
      if (report.index.value >= at_.size.value) break;
      in = !in;
      changes_.emplace_back(report.received_at.value, in ? 1 : -1);
    }
    ++out->total;
    if (in) {
      ++out->reported;
      return OkStatus();
    }
    MissingStation missing;
    missing.tps = tps;
    for (RegionCode code = tps;; code = code.Parent()) {
      JEJAK_ASSIGN_OR_RETURN(const Place* place, At(code));
      missing.incidents.insert(missing.incidents.end(), place->incidents.begin(),
                               place->incidents.end());
      if (!missing.deadline && local_deadline_ && place->utc_offset)
        missing.deadline = UnixMicros((*local_deadline_ - *place->utc_offset * 60) * kSecond);
      if (code.IsNation()) break;
    }
    std::sort(missing.incidents.begin(), missing.incidents.end());
    if (missing.deadline) missing.late = *missing.deadline < at_.time;
    out->late += missing.late.value_or(false) ? 1U : 0U;
    out->missing.push_back(std::move(missing));
    return OkStatus();
  }
  std::vector<ReportPoint> Series() { return SeriesOf(std::move(changes_), at_.time); }

 private:
  struct Place {
    std::optional<int64_t> utc_offset;
    std::vector<LogIndex> incidents;
  };
  // Of the place itself alone. Regions are asked for once.
  Result<const Place*> At(const RegionCode& code) {
    const auto known = places_.find(code);
    if (known != places_.end()) return &known->second;
    Place place;
    if (!code.IsStation()) {
      JEJAK_ASSIGN_OR_RETURN(
          const auto row, ReadRegistered<RegionRow>(rows_, RegionKey(code), then_, "regions"));
      if (row && row->state.utc_offset) place.utc_offset = *row->state.utc_offset;
    }
    std::map<LogIndex, RecordLine> here;
    const Bytes prefix = RecordPrefix(RecordKind::kIncident, "", code) + '\0';
    JEJAK_RETURN_IF_ERROR(Collect(rows_, prefix, &here));
    for (const auto& [index, line] : here) {
      if (index.value < at_.size.value) place.incidents.push_back(index);
    }
    return &places_.emplace(code, std::move(place)).first->second;
  }

  const KeyValueReader& rows_;
  const ContestEntry& contest_;
  const Moment at_;
  const std::optional<TreeSize> then_;
  std::optional<int64_t> local_deadline_;
  std::map<RegionCode, Place> places_;
  std::vector<std::pair<int64_t, int>> changes_;  // time, +1 or -1
};

}  // namespace

Result<std::vector<RecordLine>> RecordsIn(const KeyValueReader& rows, const Queries& queries,
                                          RecordKind kind,
                                          const std::optional<std::string>& contest,
                                          const RegionCode& region) {
  if (contest && queries.registry().Contest(*contest) == nullptr) return UnknownContest(*contest);
  JEJAK_RETURN_IF_ERROR(queries.Region(region).status());
  std::map<LogIndex, RecordLine> found;
  JEJAK_RETURN_IF_ERROR(Collect(rows, RecordPrefix(kind, "", region), &found));
  for (const auto& [id, entry] : queries.registry().contests()) {
    if (contest && id != *contest) continue;
    JEJAK_RETURN_IF_ERROR(Collect(rows, RecordPrefix(kind, id, region), &found));
  }
  std::vector<RecordLine> out;
  for (auto& [index, line] : found) {
    if (index.value >= queries.size().value) break;
    std::erase_if(line.steps,
                  [&](const RecordStep& step) { return step.by.value >= queries.size().value; });
    out.push_back(std::move(line));
  }
  return out;
}

namespace {

// The stations of the place that a round opened by this entry took in: those of the contest that
// were registered. The results don't say, once it was cancelled.
Result<uint64_t> StationsOpened(const KeyValueReader& rows, const admission::ContestState& contest,
                                const RegionCode& place, LogIndex opened) {
  uint64_t out = 0;
  const Bytes prefix = StationKey(place);
  const auto cursor = rows.NewCursor(kRegistry);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto tps = RegionCode::Parse(cursor->key().substr(1));
    const auto station = Decode<admission::StationState>(cursor->value());
    if (!tps || !station) return DamagedRow("stations", cursor->key());
    out += station->registered_at < opened && contest.Covers(*tps) ? 1U : 0U;
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  return out;
}

}  // namespace

Result<RoundProgress> ProgressOfRound(const KeyValueReader& rows, const ReadEntry& opened,
                                      TreeSize then) {
  RoundProgress out;
  const auto* body = std::get_if<event::RoundOpened>(&opened.event.body);
  if (body == nullptr) return out;
  const auto count = [&](const RoundRow& round) {
    if (round.opened_event == opened.hash && round.HasResult() &&
        round.versions.front().value < then.value) {
      ++out.held;
    }
  };
  for (const std::string& contest : body->contests) {
    JEJAK_ASSIGN_OR_RETURN(const auto state, ReadRow<admission::ContestState>(
                                                 rows, kRegistry, ContestKey(contest), "contests"));
    if (!state) return DamagedRow("contests", contest);
    for (const RegionCode& place : body->places) {
      JEJAK_ASSIGN_OR_RETURN(const uint64_t here,
                             StationsOpened(rows, *state, place, opened.index));
      out.stations += here;
      const Bytes prefix = PlaceKey(contest, place);
      auto newest = rows.NewCursor(kResults);
      for (newest->Seek(prefix); newest->Valid() && newest->key().starts_with(prefix);
           newest->Next()) {
        const auto row = Decode<ResultRow>(newest->value());
        if (!row) return DamagedRow("results", newest->key());
        count(row->newest);
      }
      auto past = rows.NewCursor(kPastRounds);
      for (past->Seek(prefix); past->Valid() && past->key().starts_with(prefix); past->Next()) {
        const auto row = Decode<RoundRow>(past->value());
        if (!row) return DamagedRow("past rounds", past->key());
        count(*row);
      }
    }
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  return out;
}

Result<RegionProgress> ProgressOf(const KeyValueReader& rows, const Queries& queries,
                                  std::string_view contest, const RegionCode& region,
                                  const Moment& at) {
  const ContestEntry* entry = queries.registry().Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(queries.Region(region).status());
  RegionProgress out;
  JEJAK_ASSIGN_OR_RETURN(out.expected, queries.Expected(region));
  Walker walker(rows, *entry, at, queries.then());
  const Bytes prefix = StationKey(region);
  auto cursor = rows.NewCursor(kRegistry);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto tps = RegionCode::Parse(cursor->key().substr(1));
    const auto station = Decode<admission::StationState>(cursor->value());
    if (!tps || !tps->IsStation() || !station) return DamagedRow("stations", cursor->key());
    if (station->registered_at.value >= at.size.value || !entry->state->Covers(*tps)) continue;
    const uint64_t before = out.reported;
    JEJAK_RETURN_IF_ERROR(walker.Add(*tps, &out));
    if (region.IsStation()) continue;
    const auto below = static_cast<election::Level>(static_cast<uint8_t>(region.level()) + 1);
    const RegionCode child = tps->At(below);
    if (out.children.empty() || out.children.back().code != child)
      out.children.push_back({child, 0, 0});
    ++out.children.back().total;
    out.children.back().reported += out.reported - before;
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  out.series = walker.Series();
  return out;
}

}  // namespace jejak::projection
