// Findings between forms, counted by hand: which entry opens and which clears them, for C15, C16,
// C17, C19 and C21, and when a round follows another. Random sequences of all but C16 and C21:
// fold_random_test.cc.
#include <gtest/gtest.h>

#include "ledger/base/coding.h"
#include "ledger/projection/test_log.h"

namespace jejak::projection::testing {
namespace {

constexpr const char* kTps = "6501011001001";
constexpr const char* kNextDoor = "6501011001002";
constexpr const char* kVillage = "6501011001";

class FoldCross : public ::testing::Test {
 protected:
  FoldCross() {
    log_.Open();
    log_.Add(kRoot, MakeRegions({"65", "6501", "650101", kVillage}));
    for (const char* id : {"ppwp", "pdpd"}) {
      log_.Add(kRoot, MakeContest(id, election::ContestKind::kTicket, {RegionCode()}));
      log_.Add(kRoot, event::BallotRegistered{id, "0", {RegionCode()},
                                              {MakeChoice(1, ChoiceKind::kTicket),
                                               MakeChoice(2, ChoiceKind::kTicket)}});
    }
    log_.Add(kRoot, MakeStations({kTps, kNextDoor}));
  }
  LogIndex Submit(const char* tps, uint32_t first, uint32_t second, uint16_t round = 1,
                  const char* contest = "ppwp", std::optional<uint32_t> listed = {},
                  uint8_t author = kKpps) {
    event::ResultSubmitted form;
    form.contest = contest;
    form.tps = Code(tps);
    form.round = round;
    if (listed) form.figures = {{Figure::kVotersRegisteredJ, *listed}};
    form.votes = {{1, first}, {2, second}};
    return log_.Add(author, form);
  }
  LogIndex Correct(const char* tps, std::vector<event::Change> changes, uint8_t author = kPpk,
                   const char* contest = "ppwp") {
    event::ResultCorrected body;
    body.contest = contest;
    body.tps = Code(tps);
    body.changes = std::move(changes);
    return log_.Add(author, body);
  }
  LogIndex OpenRound(const char* place) {
    event::RoundOpened body;
    body.contests = {"ppwp"};
    body.places = {Code(place)};
    return log_.Add(kRoot, body);
  }
  LogIndex Certify(uint64_t first, uint64_t second, TreeSize size, uint16_t parts = 0) {
    event::RecapCertified body;
    body.contest = "ppwp";
    body.region = Code("650101");
    body.votes = {{1, first}, {2, second}};
    body.size = size;
    body.parts = parts;
    return log_.Add(kPpk, body);
  }
  // In the district that is certified.
  std::vector<RegionCode> AllStations() {
    log_.Commit();
    std::vector<RegionCode> out;
    for (const auto& [key, value] : log_.rows().table(kRegistry)) {
      if (key.starts_with("s650101")) out.push_back(Code(std::string_view(key).substr(1)));
    }
    return out;
  }
  TreeSize Size() const { return TreeSize(log_.log().size()); }
  // "row 2 by 9, row 3 by 9–11" of all findings of the rule at the place.
  std::string All(Rule rule, const char* place, const char* contest = "ppwp") {
    log_.Commit();
    std::string out;
    Bytes prefix = PlaceKey(contest, Code(place));
    prefix.push_back('\0');
    prefix.push_back(static_cast<char>(rule));
    for (const auto& [key, value] : log_.rows().table(kFindings)) {
      if (!key.starts_with(prefix)) continue;
      Reader tail(ByteView(key).substr(prefix.size()));
      const auto row = Decode<FindingRow>(value);
      if (!row) return "a row that does not decode";
      out += (out.empty() ? "row " : ", row ") + std::to_string(tail.Be64());
      out += " by " + std::to_string(tail.Be64());
      if (row->cleared_by) out += "–" + std::to_string(row->cleared_by->value);
    }
    return out;
  }
  static std::string Said(uint64_t row, LogIndex by, std::optional<LogIndex> cleared = {}) {
    return "row " + std::to_string(row) + " by " + std::to_string(by.value) +
           (cleared ? "–" + std::to_string(cleared->value) : "");
  }
  TestLog log_;
};

// Both stations get it from the entry that made them alike, and lose it to the one that parted
// them; forms of zeros are never alike.
TEST_F(FoldCross, SameVotesNextDoor) {
  Submit(kTps, 4, 5);
  const LogIndex second = Submit(kNextDoor, 4, 5);
  EXPECT_EQ(All(Rule::kC17, kTps), Said(2, second));
  EXPECT_EQ(All(Rule::kC17, kNextDoor), Said(1, second));
  log_.Reopen();
  const LogIndex parted = Correct(kTps, {{FieldKey::Votes(1), 6}});
  EXPECT_EQ(All(Rule::kC17, kTps), Said(2, second, parted));
  EXPECT_EQ(All(Rule::kC17, kNextDoor), Said(1, second, parted));
  Correct(kTps, {{FieldKey::Votes(1), 0}, {FieldKey::Votes(2), 0}});
  Correct(kNextDoor, {{FieldKey::Votes(1), 0}, {FieldKey::Votes(2), 0}});
  EXPECT_EQ(All(Rule::kC17, kTps), Said(2, second, parted));
  EXPECT_EQ(log_.Tally("ppwp", kVillage).stations.with_findings, 0);  // a warning
}

TEST_F(FoldCross, TwoContestsListOtherVoters) {
  Submit(kTps, 4, 5, 1, "ppwp", 280);
  const LogIndex other = Submit(kTps, 7, 1, 1, "pdpd", 281);
  const uint64_t row = election::RowOfContests(0, 1, Figure::kVotersRegisteredJ);
  EXPECT_EQ(All(Rule::kC15, kTps, "ppwp"), Said(row, other));
  EXPECT_EQ(All(Rule::kC15, kTps, "pdpd"), Said(row, other));
  const LogIndex mended =
      Correct(kTps, {{FieldKey::Of(Figure::kVotersRegisteredJ), 281}}, kPpk, "ppwp");
  EXPECT_EQ(All(Rule::kC15, kTps, "ppwp"), Said(row, other, mended));
  EXPECT_EQ(All(Rule::kC15, kTps, "pdpd"), Said(row, other, mended));
}

// A copy may come before the form or after it; the finding counts at the station, since it is an
// error.
TEST_F(FoldCross, CopiesAgainstTheForm) {
  event::CopyFiled copy;
  copy.contest = "ppwp";
  copy.tps = Code(kTps);
  copy.votes = {{1, 4}, {2, 5}};
  log_.Add(kBawaslu, copy);
  EXPECT_EQ(All(Rule::kC19, kTps), "");
  const LogIndex form = Submit(kTps, 4, 50);
  const uint64_t first = election::RowOfCopy(1, FieldKey::Votes(2));
  EXPECT_EQ(All(Rule::kC19, kTps), Said(first, form));
  EXPECT_EQ(log_.Tally("ppwp", "").stations.with_findings, 1);
  copy.votes = {{1, 3}, {2, 50}};
  const LogIndex second = log_.Add(kBawaslu, copy);
  const uint64_t of_second = election::RowOfCopy(2, FieldKey::Votes(1));
  EXPECT_EQ(All(Rule::kC19, kTps), Said(first, form) + ", " + Said(of_second, second));
  const LogIndex mended = Correct(kTps, {{FieldKey::Votes(1), 3}, {FieldKey::Votes(2), 5}});
  const uint64_t again = election::RowOfCopy(1, FieldKey::Votes(1));
  const uint64_t also = election::RowOfCopy(2, FieldKey::Votes(2));
  EXPECT_EQ(All(Rule::kC19, kTps), Said(again, mended) + ", " + Said(first, form, mended) + ", " +
                                       Said(of_second, second, mended) + ", " +
                                       Said(also, mended));
}

// Only what the key did since then; until another key has replaced all that the entry had set.
TEST_F(FoldCross, EntriesOfASuspectKey) {
  const LogIndex before = Submit(kNextDoor, 1, 2);
  const LogIndex since = Submit(kTps, 4, 5);
  const UnixMicros when(1000 + static_cast<int64_t>(since.value));
  const LogIndex revoked = log_.Add(kRoot, event::KeyRevoked{KeyOf(kKpps), "stolen", when});
  EXPECT_EQ(All(Rule::kC21, kTps), Said(since.value, revoked));
  EXPECT_EQ(All(Rule::kC21, kNextDoor), "") << before.value;
  EXPECT_EQ(log_.Tally("ppwp", "").stations.with_findings, 1);
  Correct(kTps, {{FieldKey::Votes(1), 6}});
  EXPECT_EQ(All(Rule::kC21, kTps), Said(since.value, revoked));
  const LogIndex replaced = Correct(kTps, {{FieldKey::Votes(2), 7}});
  EXPECT_EQ(All(Rule::kC21, kTps), Said(since.value, revoked, replaced));
  EXPECT_EQ(log_.Tally("ppwp", "").stations.with_findings, 0);
}

TEST_F(FoldCross, WhatWasReplacedBeforeTheRevocationIsNotSuspect) {
  const LogIndex form = Submit(kTps, 4, 5);
  Correct(kTps, {{FieldKey::Votes(1), 6}, {FieldKey::Votes(2), 7}});
  log_.Add(kRoot, event::KeyRevoked{KeyOf(kKpps), "stolen", UnixMicros(0)});
  EXPECT_EQ(All(Rule::kC21, kTps), "") << form.value;
  log_.Add(kRoot, event::KeyRevoked{KeyOf(kPpk), "lost", std::nullopt});  // nothing suspect
  EXPECT_EQ(All(Rule::kC21, kTps), "");
}

// The certification's own totals against the tally at the size that it names; the next one has the
// findings of the one before it as far as it repeats its mistakes.
TEST_F(FoldCross, CertificationsAgainstTheTally) {
  Submit(kTps, 4, 5);
  Submit(kNextDoor, 1, 2);
  const LogIndex wrong = Certify(6, 8, Size());
  const uint64_t one = FieldKey::Votes(1).packed(), two = FieldKey::Votes(2).packed();
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(one, wrong) + ", " + Said(two, wrong));
  log_.Reopen();
  const LogIndex half = Certify(5, 8, Size());
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(one, wrong, half) + ", " + Said(two, wrong));
  const LogIndex right = Certify(5, 7, Size());
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(one, wrong, half) + ", " + Said(two, wrong, right));
}

