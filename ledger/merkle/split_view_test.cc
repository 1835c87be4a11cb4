// Evidence of a split view must convince with the log's key alone, and must not be there for a log
// that only grew: shown for every pair of sizes of a small tree against one whose tail was
// rewritten at every place, with text and signatures changed byte by byte.
#include "ledger/merkle/split_view.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/merkle/prefix_roots.h"
#include "ledger/merkle/test_tree.h"

namespace jejak::merkle {
namespace {

constexpr uint64_t kSizeMax = 20;

class SplitViewTest : public ::testing::Test {
 protected:
  Note Sign(uint64_t size, const Hash& root) const {
    return SignCheckpoint({"log.example", TreeSize(size), root, {}}, key_);
  }
  // Leaves as they were, but from `changed` on.
  static NaiveTree Rewritten(uint64_t changed, uint64_t size) {
    std::vector<Hash> leaves;
    for (uint64_t i = 0; i < size; ++i)
      leaves.push_back(i < changed ? RecordLeaf(i) : LeafHash("other " + std::to_string(i)));
    return NaiveTree(std::move(leaves));
  }
  // A consistency proof, with its first node.
  static Path Nodes(NaiveTree* tree, uint64_t m, uint64_t n) {
    if (m == n) return {};
    Path nodes = tree->SubProof(m, 0, n, true);
    if (std::has_single_bit(m)) nodes.insert(nodes.begin(), tree->Mth(0, m));
    return nodes;
  }

  const crypto::SecretKey key_ = crypto::SecretKey::FromSeed(Bytes(32, 'l')).value();
  const VerifierKey log_{"log.example", KeyType::kEd25519, key_.public_key()};
};

TEST_F(SplitViewTest, IsFoundWheneverAPrefixWasRewritten) {
  NaiveTree honest = NaiveTree::OfRecords(kSizeMax);
  for (uint64_t changed = 0; changed <= kSizeMax; ++changed) {
    NaiveTree other = Rewritten(changed, kSizeMax);
    for (uint64_t n = 1; n <= kSizeMax; ++n) {
      const Note later = Sign(n, other.Mth(0, n));
      for (uint64_t m = 1; m <= n; ++m) {
        const Note earlier = Sign(m, honest.Mth(0, m));
        const Path nodes = Nodes(&other, m, n);
        const auto found = FindSplitView(earlier, later, nodes);
        ASSERT_EQ(found.has_value(), changed < m) << changed << " " << m << " " << n;
        ASSERT_EQ(FindSplitView(later, earlier, nodes).has_value(), found.has_value());
        if (!found) continue;
        const auto parsed = ParseSplitView(FormatSplitView(*found));
        ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
        const auto claim = CheckSplitView(*parsed, std::span(&log_, 1));
        ASSERT_TRUE(claim.ok()) << claim.status().ToString();
        EXPECT_EQ(claim->first.size.value, m);
        EXPECT_EQ(claim->second.size.value, n);
        // Of one size the lesser root comes first, whoever has it.
        EXPECT_EQ(claim->second_prefix, m == n ? claim->second.root : other.Mth(0, m));
      }
    }
  }
}

TEST_F(SplitViewTest, NodesThatNobodySignedAreNoEvidence) {
  NaiveTree honest = NaiveTree::OfRecords(13);
  const Note earlier = Sign(6, honest.Mth(0, 6));
  const Note later = Sign(13, honest.Mth(0, 13));
  const Path proof = honest.SubProof(6, 0, 13, true);
  for (size_t i = 0; i < proof.size(); ++i) {
    Path changed = proof;
    changed[i].bytes[3] ^= 1;
    EXPECT_FALSE(FindSplitView(earlier, later, std::span<const Hash>(changed)));
  }
  EXPECT_FALSE(FindSplitView(earlier, later, std::span<const Hash>(proof)));
  EXPECT_FALSE(FindSplitView(earlier, earlier, std::span<const Hash>()));
  EXPECT_FALSE(RootsOfNodes(TreeSize(0), TreeSize(3), proof).ok());
  EXPECT_FALSE(RootsOfNodes(TreeSize(6), TreeSize(6), proof).ok());
  EXPECT_FALSE(RootsOfNodes(TreeSize(6), TreeSize(13), std::span(proof).first(1)).ok());
}

TEST_F(SplitViewTest, NoChangedByteConvicts) {
  NaiveTree honest = NaiveTree::OfRecords(5);
  NaiveTree other = Rewritten(2, 9);
  const auto found =
      FindSplitView(Sign(5, honest.Mth(0, 5)), Sign(9, other.Mth(0, 9)), Nodes(&other, 5, 9));
  ASSERT_TRUE(found);
  const std::string good = FormatSplitView(*found);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto parsed = ParseSplitView(changed);
    if (!parsed.ok()) continue;
    EXPECT_EQ(FormatSplitView(*parsed), changed);
    EXPECT_FALSE(CheckSplitView(*parsed, std::span(&log_, 1)).ok()) << at;
  }
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ParseSplitView(ByteView(good).substr(0, size)).ok()) << size;
  // Another log's key, and checkpoints of one log signed by the key of another.
  const crypto::SecretKey stranger = crypto::SecretKey::FromSeed(Bytes(32, 's')).value();
  const VerifierKey strange{"log.example", KeyType::kEd25519, stranger.public_key()};
  EXPECT_FALSE(CheckSplitView(*found, std::span(&strange, 1)).ok());
  const std::vector<VerifierKey> both = {strange, log_};
  EXPECT_TRUE(CheckSplitView(*found, both).ok());
  // Who swaps the two has no evidence.
  EXPECT_FALSE(
      CheckSplitView({found->nodes, found->second, found->first}, std::span(&log_, 1)).ok());
}

TEST_F(SplitViewTest, ParserRefuses) {
  const std::string note = FormatNote(Sign(5, LeafHash("x")));
  const std::string node = ToBase64(LeafHash("y").view()) + "\n";
  const std::string head = "jejak/split-view@v1\n";
  EXPECT_TRUE(ParseSplitView(head + node + "\n" + note + "\n" + note).ok());
  std::string many = head;
  for (int i = 0; i < 65; ++i) many += node;
  for (const std::string& bad :
       {std::string(), head, "jejak/split-view@v2\n\n" + note + "\n" + note, head + "\n" + note,
        head + "\n" + note + "\n", head + "\n" + note + note, head + "x\n\n" + note + "\n" + note,
        many + "\n" + note + "\n" + note, head + "\n" + note + "\n" + note + "\n",
        head + "\nno checkpoint\n\n— a AAAAAAA=\n\n" + note}) {
    EXPECT_EQ(ParseSplitView(bad).status().reason(), Reason::kProofMalformed) << bad;
  }
}

}  // namespace
}  // namespace jejak::merkle
