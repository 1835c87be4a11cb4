#include "ledger/publish/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "ledger/base/files.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/entry_bundle.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile_path.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/publish/cosigned.h"
#include "ledger/publish/export_reader.h"
#include "ledger/publish/plain_file.h"

namespace jejak::publish {
namespace {

namespace fs = std::filesystem;
using merkle::kTileWidth;

// Puts files in place and remembers the folders whose names must be made durable.
class Files {
 public:
  explicit Files(fs::path root) : root_(std::move(root)) {}

  // A file of leaves that the folder's checkpoint doesn't cover yet. One that is there already was
  // left by an export that broke off, and nobody was told of it: with the same bytes it stays, but
  // nobody knows whether its name is durable; with others the log went on differently, as one does
  // that was lost and restored.
  Status Add(const std::string& path, ByteView bytes) {
    const fs::path file = root_ / path;
    JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
    if (there) {
      JEJAK_ASSIGN_OR_RETURN(const Bytes old, ReadPlainFile(file, bytes.size()));
      if (old == bytes) {
        Touch(file.parent_path());
        return {};
      }
    }
    JEJAK_RETURN_IF_ERROR(MakeFolder(file.parent_path()));
    JEJAK_RETURN_IF_ERROR(ReplaceFile(file, bytes));
    Touch(file.parent_path());
    ++written_;
    return {};
  }
  Status Sync() {
    for (const fs::path& folder : touched_) JEJAK_RETURN_IF_ERROR(SyncFolder(folder));
    touched_.clear();
    return {};
  }
  uint64_t written() const { return written_; }

 private:
  // With the folders above it, which an export that broke off may have made.
  void Touch(fs::path folder) {
    while (touched_.insert(folder).second && folder != root_) folder = folder.parent_path();
  }

  const fs::path root_;
  std::set<fs::path> touched_;
  uint64_t written_ = 0;
};

// What the folder holds: none when it is empty, or an export broke off before its first checkpoint.
Result<std::unique_ptr<ExportReader>> OpenFormer(const fs::path& out) {
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(out / "checkpoint"));
  if (there) return ExportReader::Open(out);
  JEJAK_ASSIGN_OR_RETURN(const bool folder, Exists(out));
  if (folder) {
    std::error_code error;
    for (const auto& file : fs::directory_iterator(out, error)) {
      const std::string name = file.path().filename().string();
      if (name == "tile" || name == "checkpoint.new") continue;
      return Status(Reason::kExportDiffers,
                    fmt::format("{} holds {}, and no checkpoint", out.string(), name));
    }
    if (error) return FromErrno(error.value(), "list", out);
  }
  return std::unique_ptr<ExportReader>();
}

class Exporter {
 public:
  Exporter(const Log& log, const fs::path& out, const ExportProgress& progress)
      : log_(log), out_(out), progress_(progress), files_(out) {}

  Result<ExportReport> Run(LookAtAll look) {
    JEJAK_ASSIGN_OR_RETURN(const std::string text, log_.Checkpoint());
    JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(text));
    JEJAK_ASSIGN_OR_RETURN(checkpoint_, merkle::ParseCheckpoint(note.text));
    JEJAK_ASSIGN_OR_RETURN(former_, OpenFormer(out_));
    if (former_) JEJAK_RETURN_IF_ERROR(CheckFormer());
    const bool whole = !former_ || look == LookAtAll::kNo || former_->IsThere();
    start_ = whole ? before() : 0;
    JEJAK_RETURN_IF_ERROR(Grow());
    const bool published = former_ && IsPublished(note);
    if (published && whole) return Report();

    JEJAK_RETURN_IF_ERROR(MakeFolder(out_));
    for (const merkle::ChangedTile& tile : tree_.DrainChanges()) {
      const auto width = static_cast<uint32_t>(tile.hashes.size() / Hash::kSize);
      JEJAK_RETURN_IF_ERROR(files_.Add(merkle::TilePath(tile.id, width), tile.hashes));
    }
    JEJAK_RETURN_IF_ERROR(WriteBundles());
    JEJAK_RETURN_IF_ERROR(files_.Sync());
    if (published) return Report();  // with the cosignatures that its checkpoint has
    JEJAK_ASSIGN_OR_RETURN(const Fd lock, LockExport(out_));
    JEJAK_RETURN_IF_ERROR(ReplaceFile(out_ / "checkpoint", text));
    JEJAK_RETURN_IF_ERROR(SyncFolder(out_));
    return Report();
  }

