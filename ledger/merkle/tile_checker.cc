#include "ledger/merkle/tile_checker.h"

#include "ledger/merkle/tile_path.h"

namespace jejak::merkle {

Status TileChecker::Compare(TileId id, ByteView hashes) {
  const auto width = static_cast<uint32_t>(hashes.size() / Hash::kSize);
  const auto found = tiles_->ReadTile(id, width);
  if (found.ok() && ByteView(*found).substr(0, hashes.size()) == hashes) return {};
  const Reason reason = found.status().reason();
  if (!found.ok() && reason != Reason::kNotFound && reason != Reason::kInputMalformed &&
      reason != Reason::kLedgerDamaged) {
    return found.status();
  }
  if (!wrong_) wrong_ = TilePath(id, width);
  return {};
}

Status TileChecker::CheckChanges() {
  for (ChangedTile& tile : tree_.DrainChanges()) {
    if (tile.hashes.size() != kTileBytesMax) {
      partial_[tile.id] = std::move(tile.hashes);
      continue;
    }
    partial_.erase(tile.id);
    JEJAK_RETURN_IF_ERROR(Compare(tile.id, tile.hashes));
  }
  return {};
}

Status TileChecker::Add(const Hash& leaf) {
  tree_.Append(leaf);
  return tree_.size().value % kTileWidth == 0 ? CheckChanges() : Status();
}

Status TileChecker::Finish() {
  JEJAK_RETURN_IF_ERROR(CheckChanges());
  for (const auto& [id, hashes] : partial_) JEJAK_RETURN_IF_ERROR(Compare(id, hashes));
  partial_.clear();
  return {};
}

}  // namespace jejak::merkle
