// Paths of tiles and entry bundles below a log's prefix: "tile/1/x001/x234/067.p/8",
// "tile/entries/000".
//
// Thread rule: pure functions. Spec: C2SP tlog-tiles.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/merkle/tile.h"

namespace jejak::merkle {

// `width` is 1 to 256; only a narrower one than 256 stands in the path.
std::string TilePath(TileId tile, uint32_t width);
// Bundle `index` holds the entries from index * 256 on.
std::string EntriesPath(uint64_t index, uint32_t width);

struct ParsedTilePath {
  bool entries = false;
  TileId tile;  // level 0 for entries
  uint32_t width = kTileWidth;
  bool operator==(const ParsedTilePath&) const = default;
};

// No value for any text that the functions above don't make. Levels are 0 to 63.
std::optional<ParsedTilePath> ParseTilePath(std::string_view path);

}  // namespace jejak::merkle
