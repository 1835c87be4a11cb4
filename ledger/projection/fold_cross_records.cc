// Findings that records open and clear: C19 by a copy, C21 by a revocation, C16 by a certification.
#include <algorithm>
#include <set>

#include "ledger/base/coding.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tally.h"
#include "ledger/projection/tally_history.h"

namespace jejak::projection {
namespace {

using election::BigFieldValue;
using election::Finding;
using election::Rule;

// Of a finding's row: whose certification it is of.
constexpr uint64_t kMarkBits = ~uint64_t{0} << 41;

std::vector<election::FieldValue> ValuesOf(const event::CopyFiled& body) {
  std::vector<election::FieldValue> values;
  for (const auto& f : body.figures) values.push_back({FieldKey::Of(f.figure), f.value});
  for (const auto& v : body.votes) values.push_back({FieldKey::Votes(v.choice), v.value});
  for (const auto& t : body.party_totals)
    values.push_back({FieldKey::PartyTotal(t.choice), t.value});
  return values;
}

}  // namespace

void State::FileCopy(const LoggedEvent& e, const event::CopyFiled& body) {
  const Bytes key = PlaceKey(body.contest, body.tps);
  CopiesRow row = Read<CopiesRow>(kCopies, key).value_or(CopiesRow{});
  row.copies.push_back({body.round, e.index, ValuesOf(body)});
  rows_.Put(kCopies, key, Encode(row));

  const ResultRow& result = *LoadResult(body.contest, body.tps);
  // Of a round that another replaced nothing is counted.
  if (body.round != result.newest.round && body.round != result.shown_round) return;
  const RoundRow round = body.round == result.newest.round
                             ? result.newest
                             : ShownRound(body.contest, body.tps, result);
  const auto number = static_cast<uint32_t>(row.copies.size());
  const auto ours = [number](uint64_t r) { return r >> 36 == number; };
  const std::vector<Finding> broken =
      election::CheckCopy(ValuesOf(round.cells), row.copies.back().values, number);
  SetFindings(body.contest, body.tps, body.round, Rule::kC19, broken, ours, e.index);
}

void State::Suspect(const LoggedEvent& e, const event::KeyRevoked& body) {
  const KeyRow* key = LoadKey(body.key);
  if (key == nullptr) return;
  const uint64_t short_key = ShortKey(body.key);
  Bytes prefix(key->state.official);
  prefix.push_back('\0');
  // Read first: setting findings changes other tables than this one, but moves memos.
  std::vector<std::pair<LogIndex, ResultDone>> done;
  auto cursor = rows_.NewCursor(kActivity);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto row = Decode<ActivityRow>(cursor->value());
    if (!row) return Damage("an activity row does not decode");
    if (!row->result || row->result->key != short_key) continue;
    if (row->result->received_at < *body.suspect_since) continue;
    const LogIndex index(Reader(cursor->key().substr(prefix.size())).Be64());
    done.emplace_back(index, *row->result);
  }
  const auto by_key = [&](LogIndex index) {
    return std::any_of(done.begin(), done.end(), [&](const auto& d) { return d.first == index; });
  };
  for (const auto& [index, result] : done) {
    const ResultRow& row = *LoadResult(result.contest, result.tps);
    if (result.round != row.newest.round && result.round != row.shown_round) continue;
    const RoundRow round = result.round == row.newest.round
                               ? row.newest
                               : ShownRound(result.contest, result.tps, row);
    Finding finding{Rule::kC21, index.value, {}};
    for (const Cell& cell : round.cells) {
      if (cell.set_by == index) finding.fields.push_back(cell.key);
    }
    const bool photo = std::find(round.evidence_set_by.begin(), round.evidence_set_by.end(),
                                 index) != round.evidence_set_by.end();
    // Someone else went over the form afterwards, and nothing that this entry set was left.
    const bool replaced = finding.fields.empty() && !photo &&
                          std::any_of(round.versions.begin(), round.versions.end(),
                                      [&, at = index](LogIndex v) { return at < v && !by_key(v); });
    if (replaced) continue;
    const uint64_t number = index.value;
    SetFindings(result.contest, result.tps, result.round, Rule::kC21, {finding},
                [number](uint64_t r) { return r == number; }, e.index);
  }
}

// The sums of a place as of `size`; those of a station only while its newest version is older.
std::optional<std::vector<BigFieldValue>> State::SumsAt(const ContestEntry& contest,
                                                        const RegionCode& place,
                                                        TreeSize size) const {
  std::vector<BigFieldValue> sums;
  if (place.IsStation()) {
    const std::string& id = contest.state->id;
    const RoundRow shown = ShownRound(id, place, *LoadResult(id, place));
    if (shown.HasResult() && shown.versions.back().value >= size.value) return std::nullopt;
    for (const Cell& cell : shown.cells) sums.push_back({cell.key, cell.value});
    return sums;
  }
  const auto tally = TallyHistory(&rows_).At(contest, place, size);
  if (!tally.ok()) {
    Damage("the tally that a certification is compared with");
    return std::nullopt;
  }
  for (const SumCell& cell : tally->sums) sums.push_back({cell.key, cell.sum});
  return sums;
}

