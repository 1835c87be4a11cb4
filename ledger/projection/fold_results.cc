// Folds of results: versions of a station's figures, the findings they open and clear, and the
// tallies.
#include <algorithm>
#include <set>

#include "ledger/election/rules.h"
#include "ledger/projection/round_versions.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

StationCounts CountsOf(const StationFlags& flags) {
  const auto one = [](bool b) { return int64_t{b ? 1 : 0}; };
  return {0,
          one(flags.reported),
          one(flags.corrected),
          one(flags.completed),
          one(flags.evidence_replaced),
          one(flags.with_findings)};
}

StationCounts Minus(StationCounts a, const StationCounts& b) {
  const StationCounts negative{-b.total,     -b.reported,          -b.corrected,
                               -b.completed, -b.evidence_replaced, -b.with_findings};
  a.Add(negative);
  return a;
}

}  // namespace

void State::StoreResult(std::string_view contest, const StationCode& tps) {
  SetPlaceKey(contest, tps, &key_);
  results_.Changed(key_);
}

RoundRow State::ShownRound(std::string_view contest, const StationCode& tps,
                           const ResultRow& row) const {
  if (row.shown_round == row.newest.round) return row.newest;
  return Read<RoundRow>(kPastRounds, PastRoundKey(contest, tps, row.shown_round))
      .value_or(RoundRow{});
}

// Compares the figures with the rules: opens what is newly broken, clears what no longer is.
void State::Judge(const std::string& contest, const StationCode& tps, LogIndex index,
                  RoundRow* round) {
  const ContestEntry& entry = *registry_.Contest(contest);
  const auto ballot = entry.BallotAt(tps);
  const admission::ElectionState& election = registry_.election()->state;
  election::FormContext context;
  context.kind = entry.state->kind;
  if (ballot != nullptr) context.choices = ballot->choices;
  context.dpt_max = election.dpt_max;
  context.reserve_permille = election.reserve_permille;
  if (tps.IsAbroad()) {
    const admission::StationState* station = Station(tps);
    context.abroad_post = station != nullptr && station->kind == election::StationKind::kPos;
  }
  const std::vector<election::FieldValue> values = ValuesOf(round->cells);
  const std::vector<election::Finding> broken = election::CheckForm(values, context);
  if (broken.empty() && round->findings.empty()) return;

  std::vector<OpenFinding> open;
  for (const election::Finding& finding : broken) {
    const auto rule = static_cast<uint8_t>(finding.rule);
    const auto known =
        std::find_if(round->findings.begin(), round->findings.end(),
                     [&](const OpenFinding& f) { return f.rule == rule && f.row == finding.row; });
    const LogIndex opened_by = known == round->findings.end() ? index : known->opened_by;
    open.push_back({rule, finding.row, opened_by});
    rows_.Put(kFindings, FindingKey(contest, tps, rule, finding.row, opened_by),
              Encode(FindingRow{std::nullopt, finding.fields}));
  }
  const auto by_row = [](const OpenFinding& a, const OpenFinding& b) {
    return std::tie(a.rule, a.row) < std::tie(b.rule, b.row);
  };
  std::sort(open.begin(), open.end(), by_row);
  std::vector<OpenFinding> others;
  for (const OpenFinding& old : round->findings) {
    if (std::binary_search(open.begin(), open.end(), old, by_row)) continue;
    if (!election::IsOfOneForm(static_cast<election::Rule>(old.rule))) {
      others.push_back(old);  // fold_cross.cc has those; who came second stays seen
      continue;
    }
    const Bytes key = FindingKey(contest, tps, old.rule, old.row, old.opened_by);
    auto row = Read<FindingRow>(kFindings, key);
    if (!row) continue;
    row->cleared_by = index;
    rows_.Put(kFindings, key, Encode(*row));
  }
  open.insert(open.end(), others.begin(), others.end());
  std::sort(open.begin(), open.end(), by_row);
  round->findings = std::move(open);
  round->flags.with_findings =
      std::any_of(round->findings.begin(), round->findings.end(), [](const OpenFinding& f) {
        return election::InfoOf(static_cast<election::Rule>(f.rule)).severity !=
               election::Severity::kWarning;
      });
}