 private:
  uint64_t before() const { return former_ ? former_->size().value : 0; }
  ExportReport Report() const {
    return {TreeSize(before()), checkpoint_.size, files_.written()};
  }

  // The same checkpoint with the same signature is there; it may have cosignatures besides.
  bool IsPublished(const merkle::Note& note) const {
    const auto present = merkle::ParseNote(former_->Checkpoint().value());
    return present.ok() && present->text == note.text &&
           std::find(present->signatures.begin(), present->signatures.end(),
                     note.signatures.front()) != present->signatures.end();
  }

  Status CheckFormer() const {
    if (former_->origin() != checkpoint_.origin) {
      return Status(Reason::kExportDiffers,
                    fmt::format("it is of {}, this ledger of {}", former_->origin(),
                                checkpoint_.origin));
    }
    if (former_->size().value > checkpoint_.size.value) {
      return Status(Reason::kExportDiffers,
                    fmt::format("it holds {} entries, this ledger {}: the ledger lost some, or the "
                                "folder is another's",
                                former_->size().value, checkpoint_.size.value));
    }
    // A larger one's root is compared on the way.
    if (former_->size().value == 0 && former_->root() != merkle::EmptyRoot())
      return Status(Reason::kExportDiffers, "its checkpoint gives an empty log another's root");
    return {};
  }

  // Hashes the new entries onto the folder's right edge, or all of them from the beginning.
  Status Grow() {
    const uint64_t size = checkpoint_.size.value;
    if (start_ != 0) {
      auto edge = merkle::TreeAppender::Open(*former_, former_->size());
      if (!edge.ok()) {
        return Status(Reason::kExportDiffers, "its tiles: " + edge.status().ToString());
      }
      tree_ = std::move(*edge);
      if (tree_.Root() != former_->root()) {
        return Status(Reason::kExportDiffers, "its tiles don't give the root of its checkpoint");
      }
    }
    for (uint64_t at = start_; at < size; ++at) {
      JEJAK_ASSIGN_OR_RETURN(const Bytes entry, log_.EntryBytes(LogIndex(at)));
      tree_.Append(merkle::LeafHash(entry));
      if (at + 1 == before() && tree_.Root() != former_->root())
        return Status(Reason::kExportDiffers, "this ledger's entries don't give its checkpoint");
      JEJAK_RETURN_IF_ERROR(Tell(at + 1 - start_, 2 * (size - start_)));
    }
    if (tree_.Root() == checkpoint_.root) return {};
    if (former_) {
      return Status(Reason::kExportDiffers,
                    "this ledger's entries don't continue it to the ledger's checkpoint");
    }
    return Status(Reason::kLedgerDamaged, "the entries don't give the checkpoint's root");
  }

  Status WriteBundles() {
    const uint64_t size = checkpoint_.size.value;
    for (uint64_t bundle = start_ / kTileWidth; bundle * kTileWidth < size; ++bundle) {
      const uint64_t begin = bundle * kTileWidth;
      const auto width = static_cast<uint32_t>(std::min<uint64_t>(kTileWidth, size - begin));
      Bytes bytes;
      for (uint64_t at = begin; at < begin + width; ++at) {
        JEJAK_ASSIGN_OR_RETURN(const Bytes entry, log_.EntryBytes(LogIndex(at)));
        merkle::AppendToBundle(entry, &bytes);
      }
      JEJAK_RETURN_IF_ERROR(files_.Add(merkle::EntriesPath(bundle, width), bytes));
      JEJAK_RETURN_IF_ERROR(
          Tell(size - start_ + (begin + width - start_), 2 * (size - start_)));
    }
    return {};
  }

  Status Tell(uint64_t done, uint64_t total) const {
    if (!progress_ || progress_(done, total)) return {};
    return Status(Reason::kInterrupted, "the folder's checkpoint is as it was");
  }

  const Log& log_;
  const fs::path& out_;
  const ExportProgress& progress_;
  Files files_;
  merkle::Checkpoint checkpoint_;
  std::unique_ptr<ExportReader> former_;
  uint64_t start_ = 0;  // first entry that is hashed
  merkle::TreeAppender tree_;
};

}  // namespace

Result<ExportReport> Export(const Log& log, const fs::path& out, const ExportProgress& progress,
                            LookAtAll look) {
  return Exporter(log, out, progress).Run(look);
}

}  // namespace jejak::publish