// A certification is compared with the tally at the size it names, whatever came since.
TEST_F(FoldCross, CertificationsOfAnEarlierSize) {
  Submit(kTps, 4, 5);
  const TreeSize size = Size();
  log_.Add(kBawaslu, event::IncidentRecorded{Code("650101"), {}, "x"});
  const LogIndex wrong = Certify(4, 6, size);
  const uint64_t one = FieldKey::Votes(1).packed(), two = FieldKey::Votes(2).packed();
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(two, wrong));
  Submit(kNextDoor, 1, 2);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(two, wrong));  // a certification stays what it was
  const LogIndex both = Certify(9, 9, size);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(one, both) + ", " + Said(two, wrong));
  log_.CommitTally();
  log_.Reopen();
  const LogIndex right = Certify(4, 5, size);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(one, both, right) + ", " + Said(two, wrong, right));
}

// A certification cannot step behind the forms: what it states of a size without any is a sum of
// nothing.
TEST_F(FoldCross, CertificationsOfASizeBeforeTheForms) {
  const TreeSize before = Size();
  Submit(kTps, 4, 5);
  const LogIndex wrong = Certify(400, 0, before);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(FieldKey::Votes(1).packed(), wrong));
}

// Every row of a certification's parts against the sums of its place, down to a station's own; a
// part that another replaced is not looked at, and the next certification clears what it mends.
TEST_F(FoldCross, RowsOfTheParts) {
  Submit(kTps, 4, 5);
  Submit(kNextDoor, 1, 2);
  const auto part = [&](uint64_t village, uint64_t station) {
    event::RecapPart rows{"ppwp", Code("650101"), 1, 1, {}};
    rows.rows.push_back({Code(kVillage), {}, {{1, village}, {2, 7}}, {}});
    rows.rows.push_back({Code(kTps), {}, {{1, station}, {2, 5}}, {}});
    log_.Add(kPpk, rows);
  };
  const uint64_t row =
      FieldKey::Votes(1).packed() | election::RowOfPart(election::Level::kDistrict);
  part(9, 9);
  part(6, 3);
  const LogIndex wrong = Certify(5, 7, Size(), 1);
  EXPECT_EQ(All(Rule::kC16, "650101"), "");
  EXPECT_EQ(All(Rule::kC16, kVillage), Said(row, wrong));
  EXPECT_EQ(All(Rule::kC16, kTps), Said(row, wrong));
  log_.Reopen();
  part(5, 3);
  const LogIndex better = Certify(5, 7, Size(), 1);
  EXPECT_EQ(All(Rule::kC16, kVillage), Said(row, wrong, better));
  EXPECT_EQ(All(Rule::kC16, kTps), Said(row, wrong));
  const TreeSize before = Size();
  Correct(kTps, {{FieldKey::Votes(1), 3}});
  part(5, 3);
  Certify(5, 7, before, 1);  // of the station nobody knows any more what it showed then
  EXPECT_EQ(All(Rule::kC16, kVillage), Said(row, wrong, better));
}

