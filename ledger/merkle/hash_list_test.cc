#include "ledger/merkle/hash_list.h"

#include <gtest/gtest.h>

#include "ledger/crypto/sha256.h"

namespace jejak::merkle {
namespace {

Hash Leaf(size_t i) { return LeafHash("leaf " + std::to_string(i)); }

TEST(HashList, IsTheTreeOfItsLeavesAtEverySize) {
  std::vector<Hash> leaves;
  for (size_t n = 0; n <= 130; ++n) {
    HashList list;
    list.Assign(leaves);
    ASSERT_EQ(list.size(), n);
    EXPECT_EQ(list.Root(), RootOf(leaves)) << n;
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(list.PathTo(i), PathOf(leaves, i)) << n << " " << i;
    leaves.push_back(Leaf(n));
  }
}

TEST(HashList, ReplacingALeafIsTheSameAsAssigningAnew) {
  for (const size_t n : {1U, 2U, 3U, 7U, 8U, 39U, 100U}) {
    std::vector<Hash> leaves;
    for (size_t i = 0; i < n; ++i) leaves.push_back(Leaf(i));
    HashList list;
    list.Assign(leaves);
    for (size_t i = 0; i < n; ++i) {
      leaves[i] = Leaf(1000 + i);
      list.Set(i, leaves[i]);
      ASSERT_EQ(list.Root(), RootOf(leaves)) << n << " " << i;
    }
  }
}

}  // namespace
}  // namespace jejak::merkle
