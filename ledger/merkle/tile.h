// The shape in which the tree is stored and served: C2SP tiles of height 8. Tile (level, index)
// holds up to 256 hashes; hash i of it covers the 256^level leaves from (index * 256 + i) *
// 256^level on. Above level 0 a hash is there only once everything under it is.
//
// Thread rule: values; a TileSource says its own. Spec: C2SP tlog-tiles; docs/reference/log.md.
#pragma once

#include <cstdint>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::merkle {

inline constexpr unsigned kTileHeight = 8;
// Hashes of a full tile.
inline constexpr uint32_t kTileWidth = 1u << kTileHeight;
inline constexpr size_t kTileBytesMax = kTileWidth * Hash::kSize;
// Levels that a tree of less than 2^64 leaves can have.
inline constexpr unsigned kTileLevels = 8;

struct TileId {
  uint8_t level = 0;
  uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;
};

// Hashes that the tile has in a tree of `size` leaves: 0 to 256.
uint32_t TileWidthAt(TileId tile, TreeSize size);

// Key of a tile's row: level U8 || index Be64. Full and partial tiles share it; a partial one only
// grows.
Bytes TileKey(TileId tile);

// Where stored tiles come from.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The tile's hashes one after the other, at least the first `width` (1 to 256) of them; more are
  // ignored. A tile that isn't there is an error.
  virtual Result<Bytes> ReadTile(TileId tile, uint32_t width) const = 0;
};

}  // namespace jejak::merkle
