// Reads: of a snapshot, or of the newest state while a generation is being built.
#include <fmt/format.h>
#include <rocksdb/db.h>

#include <atomic>
#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {
namespace {

// Given back when the last reader of it is gone.
struct Held {
  Held(std::shared_ptr<Core> c, const rocksdb::Snapshot* s) : core(std::move(c)), snapshot(s) {}
  ~Held() {
    if (snapshot != nullptr) core->db->ReleaseSnapshot(snapshot);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  const std::shared_ptr<Core> core;
  const rocksdb::Snapshot* const snapshot;
};

// Shared by a reader and its cursors, whichever lives longest.
struct ReadState {
  ReadState(std::shared_ptr<const Held> h, std::shared_ptr<Generation> g)
      : core(h->core), generation(std::move(g)), held(std::move(h)) {}

  // The first failure stays.
  void Fail(Status failure) {
    const std::lock_guard guard(mutex);
    if (first.ok()) first = std::move(failure);
    failed.store(true, std::memory_order_release);
  }
  Status status() const {
    if (failed.load(std::memory_order_acquire)) {
      const std::lock_guard guard(mutex);
      return first;
    }
    return core->stopper->status();
  }
  // False, and the state failed, when nothing may be read any more.
  bool Readable() {
    if (!core->stopper->stopped()) return true;
    Fail(core->stopper->status());
    return false;
  }
  // Null where there is nothing to read: an error for a projection, an empty table for a log table
  // that a read-only opener could not make.
  rocksdb::ColumnFamilyHandle* HandleOf(TableId table) {
    rocksdb::ColumnFamilyHandle* handle = core->HandleOf(table, *generation);
    const TableSpec& spec = core->SpecOf(table);
    if (handle == nullptr && spec.kind == TableKind::kProjection) {
      Fail(Status(Reason::kLedgerDamaged,
                  fmt::format("the projection \"{}\" is not in generation {}: run jejak rebuild",
                              spec.name, generation->number)));
    }
    return handle;
  }
  rocksdb::ReadOptions Options() const {
    rocksdb::ReadOptions options = CheckedReads();
    options.snapshot = held->snapshot;
    return options;
  }
  std::string Reading(TableId table) const {
    return fmt::format("reading the table \"{}\"", core->SpecOf(table).name);
  }

  const std::shared_ptr<Core> core;
  const std::shared_ptr<Generation> generation;
  const std::shared_ptr<const Held> held;
  std::atomic<bool> failed = false;
  mutable std::mutex mutex;
  Status first;
};

class RocksCursor : public Cursor {
 public:
  RocksCursor(std::shared_ptr<ReadState> state, TableId table)
      : state_(std::move(state)), table_(table) {
    rocksdb::ColumnFamilyHandle* handle = state_->Readable() ? state_->HandleOf(table) : nullptr;
    if (handle == nullptr) return;
    rocksdb::ReadOptions options = state_->Options();
    options.total_order_seek = true;
    iterator_.reset(state_->core->db->NewIterator(options, handle));
  }

  bool Valid() const override { return valid_; }
  ByteView key() const override {
    JEJAK_CHECK(valid_);
    return iterator_->key().ToStringView();
  }
  ByteView value() const override {
    JEJAK_CHECK(valid_);
    return iterator_->value().ToStringView();
  }
  void Next() override {
    JEJAK_CHECK(valid_);
    iterator_->Next();
    Settle();
  }
  void Seek(ByteView key) override {
    valid_ = false;
    if (!iterator_) return;
    iterator_->Seek(rocksdb::Slice(key));
    Settle();
  }
  void SeekBefore(ByteView key) override {
    valid_ = false;
    if (!iterator_) return;
    iterator_->SeekForPrev(rocksdb::Slice(key));
    if (iterator_->Valid() && iterator_->key() == rocksdb::Slice(key)) iterator_->Prev();
    Settle();
  }

 private:
  void Settle() {
    valid_ = iterator_->Valid() && state_->Readable();
    if (!iterator_->Valid() && !iterator_->status().ok()) {
      state_->Fail(FromRocks(iterator_->status(), state_->Reading(table_)));
    }
  }

  std::shared_ptr<ReadState> state_;
  TableId table_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool valid_ = false;
};

class RocksReader : public KeyValueReader {
 public:
  explicit RocksReader(std::shared_ptr<ReadState> state) : state_(std::move(state)) {}

  bool Get(TableId table, ByteView key, Bytes* value) const override {
    if (!state_->Readable()) return false;
    rocksdb::ColumnFamilyHandle* handle = state_->HandleOf(table);
    if (handle == nullptr) return false;
    rocksdb::PinnableSlice found;
    const rocksdb::Status status =
        state_->core->db->Get(state_->Options(), handle, rocksdb::Slice(key), &found);
    if (status.ok()) {
      value->assign(found.data(), found.size());
      return true;
    }
    if (!status.IsNotFound()) state_->Fail(FromRocks(status, state_->Reading(table)));
    return false;
  }
  std::unique_ptr<Cursor> NewCursor(TableId table) const override {
    return std::make_unique<RocksCursor>(state_, table);
  }
  Status status() const override { return state_->status(); }
  std::unique_ptr<KeyValueReader> Apart() const {
    return std::make_unique<RocksReader>(
        std::make_shared<ReadState>(state_->held, state_->generation));
  }

 private:
  std::shared_ptr<ReadState> state_;
};

}  // namespace

std::unique_ptr<KeyValueReader> MakeReader(std::shared_ptr<Core> core,
                                           std::shared_ptr<Generation> generation,
                                           const rocksdb::Snapshot* snapshot) {
  return std::make_unique<RocksReader>(std::make_shared<ReadState>(
      std::make_shared<const Held>(std::move(core), snapshot), std::move(generation)));
}

std::shared_ptr<const KeyValueReader> Apart(const KeyValueReader& snapshot) {
  const auto* const reader = dynamic_cast<const RocksReader*>(&snapshot);
  JEJAK_CHECK(reader != nullptr);
  return reader->Apart();
}

}  // namespace jejak::store
