// What calls hold together stays within its bound, and those that take what is theirs are served
// whatever the others do.
#include "ledger/service/held.h"

#include <gtest/gtest.h>

#include <vector>

namespace jejak::service {
namespace {

TEST(Budget, GivesWhatThereIsAndTakesItBack) {
  Budget budget(100);
  auto first = budget.Take(60);
  EXPECT_TRUE(first);
  EXPECT_FALSE(budget.Take(41));
  auto second = budget.Take(40);
  EXPECT_TRUE(second);
  const auto copy = first;
  first.reset();
  EXPECT_FALSE(budget.Take(1)) << "a copy still holds it";
  second.reset();
  EXPECT_TRUE(budget.Take(40));
}

TEST(Budget, OneAloneAlwaysFindsRoom) {
  Budget budget(100);
  const auto large = budget.Take(1'000);
  EXPECT_TRUE(large);
  EXPECT_FALSE(budget.Take(1));
}

struct Client final : Waiting::Call {
  void GiveWay() override { ++gave_way; }
  int gave_way = 0;
};

TEST(Waiting, TheOldestGiveWayOnce) {
  Waiting unread(100);
  std::vector<Client> clients(4);
  for (Client& client : clients) unread.Add(&client, 40);
  EXPECT_EQ(clients[0].gave_way, 1);
  EXPECT_EQ(clients[1].gave_way, 1);
  EXPECT_EQ(clients[2].gave_way, 0);
  EXPECT_EQ(clients[3].gave_way, 0);
  // One that was taken makes room; those that gave way don't count twice.
  unread.Remove(&clients[2]);
  unread.Remove(&clients[0]);
  Client next;
  unread.Add(&next, 60);
  EXPECT_EQ(clients[1].gave_way, 1);
  EXPECT_EQ(clients[3].gave_way, 0);
  unread.Remove(&clients[1]);
  unread.Remove(&clients[3]);
  unread.Remove(&next);
  unread.Remove(&next);
}

TEST(Waiting, TheNewestIsNeverCutOff) {
  Waiting unread(100);
  Client small, large;
  unread.Add(&small, 10);
  unread.Add(&large, 1'000);
  EXPECT_EQ(small.gave_way, 1);
  EXPECT_EQ(large.gave_way, 0);
  unread.Remove(&small);
  unread.Remove(&large);
}

TEST(Waiting, AllGiveWayWhenItStops) {
  Waiting begun(100);
  Client first, late;
  begun.Add(&first, 10);
  begun.Stop();
  EXPECT_EQ(first.gave_way, 1);
  begun.Add(&late, 10);
  EXPECT_EQ(late.gave_way, 1);
  begun.Remove(&first);
  begun.Remove(&late);
  EXPECT_EQ(first.gave_way, 1);
}

}  // namespace
}  // namespace jejak::service
