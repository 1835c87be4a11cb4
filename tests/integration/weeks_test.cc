// What comes out of the weeks after the night must be what the simulation says must come out: its
// sums, counts of records and findings, D.Hasil beside the tally, and refusals, which it keeps
// naively from the events' bytes. Shown over a real ledger, at several moments as they come, and
// again from the end as of each of them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/engine/ledger.h"
#include "ledger/projection/queries_records.h"
#include "ledger/sim/generator.h"
#include "ledger/sim/geography.h"
#include "ledger/sim/run.h"

namespace jejak {
namespace {

using election::FieldKey;
using election::RegionCode;
using election::Rule;
using projection::RecordKind;
using projection::RecordLine;
using sim::RegionAccount;

// Rounds that wait; copies; D.Hasil of the districts; one of them again; of the regency, again; of
// the province; of the nation; after the court.
constexpr const char* kMoments[] = {
    "2024-02-15T08:00:00+08:00", "2024-02-20T23:00:00+08:00", "2024-02-26T12:00:00+08:00",
    "2024-02-27T20:00:00+08:00", "2024-02-29T16:00:00+08:00", "2024-03-03T00:00:00+08:00",
    "2024-03-09T00:00:00+08:00", "2024-03-20T20:00:00+08:00", "2024-05-01T00:00:00+08:00"};

const std::vector<std::string> kContests = {"ppwp", "pdpr", "pdpd", "pdprdp", "pdprdk"};

std::vector<RegionCode> Regions() {
  std::vector<RegionCode> out = {RegionCode()};
  for (const char* code : {"65", "6501", "6571", "6501032001", "6501062001", "6501102001",
                           "6501082001", "6501011001003"}) {
    out.push_back(RegionCode::Parse(code).value());
  }
  const auto place = sim::MakeBulungan();
  for (uint64_t i = 0; i < place->Count(election::Level::kDistrict); ++i) {
    out.push_back(place->At(election::Level::kDistrict, i).code);
  }
  return out;
}

// What the ledger answers, counted as the simulation counts.
class Answers {
 public:
  Answers(const engine::View& view, TreeSize size) : view_(view), size_(size) {
    auto queries = projection::Queries::Open(&view.rows(), &view, size);
    EXPECT_TRUE(queries.ok()) << queries.status().ToString();
    queries_ = std::move(*queries);
  }
  const projection::Queries& queries() const { return *queries_; }

  std::vector<RecordLine> Records(RecordKind kind, const RegionCode& region) const {
    auto lines = projection::RecordsIn(view_.rows(), *queries_, kind, std::nullopt, region);
    EXPECT_TRUE(lines.ok()) << lines.status().ToString();
    std::erase_if(*lines, [&](const RecordLine& line) { return line.index.value >= size_.value; });
    for (RecordLine& line : *lines) {
      std::erase_if(line.steps, [&](const auto& step) { return step.by.value >= size_.value; });
    }
    return *lines;
  }

  RegionAccount Of(const RegionCode& region) const {
    RegionAccount out;
    CountRounds(region, &out);
    for (const RecordLine& line : Records(RecordKind::kObjection, region)) {
      ++out.objections;
      if (line.steps.empty()) {
        ++out.open;
        continue;
      }
      switch (static_cast<election::Outcome>(line.steps.back().what)) {
        case election::Outcome::kAccepted: ++out.accepted; break;
        case election::Outcome::kRejected: ++out.rejected; break;
        case election::Outcome::kCarried: ++out.carried; break;
      }
    }
    const auto count = [&](RecordKind kind) {
      return static_cast<uint32_t>(Records(kind, region).size());
    };
    out.copies = count(RecordKind::kCopy);
    out.incidents = count(RecordKind::kIncident);
    out.decisions = count(RecordKind::kDecision);
    out.certifications = count(RecordKind::kCertification);
    out.c16 = static_cast<uint32_t>(Standing(region, Rule::kC16).size());
    out.c19 = static_cast<uint32_t>(Standing(region, Rule::kC19).size());
    return out;
  }

