#include "ledger/store/rocks.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/status.h>
#include <rocksdb/table.h>

#include <array>
#include <string_view>
#include <utility>

namespace jejak::store {
namespace {

// Whatever fails in the background stops the store: RocksDB would resume by itself, and a store
// that lost a write once must not.
class FailureListener : public rocksdb::EventListener {
 public:
  explicit FailureListener(std::shared_ptr<Stopper> stopper) : stopper_(std::move(stopper)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    if (error != nullptr && !error->ok()) stopper_->Stop(FromRocks(*error, "writing the database"));
  }

 private:
  std::shared_ptr<Stopper> stopper_;
};

// RocksDB keeps errno only as text, except for ENOSPC.
Reason ReasonOfText(std::string_view text, Reason otherwise) {
  using Row = std::pair<std::string_view, Reason>;
  static constexpr std::array<Row, 11> kRows = {{
      {"No space left", Reason::kDiskFull},
      {"Disk quota exceeded", Reason::kDiskFull},
      {"File too large", Reason::kDiskFull},
      {"While lock file", Reason::kLedgerInUse},
      {"lock hold by current process", Reason::kLedgerInUse},
      {"Permission denied", Reason::kPermissionDenied},
      {"Operation not permitted", Reason::kPermissionDenied},
      {"Read-only file system", Reason::kPermissionDenied},
      {"No such file or directory", Reason::kLedgerDamaged},
      {"does not exist", Reason::kLedgerDamaged},
      {"file size mismatch", Reason::kLedgerDamaged},
  }};
  for (const auto& [part, reason] : kRows) {
    if (text.find(part) != std::string_view::npos) return reason;
  }
  return otherwise;
}

Reason ReasonOf(const rocksdb::Status& status, const std::string& text) {
  if (status.IsNoSpace()) return Reason::kDiskFull;
  if (status.IsPathNotFound()) return Reason::kLedgerDamaged;
  if (status.IsCorruption()) {
    // Files that can't be opened are reported as corruption too.
    const Reason reason = ReasonOfText(text, Reason::kLedgerDamaged);
    return reason == Reason::kPermissionDenied ? reason : Reason::kLedgerDamaged;
  }
  if (status.IsIOError()) return ReasonOfText(text, Reason::kIoError);
  return ReasonOfText(text, Reason::kInternal);
}

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

Status FromRocks(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return {};
  const std::string text = status.ToString();
  return Status(ReasonOf(status, text), fmt::format("{}: {}", what, text));
}

std::shared_ptr<rocksdb::FileChecksumGenFactory> MakeFileChecksums() {
  return rocksdb::GetFileChecksumGenCrc32cFactory();
}

std::shared_ptr<rocksdb::Cache> MakeCache(const OpenOptions& options) {
  return rocksdb::NewLRUCache(options.cache_bytes);
}

rocksdb::DBOptions MakeDbOptions(const OpenOptions& options, std::shared_ptr<Stopper> stopper) {
  rocksdb::DBOptions db;
  // One writer; the hashed memtables take no more.
  db.allow_concurrent_memtable_write = false;
  // A torn last record is what a crash leaves; what else this mode forgives, HEAD does not.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.paranoid_checks = true;
  // A manifest that lost its last records names WALs that are gone by now. Unnoticed, tables would
  // lack rows, and an opener that writes would delete the files that hold them.
  db.track_and_verify_wals_in_manifest = true;
  db.flush_verify_memtable_count = true;
  db.skip_checking_sst_file_sizes_on_db_open = false;
  db.file_checksum_gen_factory = MakeFileChecksums();
  db.max_bgerror_resume_count = 0;
  if (stopper) {
    db.listeners.push_back(std::make_shared<FailureListener>(std::move(stopper)));
    // Old files are deleted by a background thread. 7.8.3 fails an assertion when a read-only
    // database does so.
    db.avoid_unnecessary_blocking_io = true;
  }

  // All files are opened, and so looked at, when the store is. Files of 64 MiB are some hundreds.
  db.max_open_files = -1;
  db.db_write_buffer_size = options.write_buffer_bytes;
  // Bounds the time of an open after a crash; small tables are flushed so that old WALs can go.
  db.max_total_wal_size = 2 * options.write_buffer_bytes;
  db.max_background_jobs = options.background_jobs;
  db.bytes_per_sync = 1 << 20;
  db.compaction_readahead_size = 2 << 20;
  // What is recovered stays in the WAL until it is worth a file: opening is quick and changes
  // little.
  db.avoid_flush_during_recovery = true;
  // Rows without WAL are those of an unfinished generation, which nobody will read.
  db.avoid_flush_during_shutdown = true;

  // No LOG file: Debian's build asserts when its logger meets a full disk, and what matters is in
  // our errors.
  db.info_log = std::make_shared<SilentLogger>();
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

constexpr size_t kHashBuckets = size_t{1} << 17;

rocksdb::ColumnFamilyOptions MakeTableOptions(Tuning tuning,
                                              const std::shared_ptr<rocksdb::Cache>& cache,
                                              const OpenOptions& options) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.checksum = rocksdb::kXXH3;
  blocks.format_version = 5;
  blocks.block_cache = cache;
  // Indexes and filters are within the cache's bound, too.
  blocks.cache_index_and_filter_blocks = true;
  blocks.cache_index_and_filter_blocks_with_high_priority = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.block_size = 8 << 10;

  rocksdb::ColumnFamilyOptions table;
  table.write_buffer_size = options.write_buffer_bytes / 4;
  table.max_write_buffer_number = 3;
  table.target_file_size_base = 64 << 20;
  table.level_compaction_dynamic_level_bytes = true;
  table.force_consistency_checks = true;
  table.compression = rocksdb::kLZ4Compression;
  // The rows of a batch come sorted, table by table: each looks for its place from where the last
  // one went. (The option of the same name for writes is heard by concurrent inserts alone.)
  table.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
  switch (tuning) {
    case Tuning::kPointLookup:
      blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      // A first submission looks for a row that isn't there; without this it walks every memtable.
      table.memtable_prefix_bloom_size_ratio = 0.1;
      table.memtable_whole_key_filtering = true;
      break;
    case Tuning::kHashed:
      blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      table.memtable_prefix_bloom_size_ratio = 0.1;
      table.memtable_whole_key_filtering = true;
      // A random key's place in a skip list is a dozen cache misses away, in a bucket it is one.
      // A cursor sorts the memtable first.
      table.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(32));
      table.memtable_factory.reset(rocksdb::NewHashLinkListRepFactory(kHashBuckets, 0, 0, false));
      break;
    case Tuning::kVersions:
      blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      [[fallthrough]];
    case Tuning::kOrdered:
      table.bottommost_compression = rocksdb::kZSTD;
      break;
    case Tuning::kAppendOnly:
      // Ascending keys make files that never overlap: they are moved down, not written again, so
      // the first compression is the last.
      blocks.block_size = 16 << 10;
      table.compression = rocksdb::kZSTD;
      break;
    case Tuning::kSmall:
      table.write_buffer_size = options.write_buffer_bytes / 64;
      break;
  }
  table.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return table;
}

rocksdb::ReadOptions CheckedReads() {
  rocksdb::ReadOptions reads;
  reads.verify_checksums = true;
  return reads;
}

rocksdb::WriteOptions SyncedWrites() {
  rocksdb::WriteOptions writes;
  writes.sync = true;
  return writes;
}

}  // namespace jejak::store
