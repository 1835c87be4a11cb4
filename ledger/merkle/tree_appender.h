// The growing end of the tree: appends leaves, knows the root at every moment, and says which tiles
// have to be written. The right edge and the tiles completed last stay in memory with their inner
// nodes, so that appending costs one hash a leaf besides the leaf's own, and receipts of a batch
// read nothing.
//
// Thread rule: one thread at a time.
// Durability: none of its own. The caller writes what DrainChanges gives in the same atomic commit
// as the entries. There is no way back: after a failed write the process stops.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile.h"

namespace jejak::merkle {

struct ChangedTile {
  TileId id;
  Bytes hashes;  // 32 to 8,192 bytes
};

class TreeAppender {
 public:
  // Completed tiles kept in memory: those of the largest batch and as many again (16 KiB each).
  static constexpr size_t kRecentTilesMax = 72;

  // An empty tree.
  TreeAppender();
  // The tree of `size` leaves in `source`, of which it reads the partial tile of each level (at
  // most 8). It trusts the hashes: compare Root() with what was signed. Errors: those of
  // tree_reader.h.
  static Result<TreeAppender> Open(const TileSource& source, TreeSize size);

  TreeAppender(TreeAppender&&) noexcept;
  TreeAppender& operator=(TreeAppender&&) noexcept;
  ~TreeAppender();

  // Returns the leaf's index.
  LogIndex Append(const Hash& leaf);
  TreeSize size() const { return size_; }
  Hash Root() const;

  // Every tile that got a hash since the last call: the completed ones, then the partial ones,
  // which take the place of their narrower forms. What isn't drained is kept: 8 KiB for every 256
  // leaves.
  std::vector<ChangedTile> DrainChanges();

  // Path of `index` to the root at the present size. Recent leaves need no tile of `source`; for
  // the others it must hold every tile that was drained and has fallen out of memory, and those
  // before Open.
  Result<Path> InclusionProof(LogIndex index, const TileSource& source) const;
  // Likewise, from `old_size` to the present size.
  Result<Path> ConsistencyProof(TreeSize old_size, const TileSource& source) const;

 private:
  class TileNodes;
  class MemoryFirstReader;

  void PushHash(unsigned level, const Hash& hash);
  // The tile with its inner nodes when it is in memory, else null.
  const TileNodes* Find(TileId id) const;

  TreeSize size_;
  std::array<std::unique_ptr<TileNodes>, kTileLevels> edge_;  // the partial tile of each level
  std::array<bool, kTileLevels> edge_changed_{};
  std::deque<std::unique_ptr<TileNodes>> recent_;             // completed, the newest last
  std::vector<ChangedTile> completed_;                        // since the last drain
};

}  // namespace jejak::merkle