// Of a place that it has no row for, a certification repeats no mistake: it clears those of the one
// it replaces, and none that a certification of another region has there.
TEST_F(FoldCross, RowsThatTheNextDoesNotHave) {
  Submit(kTps, 4, 5);
  Submit(kNextDoor, 1, 2);
  const auto certify = [&](const char* region, std::vector<event::RecapRow> rows) {
    const auto parts = static_cast<uint16_t>(rows.empty() ? 0 : 1);
    if (parts > 0)
      log_.Add(kPpk, event::RecapPart{"ppwp", Code(region), 1, 1, std::move(rows)});
    event::RecapCertified body;
    body.contest = "ppwp";
    body.region = Code(region);
    body.votes = {{1, 5}, {2, 7}};
    body.size = Size();
    body.parts = parts;
    return log_.Add(kPpk, body);
  };
  const auto row = [](const char* place, uint64_t votes) {
    return event::RecapRow{Code(place), {}, {{1, votes}}, {}};
  };
  const uint64_t one = FieldKey::Votes(1).packed();
  const uint64_t district = one | election::RowOfPart(election::Level::kDistrict);
  const uint64_t regency = one | election::RowOfPart(election::Level::kRegency);
  const LogIndex wrong = certify("650101", {row(kVillage, 9), row(kTps, 9)});
  const LogIndex above = certify("6501", {row(kVillage, 8)});
  EXPECT_EQ(All(Rule::kC16, kTps), Said(district, wrong));
  log_.Reopen();
  const LogIndex fewer = certify("650101", {row(kVillage, 9)});
  const std::string at_village = Said(regency, above) + ", " + Said(district, wrong);
  EXPECT_EQ(All(Rule::kC16, kVillage), at_village);
  EXPECT_EQ(All(Rule::kC16, kTps), Said(district, wrong, fewer));
  const LogIndex none = certify("650101", {});
  EXPECT_EQ(All(Rule::kC16, kVillage), Said(regency, above) + ", " + Said(district, wrong, none));
  EXPECT_EQ(All(Rule::kC16, kTps), Said(district, wrong, fewer));
}

