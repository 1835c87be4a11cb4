// The engine as its callers see it, over a real store: what is acknowledged is there after a
// restart, receipts prove it, retries and forks are told apart, and the same events give the same
// state whatever the batches.
#include "ledger/engine/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "ledger/engine/tables.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/projection/tables.h"
#include "ledger/store/store.h"
#include "tests/support/small_election.h"

namespace jejak::engine {
namespace {

constexpr uint64_t kStations = 25;

// Sizes and roots depend on the events alone.
constexpr journal::Markers kNoMarkers{journal::Markers::kNever, journal::Markers::kNever, true};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest()
      : dir_(std::filesystem::temp_directory_path() /
             ("jejak-engine-" + std::to_string(getpid()))) {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    std::filesystem::remove_all(dir_);
  }
  ~EngineTest() override { std::filesystem::remove_all(dir_); }

  static OpenOptions Options(const std::string& key = "ledger") {
    OpenOptions options;
    options.markers = kNoMarkers;
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf(key));
    return options;
  }
  std::unique_ptr<Ledger> Create(OpenOptions options = Options()) {
    auto ledger =
        Ledger::Create(dir_, election_.Genesis(), std::move(options), {false, UnixMicros(1)});
    EXPECT_TRUE(ledger.ok()) << ledger.status().ToString();
    return std::move(*ledger);
  }
  std::unique_ptr<Ledger> Filled(OpenOptions options = Options()) {
    auto ledger = Create(std::move(options));
    for (const Outcome& o : ledger->Submit(election_.Registry(), {false, UnixMicros(2)})) {
      EXPECT_TRUE(o.receipt && !o.receipt->refusal) << o.door.ToString();
    }
    return ledger;
  }

  const std::filesystem::path dir_;
  testing::SmallElection election_{kStations};
};

TEST_F(EngineTest, WhatIsAcknowledgedIsThereAfterARestart) {
  auto ledger = Filled();
  const Outcome outcome = ledger->SubmitOne(election_.Result(3), {true, UnixMicros(3)});
  ASSERT_TRUE(outcome.receipt);
  const auto size = ledger->Newest()->size();
  ASSERT_TRUE(ledger->Close().ok());
  ledger.reset();

  auto again = Ledger::Open(dir_, Options());
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  // And the commitment to the tallies, which comes before a clean close.
  EXPECT_EQ((*again)->Newest()->size().value, size.value + 1);
  const auto last = (*again)->Newest()->Entry(LogIndex(size.value));
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last->event.kind(), event::BodyKind::kTallyCommitted);
  const auto entry = (*again)->Newest()->Entry(outcome.receipt->index);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->hash, outcome.receipt->event);
  EXPECT_EQ(merkle::LeafHash(entry->bytes), outcome.receipt->leaf);
}

TEST_F(EngineTest, AReceiptProvesItselfWithTheLedgersKey) {
  auto ledger = Filled();
  std::vector<event::SignedEvent> events;
  for (uint64_t i = 0; i < kStations; ++i) events.push_back(election_.Result(i));
  const merkle::VerifierKey key{"jejak.example/small", merkle::KeyType::kEd25519,
                                testing::SmallElection::KeyOf("ledger").public_key()};
  for (const Outcome& outcome : ledger->Submit(events, {true, std::nullopt})) {
    ASSERT_TRUE(outcome.receipt);
    const auto proof = merkle::ParseTlogProof(outcome.receipt->proof);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(merkle::VerifyTlogProof(*proof, outcome.receipt->leaf, key).ok());
    EXPECT_FALSE(merkle::VerifyTlogProof(*proof, outcome.receipt->event, key).ok());
  }
}

TEST_F(EngineTest, ARetryGetsTheReceiptOfTheEntryThatStands) {
  auto ledger = Filled();
  const event::SignedEvent event = election_.Result(1);
  const Outcome first = ledger->SubmitOne(event, {true, std::nullopt});
  const Outcome again = ledger->SubmitOne(event, {true, std::nullopt});
  ASSERT_TRUE(first.receipt && again.receipt);
  EXPECT_TRUE(again.existing);
  EXPECT_EQ(again.receipt->index, first.receipt->index);
  EXPECT_EQ(again.receipt->leaf, first.receipt->leaf);
  // Twice in one batch, too.
  const event::SignedEvent other = election_.Result(2);
  const auto both = ledger->Submit({other, other});
  ASSERT_TRUE(both[0].receipt && both[1].receipt);
  EXPECT_EQ(both[0].receipt->index, both[1].receipt->index);
  EXPECT_TRUE(both[1].existing);
}