  // The certifications with what they state otherwise than the tally at the size that they name.
  std::vector<sim::CertificationAccount> Certifications() const {
    std::vector<sim::CertificationAccount> out;
    for (const RecordLine& line : Records(RecordKind::kCertification, RegionCode())) {
      const auto entry = view_.Entry(line.index);
      EXPECT_TRUE(entry.ok());
      const auto& body = std::get<event::RecapCertified>(entry->event.body);
      const Answers then(view_, body.size);
      const auto tally = then.queries().TallyOf(body.contest, body.region);
      EXPECT_TRUE(tally.ok());
      sim::CertificationAccount made{entry->hash, body.contest, body.region, body.size,
                                     body.replaces, Differences(body, *tally), {}};
      out.push_back(std::move(made));
    }
    return out;
  }

 private:
  static std::vector<sim::RecapDifference> Differences(const event::RecapCertified& body,
                                                       const projection::Tally& tally) {
    std::vector<sim::RecapDifference> out;
    const auto compare = [&](FieldKey key, uint64_t stated, std::optional<uint64_t> sum) {
      if (sum && *sum != stated) out.push_back({key, stated, *sum});
    };
    for (const auto& f : body.figures) {
      for (const auto& sum : tally.figures) {
        if (sum.figure == f.figure) compare(FieldKey::Of(f.figure), f.value, sum.value);
      }
    }
    for (const auto& v : body.votes) {
      for (const auto& sum : tally.votes) {
        if (sum.choice.id == v.choice) compare(FieldKey::Votes(v.choice), v.value, sum.votes);
      }
    }
    return out;
  }

  std::vector<projection::FindingLine> Standing(const RegionCode& region, Rule rule) const {
    auto findings = queries_->Findings(std::nullopt, region, rule);
    EXPECT_TRUE(findings.ok());
    std::erase_if(*findings, [](const auto& line) { return line.cleared_by.has_value(); });
    return *findings;
  }

  // A simulated round is the second of each TPS that it opens.
  void CountRounds(const RegionCode& region, RegionAccount* out) const {
    for (const RecordLine& line : Records(RecordKind::kRound, region)) {
      const auto entry = view_.Entry(line.index);
      ASSERT_TRUE(entry.ok());
      const auto& body = std::get<event::RoundOpened>(entry->event.body);
      ++out->rounds;
      out->recommended += body.decision ? 1U : 0U;
      bool held = true;
      for (const RegionCode& tps : body.places) {
        std::string next;
        const auto lines = queries_->Stations(body.contests.front(), tps, "", 1, &next);
        ASSERT_TRUE(lines.ok());
        held = held && lines->size() == 1 && lines->front().round == 2;
      }
      ++(!line.steps.empty() ? out->cancelled : held ? out->held : out->waiting);
      const auto progress = projection::ProgressOfRound(view_.rows(), *entry, size_);
      ASSERT_TRUE(progress.ok());
      EXPECT_EQ(progress->stations > 0 && progress->held == progress->stations, held);
    }
  }

