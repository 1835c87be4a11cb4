// Findings between forms that a version of a form opens and clears: C15 (two contests of a TPS),
// C17 (two TPSs of a village), C19 (its copies), C21 (entries of a suspect key); and the end of a
// round that another replaced. All of them look at the figures that are shown.
#include <algorithm>
#include <charconv>

#include "ledger/base/coding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

using election::Figure;
using election::Finding;
using election::Rule;

const auto kEvery = [](uint64_t) { return true; };

std::optional<uint32_t> ValueOf(const std::vector<Cell>& cells, Figure figure) {
  const FieldKey key = FieldKey::Of(figure);
  const auto at = std::lower_bound(cells.begin(), cells.end(), key,
                                   [](const Cell& c, const FieldKey& k) { return c.key < k; });
  if (at == cells.end() || at->key != key) return std::nullopt;
  return at->value;
}

election::RegisteredVoters VotersOf(uint16_t contest, const RoundRow& round) {
  return {contest, ValueOf(round.cells, Figure::kVotersRegisteredL),
          ValueOf(round.cells, Figure::kVotersRegisteredP),
          ValueOf(round.cells, Figure::kVotersRegisteredJ)};
}

bool NoMereWarning(const OpenFinding& finding) {
  return election::InfoOf(static_cast<Rule>(finding.rule)).severity != election::Severity::kWarning;
}

// Votes that went from one number to another, up or down.
uint64_t VotesMoved(const std::vector<Cell>& before, const std::vector<Cell>& after) {
  uint64_t moved = 0;
  for (const SumDelta& delta : CellDeltas(before, after)) {
    if (delta.key.kind != election::FieldKind::kVotes) continue;
    moved += static_cast<uint64_t>(delta.sum < 0 ? -delta.sum : delta.sum);
  }
  return moved;
}

uint16_t NumberInVillage(const StationCode& tps) {
  const std::string_view digits = tps.view().substr(election::kCodeDigits[4]);
  uint16_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

StationCode StationInVillage(const RegionCode& village, uint16_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 3 - digits.size(), '0');
  return *RegionCode::Parse(village.str() + digits);
}

uint64_t ShortHash(const std::string& votes) {
  return Reader(crypto::Sha256(votes).view()).Be64();
}

// What the votes of a TPS are compared by. Its ballot must be there.
election::FormContext FormOf(const ContestEntry& contest, const StationCode& tps) {
  election::FormContext context;
  context.kind = contest.state->kind;
  context.choices = contest.BallotAt(tps)->choices;
  return context;
}

// Whether something that version `index` set still stands.
bool Stands(const RoundRow& round, LogIndex index) {
  return std::any_of(round.cells.begin(), round.cells.end(),
                     [&](const Cell& c) { return c.set_by == index; }) ||
         std::find(round.evidence_set_by.begin(), round.evidence_set_by.end(), index) !=
             round.evidence_set_by.end();
}

}  // namespace

void State::SetFindings(const std::string& contest, const StationCode& tps, uint16_t number,
                        Rule rule, const std::vector<Finding>& broken,
                        const std::function<bool(uint64_t)>& concerned, LogIndex index) {
  ResultRow& row = *LoadResult(contest, tps);
  const Bytes past_key = PastRoundKey(contest, tps, number);
  std::optional<RoundRow> past;
  if (number != row.newest.round) {
    past = Read<RoundRow>(kPastRounds, past_key);
    if (!past) return;
  }
  RoundRow& round = past ? *past : row.newest;
  if (broken.empty() && round.findings.empty()) return;
  const auto id = static_cast<uint8_t>(rule);
  const auto same_row = [](uint64_t wanted) {
    return [wanted](const auto& finding) { return finding.row == wanted; };
  };
  bool changed = false;
  std::vector<OpenFinding> open;
  for (const OpenFinding& old : round.findings) {
    const bool ours = old.rule == id && concerned(old.row);
    if (!ours || std::any_of(broken.begin(), broken.end(), same_row(old.row))) {
      open.push_back(old);
      continue;
    }
    changed = true;
    const Bytes key = FindingKey(contest, tps, id, old.row, old.opened_by);
    auto known = Read<FindingRow>(kFindings, key).value_or(FindingRow{});
    known.cleared_by = index;
    rows_.Put(kFindings, key, Encode(known));
  }
  for (const Finding& finding : broken) {
    const auto known = [&](const OpenFinding& f) { return f.rule == id && f.row == finding.row; };
    if (std::any_of(open.begin(), open.end(), known)) continue;
    changed = true;
    open.push_back({id, finding.row, index});
    rows_.Put(kFindings, FindingKey(contest, tps, id, finding.row, index),
              Encode(FindingRow{std::nullopt, finding.fields}));
  }
  if (!changed) return;
  std::sort(open.begin(), open.end(), [](const OpenFinding& a, const OpenFinding& b) {
    return std::tie(a.rule, a.row) < std::tie(b.rule, b.row);
  });
  const bool before = round.flags.with_findings;
  round.findings = std::move(open);
  round.flags.with_findings =
      std::any_of(round.findings.begin(), round.findings.end(), NoMereWarning);
  if (row.shown_round == number) {
    StationCounts counts;
    counts.with_findings = int64_t{round.flags.with_findings} - int64_t{before};
    tallies_.Recount(contest, tps, counts);
  }
  if (past) {
    rows_.Put(kPastRounds, past_key, Encode(*past));
  } else {
    StoreResult(contest, tps);
  }
}

