// Reading every table file whole.
#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/metadata.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kReadBytes = size_t{1} << 20;

Status Damaged(const fs::path& file, const std::string& how) {
  return Status(Reason::kLedgerDamaged, fmt::format("{} {}", file.string(), how))
      .With("file", file.string());
}

// Calls `on_read` with the bytes of each step; it returns false to stop.
Status CheckFile(const fs::path& file, const rocksdb::LiveFileMetaData& noted,
                 const std::function<bool(uint64_t)>& on_read) {
  const auto factory = MakeFileChecksums();
  rocksdb::FileChecksumGenContext context;
  context.file_name = file.string();
  const auto checksum = factory->CreateFileChecksumGenerator(context);
  if (noted.file_checksum_func_name != checksum->Name()) {
    return Damaged(file, "has no checksum noted by this store");
  }
  auto opened = OpenFile(file, O_RDONLY);
  if (!opened.ok()) {
    JEJAK_ASSIGN_OR_RETURN(const bool exists, Exists(file));
    return exists ? opened.status() : Damaged(file, "is missing");
  }
  Bytes buffer(kReadBytes, '\0');
  uint64_t bytes = 0;
  while (true) {
    const ssize_t n = ::read(opened->get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "read", file);
    if (n == 0) break;
    checksum->Update(buffer.data(), static_cast<size_t>(n));
    bytes += static_cast<uint64_t>(n);
    if (!on_read(static_cast<uint64_t>(n))) {
      return Status(Reason::kInterrupted, "the check of the table files was stopped");
    }
  }
  checksum->Finalize();
  if (bytes != noted.size) {
    return Damaged(file, fmt::format("has {} bytes, where {} were written", bytes, noted.size));
  }
  if (checksum->GetChecksum() != noted.file_checksum) {
    return Damaged(file, "does not have the checksum that was noted when it was written");
  }
  return {};
}

Status CheckAll(Core* core, const Store::Progress& progress) {
  std::vector<rocksdb::LiveFileMetaData> files;
  core->db->GetLiveFilesMetaData(&files);
  uint64_t total = 0;
  for (const auto& file : files) total += file.size;
  uint64_t done = 0;
  for (const auto& file : files) {
    JEJAK_RETURN_IF_ERROR(
        CheckFile(core->dir / "db" / file.relative_filename, file, [&](uint64_t bytes) {
          done += bytes;
          return progress == nullptr || progress(done, total);
        }));
  }
  // The blocks were checksummed before the files were, so this also finds what broke in between.
  return FromRocks(core->db->VerifyChecksum(CheckedReads()),
                   fmt::format("checking the blocks in {}", (core->dir / "db").string()));
}

// What ends each table file of this store: the kind of its blocks' checksums, two places, the
// version of the format and a number that all such files have. RocksDB has no checksum of it.
constexpr size_t kFooterBytes = 53;
constexpr size_t kVersionAt = kFooterBytes - 12;
constexpr std::string_view kVersionAndMagic(
    "\x05\0\0\0\xf7\xcf\xf4\x85\xb7\x41\xe2\x88", 12);
static_assert(rocksdb::kXXH3 == 4);

Status CheckFooter(const fs::path& file) {
  JEJAK_ASSIGN_OR_RETURN(const Fd fd, OpenFile(file, O_RDONLY));
  const off_t bytes = ::lseek(fd.get(), 0, SEEK_END);
  if (bytes < static_cast<off_t>(kFooterBytes)) return {};
  char footer[kFooterBytes];
  const ssize_t n =
      ::pread(fd.get(), footer, kFooterBytes, bytes - static_cast<off_t>(kFooterBytes));
  if (n < 0) return FromErrno(errno, "read", file);
  const std::string_view end(footer + kVersionAt, kFooterBytes - kVersionAt);
  // One that was never finished has none, and is nobody's yet.
  if (n != static_cast<ssize_t>(kFooterBytes) || !end.ends_with(kVersionAndMagic.substr(4)))
    return {};
  if (end == kVersionAndMagic && footer[0] == static_cast<char>(rocksdb::kXXH3)) return {};
  return Damaged(file, "ends otherwise than it was written");
}

}  // namespace

Status CheckFooters(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().extension() != ".sst") continue;
    std::error_code ignored;
    if (at->is_directory(ignored) || at->is_other(ignored))
      return Damaged(at->path(), "is not a file");
    JEJAK_RETURN_IF_ERROR(CheckFooter(at->path()));
  }
  return error ? FromErrno(error.value(), "list", folder) : Status();
}

Status Store::VerifyChecksums(const Progress& progress) const {
  JEJAK_RETURN_IF_ERROR(core_->stopper->status());
  const bool writable = !core_->options.read_only;
  // Files that a compaction replaces meanwhile stay until they were checked.
  if (writable) {
    JEJAK_RETURN_IF_ERROR(FromRocks(core_->db->DisableFileDeletions(), "checking files"));
  }
  Status checked = CheckAll(core_.get(), progress);
  if (writable) {
    const rocksdb::Status enabled = core_->db->EnableFileDeletions(/*force=*/false);
    if (checked.ok()) checked = FromRocks(enabled, "checking files");
  }
  return checked;
}

}  // namespace jejak::store
