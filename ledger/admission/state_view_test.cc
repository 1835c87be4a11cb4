// What a view's answers know by themselves: a contest's area, and a choice by its id with an index
// as without.
#include "ledger/admission/state_view.h"

#include <gtest/gtest.h>

#include "ledger/admission/test_world.h"

namespace jejak::admission {
namespace {

TEST(StateView, ContestCoversItsAreaWithoutTheExceptions) {
  ContestState contest;
  contest.covered = {Code("64"), Code("6501")};
  contest.excepted = {Code("650106")};
  EXPECT_TRUE(contest.Covers(Code("64")));
  EXPECT_TRUE(contest.Covers(kTps));
  EXPECT_TRUE(contest.Covers(Code("6501")));
  EXPECT_FALSE(contest.Covers(Code("650106")));
  EXPECT_FALSE(contest.Covers(Code("6501061001001")));
  EXPECT_FALSE(contest.Covers(Code("65")));
  EXPECT_FALSE(contest.Covers(RegionCode()));
}

TEST(StateView, BallotFindsWithAnIndexWhatItFindsWithout) {
  BallotState plain;
  for (const ChoiceId id : {7u, 3u, 900u, 12u}) {
    event::Choice choice;
    choice.id = id;
    plain.choices.push_back(choice);
  }
  BallotState indexed = plain;
  indexed.Index();
  for (ChoiceId id = 0; id < 1000; ++id) {
    const event::Choice* a = plain.Find(id);
    const event::Choice* b = indexed.Find(id);
    ASSERT_EQ(a == nullptr, b == nullptr) << id;
    if (a != nullptr) {
      EXPECT_EQ(a->id, b->id);
    }
  }
  EXPECT_NE(indexed.Find(900), nullptr);
}

}  // namespace
}  // namespace jejak::admission
