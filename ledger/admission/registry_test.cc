// Contests, regions, stations, ballots and amendments: one test a refusal, with the element that failed.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/admission/test_world.h"

namespace jejak::admission {
namespace {

using election::AmendedField;
using election::ChoiceKind;
using election::RegionKind;

class RegistryTest : public testing::Test {
 protected:
  std::string ByRoot(event::Body body) { return Said(world.Try(root, std::move(body))); }
  World world;
  PublicKey root = world.Official(Role::kRoot, "");
};

TEST_F(RegistryTest, Contest) {
  event::ContestRegistered good;
  good.id = "pdpd";
  good.covered = {Code("64"), Code("65")};
  good.excepted = {Code("6501")};
  good.last_stage = Stage::kProvinsi;
  EXPECT_EQ(ByRoot(good), "ACCEPTED");
  auto body = good;
  body.id = "pdpr";
  EXPECT_EQ(ByRoot(body), "ALREADY_REGISTERED/0");
  body = good;
  body.covered = {Code("64"), Code("66")};
  EXPECT_EQ(ByRoot(body), "UNKNOWN_REGION/1");
  body = good;
  body.excepted = {Code("6599")};
  EXPECT_EQ(ByRoot(body), "UNKNOWN_REGION/2");
  body = good;
  body.covered = {Code("64")};
  EXPECT_EQ(ByRoot(body), "REGISTRY_INVALID/1");
  body = good;
  body.covered = {Code("65"), Code("6501")};
  body.excepted.clear();
  EXPECT_EQ(ByRoot(body), "REGISTRY_INVALID/1");
  body = good;
  body.last_stage = Stage::kKpps;
  EXPECT_EQ(ByRoot(body), "REGISTRY_INVALID/0");
  body = good;
  body.deadlines = {{Stage::kPpk, 1}, {Stage::kNasional, 2}};
  EXPECT_EQ(ByRoot(body), "REGISTRY_INVALID/1");
}

TEST_F(RegistryTest, RegionsComeParentsFirst) {
  const auto region = [](const char* code, RegionKind kind = RegionKind::kUnstated) {
    return event::RegionFact{Code(code), code, kind, {}, {}};
  };
  using R = event::RegionsRegistered;
  EXPECT_EQ(ByRoot(R{{region("66"), region("6601"), region("660101"), region("660102"), region("67")}}),
            "ACCEPTED");
  EXPECT_EQ(ByRoot(R{{region("650107"), region("6501071001")}}), "ACCEPTED");
  EXPECT_EQ(ByRoot(R{{region("6601"), region("67")}}), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(R{{region("66"), region("660101")}}), "REGISTRY_INVALID/1");
  EXPECT_EQ(ByRoot(R{{region("64"), region("660101")}}), "ALREADY_REGISTERED/0");
  EXPECT_EQ(ByRoot(R{{region("6501051002001")}}), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(R{{region("66", RegionKind::kProvince)}}), "ACCEPTED");
  EXPECT_EQ(ByRoot(R{{region("66", RegionKind::kCity)}}), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(R{{region("9902", RegionKind::kRegency)}}), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(R{{region("9902", RegionKind::kAbroad)}}), "ACCEPTED");
  auto odd = region("66");
  odd.utc_offset = 15 * 60;
  EXPECT_EQ(ByRoot(R{{odd}}), "REGISTRY_INVALID/0");
}

TEST_F(RegistryTest, StationsStandInRegisteredVillages) {
  const auto station = [](const char* code, election::StationKind kind = election::StationKind::kRegular) {
    return event::StationsRegistered{{{Code(code), "", kind, {}}}};
  };
  EXPECT_EQ(ByRoot(station("6501051002001")), "ACCEPTED");
  EXPECT_EQ(ByRoot(station("6501051009001")), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(station("6501051002066")), "ALREADY_REGISTERED/0");
  EXPECT_EQ(ByRoot(station("6501051002001", election::StationKind::kPos)), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(station("9901010001002")), "REGISTRY_INVALID/0");
  EXPECT_EQ(ByRoot(station("9901010001002", election::StationKind::kPos)), "ACCEPTED");
}

class BallotTest : public RegistryTest {
 protected:
  BallotTest() {
    world.AddContest("pdpd", election::ContestKind::kIndividual, "", Stage::kNasional, false);
    world.AddContest("pdprdk", election::ContestKind::kParty, "65", Stage::kNasional, false);
    good.contest = "pdprdk";
    good.dapil = "650101";
    good.members = {Code("650105"), Code("650106")};
    good.choices = {Choice(4, ChoiceKind::kParty), Choice(401, ChoiceKind::kCandidate, 4)};
  }
  static event::Choice Choice(ChoiceId id, ChoiceKind kind, ChoiceId party = 0) {
    event::Choice choice;
    choice.id = id;
    choice.kind = kind;
    choice.party = party;
    return choice;
  }
  std::string With(const std::function<void(event::BallotRegistered&)>& change) {
    auto body = good;
    change(body);
    return ByRoot(body);
  }
  event::BallotRegistered good;
};

TEST_F(BallotTest, Members) {
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.contest = "none"; }), "UNKNOWN_CONTEST/0");
  EXPECT_EQ(With([](auto& b) { b.members[1] = Code("650199"); }), "UNKNOWN_REGION/1");
  EXPECT_EQ(With([](auto& b) { b.members = {kUnknownTps}; }), "UNKNOWN_STATION/0");
  EXPECT_EQ(With([](auto& b) { b.members = {Code("6401")}; }), "OUTSIDE_CONTEST/0");
  EXPECT_EQ(With([](auto& b) { b.members = {Code("6501"), Code("650105")}; }), "REGISTRY_INVALID/1");
  world.AddBallot("pdprdk", "650102", "6501061001", {{5, ChoiceKind::kParty}});
  EXPECT_EQ(With([](auto&) {}), "REGISTRY_INVALID/1");  // a part of 650106 is another's
  EXPECT_EQ(With([](auto& b) { b.members = {Code("6501061001001")}; }), "REGISTRY_INVALID/0");
  EXPECT_EQ(With([](auto& b) { b.members = {Code("650105")}; }), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.members = {Code("650105")}, b.dapil = "650102"; }), "ALREADY_REGISTERED/0");
}

