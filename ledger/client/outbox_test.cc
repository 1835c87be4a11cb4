// What must hold of an outbox: no sequence is signed for two events, wherever a process dies; a
// body that waits is not signed again; nothing but what was written is taken for an event. Shown by
// putting back, file by file, the states that a crash can leave, and by damaging every byte.
#include "ledger/client/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "ledger/base/encoding.h"

namespace jejak::client {
namespace {

class OutboxTest : public testing::Test {
 protected:
  OutboxTest() {
    dir_ = std::filesystem::path(testing::TempDir()) /
           testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(dir_);
    election_.bytes[0] = 7;
  }

  std::unique_ptr<Outbox> Open() {
    auto outbox = Outbox::Open(dir_);
    EXPECT_TRUE(outbox.ok()) << outbox.status().ToString();
    return outbox.ok() ? std::move(*outbox) : nullptr;
  }

  std::unique_ptr<Outbox> Fresh() {
    auto outbox = Open();
    EXPECT_TRUE(outbox->SetElection(election_).ok());
    EXPECT_TRUE(outbox->Begin(key_.public_key(), {}).ok());
    return outbox;
  }

  static event::Body BodyOf(int number) {
    event::IncidentRecorded body;
    body.place = *election::RegionCode::Parse("6501");
    body.kind = election::IncidentKind::kNetwork;
    body.text = "tanpa jaringan " + std::to_string(number);
    return body;
  }

  OutboxEvent Sign(Outbox* outbox, int number, int64_t at = 1) {
    auto made = outbox->Sign(key_, BodyOf(number), UnixMicros(at));
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() ? *made : OutboxEvent();
  }

  std::filesystem::path File(const std::string& name) const {
    return dir_ / ToHex(key_.public_key()) / name;
  }

  std::filesystem::path dir_;
  Hash election_;
  crypto::SecretKey key_ = crypto::SecretKey::Generate();
};

TEST_F(OutboxTest, ChainGoesOnAfterReopening) {
  const OutboxEvent first = Sign(Fresh().get(), 1);
  auto again = Open();
  const OutboxEvent second = Sign(again.get(), 2);
  EXPECT_EQ(first.sequence, 0u);
  EXPECT_EQ(second.sequence, 1u);
  EXPECT_EQ(event::DecodeEvent(second.event.bytes)->previous, first.hash);
}

TEST_F(OutboxTest, WhatWaitsIsNotSignedAgain) {
  auto outbox = Fresh();
  const OutboxEvent first = Sign(outbox.get(), 1, 10);
  Sign(outbox.get(), 2, 20);
  EXPECT_EQ(Sign(outbox.get(), 1, 30).hash, first.hash);
  ASSERT_TRUE(outbox->Settle(key_.public_key(), 0, "refused").ok());
  EXPECT_EQ(Sign(outbox.get(), 1, 40).sequence, 2u);  // refused before, and meant again
  outbox.reset();
  EXPECT_EQ(Open()->Events().at(key_.public_key())[0].settled, "refused");
}

// A crash after the draft, with the event not there yet: the draft's very bytes become the event.
TEST_F(OutboxTest, DraftBecomesTheSameEvent) {
  auto outbox = Fresh();
  const OutboxEvent made = Sign(outbox.get(), 1, 10);
  outbox.reset();
  std::filesystem::remove(File("00000000000000000000.event"));
  std::ofstream(File("00000000000000000000.draft"), std::ios::binary) << made.event.bytes;
  outbox = Open();
  EXPECT_EQ(Sign(outbox.get(), 1, 99).event, made.event);  // the same command again
  EXPECT_EQ(Sign(outbox.get(), 2, 99).sequence, 1u);
}

TEST_F(OutboxTest, AnotherBodyDoesNotTakeADraftsPlace) {
  auto outbox = Fresh();
  const OutboxEvent made = Sign(outbox.get(), 1, 10);
  outbox.reset();
  std::filesystem::remove(File("00000000000000000000.event"));
  std::ofstream(File("00000000000000000000.draft"), std::ios::binary) << made.event.bytes;
  outbox = Open();
  EXPECT_EQ(outbox->DraftOf(key_.public_key()), made.event.bytes);
  EXPECT_EQ(Sign(outbox.get(), 2, 99).sequence, 1u);
  EXPECT_EQ(outbox->Events().at(key_.public_key())[0].event, made.event);
}

// Two can't sign at once, and two can't send at once; what is sent over a slow line doesn't keep
// anybody from signing.
TEST_F(OutboxTest, OneSignsAndOneSends) {
  using For = Outbox::For;
  const auto open = [&](For purpose) {
    return Outbox::Open(dir_, purpose, std::chrono::milliseconds(0));
  };
  auto signing = Fresh();
  for (const For purpose : {For::kSigning, For::kSending, For::kReading})
    EXPECT_EQ(open(purpose).status().reason(), Reason::kLedgerInUse);
  const OutboxEvent first = Sign(signing.get(), 1);
  signing.reset();
  auto sending = open(For::kSending);
  ASSERT_TRUE(sending.ok());
  EXPECT_EQ(open(For::kSending).status().reason(), Reason::kLedgerInUse);
  signing = Open();
  const OutboxEvent second = Sign(signing.get(), 2);
  ASSERT_TRUE((*sending)->Settle(key_.public_key(), 0, "accepted").ok());
  signing.reset();
  const auto events = (*open(For::kReading))->Events().at(key_.public_key());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].settled, "accepted");
  EXPECT_EQ(events[1].event, second.event);
}

