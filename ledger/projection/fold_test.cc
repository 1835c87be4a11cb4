// What each body of the registry, of officials and of records leaves in the rows, by hand-made
// events; every test goes on over a restart, so that what is kept in memory and what is in the rows
// can't part. Bodies of results: fold_results_test.cc.
#include <gtest/gtest.h>

#include "ledger/base/limits.h"
#include "ledger/projection/test_log.h"

namespace jejak::projection::testing {
namespace {

using election::AmendedField;

class Fold : public ::testing::Test {
 protected:
  Fold() { log_.Open(); }
  const admission::StateView& view() { return log_.state(); }
  TestLog log_;
};

// Genesis makes the election, the three officials with their keys, and its author's chain, which
// starts with genesis itself.
TEST(FoldGenesis, OpensTheElection) {
  TestLog log;
  EXPECT_FALSE(log.state().Election().has_value());
  log.Genesis();
  log.Reopen();
  const auto election = log.state().Election();
  ASSERT_TRUE(election.has_value());
  EXPECT_EQ(election->id, log.HashOf(LogIndex(0)));
  EXPECT_EQ(election->mode, election::Mode::kSimulation);
  EXPECT_EQ(election->dpt_max, 300u);
  EXPECT_EQ(election->reserve_permille, 20);
  EXPECT_EQ(election->ledger_key, KeyOf(kLedger));
  EXPECT_EQ(log.state().ElectionName(), "Pemilu");
  const std::pair<const char*, uint8_t> officials[] = {
      {"root", kRoot}, {"ledger", kLedger}, {"bawaslu", kBawaslu}};
  for (const auto& [id, key] : officials) {
    const auto official = log.state().Official(id);
    ASSERT_TRUE(official.has_value()) << id;
    EXPECT_EQ(official->keys, std::vector{KeyOf(key)});
    EXPECT_EQ(official->enrolled_by, "root");
    EXPECT_EQ(log.state().Key(KeyOf(key))->official, id);
  }
  EXPECT_EQ(log.KeyRowOf(kRoot).state.next_sequence, 1u);
  EXPECT_EQ(log.KeyRowOf(kRoot).state.head, log.HashOf(LogIndex(0)));
  EXPECT_EQ(log.KeyRowOf(kLedger).state.next_sequence, 0u);
  EXPECT_EQ(log.KeyRowOf(kLedger).state.head, Hash());
}

// Every entry, refused or not, can be found by its event and stands in its author's activity; a
// refused one in the refusals as well, with its reason and place.
TEST_F(Fold, EveryEntryIsIndexed) {
  const LogIndex incident =
      log_.Add(kPpk, event::IncidentRecorded{Code("650101"), election::IncidentKind::kNetwork, ""});
  const LogIndex refused = log_.Add(kPpk, event::IncidentRecorded{Code("6502"), {}, ""},
                                    Reason::kOutsideJurisdiction);
  EXPECT_EQ(view().FindEvent(log_.HashOf(refused)), refused);
  log_.Reopen();
  EXPECT_EQ(view().Size().value, 4u);
  EXPECT_EQ(view().FindEvent(log_.HashOf(incident)), incident);
  EXPECT_EQ(view().FindEvent(log_.HashOf(refused)), refused);
  EXPECT_FALSE(view().FindEvent(Hash()).has_value());
  EXPECT_EQ(log_.rows().table(kActivity).size(), 4u);
  EXPECT_TRUE(log_.rows().table(kActivity).contains(ActivityKey("ppk", refused)));
  ASSERT_EQ(log_.rows().table(kRefusals).size(), 1u);
  const auto row = log_.Get<RefusalRow>(kRefusals, IndexKey(refused));
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(ReasonByLoggedNumber(row->reason), Reason::kOutsideJurisdiction);
  EXPECT_EQ(row->official, "ppk");
  EXPECT_EQ(row->place, Code("6502"));
  // A refused one has no effect of its own: nothing may refer to it as an incident.
  EXPECT_EQ(view().Reference(log_.HashOf(incident))->kind, event::BodyKind::kIncidentRecorded);
  EXPECT_EQ(view().Reference(log_.HashOf(refused))->kind, event::BodyKind::kResultSubmitted);
}

// A refusal moves the chain on like any entry; a fork does not, and is known at its number.
TEST_F(Fold, ChainsGoOnOverRefusalsAndNotOverForks) {
  const event::IncidentRecorded body{Code("650101"), {}, "x"};
  log_.Add(kPpk, body);
  const LogIndex refused = log_.Add(kPpk, body, Reason::kOutsideJurisdiction);
  log_.Reopen();
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.next_sequence, 2u);
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.head, log_.HashOf(refused));
  EXPECT_FALSE(view().ForkLogged(KeyOf(kPpk), 1));
  log_.Add(kPpk, body, Reason::kAuthorFork);  // another event at number 1
  log_.Reopen();
  EXPECT_TRUE(view().ForkLogged(KeyOf(kPpk), 1));
  EXPECT_FALSE(view().ForkLogged(KeyOf(kPpk), 0));
  EXPECT_FALSE(view().ForkLogged(KeyOf(kKpps), 1));
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.next_sequence, 2u);
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.head, log_.HashOf(refused));
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.refusals_in_a_row, 2u);
}