TEST_F(EngineTest, ForksAreLoggedOnceAndThenTurnedAway) {
  auto ledger = Filled();
  ASSERT_TRUE(ledger->SubmitOne(election_.Result(1)).receipt);
  std::vector<Outcome> forks;
  for (uint64_t i = 0; i < 2; ++i) {
    testing::SmallElection other{kStations};  // a second device with the same key
    (void)other.Genesis();
    event::ResultSubmitted form = other.Form(1);
    form.votes[0].value = static_cast<uint32_t>(1 + i);
    forks.push_back(ledger->SubmitOne(other.Sign(testing::SmallElection::Kpps(1), form)));
  }
  ASSERT_TRUE(forks[0].receipt);
  EXPECT_EQ(forks[0].receipt->refusal->reason, Reason::kAuthorFork);
  EXPECT_EQ(forks[1].door.reason(), Reason::kForkRepeated);
}

TEST_F(EngineTest, TheDoorKeepsTheLogClean) {
  auto ledger = Filled();
  const auto size = ledger->Newest()->size();
  event::SignedEvent bad = election_.Result(1);
  bad.signature.bytes[5] ^= 1;
  EXPECT_EQ(ledger->SubmitOne(bad).door.reason(), Reason::kSignatureInvalid);
  EXPECT_EQ(ledger->SubmitOne(election_.Sign("stranger", election_.Form(1))).door.reason(),
            Reason::kKeyUnknown);
  (void)election_.Result(5);
  EXPECT_EQ(ledger->SubmitOne(election_.Result(5)).door.reason(), Reason::kSequenceGap);
  EXPECT_EQ(ledger->SubmitOne({"not an event", {}}).door.reason(), Reason::kEventMalformed);
  testing::SmallElection elsewhere{1};  // never opened: events for election zero
  EXPECT_EQ(ledger->SubmitOne(elsewhere.Result(0)).door.reason(), Reason::kWrongElection);
  EXPECT_EQ(ledger->Newest()->size(), size);
}

