#include "ledger/sim/contests.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "ledger/base/check.h"
#include "ledger/sim/names.h"

namespace jejak::sim {
namespace {

using election::ChoiceKind;
using election::ContestKind;
using election::Stage;

constexpr ChoiceId kFirstTicket = 1'001;
constexpr ChoiceId kFirstIndividual = 10'000;
constexpr ChoiceId kFirstCandidate = 100'000;
constexpr uint32_t kIndividualsMax = 100;
constexpr uint32_t kCandidatesMax = 1'000;  // of all parties in one dapil

constexpr uint64_t kJakarta = 10;  // its place among the provinces
constexpr std::string_view kJakartaCode = "31";

struct Line {
  std::string_view id;
  ContestKind kind;
  std::string_view name;
  Stage last_stage;
  bool kpps_may_correct;
  Level outer;
  Level inner;
};

// KPPS may only say whether the reading of a presidential form fits.
constexpr std::array<Line, 5> kLines = {{
    {"ppwp", ContestKind::kTicket, "Presiden dan Wakil Presiden", Stage::kNasional, false,
     Level::kNation, Level::kProvince},
    {"pdpr", ContestKind::kParty, "DPR", Stage::kNasional, true, Level::kProvince, Level::kRegency},
    {"pdpd", ContestKind::kIndividual, "DPD", Stage::kNasional, true, Level::kProvince,
     Level::kRegency},
    {"pdprdp", ContestKind::kParty, "DPRD Provinsi", Stage::kProvinsi, true, Level::kProvince,
     Level::kRegency},
    {"pdprdk", ContestKind::kParty, "DPRD Kabupaten/Kota", Stage::kKabkota, true, Level::kRegency,
     Level::kDistrict},
}};

// Seconds since 1970 on the local clock: 2024-02-15 12:00 for KPPS, then the calendar of PKPU
// 5/2024.
constexpr std::array<int64_t, 5> kDeadlines = {1'707'998'400, 1'709'423'999, 1'709'683'199,
                                               1'710'115'199, 1'710'979'199};

event::Choice MakeChoice(ChoiceId id, ChoiceKind kind, uint32_t number, std::string name,
                         ChoiceId party = 0) {
  event::Choice choice;
  choice.id = id;
  choice.kind = kind;
  choice.number = static_cast<uint16_t>(number);
  choice.name = std::move(name);
  choice.party = party;
  return choice;
}

}  // namespace

Result<Contests> Contests::Make(const Geography& geography, const Scenario& scenario,
                                uint64_t seed) {
  const BallotSizes& sizes = scenario.ballots;
  const bool empty = sizes.tickets == 0 || sizes.parties == 0 || sizes.individuals == 0;
  if (empty || sizes.tickets > kIndividualsMax || sizes.individuals > kIndividualsMax ||
      sizes.parties > kCandidatesMax || sizes.parties * sizes.candidates > kCandidatesMax) {
    return Status(Reason::kInvalidArgument,
                  "a ballot has no choices, or more than 100 of its kind");
  }
  for (const std::string& id : scenario.contests) {
    if (std::none_of(kLines.begin(), kLines.end(), [&](const Line& l) { return l.id == id; })) {
      return Status(Reason::kInvalidArgument, "there is no contest " + id + " to simulate");
    }
  }
  Contests made(geography, sizes, seed);
  const auto& only = scenario.contests;
  for (const Line& line : kLines) {
    if (!only.empty() && std::find(only.begin(), only.end(), line.id) == only.end()) continue;
    Contest contest;
    contest.registered.id = line.id;
    contest.registered.kind = line.kind;
    contest.registered.name = line.name;
    contest.registered.last_stage = line.last_stage;
    contest.registered.kpps_may_correct = line.kpps_may_correct;
    for (size_t stage = 0; stage <= static_cast<size_t>(line.last_stage); ++stage) {
      contest.registered.deadlines.push_back({static_cast<Stage>(stage), kDeadlines[stage]});
    }
    contest.outer = line.outer;
    contest.inner = line.inner;
    made.SetArea(&contest);
    made.CountDapils(&contest);
    made.contests_.push_back(std::move(contest));
  }
  return made;
}

size_t Contests::Find(std::string_view id) const {
  const auto at = std::find_if(contests_.begin(), contests_.end(),
                               [id](const Contest& contest) { return contest.id() == id; });
  return static_cast<size_t>(at - contests_.begin());
}

// A contest of one regency or province covers just that; otherwise the nation but for where it
// isn't held.
void Contests::SetArea(Contest* contest) const {
  event::ContestRegistered& body = contest->registered;
  const bool nation = geography_->Count(Level::kProvince) > 1;
  if (!nation && contest->outer != Level::kNation && body.id != "pdpr") {
    body.covered.push_back(geography_->At(contest->outer, 0).code);
    return;
  }
  body.covered.push_back(RegionCode());
  if (body.id == "ppwp" || body.id == "pdpr" || !nation) return;
  const uint64_t provinces = geography_->Count(Level::kProvince);
  for (uint64_t i = 0; i < provinces; ++i) {
    const RegionCode code = geography_->At(Level::kProvince, i).code;
    const bool jakarta = body.id == "pdprdk" && code.view() == kJakartaCode;
    if (jakarta || code.IsAbroad()) body.excepted.push_back(code);
  }
}

// How many dapil the region at `outer` is divided into: over the nation 84 for DPR and 301 for the
// DPRD of provinces, as in 2024, and about as many as then for those of regencies.
uint32_t Contests::DapilsIn(const std::string& contest, Level outer, uint64_t index) const {
  if (contest == "pdpd") return 1;
  const auto nth = static_cast<uint32_t>(index);
  if (geography_->Count(Level::kProvince) == 1) {
    if (contest == "pdpr") return 1;
    return outer == Level::kRegency && index > 0 ? 0 : 3;
  }
  if (contest == "pdpr") return nth % 5 == 0 ? 3 : 2;
  if (contest == "pdprdp") return nth < 35 ? 8 : 7;
  return nth % 7 < 4 ? 5 : 4;
}

void Contests::CountDapils(Contest* contest) const {
  uint32_t count = 0;
  const uint64_t outers = geography_->Count(contest->outer);
  for (uint64_t i = 0; i < outers; ++i) {
    contest->first_dapil.push_back(count);
    if (contest->outer == Level::kNation) {
      ++count;
      continue;
    }
    const RegionCode code = geography_->At(contest->outer, i).code;
    const bool out =
        code.IsAbroad() || (contest->id() == "pdprdk" && code.view().starts_with(kJakartaCode));
    if (out) continue;
    const auto inner = static_cast<uint32_t>(geography_->Children(contest->outer, i).size());
    count += std::min(DapilsIn(contest->id(), contest->outer, i), inner);
  }
  contest->first_dapil.push_back(count);
}

bool Contests::Covers(size_t contest, const Station& station) const {
  const event::ContestRegistered& body = contests_[contest].registered;
  const auto holds = [&](const RegionCode& region) { return region.Contains(station.code); };
  return std::any_of(body.covered.begin(), body.covered.end(), holds) &&
         std::none_of(body.excepted.begin(), body.excepted.end(), holds);
}

uint32_t Contests::DapilOfAbroad(const Contest& contest) const {
  const uint64_t last = contest.first_dapil.size() - 2;  // the abroad itself
  return contest.first_dapil[std::min(kJakarta + 1, last)] - 1;
}

uint32_t Contests::DapilOf(size_t contest_index, const Station& station) const {
  const Contest& contest = contests_[contest_index];
  if (contest.outer == Level::kNation) return 0;
  if (station.abroad()) return DapilOfAbroad(contest);
  const bool by_province = contest.outer == Level::kProvince;
  const uint64_t outer = by_province ? station.province : station.regency;
  const uint64_t inner = by_province ? station.regency : station.district;
  const IndexRange inners = geography_->Children(contest.outer, outer);
  const uint32_t first = contest.first_dapil[outer];
  const uint32_t here = contest.first_dapil[outer + 1] - first;
  JEJAK_CHECK(here > 0);
  return first + static_cast<uint32_t>(ShareOf(inner - inners.begin, here, inners.size()));
}

std::vector<RegionCode> Contests::Members(const Contest& contest, uint32_t dapil) const {
  if (contest.outer == Level::kNation) return {RegionCode()};
  const auto& first = contest.first_dapil;
  const auto after = std::upper_bound(first.begin(), first.end(), dapil);
  const auto outer = static_cast<size_t>(after - first.begin()) - 1;
  const uint32_t here = first[outer + 1] - first[outer];
  std::vector<RegionCode> members;
  if (here == 1) {
    members.push_back(geography_->At(contest.outer, outer).code);
  } else {
    const IndexRange inners = geography_->Children(contest.outer, outer);
    const IndexRange mine = Share(dapil - first[outer], here, inners.size());
    for (uint64_t i = mine.begin; i < mine.end; ++i) {
      members.push_back(geography_->At(contest.inner, inners.begin + i).code);
    }
  }
  const uint64_t provinces = geography_->Count(Level::kProvince);
  const RegionCode last = geography_->At(Level::kProvince, provinces - 1).code;
  if (contest.id() == "pdpr" && last.IsAbroad() && dapil == DapilOfAbroad(contest)) {
    members.push_back(last);
  }
  return members;
}

ChoiceId Contests::CandidateId(uint32_t dapil, uint32_t party, uint32_t nth) const {
  return kFirstCandidate + dapil * kCandidatesMax + party * sizes_.candidates + nth;
}

std::vector<event::Choice> Contests::Parties(const Contest& contest, uint32_t dapil) const {
  std::vector<event::Choice> choices;
  for (uint32_t party = 0; party < sizes_.parties; ++party) {
    const ChoiceId id = party + 1;
    choices.push_back(MakeChoice(id, ChoiceKind::kParty, party + 1, PartyName(seed_, party + 1)));
    for (uint32_t i = 0; i < sizes_.candidates; ++i) {
      const ChoiceId candidate = CandidateId(dapil, party, i);
      const std::string person = "candidate " + contest.id() + " " + std::to_string(candidate);
      choices.push_back(
          MakeChoice(candidate, ChoiceKind::kCandidate, i + 1, PersonName(seed_, person), id));
    }
  }
  return choices;
}

event::BallotRegistered Contests::Ballot(size_t contest_index, uint32_t dapil) const {
  const Contest& contest = contests_[contest_index];
  event::BallotRegistered ballot;
  ballot.contest = contest.id();
  ballot.members = Members(contest, dapil);
  std::sort(ballot.members.begin(), ballot.members.end());
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "%04u", dapil + 1);
  ballot.dapil = contest.outer == Level::kNation ? "0" : digits.data();
  if (contest.party()) {
    ballot.choices = Parties(contest, dapil);
    return ballot;
  }
  const bool tickets = contest.registered.kind == ContestKind::kTicket;
  for (const ChoiceId id : ChoiceIds(contest_index, dapil)) {
    const auto number = static_cast<uint32_t>(ballot.choices.size()) + 1;
    const std::string who = contest.id() + " " + std::to_string(id);
    if (tickets) {
      const std::string pair =
          PersonName(seed_, who) + " dan " + PersonName(seed_, who + " deputy");
      ballot.choices.push_back(MakeChoice(id, ChoiceKind::kTicket, number, pair));
    } else {
      ballot.choices.push_back(
          MakeChoice(id, ChoiceKind::kIndividual, number, PersonName(seed_, who)));
    }
  }
  return ballot;
}

std::vector<ChoiceId> Contests::ChoiceIds(size_t contest_index, uint32_t dapil) const {
  const Contest& contest = contests_[contest_index];
  std::vector<ChoiceId> ids;
  switch (contest.registered.kind) {
    case ContestKind::kTicket:
      for (uint32_t i = 0; i < sizes_.tickets; ++i) ids.push_back(kFirstTicket + i);
      break;
    case ContestKind::kIndividual:
      for (uint32_t i = 0; i < sizes_.individuals; ++i) {
        ids.push_back(kFirstIndividual + dapil * kIndividualsMax + i);
      }
      break;
    case ContestKind::kParty:
      for (uint32_t party = 0; party < sizes_.parties; ++party) ids.push_back(party + 1);
      for (uint32_t party = 0; party < sizes_.parties; ++party) {
        for (uint32_t i = 0; i < sizes_.candidates; ++i) {
          ids.push_back(CandidateId(dapil, party, i));
        }
      }
      break;
  }
  return ids;
}

}  // namespace jejak::sim