// I.A by the list of voters that was registered with the stations; empty unless all of them in the
// place have one, and all of them vote in the contest.
std::vector<BigFieldValue> State::ListedVoters(const ContestEntry& contest,
                                               const RegionCode& place) const {
  using election::Figure;
  uint64_t l = 0, p = 0;
  const auto& excepted = contest.state->excepted;
  if (!contest.state->Covers(place) ||
      std::any_of(excepted.begin(), excepted.end(),
                  [&](const RegionCode& other) { return place.Contains(other); })) {
    return {};
  }
  if (place.IsStation()) {
    const admission::StationState* station = Station(place);
    if (station == nullptr || !station->dpt) return {};
    l = station->dpt->l;
    p = station->dpt->p;
  } else {
    const auto row = Read<RegionRow>(kRegistry, RegionKey(place));
    if (!row || row->stations == 0 || row->stations_listed != row->stations) return {};
    l = row->listed_l;
    p = row->listed_p;
  }
  return {{FieldKey::Of(Figure::kVotersRegisteredL), l},
          {FieldKey::Of(Figure::kVotersRegisteredP), p},
          {FieldKey::Of(Figure::kVotersRegisteredJ), l + p}};
}

// C16, of the newest certification of the region: its own totals and the rows of its parts, each
// against the sums of the place and the list of voters. It has the findings of the one before it,
// as far as it makes the same mistakes: of a place that it has no row for it makes none.
void State::CheckCertification(const LoggedEvent& e, const event::RecapCertified& body,
                               bool replaces) {
  const ContestEntry* contest = registry_.Contest(body.contest);
  if (contest == nullptr) return;
  const TreeSize size = std::min(TreeSize(body.size), size_);
  const auto broken_at = [&](const RegionCode& place, const std::vector<BigFieldValue>& values) {
    const auto sums = SumsAt(*contest, place, size);
    return sums ? election::CheckRecap(values, *sums, ListedVoters(*contest, place))
                : std::vector<Finding>();
  };
  SetCertified(body.contest, body.region, 0,
               broken_at(body.region,
                         BigValuesOf(body.figures, body.votes, body.party_totals)),
               e.index);
  const uint64_t mark = election::RowOfPart(body.region.level());
  std::set<RegionCode> rows;
  for (uint16_t part = 1; part != 0 && part <= body.parts; ++part) {
    const auto row = Read<RecapPartRow>(
        kRegistry, RecapPartKey(e.event.author, body.contest, body.region, part));
    if (!row) continue;
    for (const RecapPartRow::Child& child : row->rows) {
      std::vector<Finding> broken = broken_at(child.region, child.values);
      for (Finding& finding : broken) finding.row |= mark;
      SetCertified(body.contest, child.region, mark, broken, e.index);
      rows.insert(child.region);
    }
  }
  if (!replaces) return;
  for (const RegionCode& place : PlacesCertified(body.contest, body.region, mark)) {
    if (!rows.contains(place)) SetCertified(body.contest, place, mark, {}, e.index);
  }
}

// The places inside the region with an open finding of a certification with this mark.
std::set<RegionCode> State::PlacesCertified(const std::string& contest, const RegionCode& region,
                                            uint64_t mark) const {
  std::set<RegionCode> out;
  const Bytes prefix = PlaceKey(contest, region);
  const auto cursor = rows_.NewCursor(kFindings);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const ByteView key = cursor->key().substr(contest.size() + 1);
    const size_t end = key.find('\0');
    Reader tail(key.substr(std::min(end, key.size() - 1) + 1));
    const auto rule = static_cast<Rule>(tail.U8());
    if ((tail.Be64() & kMarkBits) != mark || rule != Rule::kC16) continue;
    const auto row = Decode<FindingRow>(cursor->value());
    const auto place = RegionCode::Parse(key.substr(0, end));
    if (!row || !place) {
      Damage("a finding does not decode");
      return {};
    }
    if (!row->cleared_by) out.insert(*place);
  }
  return out;
}

// Opens what is broken at a place and clears what no longer is, among the findings of
// certifications with this mark: 0 for the place's own.
void State::SetCertified(const std::string& contest, const RegionCode& place, uint64_t mark,
                         const std::vector<Finding>& broken, LogIndex index) {
  const auto rule = static_cast<uint8_t>(Rule::kC16);
  Bytes prefix = PlaceKey(contest, place);
  prefix.push_back('\0');
  prefix.push_back(static_cast<char>(rule));
  std::vector<std::pair<Bytes, FindingRow>> open;
  auto cursor = rows_.NewCursor(kFindings);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    auto row = Decode<FindingRow>(cursor->value());
    if (!row) return Damage("a finding does not decode");
    if (!row->cleared_by) open.emplace_back(Bytes(cursor->key()), std::move(*row));
  }
  std::vector<uint64_t> stays;
  for (auto& [key, row] : open) {
    const uint64_t number = Reader(ByteView(key).substr(prefix.size())).Be64();
    if ((number & kMarkBits) != mark) continue;
    const bool again = std::any_of(broken.begin(), broken.end(),
                                   [&](const Finding& f) { return f.row == number; });
    if (again) {
      stays.push_back(number);
      continue;
    }
    row.cleared_by = index;
    rows_.Put(kFindings, key, Encode(row));
  }
  for (const Finding& finding : broken) {
    if (std::find(stays.begin(), stays.end(), finding.row) != stays.end()) continue;
    rows_.Put(kFindings, FindingKey(contest, place, rule, finding.row, index),
              Encode(FindingRow{std::nullopt, finding.fields}));
  }
}

}  // namespace jejak::projection