// I.A of a D.Hasil against the lists of voters that were registered with the stations, once all of
// them have one; an amendment counts from then on.
TEST_F(FoldCross, VotersAgainstTheDecree) {
  const auto list = [&](const char* tps, election::AmendedField field, const char* voters) {
    log_.Add(kRoot, event::RegistryAmended{{{field, tps, "", voters}}, "SK"});
  };
  const auto certify = [&](uint64_t voters) {
    event::RecapCertified body;
    body.contest = "ppwp";
    body.region = Code("650101");
    body.figures = {{Figure::kVotersRegisteredJ, voters}};
    body.size = Size();
    return log_.Add(kPpk, body);
  };
  const uint64_t row =
      FieldKey::Of(Figure::kVotersRegisteredJ).packed() | election::kDecreeRow;
  list(kTps, election::AmendedField::kDptL, "100");
  list(kTps, election::AmendedField::kDptP, "90");
  certify(400);
  EXPECT_EQ(All(Rule::kC16, "650101"), "");  // the other stations have none
  for (const RegionCode& tps : AllStations()) {
    if (tps == Code(kTps)) continue;
    list(tps.str().c_str(), election::AmendedField::kDptL, "0");
  }
  const LogIndex wrong = certify(191);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(row, wrong));
  log_.Reopen();
  list(kTps, election::AmendedField::kDptL, "101");
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(row, wrong));  // as it was judged
  const LogIndex right = certify(191);
  EXPECT_EQ(All(Rule::kC16, "650101"), Said(row, wrong, right));
}

// The entry that brings a new round's result ends the findings of the old one, of every rule; the
// new figures are judged anew.
TEST_F(FoldCross, ARoundEndsTheFindingsOfTheOneBefore) {
  event::CopyFiled copy;
  copy.contest = "ppwp";
  copy.tps = Code(kTps);
  copy.votes = {{1, 3}};
  log_.Add(kBawaslu, copy);
  Submit(kNextDoor, 4, 5);
  const LogIndex form = Submit(kTps, 4, 5);
  OpenRound(kTps);
  const uint64_t row = election::RowOfCopy(1, FieldKey::Votes(1));
  EXPECT_EQ(All(Rule::kC19, kTps), Said(row, form));  // still the figures that count
  EXPECT_EQ(log_.Tally("ppwp", "").stations.with_findings, 1);
  const LogIndex anew = Submit(kTps, 4, 5, 2);
  EXPECT_EQ(All(Rule::kC19, kTps), Said(row, form, anew));
  EXPECT_EQ(All(Rule::kC17, kTps), Said(2, form, anew) + ", " + Said(2, anew));
  EXPECT_EQ(All(Rule::kC17, kNextDoor), Said(1, form));
  EXPECT_EQ(log_.Tally("ppwp", "").stations.with_findings, 0);
  const auto past = log_.Get<RoundRow>(kPastRounds, PastRoundKey("ppwp", Code(kTps), 1));
  ASSERT_TRUE(past.has_value());
  EXPECT_TRUE(past->findings.empty());
}

}  // namespace
}  // namespace jejak::projection::testing