TEST_F(BallotTest, Choices) {
  EXPECT_EQ(With([](auto& b) { b.choices[1].id = 4; }), "REGISTRY_INVALID/1");
  EXPECT_EQ(With([](auto& b) { b.choices[1].party = 5; }), "REGISTRY_INVALID/1");
  EXPECT_EQ(With([](auto& b) { std::swap(b.choices[0], b.choices[1]); }), "REGISTRY_INVALID/0");
  const std::vector<std::pair<ChoiceKind, std::string>> fitting = {
      {ChoiceKind::kTicket, "pkwkk"},  {ChoiceKind::kBlank, "pkwkk"},     {ChoiceKind::kParty, "pdprdk"},
      {ChoiceKind::kIndividual, "pdpd"}};
  world.AddContest("pkwkk", election::ContestKind::kTicket, "", Stage::kKabkota, true);
  for (const auto& [kind, contest] : fitting) {
    for (const char* other : {"pkwkk", "pdprdk", "pdpd"}) {
      const std::string expected = other == contest ? "ACCEPTED" : "REGISTRY_INVALID/0";
      EXPECT_EQ(With([&, k = kind](auto& b) {
                  b.contest = other, b.dapil = "9", b.choices = {Choice(50, k)};
                  b.members = {Code(b.contest == "pkwkk" ? "64" : "65")};  // where no ballot is yet
                }),
                expected)
          << Name(kind) << " in " << other;
    }
  }
}

TEST_F(BallotTest, AnIdMeansTheSameOnEveryBallot) {
  world.AddBallot("pdprdk", "650102", "64", {{4, ChoiceKind::kParty}, {402, ChoiceKind::kCandidate}});
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.choices[0].name = "Another"; }), "REGISTRY_INVALID/0");
  EXPECT_EQ(With([](auto& b) { b.choices[0].number = 9; }), "REGISTRY_INVALID/0");
  // A candidate stands on one ballot.
  EXPECT_EQ(With([](auto& b) { b.choices[1].id = 402; }), "ALREADY_REGISTERED/1");
}

