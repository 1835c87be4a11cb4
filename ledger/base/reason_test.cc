// The table of reasons must be usable by other programs: names and logged numbers are unique, each
// text is there in both languages, and looking up what a name or number stands for gives the reason
// back.
#include "ledger/base/reason.h"

#include <gtest/gtest.h>

#include <set>

namespace jejak {
namespace {

TEST(Reason, NamesAndNumbersAreUnique) {
  std::set<std::string_view> names;
  std::set<uint16_t> numbers;
  uint16_t last = 0;
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(&InfoOf(info.reason), &info);
    EXPECT_EQ(ReasonByName(info.name), info.reason);
    if (info.logged_number == 0) continue;
    EXPECT_TRUE(numbers.insert(info.logged_number).second) << info.name;
    EXPECT_EQ(info.logged_number, last + 1) << "numbers follow the order of precedence";
    last = info.logged_number;
    EXPECT_EQ(ReasonByLoggedNumber(info.logged_number), info.reason);
  }
  EXPECT_EQ(ReasonByLoggedNumber(0), std::nullopt);
  EXPECT_EQ(ReasonByLoggedNumber(static_cast<uint16_t>(last + 1)), std::nullopt);
}

TEST(Reason, EachHasTextsAndAnExitStatus) {
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_FALSE(info.text_en.empty()) << info.name;
    EXPECT_FALSE(info.text_id.empty()) << info.name;
    EXPECT_FALSE(info.action_en.empty()) << info.name;
    EXPECT_FALSE(info.action_id.empty()) << info.name;
    EXPECT_GE(info.exit_status, 1) << info.name;
    EXPECT_LE(info.exit_status, 6) << info.name;
    EXPECT_NE(info.code, Code::kOk) << info.name;
  }
  EXPECT_EQ(AnchorOf(Reason::kStageSealed), "stage-sealed");
}

}  // namespace
}  // namespace jejak
