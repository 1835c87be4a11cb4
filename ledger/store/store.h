// The ledger's storage: tables of rows in one RocksDB, changed by atomic commits, with the file
// HEAD beside it that makes a database which lost acknowledged commits visible at the next open.
//
// Life of a store: Open, then the caller checks what only it can check (see `opened_head`), then
// ConfirmHead, then Commit any number of times, then Close. Before ConfirmHead no row of the
// caller's and nothing of HEAD is written.
//
// Thread rule: Commit, ConfirmHead, GenerationWriter::Finish and Close lock one another out and may
// be called from any thread. Snapshot and NewWriteSet may be called from any thread at any time; a
// snapshot may be read by several threads and never holds up a commit.
//
// Durability: when Commit returns OK, its rows survive the loss of power, and HEAD tells any later
// process on this machine; HEAD itself survives the loss of power a second later, at the latest.
//
// After a failed write or sync the store is stopped: every later call, reads of snapshots included,
// answers STOPPED with the first failure in the message. Nothing is tried again, for nobody can
// know what the disk holds.
//
// Formats and the rules of opening: docs/reference/storage.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "ledger/base/bytes.h"
#include "ledger/base/kv.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::store {

enum class TableKind : uint8_t {
  kLog,         // what can't be computed again: entries, tree, people; never rebuilt
  kProjection,  // computed from the log; belongs to a generation, rebuilt into the next one
};

// How a table is mostly used. Changes nothing but speed and size.
enum class Tuning : uint8_t {
  kPointLookup,  // keys in no order, look-ups that often miss: has a Bloom filter
  kHashed,       // keys of 32 bytes in no order, written by every event, almost never walked
  kOrdered,      // walked by cursor, look-ups mostly hit
  kVersions,     // the same, but rows of which one knows the key are looked up, too
  kAppendOnly,   // ascending keys, large rows, never changed: ZSTD (entries)
  kSmall,        // a few thousand rows at most
};

struct TableSpec {
  TableId id{};
  std::string name;  // 'a'..'z' and '_'; unique; it names the column family and is for ever
  TableKind kind = TableKind::kLog;
  Tuning tuning = Tuning::kPointLookup;
};

struct OpenOptions {
  // Makes the ledger (and the folder) if there is none. Otherwise none is LEDGER_MISSING.
  bool create_if_missing = false;
  // Writes nothing at all but the empty lock file; Commit, ConfirmHead and BeginGeneration answer
  // PERMISSION_DENIED. Still one process at a time.
  bool read_only = false;
  // Bytes of uncompressed blocks, indexes and filters kept in memory.
  size_t cache_bytes = size_t{512} << 20;
  // Bytes of rows in memory that are not in table files yet, over all tables.
  size_t write_buffer_bytes = size_t{256} << 20;
  // Threads for flushes and compactions.
  int background_jobs = 2;
};

// What a commit leaves behind. The first commit has number 1; a new ledger has {0, 0, zero bytes}.
struct HeadRecord {
  uint64_t commit = 0;
  TreeSize size;
  Hash root;
  bool operator==(const HeadRecord&) const = default;
};

struct Core;
struct Generation;

// The rows of one commit. Made by whoever takes it back; one
// thread at a time. Changing one row twice is allowed: the later change wins. While it, a snapshot,
// a cursor or a generation writer lives, so does the store's lock.
class WriteSet {
 public:
  struct Impl;
  explicit WriteSet(std::unique_ptr<Impl> impl);
  ~WriteSet();
  WriteSet(WriteSet&&) noexcept;
  WriteSet& operator=(WriteSet&&) noexcept;

  void Put(TableId table, ByteView key, ByteView value);
  void Delete(TableId table, ByteView key);
  // For Overlay::Drain.
  void Add(const RowChange& change);
  // Bytes of the encoded batch.
  size_t bytes() const;
  size_t rows() const;

  Impl* impl() { return impl_.get(); }

 private:
  std::unique_ptr<Impl> impl_;
};

// Rows for a new generation: of each table together, ascending by key, each key once, as
// Overlay::Drain hands them over.
class SortedRows {
 public:
  struct Row {
    TableId table;
    bool put;
    uint32_t key_size, value_size;
    size_t at;
  };
  void Add(const RowChange& change) {
    const ByteView value = change.value.value_or(ByteView());
    rows_.push_back({change.table, change.value.has_value(),
                     static_cast<uint32_t>(change.key.size()), static_cast<uint32_t>(value.size()),
                     bytes_.size()});
    bytes_.append(change.key);
    bytes_.append(value);
  }
  void Put(TableId table, ByteView key, ByteView value) { Add({table, key, value}); }
  const std::vector<Row>& rows() const { return rows_; }
  ByteView key(const Row& row) const { return {bytes_.data() + row.at, row.key_size}; }
  ByteView value(const Row& row) const {
    return {bytes_.data() + row.at + row.key_size, row.value_size};
  }
  void Clear() {
    rows_.clear();
    bytes_.clear();
  }

 private:
  Bytes bytes_;
  std::vector<Row> rows_;
};

