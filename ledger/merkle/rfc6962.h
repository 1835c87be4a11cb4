// The hash tree of RFC 6962 and the verification of its proofs (RFC 9162, sections 2.1.3.2 and
// 2.1.4.2).
//
// Thread rule: pure functions and values. No clock, no randomness, no I/O.
#pragma once

#include <span>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::merkle {

// Hashes of a proof as RFC 6962 orders them: from the leaf's sibling up to the root's child.
using Path = std::vector<Hash>;

// SHA-256(0x00 || data).
Hash LeafHash(ByteView data);
// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);
// SHA-256 of nothing: the root of the tree without leaves.
Hash EmptyRoot();

// Grows a tree leaf by leaf and knows its root, in O(log n) memory. It keeps no proofs; for those
// see tree_appender.h.
class RootBuilder {
 public:
  void Append(const Hash& leaf);
  TreeSize size() const { return size_; }
  Hash Root() const;

 private:
  TreeSize size_;
  std::vector<Hash> peaks_;  // roots of the complete subtrees, the largest first
};

// Root of a tree whose leaf hashes (not leaf data) are these.
Hash RootOf(std::span<const Hash> leaves);
// Path of leaf `index` (less than the number of leaves) in that tree. Costs one hash a leaf.
Path PathOf(std::span<const Hash> leaves, size_t index);

// OK when `path` leads from leaf hash `leaf` at `index` to `root` at `size`; else PROOF_INVALID.
Status VerifyInclusion(LogIndex index, TreeSize size, const Hash& leaf, std::span<const Hash> path,
                       const Hash& root);

// OK when the tree of `old_size` and `old_root` is a prefix of the other; else PROOF_INVALID. An
// old size of 0 has nothing to prove and is PROOF_INVALID: callers that mean "from the start" say
// so.
Status VerifyConsistency(TreeSize old_size, TreeSize new_size, std::span<const Hash> path,
                         const Hash& old_root, const Hash& new_root);

}  // namespace jejak::merkle
