#include "ledger/merkle/hash_list.h"

#include <utility>

namespace jejak::merkle {

void HashList::Assign(std::vector<Hash> leaves) {
  rows_.clear();
  if (leaves.empty()) return;
  rows_.push_back(std::move(leaves));
  while (rows_.back().size() > 1) {
    const std::vector<Hash>& below = rows_.back();
    std::vector<Hash> row;
    row.reserve((below.size() + 1) / 2);
    for (size_t i = 0; i + 1 < below.size(); i += 2) {
      row.push_back(NodeHash(below[i], below[i + 1]));
    }
    if (below.size() % 2 == 1) row.push_back(below.back());
    rows_.push_back(std::move(row));
  }
}

void HashList::Set(size_t index, const Hash& leaf) {
  JEJAK_CHECK(index < size());
  rows_.front()[index] = leaf;
  for (size_t level = 0; level + 1 < rows_.size(); ++level) {
    const std::vector<Hash>& below = rows_[level];
    const size_t left = index & ~size_t{1};
    index >>= 1;
    rows_[level + 1][index] =
        left + 1 < below.size() ? NodeHash(below[left], below[left + 1]) : below[left];
  }
}

Hash HashList::Root() const { return rows_.empty() ? EmptyRoot() : rows_.back().front(); }

Path HashList::PathTo(size_t index) const {
  JEJAK_CHECK(index < size());
  Path path;
  for (size_t level = 0; level + 1 < rows_.size(); ++level, index >>= 1) {
    if ((index ^ 1) < rows_[level].size()) path.push_back(rows_[level][index ^ 1]);
  }
  return path;
}

}  // namespace jejak::merkle
