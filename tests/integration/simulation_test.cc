// A simulation must get exactly the verdicts it expects, and the tallies must be its own naive
// sums. Shown with admission and the folds over memory, without a ledger around them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ledger/admission/decide.h"
#include "ledger/base/kv.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/state.h"
#include "ledger/sim/generator.h"
#include "ledger/sim/run.h"

namespace jejak {
namespace {

using election::FieldKey;
using election::RegionCode;

// A ledger without a log: decides, folds, and counts entries.
class Folder final : public projection::EntrySource {
 public:
  Folder() {
    auto state = projection::State::Load(&store_, TreeSize(0));
    EXPECT_TRUE(state.ok());
    state_ = std::move(state).value();
  }

  // Empty when the verdict is the one that the step expects.
  std::string Play(const sim::Step& step) {
    const auto decoded = event::DecodeEvent(step.event.bytes);
    if (!decoded.ok()) return decoded.status().ToString();
    const event::Event& event = *decoded;
    // The signature is checked before the state is asked, once the key is known.
    if (state_->Key(event.author) && !event::VerifySignature(step.event, event.author)) {
      return step.expected.reason == Reason::kSignatureInvalid ? "" : "the signature does not hold";
    }
    const auto verdict = admission::Decide(*state_, event, step.hash);
    sim::Expected got;
    if (verdict.kind == admission::Verdict::Kind::kDoor) {
      got = {sim::Expected::Kind::kDoor, verdict.door.reason(), 0};
    } else if (verdict.kind == admission::Verdict::Kind::kRefused) {
      got = {sim::Expected::Kind::kRefused, verdict.refusal.reason, verdict.refusal.number};
    }
    if (got.kind != sim::Expected::Kind::kDoor) {
      std::optional<event::Refusal> refusal;
      if (got.kind == sim::Expected::Kind::kRefused) refusal = verdict.refusal;
      state_->Apply({event, step.hash, LogIndex(state_->Size().value), step.received_at, refusal});
    }
    if (got == step.expected) return "";
    return step.label + ": " + std::string(InfoOf(got.reason).name) + " at " +
           std::to_string(got.number) + " instead of " +
           std::string(InfoOf(step.expected.reason).name);
  }

  std::unique_ptr<projection::Queries> Ask() {
    state_->Flush();
    EXPECT_TRUE(state_->status().ok()) << state_->status().ToString();
    auto queries = projection::Queries::Open(&state_->rows(), this);
    EXPECT_TRUE(queries.ok());
    return std::move(queries).value();
  }
  TreeSize size() const override { return state_->Size(); }
  Result<projection::ReadEntry> Entry(LogIndex) const override {
    return Status(Reason::kNotFound, "no log is kept here");
  }

 private:
  MemoryStore store_;
  std::unique_ptr<projection::State> state_;
};

// Plays until the time, or to the end, and expects every verdict to be the one foreseen.
void Play(sim::Simulation* simulation, Folder* folder, std::optional<UnixMicros> until = {}) {
  uint32_t shown = 0;
  const auto report = sim::RunSimulation(simulation, {until, 500},
                                         [&](std::span<const sim::Step> steps) -> Result<TreeSize> {
                                           for (const sim::Step& step : steps) {
                                             const std::string fault = folder->Play(step);
                                             if (!fault.empty() && ++shown < 20)
                                               ADD_FAILURE() << fault;
                                           }
                                           return folder->size();
                                         });
  ASSERT_TRUE(report.ok()) << report.status().ToString();
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

void ExpectAllSums(sim::Simulation* simulation, Folder* folder) {
  const auto queries = folder->Ask();
  for (const std::string contest : {"ppwp", "pdpr", "pdpd", "pdprdp", "pdprdk"}) {
    for (const std::string region :
         {"6501", "650101", "650105", "650107", "650110", "6501102001"}) {
      SCOPED_TRACE(contest + " " + region);
      const RegionCode code = RegionCode::Parse(region).value();
      const auto tally = queries->TallyOf(contest, code);
      ASSERT_TRUE(tally.ok()) << tally.status().ToString();
      ExpectSums(*tally, simulation->totals().Of(contest, code));
    }
  }
}

TEST(Simulation, TheNightGetsItsVerdictsAndSums) {
  auto simulation = sim::Simulation::Create(sim::Scenario::BulunganNight(), 1);
  ASSERT_TRUE(simulation.ok());
  Folder folder;
  Play(&*simulation, &folder);
  ExpectAllSums(&*simulation, &folder);

  const auto queries = folder.Ask();
  const auto refusals = queries->Refusals({}, {}, {}, LogIndex(0), 1'000);
  ASSERT_TRUE(refusals.ok());
  const auto& expected = simulation->ExpectedRefusals();
  ASSERT_EQ(refusals->size(), expected.size());
  const auto ppwp = queries->TallyOf("ppwp", RegionCode::Parse("6501").value());
  ASSERT_TRUE(ppwp.ok());
  EXPECT_EQ(ppwp->stations.total, 484);
  EXPECT_EQ(ppwp->stations.reported, 484);
  EXPECT_EQ(ppwp->expected, 484U);
  EXPECT_GT(ppwp->stations.corrected, 5);
}

TEST(Simulation, TheMorningHasSixtyFive) {
  auto simulation = sim::Simulation::Create(sim::Scenario::BulunganNight(), 2);
  ASSERT_TRUE(simulation.ok());
  Folder folder;
  Play(&*simulation, &folder, UnixMicros(int64_t{1'707'955'200} * 1'000'000));
  const auto queries = folder.Ask();
  const auto ppwp = queries->TallyOf("ppwp", RegionCode::Parse("6501").value());
  ASSERT_TRUE(ppwp.ok());
  EXPECT_EQ(ppwp->stations.reported, 65);
  EXPECT_EQ(ppwp->stations.total, 484);
  const auto peso = queries->TallyOf("ppwp", RegionCode::Parse("650107").value());
  ASSERT_TRUE(peso.ok());
  EXPECT_EQ(peso->stations.reported, 0);
}

TEST(Simulation, ASmallNationIsAccepted) {
  auto simulation = sim::Simulation::Create(sim::Scenario::Nation(1'500), 4);
  ASSERT_TRUE(simulation.ok());
  Folder folder;
  Play(&*simulation, &folder);
  const auto tally = folder.Ask()->TallyOf("pdpr", RegionCode());
  ASSERT_TRUE(tally.ok());
  EXPECT_EQ(tally->stations.reported, 1'500);
}

}  // namespace
}  // namespace jejak
