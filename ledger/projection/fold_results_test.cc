// What results do to rows and tallies, counted by hand: who set each figure, findings that open,
// clear and open again, competing submissions, rounds, photos, and regions that come to vote on
// several ballots. Long random sequences: fold_random_test.cc.
#include <gtest/gtest.h>

#include "ledger/projection/test_log.h"

namespace jejak::projection::testing {
namespace {

constexpr const char* kTps = "6501011001001";
constexpr const char* kNextDoor = "6501011001002";
constexpr const char* kElsewhere = "6502011001001";

class FoldResults : public ::testing::Test {
 protected:
  FoldResults() {
    log_.Open();
    log_.Add(kRoot, MakeRegions({"65", "6501", "650101", "6501011001", "6502", "650201",
                                 "6502011001"}));
    log_.Add(kRoot, MakeContest("pdpr", election::ContestKind::kParty, {Code("65")}));
    log_.Add(kRoot, Ballot("651", "6501", 101));
    log_.Add(kRoot, MakeStations({kTps, kNextDoor, kElsewhere}));
  }
  static event::BallotRegistered Ballot(const char* dapil, const char* member, ChoiceId candidate) {
    return {"pdpr", dapil, {Code(member)},
            {MakeChoice(1, ChoiceKind::kParty), MakeChoice(candidate, ChoiceKind::kCandidate, 1)}};
  }
  // Valid votes, the party's own, its candidate's and its total.
  static event::ResultSubmitted Form(const char* tps, uint32_t valid, uint32_t own,
                                     uint32_t candidate, uint32_t total, ChoiceId id = 101) {
    event::ResultSubmitted form;
    form.contest = "pdpr";
    form.tps = Code(tps);
    form.figures = {{Figure::kValid, valid}};
    form.votes = {{1, own}, {id, candidate}};
    form.party_totals = {{1, total}};
    return form;
  }
  LogIndex Correct(std::vector<event::Change> changes,
                   std::vector<event::EvidenceChange> evidence = {}, uint8_t author = kPpk) {
    event::ResultCorrected body;
    body.contest = "pdpr";
    body.tps = Code(kTps);
    body.changes = std::move(changes);
    body.evidence = std::move(evidence);
    return log_.Add(author, body);
  }
  LogIndex OpenRound(const char* place) {
    event::RoundOpened body;
    body.contests = {"pdpr"};
    body.places = {Code(place)};
    return log_.Add(kRoot, body);
  }
  // "valid=9/2 votes.1=3/1" of the sums of a region.
  std::string Sums(const char* region) {
    log_.Commit();
    std::string out;
    for (const SumCell& cell : log_.Tally("pdpr", region).sums) {
      out += (out.empty() ? "" : " ") + election::FieldName(cell.key) + "=" +
             std::to_string(cell.sum) + "/" + std::to_string(cell.present);
    }
    return out;
  }
  StationCounts Counts(const char* region) {
    log_.Commit();
    return log_.Tally("pdpr", region).stations;
  }
  // "C06 by 9, C09 by 9" of the findings open at the station.
  std::string Open(const char* tps = kTps) {
    log_.Commit();
    std::string out;
    for (const OpenFinding& f : log_.Newest("pdpr", tps).findings) {
      out += (out.empty() ? "" : ", ") + std::string(InfoOf(static_cast<Rule>(f.rule)).id) +
             " by " + std::to_string(f.opened_by.value);
    }
    return out;
  }
  std::optional<FindingRow> Finding(Rule rule, FieldKey row, LogIndex by) {
    log_.Commit();
    const auto number = static_cast<uint8_t>(rule);
    return log_.Get<FindingRow>(kFindings,
                                FindingKey("pdpr", Code(kTps), number, row.packed(), by));
  }
  TestLog log_;
};

// Each level has the sums of the stations inside it, and each figure says over how many; a figure
// that nobody has is in no row, and zero is not absent.
TEST_F(FoldResults, TalliesAtEveryLevel) {
  log_.Add(kKpps, Form(kTps, 5, 2, 3, 5));
  auto second = Form(kNextDoor, 0, 0, 4, 4);
  second.figures.clear();
  log_.Add(kKpps, second);
  const std::string both = "valid=5/1 votes.1=2/2 votes.101=7/2 party_total.1=9/2";
  for (const char* region : {"6501011001", "650101", "6501", "65", ""})
    EXPECT_EQ(Sums(region), both) << region;
  EXPECT_EQ(Sums("6502"), "");
  EXPECT_TRUE(Counts("65") == (StationCounts{3, 2, 0, 0, 0, 0}));
  EXPECT_TRUE(Counts("6501") == (StationCounts{2, 2, 0, 0, 0, 0}));
  EXPECT_TRUE(Counts("6502") == (StationCounts{1, 0, 0, 0, 0, 0}));
  // Withdrawn figures leave the sum and the count; the last one leaves the row.
  Correct({{FieldKey::Of(Figure::kValid), std::nullopt},
           {FieldKey::Votes(1), std::nullopt},
           {FieldKey::Votes(101), 4}});
  for (const char* region : {"6501011001", "650101", "6501", "65", ""})
    EXPECT_EQ(Sums(region), "votes.1=0/1 votes.101=8/2 party_total.1=9/2") << region;
  EXPECT_EQ(Counts("").corrected, 1);
  Correct({{FieldKey::Votes(101), std::nullopt}, {FieldKey::PartyTotal(1), std::nullopt}});
  EXPECT_EQ(Counts("").reported, 1);
  EXPECT_EQ(Sums(""), "votes.1=0/1 votes.101=4/1 party_total.1=4/1");
}

// Every figure names the entry that set it: a change sets it anew, the same value again does not.
TEST_F(FoldResults, FiguresNameWhoSetThem) {
  const LogIndex first = log_.Add(kKpps, Form(kTps, 5, 2, 3, 5));
  EXPECT_FALSE(log_.state().Result("pdpr", Code(kTps), admission::Contents::kWanted).ppk_acted);
  const LogIndex second = Correct({{FieldKey::Of(Figure::kValid), 5},
                                   {FieldKey::Of(Figure::kInvalid), 1},
                                   {FieldKey::Votes(101), 4}});
  log_.Commit();
  const RoundRow row = log_.Newest("pdpr", kTps);
  EXPECT_TRUE(row.cells == (std::vector<Cell>{{FieldKey::Of(Figure::kValid), 5, first},
                                              {FieldKey::Of(Figure::kInvalid), 1, second},
                                              {FieldKey::Votes(1), 2, first},
                                              {FieldKey::Votes(101), 4, second},
                                              {FieldKey::PartyTotal(1), 5, first}}));
  EXPECT_TRUE(row.versions == (std::vector{first, second}));
  EXPECT_EQ(row.newest_event, log_.HashOf(second));
  EXPECT_TRUE(row.flags.corrected && row.flags.completed);
  EXPECT_TRUE(row.ppk_acted);
  EXPECT_FALSE(row.finalised);
  log_.Add(kKpps, event::ResultFinalised{"pdpr", Code(kTps), 1});
  log_.Commit();
  EXPECT_TRUE(log_.Newest("pdpr", kTps).finalised);
  EXPECT_FALSE(log_.Newest("pdpr", kNextDoor).finalised);
}

// Filling in what was absent completes a form and does not correct it.
TEST_F(FoldResults, CompletionIsNoCorrection) {
  auto form = Form(kTps, 5, 2, 3, 5);
  form.figures.clear();
  log_.Add(kKpps, form);
  Correct({{FieldKey::Of(Figure::kValid), 5}});
  EXPECT_TRUE(Counts("") == (StationCounts{3, 1, 0, 1, 0, 0}));
}

// A finding is opened by the entry that broke the rule, cleared by the one that mended it, and a
// later breach of the same row is another finding.
TEST_F(FoldResults, FindingsAreOpenedClearedAndOpenedAgain) {
  const LogIndex first = log_.Add(kKpps, Form(kTps, 5, 2, 3, 6));  // 2 + 3 is not 6; nor is valid
  const std::string by_first = std::to_string(first.value);
  EXPECT_EQ(Open(), "C06 by " + by_first + ", C09 by " + by_first + ", C14 by " + by_first);
  EXPECT_EQ(Counts("65").with_findings, 1);
  const LogIndex second = Correct({{FieldKey::Of(Figure::kValid), 6}});
  EXPECT_EQ(Open(), "C06 by " + by_first);
  EXPECT_EQ(Finding(Rule::kC09, FieldKey::Of(Figure::kValid), first)->cleared_by, second);
  EXPECT_EQ(Finding(Rule::kC06, FieldKey::PartyTotal(1), first)->cleared_by, std::nullopt);
  const LogIndex third = Correct({{FieldKey::Votes(101), 4}});
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(Counts("65").with_findings, 0);
  EXPECT_EQ(Finding(Rule::kC06, FieldKey::PartyTotal(1), first)->cleared_by, third);
  const LogIndex fourth = Correct({{FieldKey::Votes(101), 5}});
  EXPECT_EQ(Open(), "C06 by " + std::to_string(fourth.value));
  EXPECT_EQ(Finding(Rule::kC06, FieldKey::PartyTotal(1), first)->cleared_by, third);
  EXPECT_EQ(Finding(Rule::kC06, FieldKey::PartyTotal(1), fourth)->cleared_by, std::nullopt);
}

// A warning is a finding, but counts for no station.
TEST_F(FoldResults, WarningsDoNotCount) {
  auto form = Form(kTps, 5, 2, 3, 5);
  form.figures = {{Figure::kVotersRegisteredJ, 100}, {Figure::kBallotsReceived, 100},
                  {Figure::kValid, 5}};
  const LogIndex index = log_.Add(kKpps, form);  // 2 % in reserve would make 102
  EXPECT_EQ(Open(), "C13 by " + std::to_string(index.value));
  EXPECT_EQ(Counts("").with_findings, 0);
}

// Whoever came second with other figures stays seen, over every later correction; with the same
// figures there is nothing to see. Neither changes a figure.
TEST_F(FoldResults, CompetingSubmissionsStaySeen) {
  log_.Add(kKpps, Form(kTps, 5, 2, 3, 5));
  log_.Add(kPpk, Form(kTps, 5, 2, 3, 5), Reason::kResultExists);
  EXPECT_EQ(Open(), "");
  const LogIndex other = log_.Add(kPpk, Form(kTps, 5, 1, 4, 5), Reason::kResultExists);
  const std::string seen = "C20 by " + std::to_string(other.value);
  EXPECT_EQ(Open(), seen);
  EXPECT_EQ(Counts("650101").with_findings, 1);
  EXPECT_EQ(Sums(""), "valid=5/1 votes.1=2/1 votes.101=3/1 party_total.1=5/1");
  EXPECT_EQ(log_.Newest("pdpr", kTps).versions.size(), 1u);
  const auto row = Finding(Rule::kC20, FieldKey::FromPacked(other.value), other);
  ASSERT_TRUE(row.has_value());
  EXPECT_TRUE(row->fields == (std::vector{FieldKey::Votes(1), FieldKey::Votes(101)}));
  Correct({{FieldKey::Votes(1), 1}, {FieldKey::Votes(101), 4}});
  log_.Reopen();
  EXPECT_EQ(Open(), seen);
  EXPECT_EQ(Counts("").with_findings, 1);
  // Nor did one that came too late: KPPS, when PPK has handed in its form.
  const LogIndex late = log_.Add(kKpps, Form(kTps, 5, 1, 2, 5), Reason::kStageSealed);
  EXPECT_TRUE(Finding(Rule::kC20, FieldKey::FromPacked(late.value), late));
  EXPECT_NE(Open(), seen);
  const auto both = Open();
  // Not where there was nothing to compete with, and not refused for another reason.
  log_.Add(kKpps, Form(kNextDoor, 5, 1, 2, 5), Reason::kStageSealed);
  EXPECT_EQ(Open(), both);
  log_.Add(kPpk, Form(kTps, 9, 9, 0, 9), Reason::kOutsideJurisdiction);
  EXPECT_EQ(Open(), both);
}

// While a new round has no result the old figures stay in the tally; then they are history, and so
// are their flags and findings.
TEST_F(FoldResults, ANewRoundReplacesTheOldWhenItHasAResult) {
  log_.Add(kKpps, Form(kTps, 5, 2, 3, 6));
  Correct({{FieldKey::Votes(1), 1}});
  const std::string old = "valid=5/1 votes.1=1/1 votes.101=3/1 party_total.1=6/1";
  const LogIndex opened = OpenRound("6501011001");
  log_.Reopen();
  EXPECT_EQ(Sums(""), old);
  EXPECT_TRUE(Counts("") == (StationCounts{3, 1, 1, 0, 0, 1}));
  const auto result = log_.state().Result("pdpr", Code(kTps), admission::Contents::kWanted);
  EXPECT_EQ(result.round, 2);
  EXPECT_EQ(result.round_opened_at, opened);
  EXPECT_FALSE(result.has_result);
  EXPECT_TRUE(result.values.empty());
  EXPECT_EQ(log_.state().Result("pdpr", Code(kElsewhere), admission::Contents::kWanted).round, 1);
  EXPECT_FALSE(log_.state().Reference(log_.HashOf(opened))->used);
  auto again = Form(kTps, 7, 3, 4, 7);
  again.round = 2;
  log_.Add(kKpps, again);
  EXPECT_TRUE(log_.state().Reference(log_.HashOf(opened))->used);
  for (const char* region : {"6501011001", "650101", "6501", "65", ""})
    EXPECT_EQ(Sums(region), "valid=7/1 votes.1=3/1 votes.101=4/1 party_total.1=7/1") << region;
  EXPECT_TRUE(Counts("") == (StationCounts{3, 1, 0, 0, 0, 0}));
  const auto past = log_.Get<RoundRow>(kPastRounds, PastRoundKey("pdpr", Code(kTps), 1));
  ASSERT_TRUE(past.has_value());
  EXPECT_EQ(past->versions.size(), 2u);
  EXPECT_TRUE(past->flags.corrected);
}

// A cancelled round leaves every station as it was, with or without a result, to the byte.
TEST_F(FoldResults, ACancelledRoundLeavesNothing) {
  log_.Add(kKpps, Form(kTps, 5, 2, 3, 6));
  log_.Commit();
  const auto results = log_.rows().table(kResults);
  const auto deltas = log_.rows().table(kTallyDeltas);
  const Hash root = log_.state().TallyRoot();
  const LogIndex opened = OpenRound("6501");
  log_.Commit();
  EXPECT_EQ(log_.rows().table(kPastRounds).size(), 2u);
  log_.Add(kRoot, event::RoundCancelled{log_.HashOf(opened), "ruling", {}});
  log_.Reopen();
  EXPECT_TRUE(log_.rows().table(kPastRounds).empty());
  EXPECT_TRUE(log_.rows().table(kTallyDeltas) == deltas);
  EXPECT_EQ(log_.state().TallyRoot(), root);
  const Bytes key = PlaceKey("pdpr", Code(kTps));
  EXPECT_EQ(log_.rows().table(kResults).at(key), results.at(key));
  EXPECT_EQ(log_.state().Result("pdpr", Code(kNextDoor), admission::Contents::kWanted).round, 1);
  EXPECT_TRUE(log_.state().Reference(log_.HashOf(opened))->resolved);
  Correct({{FieldKey::PartyTotal(1), 5}});
  EXPECT_EQ(Sums(""), "valid=5/1 votes.1=2/1 votes.101=3/1 party_total.1=5/1");
}

// A round upon a round marks the lower one as used, so that it can't be cancelled from under it.
TEST_F(FoldResults, ARoundUponARoundUsesIt) {
  const LogIndex second = OpenRound(kTps);
  const LogIndex third = OpenRound("6501011001");
  log_.Reopen();
  EXPECT_TRUE(log_.state().Reference(log_.HashOf(second))->used);
  EXPECT_FALSE(log_.state().Reference(log_.HashOf(third))->used);
  EXPECT_EQ(log_.state().Result("pdpr", Code(kTps), admission::Contents::kWanted).round, 3);
  EXPECT_EQ(log_.state().Result("pdpr", Code(kNextDoor), admission::Contents::kWanted).round, 2);
}

// When the upper one was cancelled the lower one is as it was; unless it has a result elsewhere, or
// yet another round upon it.
TEST_F(FoldResults, ACancelledRoundUsesNothing) {
  const auto used = [&](LogIndex round) {
    return log_.state().Reference(log_.HashOf(round))->used;
  };
  const auto cancel = [&](LogIndex round) {
    log_.Add(kRoot, event::RoundCancelled{log_.HashOf(round), "mistaken", {}});
    log_.Reopen();
  };
  const LogIndex below = OpenRound("6501011001");
  const LogIndex one = OpenRound(kTps);
  const LogIndex other = OpenRound(kNextDoor);
  cancel(one);
  EXPECT_TRUE(used(below));  // by the other
  cancel(other);
  EXPECT_FALSE(used(below));
  const LogIndex again = OpenRound(kTps);
  auto form = Form(kNextDoor, 7, 3, 4, 7);
  form.round = 2;
  log_.Add(kKpps, form);
  cancel(again);
  EXPECT_TRUE(used(below));
}

// A photo that is set, replaced or removed names its entry, and counts the station; the same photo
// again does not.
TEST_F(FoldResults, PhotosNameWhoSetThem) {
  const auto photo = [](uint16_t page, const char* url) {
    return event::Evidence{page, "image/jpeg", std::nullopt, url};
  };
  auto form = Form(kTps, 5, 2, 3, 5);
  form.evidence = {photo(1, "a"), photo(3, "c")};
  const LogIndex first = log_.Add(kKpps, form);
  Correct({}, {{1, photo(1, "a")}, {2, std::nullopt}});
  EXPECT_EQ(Counts("").evidence_replaced, 0);
  const LogIndex changed = Correct({}, {{2, photo(2, "b")}, {3, std::nullopt}});
  EXPECT_EQ(Counts("").evidence_replaced, 1);
  const RoundRow row = log_.Newest("pdpr", kTps);
  EXPECT_TRUE(row.evidence == (std::vector{photo(1, "a"), photo(2, "b")}));
  EXPECT_TRUE(row.evidence_set_by == (std::vector{first, changed}));
  EXPECT_FALSE(row.flags.corrected || row.flags.completed);
}

// From the moment when a region votes on a second ballot it keeps parties only, of what was
// counted before as of what comes after; its parts that vote on one keep their candidates.
TEST_F(FoldResults, ASecondBallotDropsTheSumsOfCandidates) {
  log_.Add(kKpps, Form(kTps, 5, 2, 3, 5));
  const std::string one = "valid=5/1 votes.1=2/1 votes.101=3/1 party_total.1=5/1";
  EXPECT_EQ(Sums("65"), one);
  Correct({{FieldKey::Votes(101), 4}});  // not yet brought to the rows
  log_.Add(kRoot, Ballot("652", "6502", 201));
  log_.Add(kKpps, Form(kElsewhere, 9, 1, 8, 9, 201));
  for (const char* mixed : {"65", ""})
    EXPECT_EQ(Sums(mixed), "valid=14/2 votes.1=3/2 party_total.1=14/2") << mixed;
  for (const char* first : {"6501", "650101", "6501011001"})
    EXPECT_EQ(Sums(first), "valid=5/1 votes.1=2/1 votes.101=4/1 party_total.1=5/1") << first;
  for (const char* second : {"6502", "650201", "6502011001"})
    EXPECT_EQ(Sums(second), "valid=9/1 votes.1=1/1 votes.201=8/1 party_total.1=9/1") << second;
}

// Without parties a region of several ballots keeps figures only.
TEST_F(FoldResults, IndividualsOfSeveralBallotsHaveNoSum) {
  log_.Add(kRoot, MakeContest("pdpd", election::ContestKind::kIndividual, {Code("65")}));
  const auto ballot = [](const char* dapil, const char* member, ChoiceId id) {
    return event::BallotRegistered{
        "pdpd", dapil, {Code(member)}, {MakeChoice(id, ChoiceKind::kIndividual)}};
  };
  log_.Add(kRoot, ballot("1", "6501", 11));
  event::ResultSubmitted form;
  form.contest = "pdpd";
  form.tps = Code(kTps);
  form.figures = {{Figure::kValid, 3}};
  form.votes = {{11, 3}};
  log_.Add(kKpps, form);
  log_.Commit();
  EXPECT_EQ(log_.Tally("pdpd", "").sums.size(), 2u);
  log_.Add(kRoot, ballot("2", "6502", 12));
  log_.Commit();
  EXPECT_EQ(log_.Tally("pdpd", "").sums.size(), 1u);
  EXPECT_EQ(log_.Tally("pdpd", "6501").sums.size(), 2u);
  EXPECT_EQ(log_.Tally("pdpd", "").stations.reported, 1);
}

// Stations count in a contest from registration on, whichever came first, and never where the
// contest is not held.
TEST_F(FoldResults, StationsCountFromRegistration) {
  EXPECT_EQ(Counts("").total, 3);
  auto local = MakeContest("pdprdk", election::ContestKind::kParty, {Code("6501")});
  local.excepted = {Code("6501011002")};
  log_.Add(kRoot, local);
  log_.Add(kRoot, MakeStations({"6501011001003", "6501011002001", "6502011001002"}));
  EXPECT_EQ(Counts("").total, 6);
  EXPECT_EQ(Counts("6501011001").total, 3);
  EXPECT_EQ(log_.Tally("pdprdk", "").stations.total, 3);
  EXPECT_EQ(log_.Tally("pdprdk", "6501011001").stations.total, 3);
  log_.CommitTally();
  log_.Commit();
  const auto has_node = [&](const char* contest, const char* region) {
    const TallyHistory history(&log_.rows());
    return history.NodeAt(contest, Code(region), LogIndex(log_.log().size()))->has_value();
  };
  EXPECT_TRUE(has_node("pdprdk", "6501011001"));
  EXPECT_FALSE(has_node("pdprdk", "6501011002"));
  EXPECT_FALSE(has_node("pdprdk", "6502"));
  EXPECT_TRUE(has_node("pdpr", "6502"));
}

}  // namespace
}  // namespace jejak::projection::testing
