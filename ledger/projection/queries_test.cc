// Answers over a small log of a party contest with two dapil: each test applies the same entries
// and asks for what can be counted by hand.
#include "ledger/projection/queries.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "ledger/crypto/sha256.h"
#include "ledger/projection/queries_records.h"
#include "ledger/projection/state.h"

namespace jejak::projection {
namespace {

using election::ChoiceId;
using election::Figure;

RegionCode Code(std::string_view digits) { return *RegionCode::Parse(digits); }

PublicKey KeyOf(uint8_t number) {
  PublicKey key;
  key.bytes.fill(number);
  return key;
}
constexpr uint8_t kRoot = 1, kKpps = 4, kPpk = 5, kOther = 6;

// A log in memory, and the rows that its entries give.
class World : public EntrySource {
 public:
  World() {
    state_ = State::Load(&rows_, TreeSize(0)).value();
    Setup();
  }

  Result<ReadEntry> Entry(LogIndex index) const override {
    if (index.value >= log_.size()) return Status(Reason::kNotFound, "no such entry");
    return log_[index.value];
  }
  TreeSize size() const override { return TreeSize(log_.size()); }

  LogIndex Add(uint8_t author, event::Body body, std::optional<event::Refusal> refusal = {}) {
    ReadEntry entry;
    entry.index = LogIndex(log_.size());
    entry.event.author = KeyOf(author);
    entry.event.body = std::move(body);
    entry.entry.received_at = UnixMicros(static_cast<int64_t>(1000 + log_.size()));
    entry.entry.refusal = refusal;
    entry.hash = crypto::Sha256("event " + std::to_string(log_.size()));
    log_.push_back(entry);
    state_->Apply({log_.back().event, entry.hash, entry.index, entry.entry.received_at, refusal});
    EXPECT_TRUE(state_->status().ok()) << state_->status().ToString();
    return entry.index;
  }
  const Hash& HashOf(LogIndex index) const { return log_[index.value].hash; }

  // Over everything that was added so far, or the entries before `as_of`.
  std::unique_ptr<Queries> Ask(std::optional<TreeSize> as_of = {}) {
    state_->Flush();
    state_->rows().Drain([&](const RowChange& change) { rows_.Apply(change); });
    return Queries::Open(&rows_, this, as_of).value();
  }
  const KeyValueReader& rows() const { return rows_; }

 private:
  void Setup();

