// Codes must be read strictly as digits and know their level and what encloses them.
#include "ledger/election/codes.h"

#include <gtest/gtest.h>

namespace jejak::election {
namespace {

TEST(Codes, ParsesFiveLengthsAndTheNation) {
  for (const char* good : {"", "65", "6501", "650101", "6501011001", "6501011001001"}) {
    ASSERT_TRUE(RegionCode::Parse(good)) << good;
    EXPECT_EQ(RegionCode::Parse(good)->view(), good);
  }
  for (const char* bad :
       {"0", "6", "650", "65010", "6501011", "650101100100", "65010110010012", "6x", "+65"}) {
    EXPECT_FALSE(RegionCode::Parse(bad)) << bad;
  }
}

TEST(Codes, KnowsWhatEncloses) {
  const auto tps = *RegionCode::Parse("6501011001001");
  EXPECT_EQ(tps.level(), Level::kStation);
  EXPECT_EQ(tps.Parent().view(), "6501011001");
  EXPECT_EQ(tps.At(Level::kRegency).view(), "6501");
  EXPECT_EQ(tps.At(Level::kNation), RegionCode());
  EXPECT_TRUE(RegionCode::Parse("6501")->Contains(tps));
  EXPECT_TRUE(RegionCode().Contains(tps));
  EXPECT_TRUE(tps.Contains(tps));
  EXPECT_FALSE(RegionCode::Parse("6502")->Contains(tps));
  EXPECT_EQ(RegionCode().display(), "0");
}

TEST(Codes, LevelNames) {
  EXPECT_EQ(LevelName({}), "nation");
  EXPECT_EQ(LevelName(*RegionCode::Parse("6501")), "regency");
  EXPECT_EQ(LevelName(*RegionCode::Parse("6571")), "city");
  EXPECT_EQ(LevelName(*RegionCode::Parse("99")), "abroad");
  EXPECT_EQ(LevelName(*RegionCode::Parse("6501011001001")), "station");
}

}  // namespace
}  // namespace jejak::election