// A lost event whose receipt is there would be signed anew under the same sequence.
TEST_F(OutboxTest, WhatWasSentCanNotGetLost) {
  auto outbox = Fresh();
  Sign(outbox.get(), 1);
  Sign(outbox.get(), 2);
  ASSERT_TRUE(outbox->Settle(key_.public_key(), 1, "accepted").ok());
  outbox.reset();
  std::filesystem::remove(File("00000000000000000001.event"));
  EXPECT_EQ(Outbox::Open(dir_).status().reason(), Reason::kOutboxDamaged);
}

// Also where the chain began late.
TEST_F(OutboxTest, ABaseThatIsGoneIsMissed) {
  auto outbox = Open();
  ASSERT_TRUE(outbox->SetElection(election_).ok());
  ASSERT_TRUE(outbox->Begin(key_.public_key(), {7, Hash()}).ok());
  Sign(outbox.get(), 1);
  outbox.reset();
  std::filesystem::remove(File("base"));
  EXPECT_EQ(Outbox::Open(dir_).status().reason(), Reason::kOutboxDamaged);
}

TEST_F(OutboxTest, ForOneElection) {
  Hash other;
  other.bytes[0] = 8;
  EXPECT_EQ(Fresh()->SetElection(other).reason(), Reason::kWrongElection);
}

// What the ledger acknowledged and has no more is what was settled after its head, and nothing
// where its head is not on this chain.
TEST_F(OutboxTest, FindsWhatALedgerLost) {
  auto outbox = Fresh();
  std::vector<event::ChainHead> heads = {outbox->HeadOf(key_.public_key())};
  for (int i = 1; i <= 3; ++i) {
    const OutboxEvent made = Sign(outbox.get(), i);
    heads.push_back(outbox->HeadOf(key_.public_key()));
    if (i == 3) continue;
    EXPECT_TRUE(outbox->Settle(key_.public_key(), made.sequence, "{}").ok());
  }
  const auto lost = [&](const event::ChainHead& head) {
    return outbox->LostAfter(key_.public_key(), head).size();
  };
  EXPECT_EQ(lost(heads[0]), 2);
  EXPECT_EQ(lost(heads[1]), 1);
  EXPECT_EQ(lost(heads[2]), 0);
  EXPECT_EQ(lost(heads[3]), 0);
  EXPECT_EQ(lost({heads[1].next_sequence, heads[2].previous}), 0);
  EXPECT_EQ(lost({9, heads[0].previous}), 0);
}

TEST_F(OutboxTest, EveryFlippedByteIsSeen) {
  auto outbox = Fresh();
  Sign(outbox.get(), 1);
  Sign(outbox.get(), 2);
  outbox.reset();
  for (const auto& file : {File("base"), File("00000000000000000000.event"),
                           File("00000000000000000001.event"), dir_ / "election"}) {
    const Bytes was = *ReadFile(file, 1 << 20);
    for (size_t i = 0; i < was.size(); ++i) {
      Bytes now = was;
      now[i] = static_cast<char>(now[i] ^ 1);
      std::ofstream(file, std::ios::binary) << now;
      const auto opened = Outbox::Open(dir_);
      if (opened.ok()) {
        // Only another election is as good as this one; the events say which.
        EXPECT_EQ(file, dir_ / "election") << i;
      } else {
        EXPECT_EQ(opened.status().reason(), Reason::kOutboxDamaged);
      }
    }
    std::ofstream(file, std::ios::binary) << was;
  }
  std::filesystem::remove(File("00000000000000000000.event"));
  EXPECT_EQ(Outbox::Open(dir_).status().reason(), Reason::kOutboxDamaged);
}

}  // namespace
}  // namespace jejak::client