  MemoryStore rows_;
  std::unique_ptr<State> state_;
  std::vector<ReadEntry> log_;
};

event::Choice MakeChoice(ChoiceId id, uint16_t number, ChoiceId party) {
  event::Choice choice;
  choice.id = id;
  choice.number = number;
  choice.kind = party == 0 ? election::ChoiceKind::kParty : election::ChoiceKind::kCandidate;
  choice.name = "choice " + std::to_string(id);
  choice.party = party;
  return choice;
}

event::OfficialFact MakeOfficial(const char* id, election::Role role, const char* place,
                                 uint8_t key) {
  event::OfficialFact fact;
  fact.id = id;
  fact.role = role;
  fact.body = "body";
  fact.jurisdiction = Code(place);
  fact.keys = {{KeyOf(key), Signature()}};
  return fact;
}

void World::Setup() {
  event::ElectionOpened genesis;
  genesis.root_key.key = KeyOf(kRoot);
  genesis.ledger_key.key = KeyOf(2);
  genesis.supervisors_key.key = KeyOf(3);
  genesis.dpt_max = 300;
  genesis.reserve_permille = 20;
  Add(kRoot, genesis);
  event::RegionsRegistered regions;
  for (const char* code :
       {"64", "65", "6501", "650101", "6501011001", "6502", "650201", "6502011001"}) {
    regions.regions.push_back({Code(code), "name of " + std::string(code), {}, {}, {}});
  }
  regions.regions[4].expected_stations = 3;
  Add(kRoot, regions);
  event::ContestRegistered contest;
  contest.id = "pdpr";
  contest.kind = election::ContestKind::kParty;
  contest.covered = {Code("65")};
  Add(kRoot, contest);
  event::BallotRegistered first{"pdpr", "651", {Code("6501")}, {}};
  first.choices = {MakeChoice(1, 1, 0), MakeChoice(101, 1, 1), MakeChoice(2, 2, 0)};
  Add(kRoot, first);
  event::BallotRegistered second{"pdpr", "652", {Code("6502")}, {}};
  second.choices = {MakeChoice(1, 1, 0), MakeChoice(102, 1, 1)};
  Add(kRoot, second);
  event::StationsRegistered stations;
  for (const char* code : {"6501011001001", "6501011001002", "6502011001001"}) {
    stations.stations.push_back({Code(code), "TPS", {}, {}});
  }
  Add(kRoot, stations);
  Add(kRoot, event::OfficialsEnrolled{{
                 MakeOfficial("kpps.1", election::Role::kKpps, "6501011001001", kKpps),
                 MakeOfficial("kpps.2", election::Role::kKpps, "6502011001001", kOther),
                 MakeOfficial("ppk.1", election::Role::kPpk, "650101", kPpk),
             }});
}

event::ResultSubmitted Form(const char* tps, std::vector<event::ChoiceValue> votes,
                            std::vector<event::ChoiceValue> totals, uint32_t valid) {
  event::ResultSubmitted form;
  form.contest = "pdpr";
  form.tps = Code(tps);
  form.figures = {{Figure::kValid, valid}};
  form.votes = std::move(votes);
  form.party_totals = std::move(totals);
  return form;
}

event::ResultCorrected Correction(const World& world, LogIndex supersedes,
                                  std::vector<event::Change> changes) {
  event::ResultCorrected body;
  body.contest = "pdpr";
  body.tps = Code("6501011001001");
  body.supersedes = world.HashOf(supersedes);
  body.changes = std::move(changes);
  body.reason = election::CorrectionReason::kMisread;
  return body;
}

// What the tests begin from: two TPS are in, and one of them is corrected.
struct Counted {
  World world;
  LogIndex submitted, other, corrected;
  Counted() {
    submitted =
        world.Add(kKpps, Form("6501011001001", {{1, 5}, {2, 0}, {101, 10}}, {{1, 15}, {2, 0}}, 15));
    other = world.Add(kOther, Form("6502011001001", {{1, 3}, {102, 4}}, {{1, 7}}, 7));
    corrected = world.Add(kPpk, Correction(world, submitted,
                                           {{FieldKey::Of(Figure::kValid), 17},
                                            {FieldKey::Votes(101), 12},
                                            {FieldKey::PartyTotal(1), 17}}));
  }
};

TEST(Queries, MixedRegionsShowPartiesAndDapilShowCandidates) {
  Counted counted;
  const auto queries = counted.world.Ask();
  const Tally province = queries->TallyOf("pdpr", Code("65")).value();
  ASSERT_EQ(province.votes.size(), 2u);
  EXPECT_EQ(province.votes[0].choice.id, 1u);
  EXPECT_EQ(province.votes[0].votes, 8u);
  EXPECT_EQ(province.votes[0].party_total, 24u);
  EXPECT_EQ(province.votes[0].party_total_present, 2u);
  EXPECT_EQ(province.votes[1].votes, 0u);
  EXPECT_EQ(province.votes[1].present, 1u);
  EXPECT_EQ(province.stations.total, 3);
  EXPECT_EQ(province.stations.reported, 2);
  EXPECT_EQ(province.stations.corrected, 1);
  EXPECT_EQ(province.figures[static_cast<size_t>(Figure::kValid)].value, 24u);
  EXPECT_EQ(province.figures[static_cast<size_t>(Figure::kTotal)].value, std::nullopt);

  const Tally dapil = queries->TallyOfDapil("pdpr", "651").value();
  const Tally regency = queries->TallyOf("pdpr", Code("6501")).value();
  ASSERT_EQ(dapil.votes.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(dapil.votes[i].choice.id, regency.votes[i].choice.id);
    EXPECT_EQ(dapil.votes[i].votes, regency.votes[i].votes);
  }
  EXPECT_EQ(dapil.votes[1].votes, 12u);
  EXPECT_EQ(dapil.expected, 3u);
  const Tally station = queries->TallyOf("pdpr", Code("6501011001002")).value();
  EXPECT_EQ(station.stations.total, 1);
  EXPECT_EQ(station.votes[0].votes, std::nullopt);
}

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

TEST(Queries, ChildrenAreThoseOfTheContest) {
  Counted counted;
  const auto queries = counted.world.Ask();
  EXPECT_EQ(queries->Children("pdpr", RegionCode()).value(), std::vector{Code("65")});
  EXPECT_EQ(queries->Children("pdpr", Code("65")).value(),
            (std::vector{Code("6501"), Code("6502")}));
  EXPECT_EQ(queries->Children("pdpr", Code("6501011001")).value(),
            (std::vector{Code("6501011001001"), Code("6501011001002")}));
  EXPECT_EQ(queries->Children("ppwp", Code("65")).status().reason(), Reason::kUnknownContest);
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

TEST(Queries, TraceLeadsEachFigureToWhoSetIt) {
  Counted counted;
  const auto queries = counted.world.Ask();
  const TracePage page = queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 10).value();
  EXPECT_EQ(page.value, 12u);
  EXPECT_EQ(page.missing, 1u);
  ASSERT_EQ(page.entries.size(), 1u);
  const TraceEntry& changed = page.entries[0];
  EXPECT_EQ(changed.index, counted.corrected);
  EXPECT_EQ(changed.event, counted.world.HashOf(counted.corrected));
  EXPECT_EQ(changed.author.official, "ppk.1");
  EXPECT_EQ(changed.reason, "misread");
  EXPECT_EQ(changed.original_value, 10u);
  EXPECT_EQ(changed.original_author.official, "kpps.1");
  ASSERT_EQ(changed.edits.size(), 1u);
  EXPECT_EQ(changed.edits[0].before, 10u);

  const TracePage own = queries->Trace("pdpr", Code("65"), FieldKey::Votes(1), "", 1).value();
  ASSERT_EQ(own.entries.size(), 1u);
  EXPECT_EQ(own.entries[0].author.official, "kpps.1");
  EXPECT_TRUE(own.entries[0].edits.empty());
  EXPECT_EQ(own.next, "6502011001001");
  const TracePage rest =
      queries->Trace("pdpr", Code("65"), FieldKey::Votes(1), own.next, 1).value();
  EXPECT_EQ(own.entries[0].value + rest.entries[0].value, *own.value);
  EXPECT_EQ(rest.next, "");

  // A candidate's votes are no number of a region that votes on several ballots.
  const auto mixed = queries->Trace("pdpr", Code("65"), FieldKey::Votes(101), "", 1);
  EXPECT_EQ(mixed.status().reason(), Reason::kInvalidArgument);
  const auto unknown = queries->Trace("pdpr", Code("65"), FieldKey::Votes(9), "", 1);
  EXPECT_EQ(unknown.status().reason(), Reason::kUnknownChoice);
}

TEST(Queries, AnOldRoundStaysHistory) {
  Counted counted;
  World& world = counted.world;
  event::RoundOpened opened;
  opened.contests = {"pdpr"};
  opened.places = {Code("6501011001001")};
  world.Add(kRoot, opened);
  // Until the new round has a result, the old figures are shown, and still traced.
  auto queries = world.Ask();
  EXPECT_EQ(queries->TallyOf("pdpr", Code("6501")).value().votes[1].votes, 12u);
  EXPECT_EQ(queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 9)->entries[0].round, 1);

