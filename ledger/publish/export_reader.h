// A C2SP tlog-tiles folder as somebody wrote it. Nothing in it is trusted: what is read is what the
// files say, for a verifier to check.
//
// Thread rule: safe from several threads at once.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/merkle/tile.h"
#include "ledger/merkle/tile_path.h"

namespace jejak::publish {

class ExportReader final : public merkle::TileSource {
 public:
  // Reads the checkpoint. NOT_FOUND when there is none, NOTE_MALFORMED or CHECKPOINT_MALFORMED when
  // it isn't one. Its signature is not checked.
  static Result<std::unique_ptr<ExportReader>> Open(const std::filesystem::path& folder);

  TreeSize size() const { return size_; }
  const std::string& origin() const { return origin_; }
  const Hash& root() const { return root_; }
  Result<std::string> Checkpoint() const { return checkpoint_; }
  // Errors: NOT_FOUND for an entry that the checkpoint doesn't cover or whose bundle isn't there,
  // INPUT_MALFORMED for a bundle that doesn't parse.
  Result<Bytes> EntryBytes(LogIndex index) const;
  // The partial tile of this width, or else the full one.
  Result<Bytes> ReadTile(merkle::TileId tile, uint32_t width) const override;
  // Whether each file that the checkpoint covers is there: tiles of the right length, and bundles
  // that are not empty. Their bytes are not read.
  bool IsThere() const;
  // The path of a partial file, left from a size that was published before, that isn't the
  // beginning of what is there now; none when all are.
  Result<std::optional<std::string>> FindWrongPartial() const;

 private:
  // Whether that file holds what this size has at its place.
  Result<bool> IsBeginning(const merkle::ParsedTilePath& place, const std::string& path) const;
  explicit ExportReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // The file at `partial`, or at `full` where that is gone.
  Result<Bytes> ReadEither(const std::string& partial, const std::string& full,
                           size_t bytes_max) const;
  Result<std::shared_ptr<const std::vector<Bytes>>> Bundle(uint64_t number) const;

  const std::filesystem::path folder_;
  std::string checkpoint_;
  std::string origin_;
  TreeSize size_;
  Hash root_;
  // The bundles read last: entries are mostly asked for in order, by a few threads.
  static constexpr size_t kBundlesKept = 16;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<uint64_t, std::shared_ptr<const std::vector<Bytes>>>> bundles_;
};

// The path of the first tile that isn't what the entries give; none when all of the checkpoint's
// tiles hold. Reads every bundle and tile.
Result<std::optional<std::string>> FindWrongTile(const ExportReader& reader);

}  // namespace jejak::publish
