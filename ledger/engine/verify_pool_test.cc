// What waits to be decided is bounded in events and in bytes: who never waits is told so, who waits
// is held back, and what was answered leaves its room at once. Shown with a journal that keeps what
// it is given until the test answers it.
#include "ledger/engine/verify_pool.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/small_election.h"

namespace jejak::engine {
namespace {

class Keeper final : public journal::Journal {
 public:
  Status Propose(std::vector<journal::Proposal> proposals) override {
    const std::lock_guard lock(mutex_);
    for (journal::Proposal& proposal : proposals) {
      held_.bytes += proposal.event->bytes.size();
      kept_.push_back(std::move(proposal));
    }
    held_.events = kept_.size();
    most_.events = std::max(most_.events, held_.events);
    most_.bytes = std::max(most_.bytes, held_.bytes);
    changed_.notify_all();
    return {};
  }
  Result<std::vector<journal::Ordered>> Next(size_t, size_t) override {
    return std::vector<journal::Ordered>();
  }
  void Stop() override {}

  void WaitFor(size_t events) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return kept_.size() >= events; });
  }
  // Waits for the next one, and turns it away.
  Load AnswerOne() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !kept_.empty(); });
    const journal::Proposal proposal = std::move(kept_.front());
    kept_.pop_front();
    held_.events = kept_.size();
    held_.bytes -= proposal.event->bytes.size();
    const Item& item = static_cast<Item&>(*proposal.attachment);
    return {1, item.Answer({Status(Reason::kKeyUnknown, ""), std::nullopt, false})};
  }
  Load most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<journal::Proposal> kept_;
  Load held_, most_;
};

class VerifyPoolTest : public ::testing::Test {
 protected:
  VerifyPoolTest() {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    testing::SmallElection election{1};
    small_ = election.Result(0);
    event::ResultSubmitted form = election.Form(0);
    for (uint16_t page = 4; page <= 60; ++page)
      form.evidence.push_back(
          {page, "image/jpeg", std::nullopt, "https://a/" + std::string(990, 'a')});
    large_ = election.Sign(testing::SmallElection::Kpps(0), std::move(form));
    EXPECT_GT(large_.bytes.size(), 56'000U);
  }

  static std::shared_ptr<Submission> Of(const event::SignedEvent& event, size_t count,
                                        bool never_wait) {
    auto out = std::make_shared<Submission>();
    out->events.assign(count, event);
    out->options.never_wait = never_wait;
    return out;
  }
  // Whether the queue took them.
  bool Take(const event::SignedEvent& event, size_t count) {
    auto submission = Of(event, count, true);
    auto answered = std::make_shared<std::optional<Reason>>();
    submission->done = [answered](const std::vector<Outcome>& outcomes) {
      *answered = outcomes.front().door.reason();
    };
    pool_.Submit(std::move(submission));
    return *answered != Reason::kOverloaded;
  }
  size_t Fill(const event::SignedEvent& event, size_t count) {
    size_t taken = 0;
    while (taken <= 2 * limits::kQueueEventsMax && Take(event, count)) taken += count;
    return taken;
  }

  event::SignedEvent small_, large_;
  Keeper keeper_;
  VerifyPool pool_{1, [](const PublicKey&) { return false; }, &keeper_};
};

TEST_F(VerifyPoolTest, WhoNeverWaitsIsTurnedAwayBeyondTheBytes) {
  constexpr size_t kTogether = 8;
  const size_t taken = Fill(large_, kTogether);
  EXPECT_LE(taken * large_.bytes.size(), limits::kQueueBytesMax);
  EXPECT_GT((taken + kTogether) * large_.bytes.size(), limits::kQueueBytesMax);
  EXPECT_FALSE(Take(large_, kTogether));
  for (size_t i = 0; i < kTogether - 1; ++i) pool_.Release(keeper_.AnswerOne());
  EXPECT_TRUE(Take(large_, kTogether - 1));
  EXPECT_FALSE(Take(large_, kTogether - 1));
  for (size_t i = 0; i < taken; ++i) pool_.Release(keeper_.AnswerOne());
}

TEST_F(VerifyPoolTest, SmallOnesAreBoundedByTheirNumber) {
  const size_t taken = Fill(small_, 64);
  EXPECT_EQ(taken, limits::kQueueEventsMax);
  for (size_t i = 0; i < taken; ++i) pool_.Release(keeper_.AnswerOne());
}

TEST_F(VerifyPoolTest, WhatIsAnsweredTakesNoRoomInASubmissionThatWaits) {
  auto submission = Of(large_, 4, true);
  submission->done = [](const std::vector<Outcome>&) {};
  pool_.Submit(submission);
  pool_.Release(keeper_.AnswerOne());
  EXPECT_EQ(submission->events.front().bytes.capacity(), Bytes().capacity());
  for (size_t i = 0; i < 3; ++i) pool_.Release(keeper_.AnswerOne());
}

TEST_F(VerifyPoolTest, WhoWaitsIsHeldBack) {
  constexpr size_t kCallers = 4, kEach = 600;  // twice the bytes that may wait
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([this] {
      for (size_t sent = 0; sent < kEach; sent += 8) {
        auto submission = Of(large_, 8, false);
        submission->done = [](const std::vector<Outcome>&) {};
        pool_.Submit(std::move(submission));
      }
    });
  }
  const size_t fit = limits::kQueueBytesMax / (8 * large_.bytes.size()) * 8;
  for (size_t left = kCallers * kEach; left > 0; left -= 8) {
    keeper_.WaitFor(std::min(left, fit));
    for (size_t i = 0; i < 8; ++i) pool_.Release(keeper_.AnswerOne());
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_LE(keeper_.most().bytes, limits::kQueueBytesMax);
}

}  // namespace
}  // namespace jejak::engine
