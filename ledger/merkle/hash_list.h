// A list of leaf hashes that changes in place, with its RFC 6962 root and paths: replacing one leaf
// costs O(log n) hashes, inserting one O(n). For lists of tens to hundreds, such as the children of
// a node; the log itself only grows (tree_appender.h).
//
// Thread rule: one thread.
#pragma once

#include <vector>

#include "ledger/merkle/rfc6962.h"

namespace jejak::merkle {

class HashList {
 public:
  size_t size() const { return rows_.empty() ? 0 : rows_.front().size(); }
  // The list as it shall be, in order.
  void Assign(std::vector<Hash> leaves);
  // Replaces leaf `index`, less than size().
  void Set(size_t index, const Hash& leaf);
  const Hash& operator[](size_t index) const { return rows_.front()[index]; }
  // EmptyRoot() of an empty list.
  Hash Root() const;
  // As PathOf.
  Path PathTo(size_t index) const;

 private:
  // Row 0: the leaves; each next row: a node for each pair, a last one without a sibling as it is.
  std::vector<std::vector<Hash>> rows_;
};

}  // namespace jejak::merkle