TEST_F(BallotTest, WitnessKeys) {
  const std::string id = "participant/pdprdk/4";
  EXPECT_EQ(With([&](auto& b) { b.choices[0].witness_key = world.NewKey(9, id); }), "ACCEPTED");
  EXPECT_EQ(With([&](auto& b) { b.choices[0].witness_key = world.NewKey(9, "participant/pdprdk/5"); }),
            "KEY_UNACCEPTABLE/0");
  EXPECT_EQ(With([&](auto& b) { b.choices[1].witness_key = world.NewKey(9, "participant/pdprdk/401"); }),
            "REGISTRY_INVALID/1");
  world.view.officials[id] = {};
  EXPECT_EQ(With([&](auto& b) { b.choices[0].witness_key = world.NewKey(9, id); }), "ALREADY_REGISTERED/0");
}

struct AmendmentCase {
  AmendedField field{};
  const char* subject = "";
  const char* before = "";
  const char* after = "";
  const char* expected = "";
};

TEST_F(RegistryTest, Amendments) {
  world.view.regions[Code("65")] = {"Kaltara", RegionKind::kProvince, int16_t{480}, 484};
  world.view.stations[kTps] = {"TPS 066", election::StationKind::kRegular, event::Dpt{148, 151}, {}};
  world.view.contests["pdpr"].deadlines = {{Stage::kPpk, 77}};
  world.view.officials["kpu-1"].body = "KPU";
  const std::vector<AmendmentCase> cases = {
      {AmendedField::kRegionName, "65", "Kaltara", "Kalimantan Utara", "ACCEPTED"},
      {AmendedField::kRegionName, "65", "Kaltim", "Kalimantan Utara", "AMENDMENT_STALE/0"},
      {AmendedField::kRegionName, "65", "Kaltara", "", "REGISTRY_INVALID/0"},
      {AmendedField::kRegionName, "65", "Kaltara", "Kaltara", "NOTHING_CHANGED/0"},
      {AmendedField::kRegionName, "66", "", "x", "UNKNOWN_REGION/0"},
      {AmendedField::kRegionName, "6501051002066", "", "x", "UNKNOWN_REGION/0"},
      {AmendedField::kRegionName, "x", "", "x", "UNKNOWN_REGION/0"},
      {AmendedField::kRegionKind, "65", "province", "unstated", "ACCEPTED"},
      {AmendedField::kRegionKind, "65", "province", "city", "REGISTRY_INVALID/0"},
      {AmendedField::kRegionKind, "65", "province", "realm", "REGISTRY_INVALID/0"},
      {AmendedField::kUtcOffset, "65", "480", "420", "ACCEPTED"},
      {AmendedField::kUtcOffset, "65", "480", "", "ACCEPTED"},
      {AmendedField::kUtcOffset, "65", "480", "0420", "REGISTRY_INVALID/0"},
      {AmendedField::kUtcOffset, "65", "480", "4000", "REGISTRY_INVALID/0"},
      {AmendedField::kUtcOffset, "64", "", "480", "ACCEPTED"},
      {AmendedField::kExpectedStations, "65", "484", "485", "ACCEPTED"},
      {AmendedField::kExpectedStations, "65", "484", "-1", "REGISTRY_INVALID/0"},
      {AmendedField::kStationName, "6501051002066", "TPS 066", "", "ACCEPTED"},
      {AmendedField::kStationName, "6501051002999", "", "x", "UNKNOWN_STATION/0"},
      {AmendedField::kStationName, "6501051002", "", "x", "UNKNOWN_STATION/0"},
      {AmendedField::kStationKind, "6501051002066", "regular", "special", "ACCEPTED"},
      {AmendedField::kStationKind, "6501051002066", "regular", "ksk", "REGISTRY_INVALID/0"},
      {AmendedField::kDptL, "6501051002066", "148", "149", "ACCEPTED"},
      {AmendedField::kDptP, "6501051002066", "148", "149", "AMENDMENT_STALE/0"},
      {AmendedField::kDptL, "6501051002066", "148", "", "REGISTRY_INVALID/0"},
      {AmendedField::kDptL, "6501051002067", "", "148", "REGISTRY_INVALID/0"},
      {AmendedField::kContestName, "pdpr", "pdpr", "DPR", "ACCEPTED"},
      {AmendedField::kContestName, "none", "", "DPR", "UNKNOWN_CONTEST/0"},
      {AmendedField::kKppsMayCorrect, "pdpr", "true", "false", "ACCEPTED"},
      {AmendedField::kKppsMayCorrect, "pdpr", "true", "no", "REGISTRY_INVALID/0"},
      {AmendedField::kDeadline, "pdpr/ppk", "77", "78", "ACCEPTED"},
      {AmendedField::kDeadline, "pdpr/provinsi", "", "78", "ACCEPTED"},
      {AmendedField::kDeadline, "pdpr/later", "", "78", "REGISTRY_INVALID/0"},
      {AmendedField::kDeadline, "pkwkk/provinsi", "", "78", "REGISTRY_INVALID/0"},
      {AmendedField::kChoiceName, "pdpr/4", "", "Golkar", "ACCEPTED"},
      {AmendedField::kChoiceName, "pdpr/5", "", "NasDem", "UNKNOWN_CHOICE/0"},
      {AmendedField::kChoiceName, "pdpr", "", "NasDem", "UNKNOWN_CHOICE/0"},
      {AmendedField::kOfficialBody, "kpu-1", "KPU", "KPU RI", "ACCEPTED"},
      {AmendedField::kOfficialDecree, "kpu-1", "", "5/2024", "ACCEPTED"},
      {AmendedField::kOfficialDecree, "kpu-2", "", "5/2024", "UNKNOWN_OFFICIAL/0"},
      {AmendedField::kElectionName, "", "Pemilu", "Pemilu 2024", "ACCEPTED"},
      {AmendedField::kElectionName, "x", "Pemilu", "Pemilu 2024", "REGISTRY_INVALID/0"},
  };
  for (const AmendmentCase& one : cases) {
    EXPECT_EQ(ByRoot(event::RegistryAmended{{{one.field, one.subject, one.before, one.after}}, "basis"}),
              one.expected)
        << Name(one.field) << " " << one.subject << " " << one.after;
  }
  EXPECT_EQ(ByRoot(event::RegistryAmended{{{AmendedField::kElectionName, "", "Pemilu", "x"}}, ""}),
            "BASIS_MISSING/0");
}

