#include "tools/cli/verify_stored.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/crypto/commitment.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/projection/state.h"

namespace jejak::cli {
namespace {

using merkle::kTileWidth;
using merkle::TileId;

// Finished tiles of leaves between two comparisons of the tiles above them.
constexpr uint64_t kTilesAtOnce = 64;

verify::Fault WrongTile(TileId tile) {
  return verify::Fault{
      std::nullopt, "TILE_DIFFERS",
      fmt::format("the stored tile {}/{} is not what the entries give: proofs made from it don't "
                  "hold",
                  tile.level, tile.index)};
}

// Whether what the tree says now is the beginning of what is stored.
Result<std::optional<TileId>> Compare(const engine::View& view, merkle::TreeAppender* tree,
                                      bool at_end, uint64_t* rows) {
  for (const merkle::ChangedTile& tile : tree->DrainChanges()) {
    const auto width = static_cast<uint32_t>(tile.hashes.size() / Hash::kSize);
    if (width < kTileWidth && !at_end) continue;
    JEJAK_ASSIGN_OR_RETURN(const Bytes stored, view.ReadTile(tile.id, width));
    if (stored != tile.hashes) return std::optional(tile.id);
    ++*rows;
  }
  return std::optional<TileId>();
}

// The leaves' tile that is wrong, when the leaves don't give the root.
Result<TileId> WrongLeaves(const engine::View& view) {
  const uint64_t size = view.size().value;
  for (uint64_t at = 0; at < size; at += kTileWidth) {
    const TileId tile{0, at / kTileWidth};
    const auto width = static_cast<uint32_t>(std::min<uint64_t>(kTileWidth, size - at));
    JEJAK_ASSIGN_OR_RETURN(const Bytes stored, view.ReadTile(tile, width));
    for (uint64_t i = 0; i < width; ++i) {
      JEJAK_ASSIGN_OR_RETURN(const Bytes entry, view.EntryBytes(LogIndex(at + i)));
      const Hash leaf = merkle::LeafHash(entry);
      if (ByteView(stored).substr(i * Hash::kSize, Hash::kSize) != leaf.view()) return tile;
    }
  }
  return TileId{0, 0};
}

}  // namespace

Result<std::optional<verify::Fault>> CheckStoredTiles(const engine::View& view) {
  merkle::TreeAppender tree;
  uint64_t rows = 0;
  const uint64_t size = view.size().value;
  for (uint64_t at = 0; at < size; at += kTileWidth) {
    const TileId tile{0, at / kTileWidth};
    const auto width = static_cast<uint32_t>(std::min<uint64_t>(kTileWidth, size - at));
    JEJAK_ASSIGN_OR_RETURN(const Bytes stored, view.ReadTile(tile, width));
    for (uint32_t i = 0; i < width; ++i)
      tree.Append(*Hash::From(ByteView(stored).substr(i * Hash::kSize, Hash::kSize)));
    if (tile.index % kTilesAtOnce != kTilesAtOnce - 1) continue;
    JEJAK_ASSIGN_OR_RETURN(const auto wrong, Compare(view, &tree, false, &rows));
    if (wrong) return std::optional(WrongTile(*wrong));
  }
  if (tree.Root() != view.root()) {
    JEJAK_ASSIGN_OR_RETURN(const TileId wrong, WrongLeaves(view));
    return std::optional(WrongTile(wrong));
  }
  JEJAK_ASSIGN_OR_RETURN(const auto wrong, Compare(view, &tree, true, &rows));
  if (wrong) return std::optional(WrongTile(*wrong));
  uint64_t stored = 0;
  const auto cursor = view.rows().NewCursor(engine::kTiles);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) ++stored;
  JEJAK_RETURN_IF_ERROR(view.rows().status());
  if (stored != rows) {
    return std::optional(
        verify::Fault{std::nullopt, "TILE_DIFFERS",
                      fmt::format("{} tiles are stored, where the entries give {}", stored, rows)});
  }
  return std::optional<verify::Fault>();
}

Result<std::optional<verify::Fault>> CheckStoredNames(const engine::View& view,
                                                      const verify::State& state) {
  JEJAK_ASSIGN_OR_RETURN(const auto officials, projection::State::Load(&state, view.size()));
  const auto cursor = view.rows().NewCursor(engine::kPeople);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    const std::string id(cursor->key());
    const auto official = officials->Official(id);
    const auto person = engine::DecodePerson(cursor->value());
    if (official && person &&
        crypto::NameCommitment(person->salt, person->name) == official->name) {
      continue;
    }
    return std::optional(verify::Fault{
        std::nullopt, "NAME_DIFFERS",
        fmt::format("the name stored for {} is not the one that the enrolment commits to", id)});
  }
  JEJAK_RETURN_IF_ERROR(view.rows().status());
  return std::optional<verify::Fault>();
}

}  // namespace jejak::cli