// What every accepted version ends with, whether it is the first or a correction.
void State::FinishVersion(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                          RoundRow* round) {
  const KeyRow* author = LoadKey(e.event.author);
  // PPK may act before the KPPS stage has ended, and so ends it; abroad PPLN. Nobody else does.
  if (author != nullptr && (author->state.role == election::Role::kPpk ||
                            author->state.role == election::Role::kPpln)) {
    round->ppk_acted = true;
  }
  Judge(contest, tps, e.index, round);
}

void State::ReplaceShown(const std::string& contest, const StationCode& tps, const RoundRow& before,
                         const RoundRow& after) {
  TallyDelta delta;
  delta.stations = Minus(CountsOf(after.flags), CountsOf(before.flags));
  delta.sums = CellDeltas(before.cells, after.cells);
  tallies_.Replace(contest, tps, delta, after);
}

void State::Fold(const LoggedEvent& e, const event::ResultSubmitted& body) {
  ResultRow& row = *LoadResult(body.contest, body.tps);
  const RoundRow before = row.newest.HasResult() || row.shown_round == row.newest.round
                              ? RoundRow{}
                              : ShownRound(body.contest, body.tps, row);
  RoundRow& round = row.newest;
  if (!round.HasResult()) MarkUsed(round);
  SetSubmission(body, e.index, e.hash, &round);
  FinishVersion(e, body.contest, body.tps, &round);
  row.shown_round = round.round;
  ReplaceShown(body.contest, body.tps, before, round);
  StoreResult(body.contest, body.tps);
  FoldVersion(e, body.contest, body.tps, before);
}

void State::Fold(const LoggedEvent& e, const event::ResultCorrected& body) {
  ResultRow& row = *LoadResult(body.contest, body.tps);
  const RoundRow before = row.newest;
  RoundRow& round = row.newest;
  SetCorrection(body, e.index, e.hash, &round);
  FinishVersion(e, body.contest, body.tps, &round);
  ReplaceShown(body.contest, body.tps, before, round);
  StoreResult(body.contest, body.tps);
  FoldVersion(e, body.contest, body.tps, before);
}

void State::Fold(const LoggedEvent&, const event::ResultFinalised& body) {
  ResultRow& row = *LoadResult(body.contest, body.tps);
  row.newest.finalised = true;
  StoreResult(body.contest, body.tps);
}

void State::MarkUsed(const RoundRow& round) {
  if (!round.opened_event) return;
  auto opened = Reference(*round.opened_event);
  if (!opened || opened->used) return;
  opened->used = true;
  rows_.Put(kReferences, round.opened_event->view(), Encode(*opened));
}

// Whether any station of the round has a result in it, or another round upon it.
bool State::IsUsed(const admission::ReferenceState& opened) const {
  const auto used_at = [&](const std::string& contest, const StationCode& tps) {
    const ResultRow& row = *LoadResult(contest, tps);
    if (row.newest.opened_at == opened.index) return row.newest.HasResult();
    for (uint16_t round = row.newest.round; round > 1 && opened.index < row.newest.opened_at;) {
      const auto past = Read<RoundRow>(kPastRounds, PastRoundKey(contest, tps, --round));
      if (!past || past->opened_at < opened.index) break;
      if (past->opened_at == opened.index) return true;
    }
    return false;
  };
  for (const std::string& contest : opened.contests) {
    for (const RegionCode& place : opened.places) {
      const std::vector<StationCode> stations = StationsWithRounds(contest, place);
      if (std::any_of(stations.begin(), stations.end(),
                      [&](const StationCode& tps) { return used_at(contest, tps); })) {
        return true;
      }
    }
  }
  return false;
}

std::vector<StationCode> State::StationsWithRounds(const std::string& contest,
                                                   const RegionCode& place) const {
  const Bytes prefix = PlaceKey(contest, place);
  std::vector<StationCode> stations;
  WriteBack();
  const auto cursor = rows_.NewCursor(kResults);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
       cursor->Next()) {
    const auto code = RegionCode::Parse(cursor->key().substr(contest.size() + 1));
    if (code && code->IsStation()) stations.push_back(*code);
  }
  return stations;
}

void State::NoteRound(const std::string& contest, const RegionCode& place, LogIndex index) {
  rows_.Put(kRegistry, RoundHereKey(contest, place), IndexKey(index));
  for (RegionCode code = place;; code = code.Parent()) {
    rows_.Put(kRegistry, RoundInsideKey(contest, code), IndexKey(index));
    if (code.IsNation()) return;
  }
}