// Builds the next generation of every projection table while commits and readers go on with the
// current one. Destroyed before Finish, or after a crash, it leaves nothing behind. One thread at a
// time.
class GenerationWriter {
 public:
  explicit GenerationWriter(std::shared_ptr<Core> core);
  ~GenerationWriter();
  GenerationWriter(const GenerationWriter&) = delete;
  GenerationWriter& operator=(const GenerationWriter&) = delete;

  // The log tables as they are now, and the new generation with every Write so far. Not a snapshot:
  // a base for an Overlay. Borrowed; gone with this writer.
  const KeyValueReader& reader() const;
  // Writes a file for each table, which becomes a part of it at once, past memory and WAL. INTERNAL
  // for rows of log tables, and for rows out of order. Without effect until Finish.
  Status Write(const SortedRows& rows);
  // Merges the files that were written, which takes a while where they are many. Then makes the new
  // generation durable and the current one, in one step, and drops the old one;
  // snapshots made before keep reading it. `covered` is the log size the projections were built to:
  // INTERNAL if that is not the store's size now, so hold back commits from the last Write until
  // Finish returns, and make new WriteSets afterwards. After OK, only to be destroyed.
  Status Finish(TreeSize covered);

 private:
  Status WriteTable(const SortedRows& rows, std::span<const SortedRows::Row> of);

  std::shared_ptr<Core> core_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<KeyValueReader> reader_;
  bool done_ = false;
  friend class Store;
};

class Store {
 public:
  // Opens the ledger in `dir`, or refuses and has changed nothing:
  //   LEDGER_MISSING     neither HEAD nor db is there
  //   LEDGER_IN_USE      another process, or this one, has it open
  //   HEAD_MISSING       db is there without HEAD
  //   HEAD_DAMAGED       HEAD is not what a close or a crash leaves
  //   ROLLED_BACK        db holds fewer commits than HEAD, or others; metadata "have" and
  //                      "acknowledged" (entries), "have_commit", "acknowledged_commit"
  //   LEDGER_DAMAGED     RocksDB finds its files missing or corrupt; metadata "file"
  //   RULES_UNKNOWN      made by a newer release
  //   DISK_FULL, PERMISSION_DENIED, IO_ERROR
  static Result<std::unique_ptr<Store>> Open(const std::filesystem::path& dir,
                                             std::span<const TableSpec> tables,
                                             const OpenOptions& options);
  // As Close, its failure unseen.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // What HEAD said when it was found: the last commit known to be acknowledged. The database may
  // hold more after a crash. The store has checked it where both are at one commit or one size;
  // where `head().size` is larger, the caller must check that its tree has `opened_head().root` at
  // `opened_head().size`, and refuse with ROLLED_BACK, before ConfirmHead. Nothing to check where
  // `opened_head().commit` is 0.
  const HeadRecord& opened_head() const;
  // The last commit.
  HeadRecord head() const;
  // A projection table of this program is not in the current generation (an upgrade):
  // BeginGeneration and fill it before the first Commit. Reads of the missing table fail with
  // INTERNAL.
  bool rebuild_needed() const;

  // The caller has checked `opened_head`. Marks HEAD as in use, durably, at head(). Once, before
  // Commit.
  Status ConfirmHead();

  // Rows for the next Commit. It may be filled while another Commit is on its way.
  WriteSet NewWriteSet() const;
  // All rows and `head`, or none; one fsync. `head.commit` is head().commit + 1, and the size never
  // falls (checked: else the process aborts). After a failed write a later open may find the commit
  // or not, as after any crash. INTERNAL, and nothing stops, for rows of another store or
  // generation.
  Status Commit(WriteSet&& rows, const HeadRecord& head);
  // Syncs HEAD now. A thread of the store does so half a second after a commit, quiet spell or not;
  // this is for callers that are about to tell the outside world.
  Status SyncHead();

  // The state after the last commit. Holds its files until released; may outlive Close.
  std::shared_ptr<const KeyValueReader> Snapshot() const;

  // One at a time: INTERNAL while another is alive.
  Result<std::unique_ptr<GenerationWriter>> BeginGeneration();

  // Reads every live table file whole, and compares it with the checksum that was noted when it was
  // written, and its blocks with theirs. LEDGER_DAMAGED names the first bad file. `progress` may be
  // null; it is called on this thread with bytes checked and bytes in all, and returns false to
  // stop with INTERRUPTED. Rows that are only in the WAL yet were checked by Open.
  using Progress = std::function<bool(uint64_t done, uint64_t total)>;
  Status VerifyChecksums(const Progress& progress) const;

  // OK, or the failure that stopped the store.
  Status status() const;

  // Syncs and leaves HEAD with the clean mark. Later writes answer STOPPED. The folder can be
  // opened again once this Store and every snapshot, cursor, row set and generation writer is gone.
  Status Close();

 private:
  explicit Store(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

// The same rows as a reader of Store::Snapshot has, with failures of its own: what one asker could
// not read must not fail for the next.
std::shared_ptr<const KeyValueReader> Apart(const KeyValueReader& snapshot);

}  // namespace jejak::store