TEST_F(EngineTest, TheSameEventsGiveTheSameStateWhateverTheBatches) {
  std::vector<Hash> digests, roots;
  for (const auto& [batch, threads] : {std::pair<size_t, size_t>{1, 1}, {7, 2}, {8192, 4}}) {
    std::filesystem::remove_all(dir_);
    election_ = testing::SmallElection(kStations);
    OpenOptions options = Options();
    options.batch_events_max = batch;
    options.verify_threads = threads;
    auto ledger = Filled(std::move(options));
    std::vector<event::SignedEvent> events;
    for (uint64_t i = 0; i < kStations; ++i) events.push_back(election_.Result(i));
    (void)ledger->Submit(events, {false, UnixMicros(3)});
    digests.push_back(*ledger->ProjectionDigest());
    roots.push_back(ledger->Newest()->root());
    ASSERT_TRUE(ledger->Rebuild(nullptr).ok());
    EXPECT_EQ(*ledger->ProjectionDigest(), digests.back());
    ASSERT_TRUE(ledger->Close().ok());
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(digests[0], digests[2]);
  EXPECT_EQ(roots[0], roots[1]);
  EXPECT_EQ(roots[0], roots[2]);
}

TEST_F(EngineTest, ManyCallersAtOnce) {
  auto ledger = Filled();
  const auto size = ledger->Newest()->size();
  std::vector<event::SignedEvent> events;
  for (uint64_t i = 0; i < kStations; ++i) events.push_back(election_.Result(i));
  std::vector<std::thread> callers;
  for (size_t c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      // Each hands in everything: every event must be in the log once.
      for (const auto& event : events) EXPECT_TRUE(ledger->SubmitOne(event).receipt);
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(ledger->Newest()->size().value, size.value + kStations);
  EXPECT_TRUE(ledger->Close().ok());
}

TEST_F(EngineTest, OpeningRefusesTheWrongKeyAndCreatingASecondLedger) {
  ASSERT_TRUE(Filled()->Close().ok());
  EXPECT_EQ(Ledger::Open(dir_, Options("another")).status().reason(), Reason::kLedgerKeyWrong);
  testing::SmallElection again{kStations};
  EXPECT_EQ(Ledger::Create(dir_, again.Genesis(), Options()).status().reason(),
            Reason::kLedgerExists);
  EXPECT_TRUE(Ledger::Open(dir_, Options()).ok());
}

// An older release kept fewer projections: a newer one opens its ledger for nothing but a rebuild.
TEST_F(EngineTest, RowsOfAnOlderReleaseAreRebuilt) {
  auto ledger = Filled();
  for (uint64_t i = 0; i + 1 < kStations; ++i)
    ASSERT_TRUE(ledger->SubmitOne(election_.Result(i)).receipt);
  ASSERT_TRUE(ledger->Close().ok());
  ledger.reset();
  ledger = std::move(*Ledger::Open(dir_, Options()));
  const Hash digest = *ledger->ProjectionDigest(), tallies = *ledger->TallyRoot();
  ASSERT_TRUE(ledger->Close().ok());
  ledger.reset();
  {
    std::vector<store::TableSpec> tables(AllTables().begin(), AllTables().end());
    std::erase_if(tables, [](const auto& t) { return t.id == projection::kTallyChildren; });
    auto older = store::Store::Open(dir_, tables, {});
    ASSERT_TRUE(older.ok()) << older.status().ToString();
    ASSERT_TRUE((*older)->ConfirmHead().ok());
    ASSERT_TRUE((*older)->Close().ok());
  }
  auto again = Ledger::Open(dir_, Options());
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_TRUE((*again)->RebuildNeeded());
  const event::SignedEvent last = election_.Result(kStations - 1);
  EXPECT_FALSE((*again)->SubmitOne(last).receipt);
  ASSERT_TRUE((*again)->Rebuild(nullptr).ok());
  EXPECT_FALSE((*again)->RebuildNeeded());
  EXPECT_EQ(*(*again)->ProjectionDigest(), digest);
  EXPECT_EQ(*(*again)->TallyRoot(), tallies);
  ASSERT_TRUE((*again)->Close().ok());
  again = Ledger::Open(dir_, Options());
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_TRUE((*again)->SubmitOne(last).receipt);
}

TEST_F(EngineTest, AfterTheLedgersKeyChangesTheNewOneMustSign) {
  auto ledger = Filled();
  const crypto::SecretKey next = testing::SmallElection::KeyOf("ledger 2");
  const event::NewKey key{next.public_key(),
                          crypto::SignEnrolment(next, election_.election(), "ledger")};
  ASSERT_TRUE(
      ledger->SubmitOne(election_.Sign("root", event::LedgerKeyChanged{key, "rotation"})).receipt);
  EXPECT_EQ(ledger->SubmitOne(election_.Result(1)).door.reason(), Reason::kStopped);
  ASSERT_TRUE(ledger->Close().ok());
  ledger.reset();
  EXPECT_EQ(Ledger::Open(dir_, Options()).status().reason(), Reason::kLedgerKeyWrong);
  auto again = Ledger::Open(dir_, Options("ledger 2"));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  // The event that found the ledger stopped was never logged; its author signs it again.
  EXPECT_EQ((*again)->HeadOf(testing::SmallElection::KeyOf("kpps.1").public_key())->next_sequence,
            0U);
}

// A row of the index of events that is gone makes a retry look like a fork. What was logged once
// must not be logged again against whoever sent it, however long ago it was.
TEST_F(EngineTest, ALostRowOfTheIndexIsNoFork) {
  auto ledger = Filled();
  std::vector<event::SignedEvent> sent;
  for (int i = 0; i < 3; ++i) {
    sent.push_back(i == 0 ? election_.Result(2)
                          : election_.Sign(testing::SmallElection::Kpps(2), election_.Form(2)));
    ASSERT_TRUE(ledger->SubmitOne(sent.back()).receipt);
  }
  ASSERT_TRUE(ledger->Close().ok());
  ledger.reset();
  for (const event::SignedEvent& event : sent) {
    {
      auto store = store::Store::Open(dir_, AllTables(), {});
      ASSERT_TRUE(store.ok());
      ASSERT_TRUE((*store)->ConfirmHead().ok());
      store::WriteSet rows = (*store)->NewWriteSet();
      rows.Delete(projection::kEventIndex, event::EventHash(event.bytes).view());
      store::HeadRecord head = (*store)->head();
      ++head.commit;
      ASSERT_TRUE((*store)->Commit(std::move(rows), head).ok());
      ASSERT_TRUE((*store)->Close().ok());
    }
    auto again = Ledger::Open(dir_, Options());
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    const auto size = (*again)->Newest()->size();
    EXPECT_EQ((*again)->SubmitOne(event).door.reason(), Reason::kLedgerDamaged);
    EXPECT_FALSE((*again)->SubmitOne(election_.Result(3)).receipt);  // not after that
    EXPECT_EQ((*again)->status().reason(), Reason::kLedgerDamaged);
    EXPECT_EQ((*again)->Newest()->size(), size);
  }
}

}  // namespace
}  // namespace jejak::engine
