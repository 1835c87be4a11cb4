// Writes a log as a C2SP tlog-tiles folder, and carries an earlier one on.
//
// What is written comes from the entries, not from stored tiles: leaves are hashed again onto the
// right edge of what the folder holds, and only when that gives the checkpoint's root is anything
// written. So a folder that is not an earlier state of this log is refused, and so is a ledger
// whose entries are not those of its checkpoint.
//
// A reader never sees a torn or unpublished state: each file is put in place by a rename, after its
// bytes are on disk, and the checkpoint last, after everything that it covers. Tiles and bundles
// that a checkpoint covers never change. Partial ones stay, as readers of an older checkpoint want
// them.
//
// Thread rule: one export into a folder at a time.
// Spec: docs/reference/log.md.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::publish {

// What is exported.
class Log {
 public:
  virtual ~Log() = default;
  virtual Result<Bytes> EntryBytes(LogIndex index) const = 0;
  // The signed checkpoint of the newest state; entries below its size are there.
  virtual Result<std::string> Checkpoint() const = 0;
};

struct ExportReport {
  TreeSize before;       // of the checkpoint that was there, 0 for none
  TreeSize size;
  uint64_t files = 0;    // written
};

// Whether each file that the folder's checkpoint covers is looked for. When one is gone or a tile
// is cut, all are made again from the entries, and those that are not there as they should be are
// written.
enum class LookAtAll : bool { kNo, kYes };

// Told entries done and in all; returns false to stop with INTERRUPTED. May be null.
using ExportProgress = std::function<bool(uint64_t done, uint64_t total)>;

// Errors: EXPORT_DIFFERS as above, and for a folder that holds other things; LEDGER_DAMAGED when
// the entries don't give the checkpoint's root; CHECKPOINT_MALFORMED; of files and of `log`.
Result<ExportReport> Export(const Log& log, const std::filesystem::path& out,
                            const ExportProgress& progress,
                            LookAtAll look = LookAtAll::kYes);

}  // namespace jejak::publish