// Refusals in a row suspend a key at the limit and not one before; an accepted entry in between
// starts the count anew, and release lifts the suspension and the count.
TEST_F(Fold, RefusalsInARowSuspendUntilReleased) {
  const event::IncidentRecorded body{Code("650101"), {}, "x"};
  const auto refuse = [&](uint32_t times) {
    for (uint32_t i = 0; i < times; ++i) log_.Add(kPpk, body, Reason::kOutsideJurisdiction);
  };
  refuse(limits::kRefusalsInARowMax - 1);
  log_.Reopen();
  EXPECT_FALSE(view().Key(KeyOf(kPpk))->suspended);
  log_.Add(kPpk, body);
  EXPECT_EQ(view().Key(KeyOf(kPpk))->refusals_in_a_row, 0u);
  refuse(limits::kRefusalsInARowMax - 1);
  EXPECT_FALSE(view().Key(KeyOf(kPpk))->suspended);
  refuse(1);
  log_.Reopen();
  EXPECT_TRUE(view().Key(KeyOf(kPpk))->suspended);
  EXPECT_FALSE(view().Key(KeyOf(kKpps))->suspended);
  log_.Add(kRoot, event::KeyReleased{KeyOf(kPpk), "spoken to"});
  log_.Reopen();
  EXPECT_FALSE(view().Key(KeyOf(kPpk))->suspended);
  EXPECT_EQ(view().Key(KeyOf(kPpk))->refusals_in_a_row, 0u);
}

// Keys and officials: a second key, suspension of all keys of an official, later ones too, and the
// end of it; a revocation is of one key and for good.
TEST_F(Fold, KeysFollowTheirOfficial) {
  const LogIndex enrolled = log_.Add(kRoot, event::KeyEnrolled{"ppk", {KeyOf(20), Signature()}});
  const auto key = view().Key(KeyOf(20));
  ASSERT_TRUE(key != nullptr);
  EXPECT_EQ(key->official, "ppk");
  EXPECT_EQ(key->role, Role::kPpk);
  EXPECT_EQ(key->jurisdiction, Code("650101"));
  EXPECT_EQ(key->enrolled_at, enrolled);
  EXPECT_EQ(key->next_sequence, 0u);
  log_.Add(kRoot, event::OfficialSuspended{"ppk", "dismissed"});
  log_.Add(kRoot, event::KeyEnrolled{"ppk", {KeyOf(21), Signature()}});
  log_.Reopen();
  EXPECT_TRUE(view().Official("ppk")->suspended);
  EXPECT_EQ(view().Official("ppk")->keys, (std::vector{KeyOf(kPpk), KeyOf(20), KeyOf(21)}));
  for (const uint8_t number : {kPpk, uint8_t{20}, uint8_t{21}})
    EXPECT_TRUE(view().Key(KeyOf(number))->official_suspended) << int{number};
  EXPECT_FALSE(view().Key(KeyOf(kKpps))->official_suspended);
  const LogIndex revoked =
      log_.Add(kRoot, event::KeyRevoked{KeyOf(20), "lost", UnixMicros(1234)});
  log_.Add(kRoot, event::OfficialReinstated{"ppk", "by ruling"});
  log_.Reopen();
  EXPECT_FALSE(view().Official("ppk")->suspended);
  for (const uint8_t number : {kPpk, uint8_t{20}, uint8_t{21}})
    EXPECT_FALSE(view().Key(KeyOf(number))->official_suspended) << int{number};
  EXPECT_TRUE(log_.KeyRowOf(20).state.revoked);
  EXPECT_EQ(log_.KeyRowOf(20).revoked_at, revoked);
  EXPECT_EQ(log_.KeyRowOf(20).suspect_since, UnixMicros(1234));
  EXPECT_FALSE(log_.KeyRowOf(21).state.revoked);
}

// An event that acts on the very key that signed it has the last word on that key.
TEST_F(Fold, AKeyMayRevokeItself) {
  const LogIndex revoked = log_.Add(kPpk, event::KeyRevoked{KeyOf(kPpk), "stolen", {}});
  log_.Reopen();
  EXPECT_TRUE(log_.KeyRowOf(kPpk).state.revoked);
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.next_sequence, 1u);
  EXPECT_EQ(log_.KeyRowOf(kPpk).state.head, log_.HashOf(revoked));
}