void State::Fold(const LoggedEvent& e, const event::RoundOpened& body) {
  for (const RegionCode& place : body.places) {
    const std::vector<StationCode> stations = StationsIn(place);
    for (const std::string& contest : body.contests) {
      NoteRound(contest, place, e.index);
      const ContestEntry* entry = registry_.Contest(contest);
      for (const StationCode& tps : stations) {
        if (entry == nullptr || !entry->state->Covers(tps)) continue;
        ResultRow& row = *LoadResult(contest, tps);
        MarkUsed(row.newest);
        rows_.Put(kPastRounds, PastRoundKey(contest, tps, row.newest.round), Encode(row.newest));
        const auto round = static_cast<uint16_t>(row.newest.round + 1);
        row.newest = RoundRow{};
        row.newest.round = round;
        row.newest.opened_at = e.index;
        row.newest.opened_event = e.hash;
        StoreResult(contest, tps);
      }
    }
  }
  admission::ReferenceState reference;
  reference.places = body.places;
  reference.contests = body.contests;
  PutReference(e, std::move(reference));
  PutRecords(RecordKind::kRound, body.contests, body.places, e.index);
}

void State::Fold(const LoggedEvent& e, const event::RoundCancelled& body) {
  auto opened = Reference(body.opened);
  if (!opened) return;
  std::set<Hash> beneath;  // rounds without a result that are the newest again
  for (const std::string& contest : opened->contests) {
    for (const RegionCode& place : opened->places) {
      for (const StationCode& tps : StationsWithRounds(contest, place)) {
        ResultRow& row = *LoadResult(contest, tps);
        if (row.newest.opened_at != opened->index || row.newest.HasResult()) continue;
        const auto previous = static_cast<uint16_t>(row.newest.round - 1);
        const Bytes past = PastRoundKey(contest, tps, previous);
        const auto round = Read<RoundRow>(kPastRounds, past);
        if (!round) continue;
        row.newest = *round;
        rows_.Delete(kPastRounds, past);
        StoreResult(contest, tps);
        if (round->opened_event && !round->HasResult()) beneath.insert(*round->opened_event);
      }
    }
  }
  opened->resolved = true;
  rows_.Put(kReferences, body.opened.view(), Encode(*opened));
  for (const Hash& event : beneath) {
    auto round = Reference(event);
    if (!round || !round->used || IsUsed(*round)) continue;
    round->used = false;
    rows_.Put(kReferences, event.view(), Encode(*round));
  }
  for (const std::string& contest : opened->contests) {
    for (const RegionCode& place : opened->places)
      AddStep(RecordKind::kRound, contest, place, opened->index, {0, e.index});
  }
  PutReference(e, {});
}

// Whoever came second with other figures stays seen at the TPS.
void State::NoteCompeting(const LoggedEvent& e) {
  const auto* body = std::get_if<event::ResultSubmitted>(&e.event.body);
  if (body == nullptr || registry_.Contest(body->contest) == nullptr) return;
  ResultRow& row = *LoadResult(body->contest, body->tps);
  // Whoever came when the stage was over may have come first in its round.
  if (body->round != row.newest.round || !row.newest.HasResult()) return;
  const std::vector<Cell> theirs = CellsOf(*body, e.index);
  std::vector<FieldKey> fields;
  for (const SumDelta& delta : CellDeltas(row.newest.cells, theirs)) fields.push_back(delta.key);
  if (fields.empty()) return;
  const RoundRow before = row.newest;
  const auto rule = static_cast<uint8_t>(election::Rule::kC20);
  const OpenFinding finding{rule, e.index.value, e.index};
  const auto at = std::find_if(
      row.newest.findings.begin(), row.newest.findings.end(),
      [&](const OpenFinding& f) { return std::tie(f.rule, f.row) > std::tie(rule, finding.row); });
  row.newest.findings.insert(at, finding);
  row.newest.flags.with_findings = true;
  rows_.Put(kFindings, FindingKey(body->contest, body->tps, rule, finding.row, e.index),
            Encode(FindingRow{std::nullopt, fields}));
  if (row.shown_round == row.newest.round) {
    tallies_.Recount(body->contest, body->tps,
                     Minus(CountsOf(row.newest.flags), CountsOf(before.flags)));
  }
  StoreResult(body->contest, body->tps);
}

}  // namespace jejak::projection