TEST_F(RegistryTest, BothHalvesOfADptAreStatedTogether) {
  event::RegistryAmended body{{{AmendedField::kDptL, kTps.str(), "", "148"},
                               {AmendedField::kDptP, kTps.str(), "", "151"}},
                              "basis"};
  EXPECT_EQ(ByRoot(body), "ACCEPTED");
  body.amendments[1].subject = kTpsNextDoor.str();
  EXPECT_EQ(ByRoot(body), "REGISTRY_INVALID/0");
}

TEST_F(RegistryTest, ProvinceAndRegencyAmendPlacesOnly) {
  const PublicKey kabkota = world.Official(Role::kKpuKabkota, "6501");
  const auto amend = [&](AmendedField field, const char* subject, const char* before) {
    return Said(world.Try(kabkota, event::RegistryAmended{{{field, subject, before, "x"}}, "basis"}));
  };
  EXPECT_EQ(amend(AmendedField::kRegionName, "650105", ""), "ACCEPTED");
  EXPECT_EQ(amend(AmendedField::kRegionName, "65", ""), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(amend(AmendedField::kStationName, "6401011001001", ""), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(amend(AmendedField::kContestName, "pdpr", "pdpr"), "ROLE_NOT_ENTITLED/0");
  EXPECT_EQ(amend(AmendedField::kElectionName, "", "Pemilu"), "ROLE_NOT_ENTITLED/0");
}

}  // namespace
}  // namespace jejak::admission