TEST_F(Fold, ANewLedgerKeyEndsTheOldOne) {
  log_.Add(kRoot, event::LedgerKeyChanged{{KeyOf(30), Signature()}, "yearly"});
  log_.Reopen();
  EXPECT_EQ(view().Election()->ledger_key, KeyOf(30));
  EXPECT_TRUE(view().Key(KeyOf(kLedger))->revoked);
  EXPECT_FALSE(view().Key(KeyOf(30))->revoked);
  EXPECT_EQ(view().Key(KeyOf(30))->role, Role::kLedger);
  EXPECT_EQ(view().Official("ledger")->keys, (std::vector{KeyOf(kLedger), KeyOf(30)}));
}

TEST_F(Fold, RulesChange) {
  log_.Add(kRoot, event::RulesChanged{7});
  EXPECT_EQ(view().Election()->rules, 7);
  log_.Reopen();
  EXPECT_EQ(view().Election()->rules, 7);
}

// A region expects what it states itself, else the sum of those children that know; an amendment is
// carried to the top, and no further than a region that states its own number.
TEST_F(Fold, ExpectedStationsAddUp) {
  auto regions = MakeRegions({"65", "6501", "650101", "6501011001", "6501011002", "650102"});
  regions.regions[3].expected_stations = 3;
  log_.Add(kRoot, regions);
  const auto expected = [&](const char* code) {
    log_.Commit();
    return log_.Get<RegionRow>(kRegistry, RegionKey(Code(code))).value_or(RegionRow{}).Expected();
  };
  const auto amend = [&](const char* code, const char* before, const char* after) {
    log_.Add(kRoot, event::RegistryAmended{
                        {{AmendedField::kExpectedStations, code, before, after}}, "SK"});
  };
  for (const char* code : {"", "65", "6501", "650101", "6501011001"})
    EXPECT_EQ(expected(code), 3u) << code;
  EXPECT_EQ(expected("6501011002"), std::nullopt);
  EXPECT_EQ(expected("650102"), std::nullopt);
  amend("6501011002", "", "4");
  EXPECT_EQ(expected(""), 7u);
  amend("650102", "", "5");  // states its own
  EXPECT_EQ(expected("6501"), 12u);
  amend("650101", "", "9");  // and hides its children
  EXPECT_EQ(expected("65"), 14u);
  amend("6501011001", "3", "30");
  EXPECT_EQ(expected("650101"), 9u);
  EXPECT_EQ(expected(""), 14u);
  log_.Reopen();
  amend("650101", "9", "");
  EXPECT_EQ(expected("650101"), 34u);
  EXPECT_EQ(expected(""), 39u);
  amend("6501011001", "30", "");
  amend("6501011002", "4", "");
  amend("650102", "5", "");
  EXPECT_EQ(expected("650101"), std::nullopt);
  EXPECT_EQ(expected(""), std::nullopt);
}

