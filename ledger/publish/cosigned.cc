#include "ledger/publish/cosigned.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "ledger/base/limits.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tile_path.h"
#include "ledger/publish/plain_file.h"

namespace jejak::publish {

namespace fs = std::filesystem;

Result<Fd> LockExport(const fs::path& folder) {
  JEJAK_ASSIGN_OR_RETURN(Fd fd, OpenFile(folder, O_RDONLY | O_DIRECTORY));
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return FromErrno(errno, "lock", folder);
  }
  return fd;
}

std::string CosignedPath(TreeSize size) {
  constexpr std::string_view kEntries = "tile/entries";
  return "cosigned" + merkle::EntriesPath(size.value, merkle::kTileWidth).substr(kEntries.size());
}

Result<bool> PutCosigned(const fs::path& folder, const std::string& checkpoint) {
  JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(checkpoint));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Checkpoint parsed, merkle::ParseCheckpoint(note.text));
  const fs::path file = folder / "checkpoint";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return Status(Reason::kFileMissing, file.string());
  JEJAK_ASSIGN_OR_RETURN(const Fd lock, LockExport(folder));
  JEJAK_ASSIGN_OR_RETURN(const Bytes published, ReadPlainFile(file, limits::kNoteBytesMax));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Note present, merkle::ParseNote(published));

  const fs::path copy = folder / CosignedPath(parsed.size);
  JEJAK_RETURN_IF_ERROR(MakeFolder(copy.parent_path()));
  JEJAK_RETURN_IF_ERROR(ReplaceFile(copy, checkpoint));
  JEJAK_RETURN_IF_ERROR(SyncFolder(copy.parent_path()));
  if (present.text != note.text) return false;
  if (published == checkpoint) return true;
  JEJAK_RETURN_IF_ERROR(ReplaceFile(file, checkpoint));
  JEJAK_RETURN_IF_ERROR(SyncFolder(folder));
  return true;
}

namespace {

fs::path NewestPath(const fs::path& folder) { return folder / "cosigned" / "checkpoint"; }

Result<TreeSize> SizeOf(const std::string& checkpoint) {
  JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(checkpoint));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Checkpoint parsed, merkle::ParseCheckpoint(note.text));
  return parsed.size;
}

}  // namespace

Status PutNewestCosigned(const fs::path& folder, const std::string& checkpoint) {
  JEJAK_ASSIGN_OR_RETURN(const TreeSize size, SizeOf(checkpoint));
  JEJAK_ASSIGN_OR_RETURN(const Fd lock, LockExport(folder));
  JEJAK_ASSIGN_OR_RETURN(const std::string kept, NewestCosigned(folder));
  // One that can't be read is as good as none.
  if (const auto before = SizeOf(kept); before.ok() && *before > size) return {};
  const fs::path file = NewestPath(folder);
  JEJAK_RETURN_IF_ERROR(MakeFolder(file.parent_path()));
  JEJAK_RETURN_IF_ERROR(ReplaceFile(file, checkpoint));
  return SyncFolder(file.parent_path());
}

Result<std::string> NewestCosigned(const fs::path& folder) {
  const fs::path file = NewestPath(folder);
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return std::string();
  return ReadPlainFile(file, limits::kNoteBytesMax);
}

}  // namespace jejak::publish
