#include "ledger/projection/tally_children.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ledger/merkle/rfc6962.h"

namespace jejak::projection {
namespace {

using election::Level;
using election::RegionCode;

RegionCode Code(const std::string& digits) { return *RegionCode::Parse(digits); }

Hash HashOf(uint64_t n) {
  Hash hash;
  for (size_t i = 0; i < 8; ++i) hash.bytes[i] = static_cast<uint8_t>(n >> (8 * i));
  return hash;
}

Hash NaiveRoot(const std::map<RegionCode, Hash>& children) {
  std::vector<Hash> leaves;
  for (const auto& [code, node] : children) leaves.push_back(merkle::LeafHash(node.view()));
  return merkle::RootOf(leaves);
}

TEST(TallyChildren, AreAsAMapHasThem) {
  std::mt19937_64 random(7);
  for (const auto& [parent, digits] :
       std::initializer_list<std::pair<const char*, int>>{{"", 2}, {"6501", 2}, {"650107", 4},
                                                          {"6501072001", 3}}) {
    const Level level = Code(parent).level();
    TallyChildren children(level);
    std::map<RegionCode, Hash> naive;
    EXPECT_EQ(children.Root(), merkle::EmptyRoot());
    for (int round = 0; round < 40; ++round) {
      std::vector<TallyChildren::Change> changes;
      for (uint64_t n = random() % 8; n > 0; --n) {
        std::string code = std::to_string(random() % 60);
        code = parent + std::string(static_cast<size_t>(digits) - code.size(), '0') + code;
        changes.emplace_back(Code(code), HashOf(random()));
        naive[changes.back().first] = changes.back().second;
      }
      children.Put(changes);
      ASSERT_EQ(children.size(), naive.size());
      ASSERT_EQ(children.Root(), NaiveRoot(naive));
      const auto read = TallyChildren::Parse(level, Bytes(children.packed()));
      ASSERT_TRUE(read);
      ASSERT_EQ(read->Root(), NaiveRoot(naive));
      for (const auto& [code, node] : naive) ASSERT_TRUE(read->VersionOf(code));
    }
  }
}

TEST(TallyChildren, VersionsStayWhileOthersCome) {
  TallyChildren children(Level::kRegency);
  children.Put({{Code("650107"), HashOf(1)}});
  EXPECT_EQ(children.VersionOf(Code("650107")), LogIndex(0));
  EXPECT_EQ(children.VersionOf(Code("650106")), std::nullopt);
  children.SetVersion(Code("650107"), LogIndex(4'096));
  children.Put(
      {{Code("650108"), HashOf(2)}, {Code("650101"), HashOf(3)}, {Code("650107"), HashOf(4)}});
  EXPECT_EQ(children.VersionOf(Code("650107")), LogIndex(4'096));
  EXPECT_EQ(children.VersionOf(Code("650101")), LogIndex(0));
  // The version is in no hash.
  const Hash root = children.Root();
  children.SetVersion(Code("650108"), LogIndex(5'000));
  EXPECT_EQ(children.Root(), root);
}

TEST(TallyChildren, DamagedRowsAreNone) {
  TallyChildren children(Level::kVillage);
  children.Put({{Code("6501072001001"), HashOf(1)}, {Code("6501072001002"), HashOf(2)}});
  const Bytes good(children.packed());
  const size_t width = good.size() / 2;
  EXPECT_TRUE(TallyChildren::Parse(Level::kVillage, good));
  EXPECT_FALSE(TallyChildren::Parse(Level::kVillage, good.substr(1)));
  EXPECT_FALSE(TallyChildren::Parse(Level::kVillage, good + '0'));
  EXPECT_FALSE(TallyChildren::Parse(Level::kDistrict, good));
  const Bytes first = good.substr(0, width), second = good.substr(width);
  EXPECT_FALSE(TallyChildren::Parse(Level::kVillage, second + first));
  EXPECT_FALSE(TallyChildren::Parse(Level::kVillage, first + first));
  Bytes letter = good;
  letter[1] = 'x';
  EXPECT_FALSE(TallyChildren::Parse(Level::kVillage, letter));
}

}  // namespace
}  // namespace jejak::projection
