#include "ledger/publish/export_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/files.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/entry_bundle.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile_checker.h"
#include "ledger/merkle/tile_path.h"
#include "ledger/publish/plain_file.h"

namespace jejak::publish {

using merkle::kTileWidth;

Result<std::unique_ptr<ExportReader>> ExportReader::Open(const std::filesystem::path& folder) {
  std::unique_ptr<ExportReader> reader(new ExportReader(folder));
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(folder / "checkpoint"));
  if (!there) return Status(Reason::kFileMissing, (folder / "checkpoint").string());
  JEJAK_ASSIGN_OR_RETURN(reader->checkpoint_,
                         ReadPlainFile(folder / "checkpoint", limits::kNoteBytesMax));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(reader->checkpoint_));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Checkpoint checkpoint, merkle::ParseCheckpoint(note.text));
  reader->origin_ = checkpoint.origin;
  reader->size_ = checkpoint.size;
  reader->root_ = checkpoint.root;
  return reader;
}

Result<Bytes> ExportReader::ReadEither(const std::string& partial, const std::string& full,
                                       size_t bytes_max) const {
  for (const std::string& path : {partial, full}) {
    JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(folder_ / path));
    if (!there) continue;
    JEJAK_ASSIGN_OR_RETURN(Bytes bytes, ReadPlainFile(folder_ / path, bytes_max));
    if (bytes.size() > bytes_max) return Status(Reason::kInputMalformed, path + " is too long");
    return bytes;
  }
  return Status(Reason::kNotFound, (folder_ / full).string());
}

Result<Bytes> ExportReader::ReadTile(merkle::TileId tile, uint32_t width) const {
  return ReadEither(merkle::TilePath(tile, width), merkle::TilePath(tile, kTileWidth),
                    merkle::kTileBytesMax);
}

bool ExportReader::IsThere() const {
  // Their length, or 0 for none.
  const auto length = [&](const std::string& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(folder_ / path, error);
    return error ? uintmax_t{0} : bytes;
  };
  for (uint8_t level = 0; level < 8 && size_.value >> (8 * level) != 0; ++level) {
    const uint64_t hashes = size_.value >> (8 * level);
    for (uint64_t first = 0; first < hashes; first += kTileWidth) {
      const uint64_t index = first / kTileWidth;
      const auto width = static_cast<uint32_t>(std::min<uint64_t>(kTileWidth, hashes - first));
      const bool tile =
          length(merkle::TilePath({level, index}, width)) == width * Hash::kSize ||
          length(merkle::TilePath({level, index}, kTileWidth)) == kTileWidth * Hash::kSize;
      const bool bundle = level != 0 || length(merkle::EntriesPath(index, width)) != 0 ||
                          length(merkle::EntriesPath(index, kTileWidth)) != 0;
      if (!tile || !bundle) return false;
    }
  }
  return true;
}

Result<std::shared_ptr<const std::vector<Bytes>>> ExportReader::Bundle(uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(bundles_.begin(), bundles_.end(),
                                  [&](const auto& bundle) { return bundle.first == number; });
  if (known != bundles_.end()) return known->second;
  const auto width = static_cast<uint32_t>(
      std::min<uint64_t>(kTileWidth, size_.value - number * kTileWidth));
  constexpr size_t kBundleBytesMax = size_t{kTileWidth} * (2 + 65'535);
  const std::string partial = merkle::EntriesPath(number, width);
  JEJAK_ASSIGN_OR_RETURN(
      const Bytes bytes,
      ReadEither(partial, merkle::EntriesPath(number, kTileWidth), kBundleBytesMax));
  JEJAK_ASSIGN_OR_RETURN(const bool exact, Exists(folder_ / partial));
  auto views = merkle::ParseBundle(bytes, exact ? width : kTileWidth);
  if (!views.ok()) return Status(views.status().reason(), partial + " does not parse");
  auto entries = std::make_shared<std::vector<Bytes>>(views->begin(), views->end());
  if (bundles_.size() == kBundlesKept) bundles_.erase(bundles_.begin());
  bundles_.emplace_back(number, entries);
  return std::shared_ptr<const std::vector<Bytes>>(std::move(entries));
}

Result<Bytes> ExportReader::EntryBytes(LogIndex index) const {
  if (index.value >= size_.value) {
    return Status(Reason::kNotFound,
                  fmt::format("entry {}: the export has {}", index.value, size_.value));
  }
  JEJAK_ASSIGN_OR_RETURN(const auto bundle, Bundle(index.value / kTileWidth));
  return (*bundle)[index.value % kTileWidth];
}

Result<bool> ExportReader::IsBeginning(const merkle::ParsedTilePath& place,
                                       const std::string& path) const {
  const uint64_t first = place.tile.index * kTileWidth;
  // Of leaves or of tiles full below; what nobody has published yet is nobody's beginning.
  const uint64_t there = place.tile.level < 8 ? size_.value >> (8 * place.tile.level) : 0;
  if (place.tile.index > there / kTileWidth || there - first <= place.width) return true;
  Bytes wanted;
  if (place.entries) {
    for (uint64_t at = first; at < first + place.width; ++at) {
      JEJAK_ASSIGN_OR_RETURN(const Bytes entry, EntryBytes(LogIndex(at)));
      merkle::AppendToBundle(entry, &wanted);
    }
  } else {
    const auto width = static_cast<uint32_t>(std::min<uint64_t>(kTileWidth, there - first));
    JEJAK_ASSIGN_OR_RETURN(wanted, ReadTile(place.tile, width));
    wanted.resize(std::min<size_t>(wanted.size(), size_t{place.width} * Hash::kSize));
  }
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, ReadPlainFile(folder_ / path, wanted.size() + 1));
  return bytes == wanted;
}

Result<std::optional<std::string>> ExportReader::FindWrongPartial() const {
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(folder_ / "tile", error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    const std::string path = at->path().lexically_relative(folder_).string();
    const auto place = merkle::ParseTilePath(path);
    if (!place || place->width == kTileWidth) continue;
    JEJAK_ASSIGN_OR_RETURN(const bool good, IsBeginning(*place, path));
    if (!good) return std::optional(path);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return FromErrno(error.value(), "list", folder_ / "tile");
  return std::optional<std::string>();
}

Result<std::optional<std::string>> FindWrongTile(const ExportReader& reader) {
  merkle::TileChecker tiles(&reader);
  for (uint64_t at = 0; at < reader.size().value && !tiles.wrong(); ++at) {
    JEJAK_ASSIGN_OR_RETURN(const Bytes entry, reader.EntryBytes(LogIndex(at)));
    JEJAK_RETURN_IF_ERROR(tiles.Add(merkle::LeafHash(entry)));
  }
  JEJAK_RETURN_IF_ERROR(tiles.Finish());
  return tiles.wrong();
}

}  // namespace jejak::publish
