// For tests: the definitions of RFC 6962 section 2.1 written down as they stand, against which the
// fast code is checked, and tiles in memory.
#pragma once

#include <bit>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile.h"
#include "ledger/merkle/tree_appender.h"

namespace jejak::merkle {

// Leaf hash of the entry "record <i>".
inline Hash RecordLeaf(uint64_t i) { return LeafHash("record " + std::to_string(i)); }

// A tree over given leaf hashes, by recursion; remembers what it has hashed.
class NaiveTree {
 public:
  explicit NaiveTree(std::vector<Hash> leaves) : leaves_(std::move(leaves)) {}

  static NaiveTree OfRecords(uint64_t size) {
    std::vector<Hash> leaves;
    for (uint64_t i = 0; i < size; ++i) leaves.push_back(RecordLeaf(i));
    return NaiveTree(std::move(leaves));
  }
  const std::vector<Hash>& leaves() const { return leaves_; }

  // MTH(D[begin:end])
  Hash Mth(uint64_t begin, uint64_t end) {
    if (begin == end) return EmptyRoot();
    if (end - begin == 1) return leaves_[begin];
    const uint64_t key = begin << 32 | end;
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    const uint64_t k = Split(end - begin);
    const Hash hash = NodeHash(Mth(begin, begin + k), Mth(begin + k, end));
    known_.emplace(key, hash);
    return hash;
  }
  // PATH(m, D[begin:end])
  Path PathTo(uint64_t m, uint64_t begin, uint64_t end) {
    if (end - begin == 1) return {};
    const uint64_t k = Split(end - begin);
    Path path;
    if (m < k) {
      path = PathTo(m, begin, begin + k);
      path.push_back(Mth(begin + k, end));
    } else {
      path = PathTo(m - k, begin + k, end);
      path.push_back(Mth(begin, begin + k));
    }
    return path;
  }
  // SUBPROOF(m, D[begin:end], whole)
  Path SubProof(uint64_t m, uint64_t begin, uint64_t end, bool whole) {
    if (m == end - begin) return whole ? Path{} : Path{Mth(begin, end)};
    const uint64_t k = Split(end - begin);
    Path path;
    if (m <= k) {
      path = SubProof(m, begin, begin + k, whole);
      path.push_back(Mth(begin + k, end));
    } else {
      path = SubProof(m - k, begin + k, end, false);
      path.push_back(Mth(begin, begin + k));
    }
    return path;
  }

 private:
  // The largest power of two smaller than n.
  static uint64_t Split(uint64_t n) { return std::bit_floor(n - 1); }

  std::vector<Hash> leaves_;
  std::unordered_map<uint64_t, Hash> known_;
};

// Tiles in a map. Counts reads, and notes when one call reads a tile twice.
class MemoryTiles : public TileSource {
 public:
  Result<Bytes> ReadTile(TileId tile, uint32_t width) const override {
    read_twice_ |= !reads_.insert(tile).second;
    const auto found = tiles_.find(tile);
    if (found == tiles_.end() || found->second.size() < width * Hash::kSize) {
      return Status(Reason::kNotFound, "no such tile");
    }
    return found->second;
  }
  void Store(TreeAppender* tree) {
    for (ChangedTile& changed : tree->DrainChanges()) {
      tiles_[changed.id] = std::move(changed.hashes);
    }
  }
  std::map<TileId, Bytes>& tiles() { return tiles_; }
  // Number of tiles read since the last call, or a huge number if one was read twice.
  size_t TakeReads() {
    const size_t out = read_twice_ ? SIZE_MAX : reads_.size();
    reads_.clear();
    read_twice_ = false;
    return out;
  }

 private:
  std::map<TileId, Bytes> tiles_;
  mutable std::set<TileId> reads_;
  mutable bool read_twice_ = false;
};

}  // namespace jejak::merkle
