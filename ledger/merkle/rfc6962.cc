#include "ledger/merkle/rfc6962.h"

#include <bit>
#include <string>

#include "ledger/base/check.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/prefix_roots.h"

namespace jejak::merkle {
namespace {

constexpr ByteView kLeafPrefix("\x00", 1);
constexpr ByteView kNodePrefix("\x01", 1);

Status Invalid(const char* what) { return {Reason::kProofInvalid, what}; }

}  // namespace

Hash LeafHash(ByteView data) { return crypto::Sha256({kLeafPrefix, data}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return crypto::Sha256({kNodePrefix, left.view(), right.view()});
}

Hash EmptyRoot() { return crypto::Sha256(""); }

void RootBuilder::Append(const Hash& leaf) {
  peaks_.push_back(leaf);
  // Each trailing one of the old size is a subtree that the new leaf completes.
  for (uint64_t rest = size_.value; (rest & 1) == 1; rest >>= 1) {
    const Hash right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = NodeHash(peaks_.back(), right);
  }
  ++size_.value;
}

Hash RootBuilder::Root() const {
  if (peaks_.empty()) return EmptyRoot();
  Hash root = peaks_.back();
  for (size_t i = peaks_.size() - 1; i > 0; --i) root = NodeHash(peaks_[i - 1], root);
  return root;
}

Hash RootOf(std::span<const Hash> leaves) {
  RootBuilder builder;
  for (const Hash& leaf : leaves) builder.Append(leaf);
  return builder.Root();
}

Path PathOf(std::span<const Hash> leaves, size_t index) {
  JEJAK_CHECK(index < leaves.size());
  Path path;
  std::vector<Hash> row(leaves.begin(), leaves.end());
  // Row by row: a last node without a sibling moves up as it is, as in RFC 6962's uneven split.
  for (; row.size() > 1; index >>= 1) {
    if ((index ^ 1) < row.size()) path.push_back(row[index ^ 1]);
    const size_t pairs = row.size() / 2;
    for (size_t i = 0; i < pairs; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
    if (row.size() % 2 == 1) row[pairs] = row.back();
    row.resize(pairs + row.size() % 2);
  }
  return path;
}

Status VerifyInclusion(LogIndex index, TreeSize size, const Hash& leaf, std::span<const Hash> path,
                       const Hash& root) {
  if (index.value >= size.value) return Invalid("the index is outside the tree");
  uint64_t fn = index.value;
  uint64_t sn = size.value - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (sn == 0) return Invalid("the inclusion proof is too long");
    if ((fn & 1) == 1 || fn == sn) {
      hash = NodeHash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return Invalid("the inclusion proof is too short");
  if (hash != root) return Invalid("the inclusion proof leads to another root");
  return OkStatus();
}

Result<PrefixRoots> RootsOfNodes(TreeSize old_size, TreeSize new_size,
                                 std::span<const Hash> nodes) {
  if (old_size.value == 0) return Invalid("an empty tree is no start for a consistency proof");
  if (old_size >= new_size) return Invalid("the older tree is not smaller than the newer one");
  if (nodes.empty()) return Invalid("the consistency proof is empty");
  const int shift = std::countr_zero(old_size.value);
  uint64_t fn = (old_size.value - 1) >> shift;
  uint64_t sn = (new_size.value - 1) >> shift;
  Hash old_hash = nodes.front();
  Hash new_hash = old_hash;
  for (const Hash& node : nodes.subspan(1)) {
    if (sn == 0) return Invalid("the consistency proof is too long");
    if ((fn & 1) == 1 || fn == sn) {
      old_hash = NodeHash(node, old_hash);
      new_hash = NodeHash(node, new_hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_hash = NodeHash(new_hash, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return Invalid("the consistency proof is too short");
  return PrefixRoots{old_hash, new_hash};
}

Status VerifyConsistency(TreeSize old_size, TreeSize new_size, std::span<const Hash> path,
                         const Hash& old_root, const Hash& new_root) {
  if (old_size.value == 0) return Invalid("an empty tree is no start for a consistency proof");
  if (old_size > new_size) return Invalid("the older tree is larger than the newer one");
  if (old_size == new_size) {
    if (!path.empty()) return Invalid("a consistency proof between equal sizes is empty");
    if (old_root != new_root) return Invalid("two roots for one size");
    return OkStatus();
  }
  if (path.empty()) return Invalid("the consistency proof is empty");
  Path nodes(path.begin(), path.end());
  // A complete older tree is itself the first node, and the proof leaves it out.
  if (std::has_single_bit(old_size.value)) nodes.insert(nodes.begin(), old_root);
  JEJAK_ASSIGN_OR_RETURN(const PrefixRoots roots, RootsOfNodes(old_size, new_size, nodes));
  if (roots.old_root != old_root) {
    return Invalid("the consistency proof leads to another older root");
  }
  if (roots.new_root != new_root) {
    return Invalid("the consistency proof leads to another newer root");
  }
  return OkStatus();
}

}  // namespace jejak::merkle
