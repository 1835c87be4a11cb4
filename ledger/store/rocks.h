// RocksDB's statuses and settings in our terms. Returns incomplete types on purpose: only the .cc
// files that use them include RocksDB.
#pragma once

#include <memory>
#include <string>

#include "ledger/store/stopper.h"
#include "ledger/store/store.h"

namespace rocksdb {
class Cache;
class FileChecksumGenFactory;
class Status;
struct ColumnFamilyOptions;
struct DBOptions;
struct ReadOptions;
struct WriteOptions;
}  // namespace rocksdb

namespace jejak::store {

// `what` says what was being done to what, without a verb of failure: "opening /x/db".
Status FromRocks(const rocksdb::Status& status, const std::string& what);

// `stopper` (may be null for a look without writing) hears of failed flushes and compactions.
rocksdb::DBOptions MakeDbOptions(const OpenOptions& options, std::shared_ptr<Stopper> stopper);
std::shared_ptr<rocksdb::Cache> MakeCache(const OpenOptions& options);
rocksdb::ColumnFamilyOptions MakeTableOptions(Tuning tuning,
                                              const std::shared_ptr<rocksdb::Cache>& cache,
                                              const OpenOptions& options);
std::shared_ptr<rocksdb::FileChecksumGenFactory> MakeFileChecksums();
rocksdb::ReadOptions CheckedReads();
rocksdb::WriteOptions SyncedWrites();

// Keeps every key/value of a batch under a checksum until it is in the memtable.
inline constexpr size_t kBatchProtectionBytesPerKey = 8;

}  // namespace jejak::store
