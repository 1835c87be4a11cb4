// Inside of the module: the walks over a tree that make roots and proofs, over whatever knows the
// hashes of complete subtrees.
//
// Thread rule: single-threaded.
#pragma once

#include <utility>
#include <vector>

#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile.h"

namespace jejak::merkle {

class NodeReader {
 public:
  virtual ~NodeReader() = default;
  // Hash over the 2^height leaves from index * 2^height on, all of which the tree has.
  virtual Result<Hash> Node(unsigned height, uint64_t index) = 0;
};

// `size` is at most what the reader's tree has, here and below.
Result<Hash> RootFrom(NodeReader& nodes, TreeSize size);
Result<Path> InclusionFrom(NodeReader& nodes, LogIndex index, TreeSize size);
Result<Path> ConsistencyFrom(NodeReader& nodes, TreeSize old_size, TreeSize new_size);

// Over tiles of a tree of `size` leaves; keeps each tile that was read.
class TileNodeReader : public NodeReader {
 public:
  TileNodeReader(const TileSource* source, TreeSize size) : source_(source), size_(size) {}
  Result<Hash> Node(unsigned height, uint64_t index) override;

 private:
  const TileSource* source_;
  TreeSize size_;
  std::vector<std::pair<TileId, std::vector<Hash>>> tiles_;
};

// The first `width` hashes of a tile as its source gave it; LEDGER_DAMAGED when they aren't there.
Result<std::vector<Hash>> ReadTileHashes(const TileSource& source, TileId tile, uint32_t width);

}  // namespace jejak::merkle
