#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/base/reason.h"
#include "ledger/base/time.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/sim/contests.h"
#include "ledger/sim/draws.h"
#include "ledger/sim/forms.h"
#include "ledger/sim/generator.h"
#include "ledger/sim/geography.h"

namespace jejak::sim {
namespace {

using election::FieldKey;
using election::Figure;

std::vector<Step> Drain(Simulation* simulation) {
  std::vector<Step> steps;
  while (auto step = simulation->Next()) steps.push_back(std::move(*step));
  return steps;
}

Simulation Make(const Scenario& scenario, uint64_t seed) {
  auto simulation = Simulation::Create(scenario, seed);
  EXPECT_TRUE(simulation.ok()) << simulation.status().ToString();
  return std::move(simulation).value();
}

// The whole night, made once for all tests that only look at it.
struct WholeNight {
  Simulation simulation = Make(Scenario::BulunganNight(), 1);
  std::vector<Step> steps = Drain(&simulation);
};
const WholeNight& TheNight() {
  static const WholeNight night;
  return night;
}

// Any part of a permutation must go somewhere else than every other, whatever the size.
TEST(Permutation, VisitsEveryIndexOnce) {
  for (const uint64_t size : std::vector<uint64_t>{1, 2, 3, 4, 5, 64, 65, 1'000, 5'000}) {
    const Permutation permutation(size, 7, "test");
    std::set<uint64_t> seen;
    for (uint64_t i = 0; i < size; ++i) seen.insert(permutation(i));
    ASSERT_EQ(seen.size(), size);
    EXPECT_LT(*seen.rbegin(), size);
  }
}

// The table of Bulungan must have the published counts: TPS of each district, 81 villages, 484 TPS.
TEST(Bulungan, HasItsPublishedCounts) {
  const auto place = MakeBulungan();
  const std::vector<uint64_t> stations = {54, 22, 33, 52, 183, 37, 15, 16, 38, 34};
  const std::vector<uint64_t> villages = {9, 5, 6, 8, 9, 3, 10, 6, 22, 3};
  ASSERT_EQ(place->Count(Level::kDistrict), stations.size());
  for (uint64_t i = 0; i < stations.size(); ++i) {
    EXPECT_EQ(place->Inside(Level::kDistrict, i, Level::kStation).size(), stations[i]) << i;
    EXPECT_EQ(place->Children(Level::kDistrict, i).size(), villages[i]) << i;
  }
  EXPECT_EQ(place->Count(Level::kVillage), 81U);
  EXPECT_EQ(place->stations(), 484U);
  EXPECT_EQ(place->Inside(Level::kProvince, 0, Level::kStation).size(), 484U);
}

void CheckCodes(const Geography& place) {
  RegionCode last;
  for (uint64_t i = 0; i < place.stations(); ++i) {
    const Station station = place.StationAt(i);
    ASSERT_LT(last, station.code) << i;
    last = station.code;
    const RegionCode village = place.At(Level::kVillage, station.village).code;
    ASSERT_EQ(station.code.Parent(), village);
    ASSERT_EQ(village.Parent(), place.At(Level::kDistrict, station.district).code);
    ASSERT_EQ(village.At(Level::kRegency), place.At(Level::kRegency, station.regency).code);
    ASSERT_EQ(village.At(Level::kProvince), place.At(Level::kProvince, station.province).code);
  }
}

// Stations must stand in code order inside the regions that their indexes name.
TEST(Geography, StationsLieInTheirRegions) {
  CheckCodes(*MakeBulungan());
  for (const uint64_t stations : std::vector<uint64_t>{1, 2, 17, 300, 5'000, 20'000}) {
    CheckCodes(*MakeNation(3, stations));
  }
}

// The whole nation must have the counts of 2024, and any station be found without the others.
TEST(Nation, HasTheCountsOf2024) {
  const auto place = MakeNation(3, kNationStations);
  EXPECT_EQ(place->Count(Level::kProvince), 38U + 1);
  EXPECT_EQ(place->Count(Level::kRegency), 514U + 8);
  EXPECT_EQ(place->Count(Level::kDistrict), 7'277U + 128);
  EXPECT_EQ(place->Count(Level::kVillage), 83'731U + 128);
  EXPECT_EQ(place->stations(), 823'236U);
  EXPECT_EQ(place->StationAt(0).code.view(), "1101011001001");
  EXPECT_TRUE(place->StationAt(kNationStations - 1).abroad());
  EXPECT_EQ(place->Inside(Level::kNation, 0, Level::kStation).size(), kNationStations);
}

// Each station must vote on the one ballot whose members hold it, in each contest that covers it.
TEST(Contests, OneBallotForEachStation) {
  const auto place = MakeNation(5, 5'000);
  const auto contests = Contests::Make(*place, Scenario::Nation(5'000), 5);
  ASSERT_TRUE(contests.ok());
  for (size_t c = 0; c < contests->size(); ++c) {
    std::vector<event::BallotRegistered> ballots;
    for (uint32_t i = 0; i < contests->Dapils(c); ++i) ballots.push_back(contests->Ballot(c, i));
    for (uint64_t i = 0; i < place->stations(); i += 7) {
      const Station station = place->StationAt(i);
      if (!contests->Covers(c, station)) continue;
      const auto holds = [&](const auto& ballot) {
        return std::any_of(ballot.members.begin(), ballot.members.end(),
                           [&](const auto& member) { return member.Contains(station.code); });
      };
      ASSERT_EQ(std::count_if(ballots.begin(), ballots.end(), holds), 1) << station.code.view();
      ASSERT_TRUE(holds(ballots[contests->DapilOf(c, station)])) << station.code.view();
    }
  }
  const Station abroad = place->StationAt(place->stations() - 1);
  ASSERT_TRUE(abroad.abroad());
  EXPECT_TRUE(contests->Covers(contests->Find("pdpr"), abroad));
  EXPECT_FALSE(contests->Covers(contests->Find("pdpd"), abroad));
}

// The paper's sums must be right and the forms of a station agree, so that every finding of a
// simulation is one that it meant.
TEST(Forms, PaperAddsUp) {
  const auto place = MakeBulungan();
  const auto contests = Contests::Make(*place, Scenario::BulunganNight(), 9);
  ASSERT_TRUE(contests.ok());
  for (uint64_t i = 0; i < place->stations(); ++i) {
    const Station station = place->StationAt(i);
    for (size_t c = 0; c < contests->size(); ++c) {
      const election::Form form = TrueForm(9, *contests, c, station);
      const auto get = [&](Figure figure) { return form.Get(figure).value(); };
      uint64_t votes = 0;
      uint64_t totals = 0;
      for (const auto& vote : form.view().votes()) votes += vote.value;
      for (const auto& total : form.view().party_totals()) totals += total.value;
      ASSERT_EQ(votes, get(Figure::kValid));
      ASSERT_EQ(totals, (*contests)[c].party() ? votes : 0);
      ASSERT_EQ(get(Figure::kValid) + get(Figure::kInvalid), get(Figure::kTotal));
      ASSERT_EQ(get(Figure::kTotal), get(Figure::kVotersTotalJ));
      ASSERT_EQ(get(Figure::kBallotsUsed), get(Figure::kVotersTotalJ));
      ASSERT_EQ(
          get(Figure::kBallotsReceived),
          get(Figure::kBallotsUsed) + get(Figure::kBallotsSpoiled) + get(Figure::kBallotsUnused));
      ASSERT_LE(get(Figure::kVotersFromListL), get(Figure::kVotersRegisteredL));
      ASSERT_LE(get(Figure::kVotersFromListP), get(Figure::kVotersRegisteredP));
      ASSERT_LE(votes * 100, uint64_t{get(Figure::kVotersRegisteredJ)} * 102);
    }
  }
}

TEST(Forms, AMisreadingIsAnother) {
  for (uint32_t value = 0; value < 1'000; ++value) {
    for (uint64_t what = 0; what < 20; ++what) ASSERT_NE(Misread(4, what, value), value);
  }
}

// The same seed must give the same bytes, another seed others.
TEST(Simulation, IsAFunctionOfItsSeed) {
  Simulation again = Make(Scenario::BulunganNight(), 1);
  for (const Step& step : TheNight().steps) {
    const auto other = again.Next();
    ASSERT_TRUE(other.has_value());
    ASSERT_EQ(other->event, step.event) << step.label;
    ASSERT_EQ(other->received_at, step.received_at);
    ASSERT_EQ(other->expected, step.expected);
    ASSERT_EQ(other->label, step.label);
  }
  EXPECT_FALSE(again.Next().has_value());
  Simulation another = Make(Scenario::BulunganNight(), 2);
  EXPECT_NE(another.Next()->event.bytes, TheNight().steps[0].event.bytes);
}

// Every event must decode strictly, be signed by its author and follow in its author's chain, but
// for the attempts whose point is that they don't.
void CheckChains(const std::vector<Step>& steps) {
  std::unordered_map<PublicKey, event::ChainHead> heads;
  UnixMicros clock;
  for (const Step& step : steps) {
    ASSERT_GE(step.received_at, clock);
    clock = step.received_at;
    ASSERT_EQ(step.hash, event::EventHash(step.event.bytes));
    const auto event = event::DecodeEvent(step.event.bytes);
    ASSERT_TRUE(event.ok()) << step.label << ": " << event.status().ToString();
    const bool door = step.expected.kind == Expected::Kind::kDoor;
    const bool signed_well = step.expected.reason != Reason::kSignatureInvalid;
    ASSERT_EQ(event::VerifySignature(step.event, event->author), signed_well) << step.label;
    if (door || step.expected.reason == Reason::kAuthorFork) continue;
    event::ChainHead& head = heads[event->author];
    ASSERT_EQ(event->sequence, head.next_sequence) << step.label;
    ASSERT_EQ(event->previous, head.previous) << step.label;
    ++head.next_sequence;
    head.previous = step.hash;
  }
}

TEST(Simulation, EveryEventIsSignedAndFollowsItsAuthorsLast) {
  CheckChains(TheNight().steps);
  Scenario nation = Scenario::Nation(2'000);
  nation.finalise = true;
  Simulation simulation = Make(nation, 3);
  CheckChains(Drain(&simulation));
}

// At eight in the morning 65 of 484 presidential forms must be in, none of Peso and Peso Hilir; in
// the end all.
TEST(Night, SixtyFiveAreInByMorning) {
  const UnixMicros morning = ParseTime("2024-02-15T08:00:00+08:00").value();
  std::set<std::string> by_morning;
  std::set<std::string> in_all;
  for (const Step& step : TheNight().steps) {
    if (step.expected.kind != Expected::Kind::kAccepted) continue;
    const auto event = event::DecodeEvent(step.event.bytes);
    ASSERT_TRUE(event.ok());
    const auto* body = std::get_if<event::ResultSubmitted>(&event->body);
    if (body == nullptr || body->contest != "ppwp") continue;
    in_all.insert(body->tps.str());
    if (step.received_at <= morning) by_morning.insert(body->tps.str());
  }
  EXPECT_EQ(by_morning.size(), 65U);
  EXPECT_EQ(in_all.size(), 484U);
  for (const std::string& tps : by_morning) {
    EXPECT_NE(tps.substr(0, 6), "650107");
    EXPECT_NE(tps.substr(0, 6), "650108");
  }
}

// Every reason with a logged number must be tried, but for the one that only live elections have;
// once each, and what the plenaries find closed besides.
TEST(Night, TriesEveryLoggedReason) {
  std::map<Reason, int> tried;
  for (const ExpectedRefusal& refusal : TheNight().simulation.ExpectedRefusals()) {
    ++tried[refusal.reason];
    EXPECT_FALSE(refusal.author.empty());
  }
  for (const ReasonInfo& info : AllReasons()) {
    if (info.logged_number == 0) continue;
    int times = info.reason == Reason::kModeForbids ? 0 : 1;
    if (info.reason == Reason::kStageSealed) times += 4;  // a body of each level
    if (info.reason == Reason::kSupersedesStale) times += 1;
    EXPECT_EQ(tried[info.reason], times) << info.name;
  }
}

// The simulator's sums at each level must be those of the level below.
TEST(Night, NaiveSumsAddUp) {
  const SimTotals& totals = TheNight().simulation.totals();
  const RegionCode regency = RegionCode::Parse("6501").value();
  const RegionTotals all = totals.Of("ppwp", regency);
  EXPECT_EQ(all.reported, 484U);
  std::map<FieldKey, NaiveSum> sums;
  const auto place = MakeBulungan();
  for (uint64_t i = 0; i < place->Count(Level::kDistrict); ++i) {
    for (const auto& [field, sum] : totals.Of("ppwp", place->At(Level::kDistrict, i).code).fields) {
      sums[field].sum += sum.sum;
      sums[field].present += sum.present;
    }
  }
  EXPECT_EQ(sums, all.fields);
}

// A corrected form must end as the paper has it: what stays wrong is only what was left wrong on
// purpose.
TEST(Night, CorrectionsLeadBackToThePaper) {
  const auto place = MakeBulungan();
  const auto contests = Contests::Make(*place, Scenario::BulunganNight(), 1);
  ASSERT_TRUE(contests.ok());
  uint32_t wrong = 0;
  for (uint64_t i = 0; i < place->stations(); ++i) {
    for (size_t c = 0; c < contests->size(); ++c) {
      const Station station = place->StationAt(i);
      const auto* form = TheNight().simulation.totals().Find((*contests)[c].id(), station.code);
      ASSERT_NE(form, nullptr);
      if (*form != TrueForm(1, *contests, c, station)) ++wrong;
    }
  }
  // Five in a thousand of 2,420 forms, and the revote.
  EXPECT_GT(wrong, 1U);
  EXPECT_LT(wrong, 40U);
}

// A nation must send each station's forms once, in a shuffled order, and remember no station that
// is through.
TEST(Nation, EachStationOnceInBoundedMemory) {
  const uint64_t stations = 3'000;
  Scenario scenario = Scenario::Nation(stations);
  scenario.contests = {"ppwp"};
  Simulation simulation = Make(scenario, 11);
  std::set<std::string> seen;
  bool shuffled = false;
  size_t most = 0;
  while (const auto step = simulation.Next()) {
    most = std::max(most, simulation.remembered_chains());
    const auto event = event::DecodeEvent(step->event.bytes);
    ASSERT_TRUE(event.ok());
    const auto* body = std::get_if<event::ResultSubmitted>(&event->body);
    if (body == nullptr) continue;
    shuffled = shuffled || (!seen.empty() && body->tps.str() < *seen.rbegin());
    ASSERT_TRUE(seen.insert(body->tps.str()).second);
  }
  EXPECT_EQ(seen.size(), stations);
  EXPECT_TRUE(shuffled);
  EXPECT_LT(most, 100U);
}

// The first part of the whole nation must come without holding it: chains stay those of committees.
TEST(Nation, TheWholeNationStreams) {
  Scenario scenario = Scenario::Nation(kNationStations);
  scenario.contests = {"ppwp"};
  scenario.events_max = 3'000;
  Simulation simulation = Make(scenario, 12);
  uint64_t steps = 0;
  while (simulation.Next()) ++steps;
  EXPECT_EQ(steps, 3'000U);
  EXPECT_LT(simulation.remembered_chains(), 1'000U);
}

TEST(Simulation, RefusesWhatItCannotMake) {
  Scenario unknown = Scenario::BulunganNight();
  unknown.contests = {"pkwkp"};
  EXPECT_EQ(Simulation::Create(unknown, 1).status().reason(), Reason::kInvalidArgument);
  Scenario large = Scenario::BulunganNight();
  large.ballots.candidates = 500;
  EXPECT_EQ(Simulation::Create(large, 1).status().reason(), Reason::kInvalidArgument);
  EXPECT_EQ(Simulation::Create(Scenario::Nation(0), 1).status().reason(), Reason::kInvalidArgument);
}

}  // namespace
}  // namespace jejak::sim
