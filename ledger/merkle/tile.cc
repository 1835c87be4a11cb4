#include "ledger/merkle/tile.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/coding.h"

namespace jejak::merkle {

uint32_t TileWidthAt(TileId tile, TreeSize size) {
  if (tile.level >= kTileLevels) return 0;
  const uint64_t hashes = size.value >> (tile.level * kTileHeight);
  if (tile.index > hashes / kTileWidth) return 0;
  return static_cast<uint32_t>(std::min<uint64_t>(hashes - tile.index * kTileWidth, kTileWidth));
}

Bytes TileKey(TileId tile) {
  Bytes key;
  Writer writer(&key);
  writer.U8(tile.level);
  writer.Be64(tile.index);
  return key;
}

}  // namespace jejak::merkle
