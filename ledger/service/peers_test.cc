#include "ledger/service/peers.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace jejak::service {
namespace {

constexpr int64_t kSecond = 1'000'000;

// Connections of one address are one, whatever their port; so are the addresses of one IPv6 /64,
// in both of gRPC's spellings, and no others.
TEST(AddressOf, IsTheSubscriber) {
  EXPECT_EQ(AddressOf("ipv4:192.0.2.1:5000"), AddressOf("ipv4:192.0.2.1:5001"));
  EXPECT_NE(AddressOf("ipv4:192.0.2.1:5000"), AddressOf("ipv4:192.0.2.10:5000"));
  const std::string one = AddressOf("ipv6:%5B2001:db8::1%5D:5000");
  EXPECT_EQ(one, AddressOf("ipv6:[2001:db8::1]:7"));
  EXPECT_EQ(one, AddressOf("ipv6:[2001:db8:0:0:ffff::9]:7"));
  EXPECT_NE(one, AddressOf("ipv6:[2001:db8:0:1::1]:7"));
  EXPECT_EQ(AddressOf("ipv6:%5Bfe80::1%25eth0%5D:5000"), AddressOf("ipv6:[fe80::2]:7"));
  for (const char* odd : {"", ":", "unix:", "unix:/run/jejak", "ipv6:", "ipv6:[", "ipv6:[:]:1"})
    AddressOf(odd);
  EXPECT_NE(AddressOf("ipv6:[x]:1"), AddressOf("ipv6:[y]:1"));
}

// A whole burst at once, then the rate; whoever waits as long as it is told gets its turn, and
// nobody else is touched.
TEST(Peers, GiveABurstThenTheRate) {
  Peers peers(10, 5);
  const std::string one = "ipv4:192.0.2.1:1", other = "ipv4:192.0.2.2:1";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(peers.Take(one, 1, kSecond), 0);
  const int64_t wait = peers.Take(one, 1, kSecond);
  EXPECT_EQ(wait, kSecond / 10);
  EXPECT_EQ(peers.Take(other, 5, kSecond), 0);
  EXPECT_GT(peers.Take(one, 1, kSecond + wait - 1'000), 0);
  EXPECT_EQ(peers.Take(one, 1, kSecond + wait), 0);
  // What was not used is kept up to a burst and no further.
  EXPECT_EQ(peers.Take(one, 5, 100 * kSecond), 0);
  EXPECT_GT(peers.Take(one, 1, 100 * kSecond), 0);
}

// More than a burst passes when the bucket is full, and is paid for afterwards.
TEST(Peers, LetWhatIsLargerThanABurstPassOnce) {
  Peers peers(10, 5);
  EXPECT_EQ(peers.Take("ipv4:192.0.2.1:1", 25, 0), 0);
  EXPECT_GT(peers.Take("ipv4:192.0.2.1:1", 1, 2 * kSecond), 0);
  EXPECT_EQ(peers.Take("ipv4:192.0.2.1:1", 1, 2 * kSecond + kSecond / 10), 0);
}

TEST(Peers, WithoutARateLimitNobody) {
  Peers peers(0, 1);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(peers.Take("ipv4:192.0.2.1:1", 1'000, 0), 0);
}

// Very many addresses take a bounded number of buckets, and full ones make room.
TEST(Peers, AreBounded) {
  Peers peers(1, 1);
  const auto name = [](int i) { return "ipv4:" + std::to_string(i) + ":1"; };
  int i = 0;
  while (i < 100'000 && peers.Take(name(i), 1, 0) == 0) ++i;
  EXPECT_EQ(i, 65'536);
  EXPECT_EQ(peers.Take(name(i), 1, 2 * kSecond), 0);
}

// No more than there are in all and of one address, however many threads ask; each comes back.
TEST(Slots, AreHeldAndComeBack) {
  Slots slots(3, 2);
  const std::string one = "ipv4:192.0.2.1:1", other = "ipv4:192.0.2.2:1";
  for (int round = 0; round < 3; ++round) {
    const auto a = slots.Take(one);
    auto b = slots.Take("ipv4:192.0.2.1:2");
    EXPECT_TRUE(a && b);
    EXPECT_FALSE(slots.Take(one));
    const auto c = slots.Take(other);
    EXPECT_TRUE(c);
    EXPECT_FALSE(slots.Take(other));  // of all
    b.reset();
    EXPECT_TRUE(slots.Take(one));
  }
  Slots any(1'000, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      std::vector<std::unique_ptr<Slots::Slot>> held;
      for (int i = 0; i < 100; ++i) held.push_back(any.Take(one));
      for (const auto& slot : held) EXPECT_TRUE(slot);
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<std::unique_ptr<Slots::Slot>> all;
  for (int i = 0; i < 1'000; ++i) all.push_back(any.Take(one));
  EXPECT_TRUE(all.back());
  EXPECT_FALSE(any.Take(one));
}

}  // namespace
}  // namespace jejak::service
