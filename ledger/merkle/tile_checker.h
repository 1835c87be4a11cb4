// That stored tiles are those of the leaves: each tile is compared as soon as its leaves are there,
// so that one pass over a log checks both.
//
// Thread rule: one thread. Holds one partial tile a level.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/merkle/tile.h"
#include "ledger/merkle/tree_appender.h"

namespace jejak::merkle {

class TileChecker {
 public:
  // Borrowed.
  explicit TileChecker(const TileSource* tiles) : tiles_(tiles) {}

  // The next leaf. A failure of the source is the Status, but for a tile that isn't there or
  // doesn't read: that one is wrong.
  Status Add(const Hash& leaf);
  // After the last leaf: the partial tiles too.
  Status Finish();
  // Path of the first tile that isn't what the leaves give.
  const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  Status Compare(TileId id, ByteView hashes);
  Status CheckChanges();

  const TileSource* const tiles_;
  TreeAppender tree_;
  std::map<TileId, Bytes> partial_;  // as they stand so far; only the last are stored
  std::optional<std::string> wrong_;
};

}  // namespace jejak::merkle