// Each field that can be amended changes that fact alone.
TEST_F(Fold, AmendmentsChangeOneFact) {
  log_.Add(kRoot, MakeRegions({"65"}));
  log_.Add(kRoot, MakeStations({"6501011001001"}));
  log_.Add(kRoot, MakeContest("pdpr", election::ContestKind::kParty, {RegionCode()}));
  for (const char* dapil : {"651", "652"}) {
    event::BallotRegistered ballot{"pdpr", dapil, {Code(dapil[2] == '1' ? "65" : "64")}, {}};
    ballot.choices = {MakeChoice(1, ChoiceKind::kParty),
                      MakeChoice(dapil[2] == '1' ? 101 : 201, ChoiceKind::kCandidate, 1)};
    log_.Add(kRoot, ballot);
  }
  const auto amend = [&](AmendedField field, const char* subject, const char* after) {
    log_.Add(kRoot, event::RegistryAmended{{{field, subject, "", after}}, "SK"});
  };
  amend(AmendedField::kRegionName, "65", "KALTARA");
  amend(AmendedField::kRegionKind, "65", "province");
  amend(AmendedField::kUtcOffset, "65", "480");
  amend(AmendedField::kStationName, "6501011001001", "TPS BALAI");
  amend(AmendedField::kStationKind, "6501011001001", "special");
  amend(AmendedField::kDptL, "6501011001001", "120");
  amend(AmendedField::kDptP, "6501011001001", "130");
  amend(AmendedField::kContestName, "pdpr", "DPR RI");
  amend(AmendedField::kKppsMayCorrect, "pdpr", "true");
  amend(AmendedField::kDeadline, "pdpr/kabkota", "1000");
  amend(AmendedField::kDeadline, "pdpr/ppk", "900");
  amend(AmendedField::kDeadline, "pdpr/kabkota", "1100");
  amend(AmendedField::kChoiceName, "pdpr/1", "PARTAI SATU");
  amend(AmendedField::kOfficialBody, "ppk", "PPK Peso");
  amend(AmendedField::kOfficialDecree, "ppk", "SK 2");
  amend(AmendedField::kElectionName, "", "Pemilu 2024");
  for (const bool reopened : {false, true}) {
    if (reopened) log_.Reopen();
    const auto region = view().Region(Code("65"));
    EXPECT_EQ(region->name, "KALTARA");
    EXPECT_EQ(region->kind, election::RegionKind::kProvince);
    EXPECT_EQ(region->utc_offset, 480);
    const auto station = view().Station(Code("6501011001001"));
    EXPECT_EQ(station->name, "TPS BALAI");
    EXPECT_EQ(station->kind, election::StationKind::kSpecial);
    EXPECT_TRUE(station->dpt == (event::Dpt{120, 130}));
    const auto contest = view().Contest("pdpr");
    EXPECT_EQ(contest->name, "DPR RI");
    EXPECT_TRUE(contest->kpps_may_correct);
    EXPECT_EQ(contest->covered.size(), 1u);
    EXPECT_TRUE(contest->deadlines ==
                (std::vector<event::Deadline>{{election::Stage::kPpk, 900},
                                              {election::Stage::kKabkota, 1100}}));
    EXPECT_EQ(view().ChoiceMeaning("pdpr", 1)->name, "PARTAI SATU");
    EXPECT_EQ(view().Ballot("pdpr", "651")->Find(1)->name, "PARTAI SATU");
    EXPECT_EQ(view().Ballot("pdpr", "652")->Find(1)->name, "PARTAI SATU");
    EXPECT_EQ(view().BallotAt("pdpr", Code("6501"))->Find(1)->name, "PARTAI SATU");
    EXPECT_EQ(view().Ballot("pdpr", "651")->Find(101)->name, "choice 101");
    EXPECT_EQ(view().Official("ppk")->body, "PPK Peso");
    EXPECT_EQ(view().Official("ppk")->decree, "SK 2");
    EXPECT_EQ(view().Key(KeyOf(kPpk))->official, "ppk");
    EXPECT_EQ(view().ElectionName(), "Pemilu 2024");
  }
  amend(AmendedField::kDeadline, "pdpr/ppk", "");
  amend(AmendedField::kUtcOffset, "65", "");
  log_.Reopen();
  EXPECT_EQ(view().Contest("pdpr")->deadlines.size(), 1u);
  EXPECT_EQ(view().Region(Code("65"))->utc_offset, std::nullopt);
  EXPECT_EQ(view().Region(Code("65"))->name, "KALTARA");
}

// A ballot is found from every place inside its members; a participant's key enrols its witnesses.
TEST_F(Fold, BallotsAndParticipants) {
  log_.Add(kRoot, MakeContest("pdpr", election::ContestKind::kParty, {Code("65")}));
  event::BallotRegistered ballot{"pdpr", "651", {Code("6501"), Code("650201")}, {}};
  ballot.choices = {MakeChoice(1, ChoiceKind::kParty), MakeChoice(101, ChoiceKind::kCandidate, 1)};
  ballot.choices[0].witness_key = event::NewKey{KeyOf(40), Signature()};
  const LogIndex registered = log_.Add(kRoot, ballot);
  for (const bool reopened : {false, true}) {
    if (reopened) log_.Reopen();
    for (const char* inside : {"6501", "6501011001", "6501011001001", "6502011001001"})
      EXPECT_EQ(view().BallotAt("pdpr", Code(inside))->dapil, "651") << inside;
    for (const char* outside : {"", "65", "6502", "650202", "6401"})
      EXPECT_EQ(view().BallotAt("pdpr", Code(outside)), nullptr) << outside;
    for (const char* above : {"", "65", "6502", "6501"})
      EXPECT_TRUE(view().AnyBallotInside("pdpr", Code(above))) << above;
    for (const char* not_above : {"64", "6503", "650101"})
      EXPECT_FALSE(view().AnyBallotInside("pdpr", Code(not_above))) << not_above;
    EXPECT_EQ(view().ChoiceMeaning("pdpr", 101)->party, 1u);
    EXPECT_FALSE(view().ChoiceMeaning("pdpr", 102).has_value());
    const auto participant = view().Official("participant/pdpr/1");
    ASSERT_TRUE(participant.has_value());
    EXPECT_EQ(participant->role, Role::kParticipant);
    EXPECT_EQ(participant->contest, "pdpr");
    EXPECT_EQ(participant->choice, 1u);
    EXPECT_EQ(participant->enrolled_by, "root");
    EXPECT_EQ(view().Key(KeyOf(40))->enrolled_at, registered);
    EXPECT_EQ(view().Key(KeyOf(40))->choice, 1u);
  }
}

}  // namespace
}  // namespace jejak::projection::testing