void State::FoldVersion(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                        const RoundRow& before) {
  const RoundRow& now = LoadResult(contest, tps)->newest;
  ResultDone done{ShortKey(e.event.author), e.received_at, contest, tps, now.round, 0};
  const bool corrected = e.event.kind() == event::BodyKind::kResultCorrected;
  if (corrected) done.votes_moved = VotesMoved(before.cells, now.cells);
  result_done_ = std::move(done);
  NoteReport(e, contest, tps, before.flags.reported, now.flags.reported);
  if (before.HasResult() && before.round != now.round) EndRound(contest, tps, before, e.index);
  CheckVoters(contest, tps, before, e.index);
  CheckVectors(contest, tps, before, e.index);
  CheckCopies(contest, tps, e.index);
  if (corrected) CheckSuspects(contest, tps, e.index);
}

// The figures that another round replaced are counted no more, so nothing is left to look into.
void State::EndRound(const std::string& contest, const StationCode& tps, RoundRow round,
                     LogIndex index) {
  if (round.findings.empty()) return;
  for (const OpenFinding& open : round.findings) {
    const Bytes key = FindingKey(contest, tps, open.rule, open.row, open.opened_by);
    auto known = Read<FindingRow>(kFindings, key).value_or(FindingRow{});
    known.cleared_by = index;
    rows_.Put(kFindings, key, Encode(known));
  }
  round.findings.clear();
  round.flags.with_findings = false;
  rows_.Put(kPastRounds, PastRoundKey(contest, tps, round.round), Encode(round));
}

// I.A as the figures that are shown state it, of every other contest; ascending.
std::vector<election::RegisteredVoters> State::VotersElsewhere(const std::string& contest,
                                                               const StationCode& tps) const {
  std::vector<election::RegisteredVoters> out;
  const std::vector<std::string>& ids = registry_.election()->contests;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == contest || !registry_.Contest(ids[i])->state->Covers(tps)) continue;
    const ResultRow& row = *LoadResult(ids[i], tps);
    std::optional<RoundRow> past;
    if (row.shown_round != row.newest.round) past = ShownRound(ids[i], tps, row);
    const auto is = VotersOf(static_cast<uint16_t>(i), past ? *past : row.newest);
    if (is.l || is.p || is.j) out.push_back(is);
  }
  return out;
}

// C15. Each of the two contests gets the finding.
void State::CheckVoters(const std::string& contest, const StationCode& tps, const RoundRow& before,
                        LogIndex index) {
  const std::vector<std::string>& ids = registry_.election()->contests;
  if (ids.size() < 2) return;
  const RoundRow& now = LoadResult(contest, tps)->newest;
  const auto number = static_cast<uint16_t>(std::find(ids.begin(), ids.end(), contest) -
                                            ids.begin());
  const election::RegisteredVoters was = VotersOf(number, before), is = VotersOf(number, now);
  const bool same = was.l == is.l && was.p == is.p && was.j == is.j;
  const uint16_t round = now.round;
  if (same && before.round == round) return;
  const std::vector<election::RegisteredVoters> others = VotersElsewhere(contest, tps);
  const auto first = [](uint64_t r) { return static_cast<uint16_t>(r >> 32); };
  const auto second = [](uint64_t r) { return static_cast<uint16_t>(r >> 16); };
  const auto ours = [=](uint64_t r) { return first(r) == number || second(r) == number; };
  const auto broken_with = [&](const election::RegisteredVoters& voters) {
    std::vector<election::RegisteredVoters> all = others;
    if (voters.l || voters.p || voters.j) {
      const auto at = std::find_if(all.begin(), all.end(),
                                   [&](const auto& v) { return v.contest > number; });
      all.insert(at, voters);
    }
    std::vector<Finding> broken = election::CheckRegisteredVoters(all);
    std::erase_if(broken, [&](const Finding& f) { return !ours(f.row); });
    return broken;
  };
  const std::vector<Finding> was_broken = broken_with(was), broken = broken_with(is);
  SetFindings(contest, tps, round, Rule::kC15, broken, ours, index);
  for (const election::RegisteredVoters& other : others) {
    const auto theirs = [=](uint64_t r) {
      return ours(r) && (first(r) == other.contest || second(r) == other.contest);
    };
    const auto concerned = [&](const Finding& f) { return theirs(f.row); };
    // Nothing was open between the two, and nothing is to be opened.
    if (std::none_of(broken.begin(), broken.end(), concerned) &&
        std::none_of(was_broken.begin(), was_broken.end(), concerned))
      continue;
    std::vector<Finding> pair = broken;
    std::erase_if(pair, [&](const Finding& f) { return !theirs(f.row); });
    const std::string& id = ids[other.contest];
    SetFindings(id, tps, LoadResult(id, tps)->shown_round, Rule::kC15, pair, theirs, index);
  }
}

