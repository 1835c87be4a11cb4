// Cosignatures of witnesses, put into an exported folder: into its checkpoint, and into a copy that
// stays, as checkpoints that others vouched for are kept.
//
// Thread rule: safe beside an export into the same folder, from this process or another.
// Durability: OK only after both files and their names are on disk.
// Spec: docs/reference/witness.md.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/base/files.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::publish {

// Waits until nobody else puts a checkpoint into `folder`, and keeps them waiting while it is held.
Result<Fd> LockExport(const std::filesystem::path& folder);

// "cosigned/x001/x234/567": where the copy of a size stands below the folder.
std::string CosignedPath(TreeSize size);

// Keeps `checkpoint`, a signed note, and publishes it in the place of the same checkpoint with
// other signatures. Whether it was published: not when the folder has gone on to another one
// meanwhile. NOT_FOUND when there is no checkpoint in the folder, NOTE_MALFORMED,
// CHECKPOINT_MALFORMED.
Result<bool> PutCosigned(const std::filesystem::path& folder, const std::string& checkpoint);

// Keeps `checkpoint`, which a quorum cosigned, as the newest such one, unless a larger one is kept.
// NOTE_MALFORMED, CHECKPOINT_MALFORMED.
Status PutNewestCosigned(const std::filesystem::path& folder, const std::string& checkpoint);
// The one that is kept; empty for none. Whoever reads it checks it.
Result<std::string> NewestCosigned(const std::filesystem::path& folder);

}  // namespace jejak::publish
