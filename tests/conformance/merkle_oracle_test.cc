// The tree and its proofs must be those of an implementation nobody here wrote: the Merkle tree and
// verifier of certificate-transparency in C++, as Debian ships it. Trees of random sizes, with any
// leaves: equal roots and proofs, each accepts the proofs of the other, and both say the same of
// damaged ones. The seed is printed; JEJAK_SEED gives one, JEJAK_ROUNDS the number of trees.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/test_tree.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/merkle/tree_reader.h"
#include "merkletree/merkle_tree.h"
#include "merkletree/merkle_verifier.h"
#include "merkletree/serial_hasher.h"

namespace jejak::merkle {
namespace {

using TheirPath = std::vector<std::string>;

std::string Theirs(const Hash& hash) { return std::string(hash.view()); }
TheirPath Theirs(const Path& path) {
  TheirPath out;
  for (const Hash& hash : path) out.push_back(Theirs(hash));
  return out;
}

class Oracle : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("JEJAK_SEED");
    seed_ = given != nullptr ? std::stoull(given) : std::random_device()();
    random_.seed(seed_);
    std::printf("JEJAK_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  }
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  // A tree of `size` leaves, ours and theirs, with what a leaf holds.
  void Grow(uint64_t size) {
    leaves_.clear();
    tiles_.tiles().clear();
    theirs_ = std::make_unique<MerkleTree>(std::make_unique<Sha256Hasher>());
    TreeAppender tree;
    uint64_t until_drain = 1 + Below(300);
    for (uint64_t i = 0; i < size; ++i) {
      std::string data(Below(80), '\0');
      for (char& c : data) c = static_cast<char>(Below(256));
      ASSERT_EQ(theirs_->AddLeaf(data), i + 1);
      tree.Append(LeafHash(data));
      leaves_.push_back(std::move(data));
      if (--until_drain == 0) {
        tiles_.Store(&tree);
        until_drain = 1 + Below(300);
      }
    }
    tiles_.Store(&tree);
    ASSERT_EQ(Theirs(tree.Root()), theirs_->CurrentRoot());
  }

  // Ours and theirs of the same claim must agree; how many were accepted.
  void CompareInclusion(uint64_t index, uint64_t size, const Path& path, const Hash& root,
                        const std::string& data) {
    const bool ours =
        VerifyInclusion(LogIndex(index), TreeSize(size), LeafHash(data), path, root).ok();
    const bool theirs = verifier_.VerifyPath(index + 1, size, Theirs(path), Theirs(root), data);
    ASSERT_EQ(ours, theirs) << "leaf " << index << " of " << size << ", seed " << seed_;
    ++(ours ? accepted_ : refused_);
  }
  void CompareConsistency(uint64_t from, uint64_t to, const Path& path, const Hash& old_root,
                          const Hash& root) {
    const bool ours = VerifyConsistency(TreeSize(from), TreeSize(to), path, old_root, root).ok();
    const bool theirs =
        verifier_.VerifyConsistency(from, to, Theirs(old_root), Theirs(root), Theirs(path));
    ASSERT_EQ(ours, theirs) << from << " to " << to << ", seed " << seed_;
    ++(ours ? accepted_ : refused_);
  }
  Path Damaged(Path path) {
    switch (path.empty() ? 0 : Below(4)) {
      case 0:
        path.insert(path.begin() + static_cast<std::ptrdiff_t>(Below(path.size() + 1)),
                    LeafHash("extra"));
        break;
      case 1:
        path.erase(path.begin() + static_cast<std::ptrdiff_t>(Below(path.size())));
        break;
      case 2:
        path[Below(path.size())].bytes[Below(Hash::kSize)] ^= static_cast<uint8_t>(1 + Below(255));
        break;
      default:
        std::swap(path[Below(path.size())], path[Below(path.size())]);
    }
    return path;
  }

  uint64_t seed_ = 0;
  std::mt19937_64 random_;
  std::vector<std::string> leaves_;
  MemoryTiles tiles_;
  std::unique_ptr<MerkleTree> theirs_;
  MerkleVerifier verifier_{std::make_unique<Sha256Hasher>()};
  uint64_t accepted_ = 0;
  uint64_t refused_ = 0;
};

TEST_F(Oracle, RootsProofsAndVerdictsAreTheSame) {
  const char* given = std::getenv("JEJAK_ROUNDS");
  const int rounds = given != nullptr ? std::atoi(given) : 40;
  for (int round = 0; round < rounds; ++round) {
    const uint64_t size = 1 + Below(uint64_t{1} << (1 + Below(11)));
    ASSERT_NO_FATAL_FAILURE(Grow(size));
    for (int i = 0; i < 60; ++i) {
      const uint64_t to = 1 + Below(size);
      const uint64_t index = Below(to);
      const uint64_t from = 1 + Below(to);
      const Hash root = RootAt(tiles_, TreeSize(to)).value();
      const Hash old_root = RootAt(tiles_, TreeSize(from)).value();
      ASSERT_EQ(Theirs(root), theirs_->RootAtSnapshot(to));
      const Path path = InclusionProof(tiles_, LogIndex(index), TreeSize(to)).value();
      ASSERT_EQ(Theirs(path), theirs_->PathToRootAtSnapshot(index + 1, to));
      const Path growth = ConsistencyProof(tiles_, TreeSize(from), TreeSize(to)).value();
      ASSERT_EQ(Theirs(growth), theirs_->SnapshotConsistency(from, to));

      const std::string& data = leaves_[index];
      CompareInclusion(index, to, path, root, data);
      CompareConsistency(from, to, growth, old_root, root);
      ASSERT_EQ(accepted_, static_cast<uint64_t>(round * 60 + i + 1) * 2) << "seed " << seed_;
    }
  }
  std::printf("%llu proofs, accepted by both\n", static_cast<unsigned long long>(accepted_));
}

// A false claim of any kind is refused by both, or is true after all, for both.
TEST_F(Oracle, DamagedProofsAreRefusedByBoth) {
  for (int round = 0; round < 20; ++round) {
    const uint64_t size = 2 + Below(600);
    ASSERT_NO_FATAL_FAILURE(Grow(size));
    for (int i = 0; i < 100; ++i) {
      const uint64_t to = 1 + Below(size);
      const uint64_t index = Below(to);
      const uint64_t from = 1 + Below(to);
      const Hash root = RootAt(tiles_, TreeSize(to)).value();
      const Hash old_root = RootAt(tiles_, TreeSize(from)).value();
      const Path path = InclusionProof(tiles_, LogIndex(index), TreeSize(to)).value();
      const Path growth = ConsistencyProof(tiles_, TreeSize(from), TreeSize(to)).value();
      const std::string& data = leaves_[index];
      CompareInclusion(index, to, Damaged(path), root, data);
      CompareInclusion(Below(size + 2), to, path, root, data);
      CompareInclusion(index, 1 + Below(size + 2), path, root, data);
      CompareInclusion(index, to, path, old_root, data);
      CompareInclusion(index, to, path, root, data + "x");
      CompareConsistency(from, to, Damaged(growth), old_root, root);
      CompareConsistency(1 + Below(size), to, growth, old_root, root);
      CompareConsistency(from, 1 + Below(size), growth, old_root, root);
      CompareConsistency(from, to, growth, root, old_root);
    }
  }
  EXPECT_GT(refused_, 10'000U);
  std::printf("%llu false claims refused by both, %llu changes without effect accepted by both\n",
              static_cast<unsigned long long>(refused_),
              static_cast<unsigned long long>(accepted_));
}

}  // namespace
}  // namespace jejak::merkle