  event::ResultSubmitted again = Form("6501011001001", {{101, 3}}, {}, 3);
  again.round = 2;
  const LogIndex index = world.Add(kKpps, again);
  queries = world.Ask();
  const TracePage page = queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 9).value();
  EXPECT_EQ(page.value, 3u);
  EXPECT_EQ(page.entries[0].round, 2);
  EXPECT_EQ(page.entries[0].original_index, index);
  const auto history = queries->History("pdpr", Code("6501011001001")).value();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[1].round, 1);
  EXPECT_EQ(history[2].round, 2);
  EXPECT_EQ(history[2].values.size(), 2u);
  ASSERT_EQ(history[1].changes.size(), 3u);
  EXPECT_EQ(history[1].changes[0].before, 15u);
}

TEST(Queries, StationsAndListsGoPageByPage) {
  Counted counted;
  World& world = counted.world;
  const LogIndex refused = world.Add(kKpps, Form("6501011001001", {{101, 9}}, {}, 9),
                                     event::Refusal{Reason::kResultExists, 0});
  const auto queries = world.Ask();
  std::string next;
  std::vector<std::string> codes;
  do {
    ASSERT_LT(codes.size(), 4u);
    const auto lines = queries->Stations("pdpr", Code("65"), next, 2, &next).value();
    for (const StationLine& line : lines) codes.push_back(line.code.str());
  } while (!next.empty());
  EXPECT_EQ(codes, (std::vector<std::string>{"6501011001001", "6501011001002", "6502011001001"}));

  const auto refusals =
      queries->Refusals(Code("6501"), "kpps.1", Reason::kResultExists, LogIndex(0), 9).value();
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].index, refused);
  EXPECT_TRUE(queries->Refusals(Code("6502"), {}, {}, LogIndex(0), 9)->empty());
  const auto activity = queries->Activity("kpps.1", LogIndex(0), 9).value();
  ASSERT_EQ(activity.size(), 2u);
  EXPECT_EQ(activity[0].refusal, 0);
  EXPECT_NE(activity[1].refusal, 0);
  // Whoever came second with other figures stays seen at the TPS.
  const auto findings = queries->Findings("pdpr", Code("6501"), election::Rule::kC20).value();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].opened_by, refused);
  EXPECT_EQ(queries->AuthorOf(KeyOf(99)).status().reason(), Reason::kNotFound);
}

}  // namespace
}  // namespace jejak::projection
