// What was registered or amended since changes no answer as of an earlier size.
#include "ledger/projection/queries.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/projection/queries_records.h"
#include "ledger/projection/test_counted.h"

namespace jejak::projection::counted {
namespace {

// Who lowers the number of TPSs to expect, or moves a deadline, changes nothing of what was before.
TEST(Queries, AmendmentsChangeNoEarlierAnswer) {
  using election::AmendedField;
  Counted counted;
  World& world = counted.world;
  const RegionCode village = Code("6501011001"), tps = Code("6501011001002");
  const auto amend = [&](std::vector<event::Amendment> amendments) {
    world.Add(kRoot, event::RegistryAmended{std::move(amendments), "SK"});
    return world.size();
  };
  amend({{AmendedField::kUtcOffset, "65", "", "480"},
         {AmendedField::kDeadline, "pdpr/kpps", "", "0"}});
  const TreeSize before = world.size();
  const auto deadline = [&](const Queries& queries) {
    const auto progress = ProgressOf(world.rows(), queries, "pdpr", village,
                                     {queries.size(), UnixMicros(0)}).value();
    EXPECT_EQ(progress.missing.size(), 1u);
    return progress.missing.at(0).deadline.value_or(UnixMicros(0)).value;
  };
  constexpr int64_t kHour = int64_t{3'600} * 1'000'000;
  for (int round = 0; round < 2; ++round) {
    const auto then = world.Ask(before);
    EXPECT_EQ(then->TallyOf("pdpr", village)->expected, 3u) << round;
    EXPECT_EQ(then->TallyOf("pdpr", Code("65"))->expected, 3u) << round;
    EXPECT_EQ(then->Region(village)->name, "name of 6501011001") << round;
    EXPECT_EQ(then->Region(tps)->name, "TPS") << round;
    std::string next;
    EXPECT_EQ(then->Stations("pdpr", village, "", 10, &next).value().at(1).name, "TPS") << round;
    EXPECT_EQ(then->TallyOfDapil("pdpr", "651")->votes[0].choice.name, "choice 1") << round;
    EXPECT_EQ(then->registry().Contest("pdpr")->state->name, "") << round;
    EXPECT_EQ(deadline(*then), -8 * kHour) << round;
    if (round > 0) break;
    // Twice each, by two entries and within one.
    amend({{AmendedField::kExpectedStations, "6501011001", "3", "9"},
           {AmendedField::kExpectedStations, "6501011001", "9", "2"},
           {AmendedField::kRegionName, "6501011001", "", "LONG BIA"},
           {AmendedField::kStationName, "6501011001002", "TPS", "TPS BALAI"},
           {AmendedField::kChoiceName, "pdpr/1", "", "PARTAI"},
           {AmendedField::kContestName, "pdpr", "", "DPRD"},
           {AmendedField::kUtcOffset, "65", "480", "420"},
           {AmendedField::kDeadline, "pdpr/kpps", "0", "7200"}});
    amend({{AmendedField::kExpectedStations, "6501011001", "2", "1"},
           {AmendedField::kDeadline, "pdpr/kpps", "7200", "10800"}});
  }
  const auto between = world.Ask(TreeSize(before.value + 1));
  EXPECT_EQ(between->TallyOf("pdpr", Code("65"))->expected, 2u);
  EXPECT_EQ(deadline(*between), (2 - 7) * kHour);
  const auto now = world.Ask();
  EXPECT_EQ(now->TallyOf("pdpr", village)->expected, 1u);
  EXPECT_EQ(now->Region(village)->name, "LONG BIA");
  EXPECT_EQ(now->Region(tps)->name, "TPS BALAI");
  EXPECT_EQ(now->TallyOfDapil("pdpr", "651")->votes[0].choice.name, "PARTAI");
  EXPECT_EQ(now->registry().Contest("pdpr")->state->name, "DPRD");
  EXPECT_EQ(deadline(*now), (3 - 7) * kHour);
  // A region that nobody had registered was not expected to have any.
  event::RegionsRegistered late;
  late.regions.push_back({Code("6501011002"), "late", {}, {}, 7});
  const TreeSize size = world.size();
  world.Add(kRoot, late);
  EXPECT_EQ(world.Ask(size)->Expected(Code("6501011002")).value(), std::nullopt);
  EXPECT_EQ(world.Ask(size)->Expected(Code("6501")).value(), 1u);
  EXPECT_EQ(world.Ask()->Expected(Code("6501")).value(), 8u);
}

// A second ballot in a region takes its candidates from then on, and from no earlier answer.
TEST(Queries, ALateBallotChangesNoEarlierAnswer) {
  World world;
  const RegionCode regency = Code("6501");
  event::ContestRegistered contest;
  contest.id = "late";
  contest.kind = election::ContestKind::kParty;
  contest.covered = {regency};
  world.Add(kRoot, contest);
  event::BallotRegistered first{"late", "A", {Code("6501011001")}, {}};
  first.choices = {MakeChoice(1, 1, 0), MakeChoice(101, 1, 1)};
  world.Add(kRoot, first);
  event::ResultSubmitted form = Form("6501011001001", {{1, 5}, {101, 10}}, {{1, 15}}, 15);
  form.contest = "late";
  const LogIndex submitted = world.Add(kKpps, form);
  const TreeSize then = world.size();
  const FieldKey votes = FieldKey::Votes(101);
  const auto check = [&] {
    const auto queries = world.Ask(then);
    EXPECT_EQ(queries->registry().Contest("late")->ballots.size(), 1u);
    const Tally tally = queries->TallyOf("late", regency).value();
    ASSERT_EQ(tally.votes.size(), 2u);
    EXPECT_EQ(tally.votes[1].votes, 10u);
    EXPECT_EQ(tally.votes[1].choice.name, "choice 101");
    const auto trace = queries->Trace("late", regency, votes, "", 9);
    ASSERT_TRUE(trace.ok()) << trace.status().ToString();
    EXPECT_EQ(trace->value, 10u);
    const auto why =
        queries->Explain("late", regency, votes, TreeSize(1), then, LogIndex(0), 9);
    ASSERT_TRUE(why.ok()) << why.status().ToString();
    EXPECT_EQ(why->changes.size(), 1u);
    const Reason unknown = queries->TallyOfDapil("late", "B").status().reason();
    EXPECT_EQ(unknown, Reason::kNotFound);
    EXPECT_EQ(queries->Trace("late", regency, FieldKey::Votes(102), "", 9).status().reason(),
              Reason::kUnknownChoice);
  };
  check();
  event::BallotRegistered second{"late", "B", {Code("6501011002")}, {}};
  second.choices = {MakeChoice(1, 1, 0), MakeChoice(102, 1, 1)};
  const LogIndex ballot = world.Add(kRoot, second);
  check();
  // And one that an amendment changed after it was registered is still not there before.
  world.Add(kRoot, event::RegistryAmended{
                       {{election::AmendedField::kChoiceName, "late/102", "", "CALEG"}}, "SK"});
  check();
  const auto now = world.Ask();
  EXPECT_EQ(now->TallyOf("late", regency)->votes.size(), 1u);
  EXPECT_EQ(now->Trace("late", regency, votes, "", 9).status().reason(),
            Reason::kInvalidArgument);
  EXPECT_EQ(now->TallyOfDapil("late", "B")->votes[1].choice.name, "CALEG");
  // The ballot's own entry says what the regions above its members lost.
  const auto effect = now->EffectOf(world.Entry(ballot).value()).value();
  std::vector<std::string> regions;
  for (const LevelEffect& level : effect) regions.push_back(level.region.code.display());
  EXPECT_EQ(regions, (std::vector<std::string>{"650101", "6501", "65", "0"}));
  for (const LevelEffect& level : effect) {
    EXPECT_EQ(level.before.sums.size(), level.after.sums.size() + 1);
    EXPECT_EQ(level.before.stations, level.after.stations);
  }
  EXPECT_EQ(now->EffectOf(world.Entry(submitted).value())->size(), 6u);
}

// What was registered later is no child of an earlier answer, and no TPS of it.
TEST(Queries, ChildrenAreThoseThatWereRegisteredThen) {
  Counted counted;
  World& world = counted.world;
  const RegionCode village = Code("6501011001"), district = Code("650101");
  const RegionCode late = Code("6501011001003");
  const TreeSize before = world.size();
  event::RegionsRegistered region;
  region.regions.push_back({Code("6501011002"), "late", {}, {}, {}});
  world.Add(kRoot, region);
  event::StationsRegistered stations;
  stations.stations = {{late, "TPS", {}, {}}, {Code("6501011002001"), "TPS", {}, {}}};
  world.Add(kRoot, stations);
  world.Add(kRoot, event::RegistryAmended{
                       {{election::AmendedField::kStationName, late.str(), "TPS", "TPS BALAI"}},
                       "SK"});
  const auto then = world.Ask(before);
  EXPECT_EQ(then->Children("pdpr", village)->size(), 2u);
  EXPECT_EQ(then->Children("pdpr", district).value(), (std::vector<RegionCode>{village}));
  const Reason unknown = Reason::kUnknownStation;
  const FieldKey votes = FieldKey::Votes(1);
  EXPECT_EQ(then->TallyOf("pdpr", late).status().reason(), unknown);
  EXPECT_EQ(then->Trace("pdpr", late, votes, "", 9).status().reason(), unknown);
  EXPECT_EQ(then->History("pdpr", late).status().reason(), unknown);
  const auto now = world.Ask();
  EXPECT_EQ(now->Children("pdpr", village)->size(), 3u);
  EXPECT_EQ(now->Children("pdpr", district)->size(), 2u);
  EXPECT_EQ(now->TallyOf("pdpr", late)->stations.total, 1);
  EXPECT_EQ(now->Region(late)->name, "TPS BALAI");
}

// A round keeps its TPS when it is cancelled, and as of a size before that.
TEST(Queries, ACancelledRoundHeldItsStations) {
  Counted counted;
  World& world = counted.world;
  event::RoundOpened body;
  body.kind = election::RoundKind::kPsu;
  body.contests = {"pdpr"};
  body.places = {Code("6501011001"), Code("6502011001001")};
  const LogIndex opened = world.Add(kRoot, body);
  event::StationsRegistered late;
  late.stations = {{Code("6501011001003"), "TPS", {}, {}}};
  world.Add(kRoot, late);
  const TreeSize before = world.size();
  event::RoundCancelled cancelled;
  cancelled.opened = world.HashOf(opened);
  const LogIndex ended = world.Add(kRoot, cancelled);
  for (const TreeSize size : {before, world.size()}) {
    const auto queries = world.Ask(size);
    const auto lines = RecordsIn(world.rows(), *queries, RecordKind::kRound, {}, RegionCode());
    ASSERT_EQ(lines->size(), 1u);
    const auto outcome = OutcomeOf(world.rows(), queries->registry(), RecordKind::kRound,
                                   lines->front(), world.Entry(opened).value(), size).value();
    EXPECT_EQ(outcome.status, size == before ? "opened" : "cancelled");
    EXPECT_EQ(outcome.cancelled_by, size == before ? std::nullopt : std::optional(ended));
    EXPECT_EQ(outcome.progress.stations, 3u);
    EXPECT_EQ(outcome.progress.held, 0u);
  }
}

}  // namespace
}  // namespace jejak::projection::counted
