// Reading every table file whole; table_ends.cc has what is read of each before RocksDB is.
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

}  // namespace

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
