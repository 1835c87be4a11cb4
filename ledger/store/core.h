// What the parts of the store share: the open database, its tables, its state. Internal.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/store/head_file.h"
#include "ledger/store/rocks.h"
#include "ledger/store/stopper.h"
#include "ledger/store/store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Snapshot;
}  // namespace rocksdb

namespace jejak::store {

// Column families by TableId; null where the table isn't there. Owned, and destroyed with this.
struct Handles {
  explicit Handles(rocksdb::DB* database) : db(database) {}
  ~Handles();
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  rocksdb::DB* db;
  std::array<rocksdb::ColumnFamilyHandle*, 256> by_table{};
};

// One generation of the projection tables. Whoever holds it holds its Core as well, declared before
// it.
struct Generation : Handles {
  Generation(rocksdb::DB* database, uint64_t n) : Handles(database), number(n) {}
  uint64_t number;
};

struct Core {
  Core();
  // Closes the database, then gives the lock back.
  ~Core();

  std::filesystem::path dir;
  OpenOptions options;
  std::vector<TableSpec> tables;
  std::array<const TableSpec*, 256> specs{};
  std::shared_ptr<Stopper> stopper = std::make_shared<Stopper>();
  std::shared_ptr<rocksdb::Cache> cache;
  HeadRecord opened_head;
  bool rebuild_needed = false;

  Fd lock;
  std::unique_ptr<rocksdb::DB> db;
  std::unique_ptr<Handles> log;
  rocksdb::ColumnFamilyHandle* meta = nullptr;  // RocksDB's default one

  // Locks out other writers: commit, confirm, finish, close. Taken before `state`.
  std::mutex writer;
  std::unique_ptr<HeadWriter> head_writer;  // from ConfirmHead to Close
  bool closed = false;
  uint64_t next_generation = 0;
  bool building = false;

  // Guards the two below, together with the moment a snapshot is taken.
  mutable std::mutex state;
  HeadRecord head;
  std::shared_ptr<Generation> generation;

  const TableSpec& SpecOf(TableId table) const;
  // Null where the table isn't there.
  rocksdb::ColumnFamilyHandle* HandleOf(TableId table, const Generation& of) const;
  HeadRecord Head() const;
  std::shared_ptr<Generation> CurrentGeneration() const;
  // OK while writing is possible. With `writer` held.
  Status Writable() const;
  // Keeps the failure and returns it.
  Status Stop(Status failure);
};

// A reader of the newest state (no snapshot) or of a snapshot, which it gives back. kv.h has the
// contract.
std::unique_ptr<KeyValueReader> MakeReader(std::shared_ptr<Core> core,
                                           std::shared_ptr<Generation> generation,
                                           const rocksdb::Snapshot* snapshot);

WriteSet MakeWriteSet(std::shared_ptr<Core> core, std::shared_ptr<Generation> generation);
// INTERNAL when the set was made for another store or generation, or holds what can't be written.
Status CheckWriteSet(WriteSet* rows, const Core& core, const Generation& generation);
// The rows and the head, in one batch, synced.
Status WriteCommit(Core* core, WriteSet* rows, const HeadRecord& head);
// What a table file of a new generation is called before it becomes a part of the database. One
// that a crash left has no meaning.
inline constexpr const char* kNewTableFile = "table.new";

// "stations.7"; log tables are named without a generation.
std::string GenerationTableName(const std::string& table, uint64_t generation);

// The store's own rows.
struct MetaRows {
  std::optional<HeadRecord> head;
  std::optional<uint64_t> generation;
  std::optional<uint32_t> layout;
};
inline constexpr uint32_t kLayoutVersion = 1;
inline constexpr ByteView kHeadKey = "head";
inline constexpr ByteView kGenerationKey = "generation";
inline constexpr ByteView kLayoutKey = "layout";
Bytes EncodeHeadRow(const HeadRecord& head);
Bytes EncodeNumberRow(uint64_t number);
Result<MetaRows> ReadMetaRows(rocksdb::DB* db, const std::filesystem::path& dir);

// Compares what HEAD and the database say; OK where a crash explains the difference.
Status CompareHeads(const FoundHead& file, const HeadRecord& db,
                    const std::filesystem::path& dir);

Result<std::shared_ptr<Core>> OpenCore(const std::filesystem::path& dir,
                                       std::span<const TableSpec> tables,
                                       const OpenOptions& options);

// LEDGER_DAMAGED for a table file in `folder` whose end is not what this store writes; to be asked
// before RocksDB looks at any.
Status CheckTableEnds(const std::filesystem::path& folder);

}  // namespace jejak::store