  const engine::View& view_;
  TreeSize size_;
  std::unique_ptr<projection::Queries> queries_;
};

std::string Words(const RegionAccount& a) {
  const std::pair<const char*, uint32_t> counts[] = {
      {"rounds", a.rounds}, {"recommended", a.recommended}, {"waiting", a.waiting},
      {"held", a.held}, {"cancelled", a.cancelled}, {"objections", a.objections}, {"open", a.open},
      {"accepted", a.accepted}, {"rejected", a.rejected}, {"carried", a.carried},
      {"copies", a.copies}, {"incidents", a.incidents}, {"decisions", a.decisions},
      {"certifications", a.certifications}, {"C16", a.c16},
      {"C19", a.c19}};
  std::string out;
  for (const auto& [name, count] : counts) {
    out += std::string(name) + " " + std::to_string(count) + " ";
  }
  return out;
}

void ExpectSums(const projection::Tally& tally, const sim::RegionTotals& naive) {
  const auto expect = [&](FieldKey key, std::optional<uint64_t> value, uint32_t present) {
    const auto at = naive.fields.find(key);
    const sim::NaiveSum sum = at != naive.fields.end() ? at->second : sim::NaiveSum{};
    EXPECT_EQ(value.value_or(0), sum.sum) << election::FieldName(key);
    EXPECT_EQ(present, sum.present) << election::FieldName(key);
  };
  for (const auto& choice : tally.votes) {
    expect(FieldKey::Votes(choice.choice.id), choice.votes, choice.present);
    if (choice.choice.kind != election::ChoiceKind::kParty) continue;
    expect(FieldKey::PartyTotal(choice.choice.id), choice.party_total, choice.party_total_present);
  }
  for (const auto& figure : tally.figures) {
    expect(FieldKey::Of(figure.figure), figure.value, figure.present);
  }
  EXPECT_EQ(tally.stations.reported, int64_t{naive.reported});
}

struct Moment {
  std::string time;
  TreeSize size;
  sim::Account account;
};

void Check(const engine::View& view, const Moment& moment) {
  const Answers answers(view, moment.size);
  for (const RegionCode& region : Regions()) {
    SCOPED_TRACE(region.display() + " as of " + moment.time);
    EXPECT_EQ(Words(answers.Of(region)), Words(moment.account.Of(region)));
    for (const std::string& contest : kContests) {
      SCOPED_TRACE(contest);
      // Nothing is counted there, so that there is no node.
      if (region.view() == "6571") continue;
      const auto tally = answers.queries().TallyOf(contest, region);
      ASSERT_TRUE(tally.ok()) << tally.status().ToString();
      ExpectSums(*tally, moment.account.totals().Of(contest, region));
    }
  }
  const auto made = answers.Certifications();
  const auto& stated = moment.account.certifications();
  ASSERT_EQ(made.size(), stated.size());
  for (size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(made[i].event, stated[i].event);
    EXPECT_EQ(made[i].size, stated[i].size);
    EXPECT_EQ(made[i].replaces, stated[i].replaces);
    EXPECT_EQ(made[i].differences, stated[i].differences) << made[i].region.display();
  }
}

class Weeks : public ::testing::Test {
 protected:
  Weeks()
      : dir_(std::filesystem::temp_directory_path() /
             ("jejak-weeks-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(dir_);
  }
  ~Weeks() override {
    ledger_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open(sim::Simulation* simulation) {
    auto key = simulation->KeyOf("ledger");
    ASSERT_TRUE(key.ok());
    engine::OpenOptions options;
    options.markers = journal::Markers::None();
    options.ledger_key = std::make_shared<const crypto::SecretKey>(std::move(*key));
    engine::SubmitOptions submit;
    submit.received_at = simulation->Peek()->received_at;
    auto made =
        engine::Ledger::Create(dir_, simulation->Peek()->event, std::move(options), submit);
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    ledger_ = std::move(*made);
  }

  // Every verdict must be the one that the step expects.
  Result<TreeSize> Play(std::span<const sim::Step> steps) {
    std::deque<std::future<std::vector<engine::Outcome>>> answers;
    for (const sim::Step& step : steps) {
      auto promise = std::make_shared<std::promise<std::vector<engine::Outcome>>>();
      answers.push_back(promise->get_future());
      engine::SubmitOptions options;
      options.received_at = step.received_at;
      options.commit_before = Day(last_) != Day(step.received_at);
      last_ = step.received_at;
      ledger_->SubmitAsync({step.event}, options,
                           [promise](auto outcomes) { promise->set_value(std::move(outcomes)); });
    }
    for (const sim::Step& step : steps) {
      const engine::Outcome outcome = answers.front().get().front();
      answers.pop_front();
      sim::Expected got;
      if (!outcome.receipt) {
        got = {sim::Expected::Kind::kDoor, outcome.door.reason(), 0};
      } else {
        size_ = SizeIncluding(outcome.receipt->index);
        const auto& refusal = outcome.receipt->refusal;
        if (refusal) got = {sim::Expected::Kind::kRefused, refusal->reason, refusal->number};
      }
      EXPECT_TRUE(got == step.expected) << step.label << ": " << InfoOf(got.reason).name;
    }
    return size_;
  }

  static int64_t Day(UnixMicros time) { return time.value / 86'400'000'000; }

  void CheckRefusals(const sim::Simulation& simulation) {
    const auto view = ledger_->Newest();
    const Answers answers(*view, view->size());
    const auto refusals = answers.queries().Refusals({}, {}, {}, LogIndex(0), 1'000);
    ASSERT_TRUE(refusals.ok());
    const auto& expected = simulation.ExpectedRefusals();
    ASSERT_EQ(refusals->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto entry = view->Entry((*refusals)[i].index);
      ASSERT_TRUE(entry.ok());
      EXPECT_EQ(entry->hash, expected[i].event) << expected[i].label;
      EXPECT_EQ((*refusals)[i].row.official, expected[i].author) << expected[i].label;
      EXPECT_EQ((*refusals)[i].row.number, expected[i].number) << expected[i].label;
      EXPECT_EQ((*refusals)[i].row.reason, InfoOf(expected[i].reason).logged_number)
          << expected[i].label;
    }
  }

  const std::filesystem::path dir_;
  std::unique_ptr<engine::Ledger> ledger_;
  TreeSize size_;
  UnixMicros last_;
};

TEST_F(Weeks, TheLedgerAnswersWhatTheSimulationStates) {
  auto simulation = sim::Simulation::Create(sim::Scenario::BulunganNight(), 11);
  ASSERT_TRUE(simulation.ok());
  Open(&*simulation);
  ASSERT_NE(ledger_, nullptr);
  std::vector<Moment> moments;
  for (const char* time : kMoments) {
    const auto report = sim::RunSimulation(&*simulation, {ParseTime(time), 500},
                                           [this](auto steps) { return Play(steps); });
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    const auto view = ledger_->Newest();
    moments.push_back({time, view->size(), simulation->account()});
    Check(*view, moments.back());
  }
  EXPECT_EQ(simulation->Peek(), nullptr);
  const auto last = ledger_->Newest();
  for (const Moment& moment : moments) Check(*last, moment);
  CheckRefusals(*simulation);
}

// The simulation must play what it is for: each kind of thing at least once, some of them open at
// the end, and D.Hasil that differ by one vote, of which one is put right and one is not.
TEST_F(Weeks, EachKindOfThingHappens) {
  auto made = sim::Simulation::Create(sim::Scenario::BulunganNight(), 12);
  ASSERT_TRUE(made.ok());
  while (made->Next()) continue;
  const sim::Account& account = made->account();
  const RegionAccount nation = account.Of(RegionCode());
  for (const uint32_t count :
       {nation.recommended, nation.held, nation.cancelled, nation.open, nation.accepted,
        nation.rejected, nation.carried, nation.copies, nation.incidents, nation.decisions,
        nation.c16, nation.c19}) {
    EXPECT_GT(count, 0U) << Words(nation);
  }
  std::map<election::Level, uint32_t> replaced;
  std::map<std::string, std::vector<size_t>> differences;  // of each certification, in order
  for (const auto& certified : account.certifications()) {
    replaced[certified.region.level()] += certified.replaces ? 1U : 0U;
    if (certified.contest != "ppwp") continue;
    differences[certified.region.str()].push_back(certified.differences.size());
    for (const auto& difference : certified.differences) {
      EXPECT_EQ(std::max(difference.certified, difference.tally) -
                    std::min(difference.certified, difference.tally),
                1U);
    }
  }
  EXPECT_EQ(replaced, (std::map<election::Level, uint32_t>{{election::Level::kNation, 1},
                                                           {election::Level::kProvince, 0},
                                                           {election::Level::kRegency, 1},
                                                           {election::Level::kDistrict, 1}}));
  EXPECT_EQ(differences.at("650103"), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(differences.at("650109"), (std::vector<size_t>{1}));
  EXPECT_EQ(differences.size(), 13U);  // ten districts, the regency, the province, the nation
}

}  // namespace
}  // namespace jejak