std::vector<StationCode> State::Alike(const std::string& contest, const StationCode& tps,
                                      const std::string& votes,
                                      const std::vector<VillageVotesRow::One>& village) const {
  std::vector<StationCode> out;
  if (votes.empty()) return out;
  const uint64_t wanted = ShortHash(votes);
  const election::FormContext context = FormOf(*registry_.Contest(contest), tps);
  for (const VillageVotesRow::One& one : village) {
    if (one.votes != wanted) continue;
    const StationCode other = StationInVillage(tps.Parent(), one.station);
    if (other == tps) continue;
    const RoundRow shown = ShownRound(contest, other, *LoadResult(contest, other));
    if (election::VoteVector(ValuesOf(shown.cells), context) == votes) out.push_back(other);
  }
  return out;
}

// C17. Each of the two stations gets the finding.
void State::CheckVectors(const std::string& contest, const StationCode& tps,
                         const RoundRow& before, LogIndex index) {
  const ContestEntry& entry = *registry_.Contest(contest);
  if (entry.BallotAt(tps) == nullptr) return;
  const election::FormContext context = FormOf(entry, tps);
  const RoundRow& now = LoadResult(contest, tps)->newest;
  const uint16_t round = now.round;
  const std::string was = election::VoteVector(ValuesOf(before.cells), context);
  const std::string is = election::VoteVector(ValuesOf(now.cells), context);
  if (was == is && before.round == round) return;

  Bytes key = PlaceKey(contest, tps.Parent());
  std::vector<VillageVotesRow::One>& village = village_votes_.FindOrMake(key).stations;
  const uint16_t number = NumberInVillage(tps);
  const auto mirror = [number](uint64_t row) { return row == number; };
  const auto set = [&](const StationCode& other, const std::vector<Finding>& broken) {
    SetFindings(contest, other, LoadResult(contest, other)->shown_round, Rule::kC17, broken, mirror,
                index);
  };
  if (was != is) {
    for (const StationCode& other : Alike(contest, tps, was, village)) set(other, {});
  }
  const auto at = std::lower_bound(village.begin(), village.end(), number,
                                   [](const auto& one, uint16_t n) { return one.station < n; });
  const bool there = at != village.end() && at->station == number;
  if (is.empty()) {
    if (there) village.erase(at);
  } else if (there) {
    at->votes = ShortHash(is);
  } else {
    village.insert(at, {number, ShortHash(is)});
  }
  village.empty() ? village_votes_.Erase(key) : village_votes_.Changed(key);

  std::vector<Finding> broken;
  for (const StationCode& other : Alike(contest, tps, is, village)) {
    broken.push_back(election::SameVotes(other, context));
    set(other, {election::SameVotes(tps, context)});
  }
  SetFindings(contest, tps, round, Rule::kC17, broken, kEvery, index);
}

// C19, for every copy of the round.
void State::CheckCopies(const std::string& contest, const StationCode& tps, LogIndex index) {
  const auto filed = Read<CopiesRow>(kCopies, PlaceKey(contest, tps));
  if (!filed) return;
  const RoundRow& now = LoadResult(contest, tps)->newest;
  const uint16_t round = now.round;
  std::vector<Finding> broken;
  for (size_t i = 0; i < filed->copies.size(); ++i) {
    const Copy& copy = filed->copies[i];
    if (copy.round != round) continue;
    const auto differs = election::CheckCopy(ValuesOf(now.cells), copy.values,
                                             static_cast<uint32_t>(i) + 1);
    broken.insert(broken.end(), differs.begin(), differs.end());
  }
  SetFindings(contest, tps, round, Rule::kC19, broken, kEvery, index);
}

// C21: a correction after a revocation is by another key. What it leaves of the suspect entry keeps
// the finding open.
void State::CheckSuspects(const std::string& contest, const StationCode& tps, LogIndex index) {
  const RoundRow& now = LoadResult(contest, tps)->newest;
  std::vector<Finding> broken;
  for (const OpenFinding& open : now.findings) {
    if (static_cast<Rule>(open.rule) == Rule::kC21 && Stands(now, LogIndex(open.row)))
      broken.push_back({Rule::kC21, open.row, {}});
  }
  const uint16_t round = now.round;
  SetFindings(contest, tps, round, Rule::kC21, broken, kEvery, index);
}

}  // namespace jejak::projection
