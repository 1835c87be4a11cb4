#include "ledger/client/replay_order.h"

#include <gtest/gtest.h>

namespace jejak::client {
namespace {

Status Entries(ReplayOrder* order, std::initializer_list<uint64_t> indexes) {
  for (const uint64_t index : indexes) JEJAK_RETURN_IF_ERROR(order->TakeEntry(LogIndex(index)));
  return {};
}

std::string Says(const Status& status) {
  EXPECT_EQ(status.reason(), Reason::kVerificationFailed);
  return status.message();
}

// What an honest server sends passes, whole, from anywhere, with a filter, or with nothing to send.
TEST(ReplayOrder, TakesWhatIsInOrder) {
  ReplayOrder whole(LogIndex(0), std::nullopt, false);
  EXPECT_TRUE(whole.TakeProgress(LogIndex(0), TreeSize(3)).ok());
  EXPECT_TRUE(Entries(&whole, {0, 1, 2}).ok());
  EXPECT_TRUE(whole.TakeProgress(LogIndex(3), TreeSize(3)).ok());
  EXPECT_TRUE(whole.TakeEnd(false).ok());
  EXPECT_FALSE(whole.TakeEnd(true).ok());  // what is followed goes on

  ReplayOrder part(LogIndex(5), LogIndex(6), false);
  EXPECT_TRUE(Entries(&part, {5, 6}).ok());
  EXPECT_TRUE(part.TakeEnd(true).ok());

  ReplayOrder filtered(LogIndex(2), LogIndex(8), true);
  EXPECT_TRUE(Entries(&filtered, {4, 7}).ok());
  EXPECT_FALSE(filtered.TakeEnd(false).ok());
  EXPECT_TRUE(filtered.TakeProgress(LogIndex(9), TreeSize(20)).ok());
  EXPECT_TRUE(filtered.TakeEnd(false).ok());

  ReplayOrder none(LogIndex(9), std::nullopt, false);
  EXPECT_TRUE(none.TakeProgress(LogIndex(9), TreeSize(9)).ok());
  EXPECT_TRUE(none.TakeEnd(false).ok());
}

// Each thing that a server can do to the order is an error that names the entry.
TEST(ReplayOrder, NamesWhatIsNot) {
  const auto after = [](std::initializer_list<uint64_t> indexes, bool filtered = false) {
    ReplayOrder order(LogIndex(0), LogIndex(9), filtered);
    return Says(Entries(&order, indexes));
  };
  EXPECT_EQ(after({0, 2}), "the server left out entry 1");
  EXPECT_EQ(after({1}), "the server left out entry 0");
  EXPECT_EQ(after({0, 0}), "the server sent entry 0 again or out of order: the next is 1");
  EXPECT_EQ(after({3, 2}, true), "the server sent entry 2 again or out of order: the next is 4");
  EXPECT_EQ(after({0, 10}), "the server sent entry 10, which was not asked for");
  ReplayOrder endless(LogIndex(0), std::nullopt, true);
  EXPECT_EQ(Says(endless.TakeEntry(LogIndex(UINT64_MAX))),
            "the server sent entry 18446744073709551615, which no log has");

  ReplayOrder order(LogIndex(0), std::nullopt, false);
  EXPECT_EQ(Says(order.TakeEnd(false)), "the server ended its replay before entry 0");
  EXPECT_TRUE(Entries(&order, {0, 1}).ok());
  EXPECT_EQ(Says(order.TakeProgress(LogIndex(3), TreeSize(3))), "the server left out entry 2");
  EXPECT_FALSE(order.TakeProgress(LogIndex(1), TreeSize(3)).ok());
  EXPECT_FALSE(order.TakeProgress(LogIndex(2), TreeSize(1)).ok());
  EXPECT_TRUE(order.TakeProgress(LogIndex(2), TreeSize(3)).ok());
  EXPECT_EQ(Says(order.TakeEnd(false)), "the server ended its replay before entry 2");
}

}  // namespace
}  // namespace jejak::client
