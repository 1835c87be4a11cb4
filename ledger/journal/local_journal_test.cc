// The local journal must keep the order of proposals, never let receivedAt fall, hand out what is
// queued after Stop, and refuse a clock that can't be trusted.
#include "ledger/journal/local_journal.h"

#include <gtest/gtest.h>

#include "ledger/base/limits.h"

namespace jejak::journal {
namespace {

constexpr size_t kBytes = 1'000'000;

struct FakeClocks {
  int64_t wall = 1'000'000'000;
  int64_t monotonic = 5;
  Clocks Get() {
    return {[this] { return UnixMicros(wall); }, [this] { return monotonic; }};
  }
};

std::vector<Proposal> Proposals(size_t n, std::optional<UnixMicros> at = std::nullopt) {
  std::vector<Proposal> out;
  for (size_t i = 0; i < n; ++i) {
    auto event = std::make_shared<event::SignedEvent>();
    event->bytes = std::to_string(i);
    out.push_back({event, at, nullptr});
  }
  return out;
}

TEST(LocalJournal, KeepsOrderAndTime) {
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(0));
  ASSERT_TRUE(journal.Propose(Proposals(5)).ok());
  auto first = journal.Next(3, kBytes);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->size(), 3U);
  clocks.wall -= 1000;  // a small step back
  auto rest = journal.Next(10, kBytes);
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(rest->size(), 2U);
  EXPECT_EQ((*rest)[1].proposal.event->bytes, "4");
  EXPECT_EQ((*rest)[0].received_at, (*first)[2].received_at);
}

TEST(LocalJournal, GivenTimesNeverFall) {
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(70));
  ASSERT_TRUE(journal.Propose(Proposals(1, UnixMicros(50))).ok());
  ASSERT_TRUE(journal.Propose(Proposals(1, UnixMicros(90))).ok());
  auto next = journal.Next(10, kBytes);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ((*next)[0].received_at, UnixMicros(70));
  EXPECT_EQ((*next)[1].received_at, UnixMicros(90));
}

TEST(LocalJournal, BoundsABatchInBytesButNeverStalls) {
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(0));
  ASSERT_TRUE(journal.Propose(Proposals(5)).ok());  // a byte each
  EXPECT_EQ(journal.Next(10, 2)->size(), 2U);
  EXPECT_EQ(journal.Next(10, 0)->size(), 1U);
  EXPECT_EQ(journal.Next(10, kBytes)->size(), 2U);
}

TEST(LocalJournal, StopHandsOutTheRest) {
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(0));
  ASSERT_TRUE(journal.Propose(Proposals(2)).ok());
  journal.Stop();
  EXPECT_EQ(journal.Propose(Proposals(1)).reason(), Reason::kStopped);
  EXPECT_EQ(journal.Next(10, kBytes)->size(), 2U);
  const auto last = journal.Next(10, kBytes);
  ASSERT_EQ(last->size(), 1U);
  EXPECT_TRUE(last->front().marker());
  EXPECT_TRUE(journal.Next(10, kBytes)->empty());
}

TEST(LocalJournal, MarksWhereACommitmentIsWanted) {
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(0), {20'000, 1'000'000});
  ASSERT_TRUE(journal.Propose(Proposals(1)).ok());
  EXPECT_EQ(journal.Next(10, kBytes)->size(), 1U);
  // Nothing comes for a moment.
  const auto idle = journal.Next(10, kBytes);
  ASSERT_EQ(idle->size(), 1U);
  EXPECT_TRUE(idle->front().marker());
  EXPECT_EQ(idle->front().received_at, UnixMicros(clocks.wall));
  // Under load: after the first batch that ends a second later than the last marker.
  ASSERT_TRUE(journal.Propose(Proposals(3)).ok());
  EXPECT_EQ(journal.Next(1, kBytes)->size(), 1U);
  clocks.monotonic += 1'000'000;
  clocks.wall += 1'000'000;
  const auto load = journal.Next(1, kBytes);
  ASSERT_EQ(load->size(), 2U);
  EXPECT_FALSE(load->front().marker());
  EXPECT_TRUE(load->back().marker());
  EXPECT_EQ(journal.Next(1, kBytes)->size(), 1U);
}

TEST(LocalJournal, RefusesAClockThatJumps) {
  for (const int64_t jump : {limits::kClockSkewMicrosMax + 1, -limits::kClockSkewMicrosMax - 1}) {
    FakeClocks clocks;
    LocalJournal journal(clocks.Get(), UnixMicros(0));
    clocks.wall += jump;
    ASSERT_TRUE(journal.Propose(Proposals(1)).ok());
    EXPECT_EQ(journal.Next(1, kBytes).status().reason(), Reason::kClockSkewed);
  }
  FakeClocks clocks;
  LocalJournal journal(clocks.Get(), UnixMicros(clocks.wall + limits::kClockSkewMicrosMax + 1));
  ASSERT_TRUE(journal.Propose(Proposals(1)).ok());
  EXPECT_EQ(journal.Next(1, kBytes).status().reason(), Reason::kClockSkewed);
}

}  // namespace
}  // namespace jejak::journal
