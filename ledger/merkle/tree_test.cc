// A tree kept as tiles must give the same tiles, roots and proofs as the naive one, at every size,
// however it was opened and drained, and reading few tiles: shown for every size up to 300 and
// around powers of two.
#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/merkle/test_tree.h"
#include "ledger/merkle/test_vectors.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/merkle/tree_reader.h"

namespace jejak::merkle {
namespace {

TEST(Tree, EveryProofUpTo300IsTheNaiveOne) {
  constexpr uint64_t kSize = 300;
  NaiveTree naive = NaiveTree::OfRecords(kSize);
  TreeAppender tree;
  MemoryTiles none;
  for (uint64_t n = 0; n <= kSize; ++n) {
    if (n > 0) {
      ASSERT_EQ(tree.Append(naive.leaves()[n - 1]), LogIndex(n - 1));
    }
    ASSERT_EQ(tree.Root(), naive.Mth(0, n));
    ASSERT_EQ(tree.size(), TreeSize(n));
    for (uint64_t i = 0; i < n; ++i) {
      ASSERT_EQ(tree.InclusionProof(LogIndex(i), none).value(), naive.PathTo(i, 0, n));
      ASSERT_EQ(tree.ConsistencyProof(TreeSize(i + 1), none).value(),
                naive.SubProof(i + 1, 0, n, true));
    }
  }
  EXPECT_EQ(none.TakeReads(), 0u) << "all of it is recent, so memory is enough";

  MemoryTiles tiles;
  tiles.Store(&tree);
  for (uint64_t n = 0; n <= kSize; ++n) {
    ASSERT_EQ(RootAt(tiles, TreeSize(n)).value(), naive.Mth(0, n));
    for (uint64_t i = 0; i < n; ++i) {
      ASSERT_EQ(InclusionProof(tiles, LogIndex(i), TreeSize(n)).value(), naive.PathTo(i, 0, n));
      ASSERT_EQ(ConsistencyProof(tiles, TreeSize(i + 1), TreeSize(n)).value(),
                naive.SubProof(i + 1, 0, n, true));
    }
    ASSERT_TRUE(ConsistencyProof(tiles, TreeSize(0), TreeSize(n)).value().empty());
  }
}

// The tree of 2^17 + 300 records, made once.
class BigTree : public testing::Test {
 protected:
  static constexpr uint64_t kSize = (1u << 17) + 300;
  static void SetUpTestSuite() {
    naive_ = new NaiveTree(NaiveTree::OfRecords(kSize));
    tiles_ = new MemoryTiles;
    TreeAppender tree;
    uint64_t until_drain = 1;
    for (const Hash& leaf : naive_->leaves()) {
      tree.Append(leaf);
      if (--until_drain == 0) {
        tiles_->Store(&tree);
        until_drain = 1 + tree.size().value % 1'031;  // batches of many sizes
      }
    }
    tiles_->Store(&tree);
  }
  static void TearDownTestSuite() {
    delete naive_;
    delete tiles_;
  }
  static NaiveTree* naive_;
  static MemoryTiles* tiles_;
};
NaiveTree* BigTree::naive_ = nullptr;
MemoryTiles* BigTree::tiles_ = nullptr;

std::vector<uint64_t> SizesAroundPowers(uint64_t size_max) {
  std::vector<uint64_t> out;
  for (uint64_t power = 1; power <= size_max; power <<= 1) {
    for (const uint64_t size : {power - 1, power, power + 1, power + power / 2, power + 255}) {
      if (size > 0 && size <= size_max) out.push_back(size);
    }
  }
  return out;
}

TEST_F(BigTree, RootsAreThePublishedOnes) {
  for (const VectorRecord& r : ReadVectors("merkle-records.txt")) {
    EXPECT_EQ(ToHex(RootAt(*tiles_, TreeSize(std::stoull(r[1]))).value()), r[2]) << r[1];
    EXPECT_EQ(ToHex(RootOf(std::span(naive_->leaves()).first(std::stoull(r[1])))), r[2]);
  }
}

TEST_F(BigTree, EveryTileIsAsDefined) {
  const uint64_t per_level[] = {(kSize + 255) / 256, (kSize / 256 + 255) / 256, 1};
  size_t expected = 0;
  for (const uint64_t tiles : per_level) expected += tiles;
  EXPECT_EQ(tiles_->tiles().size(), expected);
  for (const auto& [id, bytes] : tiles_->tiles()) {
    ASSERT_EQ(bytes.size(), TileWidthAt(id, TreeSize(kSize)) * Hash::kSize);
    const uint64_t covered = uint64_t{1} << (8 * id.level);
    for (uint64_t i = 0; i < bytes.size() / Hash::kSize; ++i) {
      const uint64_t begin = (id.index * 256 + i) * covered;
      ASSERT_EQ(Hash::From(ByteView(bytes).substr(i * 32, 32)),
                naive_->Mth(begin, begin + covered));
    }
  }
}

TEST_F(BigTree, ProofsAroundPowersOfTwoAreTheNaiveOnes) {
  tiles_->TakeReads();
  for (const uint64_t n : SizesAroundPowers(kSize)) {
    const Hash root = naive_->Mth(0, n);
    ASSERT_EQ(RootAt(*tiles_, TreeSize(n)).value(), root) << n;
    EXPECT_LE(tiles_->TakeReads(), 3u);
    for (const uint64_t m : SizesAroundPowers(n)) {
      const auto path = InclusionProof(*tiles_, LogIndex(m - 1), TreeSize(n)).value();
      EXPECT_LE(tiles_->TakeReads(), 6u);
      ASSERT_EQ(path, naive_->PathTo(m - 1, 0, n)) << m - 1 << "@" << n;
      ASSERT_TRUE(VerifyInclusion(LogIndex(m - 1), TreeSize(n), naive_->leaves()[m - 1], path, root)
                      .ok());
      const auto proof = ConsistencyProof(*tiles_, TreeSize(m), TreeSize(n)).value();
      EXPECT_LE(tiles_->TakeReads(), 6u);
      ASSERT_EQ(proof, naive_->SubProof(m, 0, n, true)) << m << ">" << n;
      ASSERT_TRUE(
          VerifyConsistency(TreeSize(m), TreeSize(n), proof, naive_->Mth(0, m), root).ok());
    }
  }
}

TEST_F(BigTree, OpensAtAnySizeAndGoesOn) {
  tiles_->TakeReads();
  for (const uint64_t n : SizesAroundPowers(kSize - 300)) {
    TreeAppender tree = TreeAppender::Open(*tiles_, TreeSize(n)).value();
    EXPECT_LE(tiles_->TakeReads(), 3u);
    ASSERT_EQ(tree.Root(), naive_->Mth(0, n));
    EXPECT_TRUE(tree.DrainChanges().empty());
    for (uint64_t i = n; i < n + 300; ++i) tree.Append(naive_->leaves()[i]);
    ASSERT_EQ(tree.Root(), naive_->Mth(0, n + 300)) << n;
    for (const uint64_t i : {uint64_t{0}, n / 2, n - 1, n, n + 299}) {
      ASSERT_EQ(tree.InclusionProof(LogIndex(i), *tiles_).value(), naive_->PathTo(i, 0, n + 300));
    }
    ASSERT_EQ(tree.ConsistencyProof(TreeSize(n), *tiles_).value(),
              naive_->SubProof(n, 0, n + 300, true));
    tiles_->TakeReads();
    for (const ChangedTile& changed : tree.DrainChanges()) {
      const Bytes& stored = tiles_->tiles().at(changed.id);
      ASSERT_EQ(stored.substr(0, changed.hashes.size()), changed.hashes);
      ASSERT_EQ(changed.hashes.size() / 32, TileWidthAt(changed.id, TreeSize(n + 300)));
    }
  }
}

TEST_F(BigTree, ProofsOfTheNewestBatchReadNothing) {
  const uint64_t before = 70'000;
  TreeAppender tree = TreeAppender::Open(*tiles_, TreeSize(before)).value();
  tiles_->TakeReads();
  for (uint64_t i = before; i < before + 8'192; ++i) tree.Append(naive_->leaves()[i]);
  for (uint64_t i = before; i < before + 8'192; ++i) {
    const auto path = tree.InclusionProof(LogIndex(i), *tiles_).value();
    ASSERT_EQ(path.size(), naive_->PathTo(i, 0, before + 8'192).size());
    if (i % 97 == 0) {
      ASSERT_EQ(path, naive_->PathTo(i, 0, before + 8'192));
    }
  }
  EXPECT_EQ(tiles_->TakeReads(), 0u);
}

TEST_F(BigTree, DamageInTheStoreIsAnErrorOrAProofThatFails) {
  const TreeSize size(70'000);
  MemoryTiles bad = *tiles_;
  const TileId edge{0, 273};
  bad.tiles()[edge].resize(111 * 32);
  EXPECT_FALSE(TreeAppender::Open(bad, size).ok());
  EXPECT_FALSE(RootAt(bad, size).ok());

  struct FixedTile : TileSource {
    Bytes bytes;
    Result<Bytes> ReadTile(TileId, uint32_t) const override { return bytes; }
  } fixed;
  for (const size_t length : {0u, 31u, 111u * 32, 112u * 32 + 1, 257u * 32}) {
    fixed.bytes = Bytes(length, 'x');
    EXPECT_EQ(RootAt(fixed, size).status().reason(), Reason::kLedgerDamaged) << length;
    EXPECT_EQ(TreeAppender::Open(fixed, size).status().reason(), Reason::kLedgerDamaged);
  }

  MemoryTiles flipped = *tiles_;
  flipped.tiles()[TileId{0, 0}][33] ^= 1;  // leaf 1
  const auto path = InclusionProof(flipped, LogIndex(0), size).value();
  EXPECT_FALSE(VerifyInclusion(LogIndex(0), size, naive_->leaves()[0], path,
                               naive_->Mth(0, size.value))
                   .ok());
}

TEST(Tree, ArgumentsOutsideTheTreeAreRefused) {
  MemoryTiles tiles;
  EXPECT_EQ(InclusionProof(tiles, LogIndex(0), TreeSize(0)).status().reason(),
            Reason::kInvalidArgument);
  EXPECT_EQ(InclusionProof(tiles, LogIndex(5), TreeSize(5)).status().reason(),
            Reason::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(tiles, TreeSize(6), TreeSize(5)).status().reason(),
            Reason::kInvalidArgument);
  EXPECT_EQ(RootAt(tiles, TreeSize(5)).status().reason(), Reason::kNotFound);
  EXPECT_EQ(RootAt(tiles, TreeSize(UINT64_MAX)).status().reason(), Reason::kNotFound);
  EXPECT_EQ(InclusionProof(tiles, LogIndex(UINT64_MAX - 1), TreeSize(UINT64_MAX)).status().reason(),
            Reason::kNotFound);
  EXPECT_EQ(RootAt(tiles, TreeSize(0)).value(), EmptyRoot());
}

TEST(Tile, WidthsAreThoseOfTheSpecification) {
  const auto width = [](uint8_t level, uint64_t index, uint64_t size) {
    return TileWidthAt({level, index}, TreeSize(size));
  };
  EXPECT_EQ(width(0, 0, 256), 256u);
  EXPECT_EQ(width(1, 0, 256), 1u);
  EXPECT_EQ(width(0, 1, 256), 0u);
  EXPECT_EQ(width(0, 272, 70'000), 256u);
  EXPECT_EQ(width(0, 273, 70'000), 112u);
  EXPECT_EQ(width(0, 274, 70'000), 0u);
  EXPECT_EQ(width(1, 0, 70'000), 256u);
  EXPECT_EQ(width(1, 1, 70'000), 17u);
  EXPECT_EQ(width(2, 0, 70'000), 1u);
  EXPECT_EQ(width(3, 0, 70'000), 0u);
  EXPECT_EQ(width(0, UINT64_MAX, UINT64_MAX), 0u);
  EXPECT_EQ(width(7, 0, UINT64_MAX), 255u);
  EXPECT_EQ(width(63, 0, UINT64_MAX), 0u);
  EXPECT_EQ(ToHex(TileKey({2, 0x0102})), "020000000000000102");
}

}  // namespace
}  // namespace jejak::merkle
