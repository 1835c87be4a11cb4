// Hashes and proofs must be exactly those of RFC 6962 and RFC 9162, and nothing but the right proof
// may verify: shown with the published vectors, a naive tree for every size up to 300, and damaged
// proofs.
#include "ledger/merkle/rfc6962.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/merkle/entry_bundle.h"
#include "ledger/merkle/test_tree.h"
#include "ledger/merkle/test_vectors.h"

namespace jejak::merkle {
namespace {

Hash HashOf(const std::string& hex) { return FixedFromHex<Hash>(hex).value(); }

TEST(Rfc6962, HoldsThePublishedVectors) {
  Bytes bundle;
  std::vector<Bytes> data;
  std::vector<Hash> leaves;
  std::vector<Hash> roots = {EmptyRoot()};
  size_t checked = 0;
  for (const VectorRecord& r : ReadVectors("merkle-rfc6962.txt")) {
    const auto number = [&](size_t i) { return std::stoull(r[i]); };
    Path path;
    for (size_t i = 3; i < r.size(); ++i) path.push_back(HashOf(r[i]));
    if (r[0] == "leaf") {
      data.push_back(FromHex(r.size() > 2 ? r[2] : "").value());
      AppendToBundle(data.back(), &bundle);
      leaves.push_back(LeafHash(data.back()));
    } else if (r[0] == "node") {
      const uint64_t width = uint64_t{1} << number(1);
      EXPECT_EQ(NaiveTree(leaves).Mth(number(2) * width, (number(2) + 1) * width), path.at(0));
    } else if (r[0] == "root") {
      roots.resize(number(1) + 1);
      roots[number(1)] = HashOf(r[2]);
      EXPECT_EQ(RootOf(std::span(leaves).first(number(1))), HashOf(r[2]));
    } else if (r[0] == "inclusion") {
      EXPECT_EQ(PathOf(std::span(leaves).first(number(2)), number(1)), path);
      EXPECT_TRUE(VerifyInclusion(LogIndex(number(1)), TreeSize(number(2)), leaves[number(1)], path,
                                  roots[number(2)])
                      .ok());
    } else if (r[0] == "consistency") {
      EXPECT_EQ(NaiveTree(leaves).SubProof(number(1), 0, number(2), true), path);
      EXPECT_TRUE(VerifyConsistency(TreeSize(number(1)), TreeSize(number(2)), path,
                                    roots[number(1)], roots[number(2)])
                      .ok());
    } else {
      ASSERT_EQ(r[0], "bundle");
      EXPECT_EQ(ToHex(bundle), r[2]);
      const auto entries = ParseBundle(bundle, 8).value();
      EXPECT_TRUE(std::equal(entries.begin(), entries.end(), data.begin(), data.end()));
    }
    ++checked;
  }
  EXPECT_EQ(checked, 104u);
}

TEST(Rfc6962, VerifiesEveryProofOfTheNaiveTree) {
  constexpr uint64_t kSize = 300;
  NaiveTree tree = NaiveTree::OfRecords(kSize);
  RootBuilder builder;
  EXPECT_EQ(builder.Root(), EmptyRoot());
  for (uint64_t n = 1; n <= kSize; ++n) {
    builder.Append(tree.leaves()[n - 1]);
    const Hash root = tree.Mth(0, n);
    ASSERT_EQ(builder.Root(), root) << n;
    ASSERT_EQ(builder.size(), TreeSize(n));
    for (uint64_t i = 0; i < n; ++i) {
      ASSERT_TRUE(VerifyInclusion(LogIndex(i), TreeSize(n), tree.leaves()[i], tree.PathTo(i, 0, n),
                                  root)
                      .ok())
          << i << "@" << n;
      ASSERT_TRUE(VerifyConsistency(TreeSize(i + 1), TreeSize(n), tree.SubProof(i + 1, 0, n, true),
                                    tree.Mth(0, i + 1), root)
                      .ok())
          << i + 1 << ">" << n;
    }
  }
}

TEST(Rfc6962, PathsInMemoryAreThoseOfTheNaiveTree) {
  NaiveTree tree = NaiveTree::OfRecords(100);
  for (uint64_t n = 1; n <= 100; ++n) {
    for (uint64_t i = 0; i < n; ++i) {
      ASSERT_EQ(PathOf(std::span(tree.leaves()).first(n), i), tree.PathTo(i, 0, n));
    }
  }
}

// Calls `verify` with every damaged form of `path`; none may hold.
template <typename Verify>
void ExpectDamageIsSeen(const Path& path, const Verify& verify) {
  ASSERT_TRUE(verify(path).ok());
  for (size_t h = 0; h < path.size(); ++h) {
    for (size_t bit = 0; bit < 256; ++bit) {
      Path bad = path;
      bad[h].bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      ASSERT_EQ(verify(bad).reason(), Reason::kProofInvalid) << h << " " << bit;
    }
    Path cut = path;
    cut.erase(cut.begin() + static_cast<ptrdiff_t>(h));
    ASSERT_EQ(verify(cut).reason(), Reason::kProofInvalid) << h;
    ASSERT_FALSE(verify(Path(path.begin(), path.begin() + static_cast<ptrdiff_t>(h))).ok());
    for (size_t other = h + 1; other < path.size(); ++other) {
      Path swapped = path;
      std::swap(swapped[h], swapped[other]);
      ASSERT_FALSE(verify(swapped).ok());
    }
  }
  for (const Hash& extra : {Hash{}, EmptyRoot(), path.empty() ? Hash{} : path.back()}) {
    for (size_t at = 0; at <= path.size(); ++at) {
      Path longer = path;
      longer.insert(longer.begin() + static_cast<ptrdiff_t>(at), extra);
      ASSERT_EQ(verify(longer).reason(), Reason::kProofInvalid) << at;
    }
  }
}

TEST(Rfc6962, NoDamagedProofVerifies) {
  NaiveTree tree = NaiveTree::OfRecords(300);
  for (const uint64_t n : {1u, 2u, 3u, 7u, 8u, 13u, 64u, 255u, 256u, 257u, 300u}) {
    const Hash root = tree.Mth(0, n);
    for (const uint64_t i : {uint64_t{0}, n / 3, n / 2, n - 1}) {
      ExpectDamageIsSeen(tree.PathTo(i, 0, n), [&](const Path& path) {
        return VerifyInclusion(LogIndex(i), TreeSize(n), tree.leaves()[i], path, root);
      });
      const uint64_t m = i + 1;
      ExpectDamageIsSeen(tree.SubProof(m, 0, n, true), [&](const Path& path) {
        return VerifyConsistency(TreeSize(m), TreeSize(n), path, tree.Mth(0, m), root);
      });
    }
  }
}

TEST(Rfc6962, WrongLeavesIndexesSizesAndRootsFail) {
  NaiveTree tree = NaiveTree::OfRecords(13);
  const Hash root = tree.Mth(0, 13);
  const Path path = tree.PathTo(5, 0, 13);
  const auto inclusion = [&](uint64_t i, uint64_t n, const Hash& leaf, const Hash& r) {
    return VerifyInclusion(LogIndex(i), TreeSize(n), leaf, path, r).ok();
  };
  EXPECT_TRUE(inclusion(5, 13, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(4, 13, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(5, 13, tree.leaves()[4], root));
  EXPECT_FALSE(inclusion(5, 13, tree.leaves()[5], Hash{}));
  EXPECT_FALSE(inclusion(13, 13, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(UINT64_MAX, 13, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(0, 0, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(5, UINT64_MAX, tree.leaves()[5], root));
  EXPECT_FALSE(inclusion(5, 6, tree.leaves()[5], root));

  const Path proof = tree.SubProof(6, 0, 13, true);
  const auto consistency = [&](uint64_t m, uint64_t n, const Hash& a, const Hash& b) {
    return VerifyConsistency(TreeSize(m), TreeSize(n), proof, a, b).ok();
  };
  EXPECT_TRUE(consistency(6, 13, tree.Mth(0, 6), root));
  EXPECT_FALSE(consistency(6, 13, tree.Mth(0, 5), root));
  EXPECT_FALSE(consistency(6, 13, tree.Mth(0, 6), Hash{}));
  EXPECT_FALSE(consistency(13, 6, root, tree.Mth(0, 6)));
  EXPECT_FALSE(consistency(6, UINT64_MAX, tree.Mth(0, 6), root));
  EXPECT_FALSE(VerifyConsistency(TreeSize(0), TreeSize(13), {}, EmptyRoot(), root).ok());
  EXPECT_FALSE(VerifyConsistency(TreeSize(0), TreeSize(0), {}, EmptyRoot(), EmptyRoot()).ok());
  EXPECT_FALSE(VerifyConsistency(TreeSize(8), TreeSize(13), {}, tree.Mth(0, 8), root).ok());
  EXPECT_FALSE(VerifyConsistency(TreeSize(13), TreeSize(13), {}, tree.Mth(0, 8), root).ok());
  EXPECT_FALSE(VerifyConsistency(TreeSize(13), TreeSize(13), proof, root, root).ok());
}

}  // namespace
}  // namespace jejak::merkle
