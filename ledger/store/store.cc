#include "ledger/store/store.h"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {
namespace {

// Rows in memory above which Close writes them to table files, so that the next open need not read
// them from the WAL. Below, a dozen small files and their syncs cost a short command more than they
// save the next.
constexpr uint64_t kFlushAtCloseBytes = uint64_t{16} << 20;

std::vector<rocksdb::ColumnFamilyHandle*> AllHandles(const Core& core) {
  std::vector<rocksdb::ColumnFamilyHandle*> all = {core.meta};
  for (const Handles* handles : {core.log.get(), static_cast<Handles*>(core.generation.get())}) {
    for (rocksdb::ColumnFamilyHandle* handle : handles->by_table) {
      if (handle != nullptr) all.push_back(handle);
    }
  }
  return all;
}

// With everything durable, the clean mark goes on.
Status FinishWriting(Core* core) {
  uint64_t in_memory = 0;
  core->db->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &in_memory);
  if (in_memory >= kFlushAtCloseBytes) {
    const rocksdb::Status flushed = core->db->Flush(rocksdb::FlushOptions(), AllHandles(*core));
    if (!flushed.ok()) return FromRocks(flushed, "closing " + (core->dir / "db").string());
  }
  const rocksdb::Status synced = core->db->SyncWAL();
  if (!synced.ok()) return FromRocks(synced, "closing " + (core->dir / "db").string());
  JEJAK_RETURN_IF_ERROR(core->head_writer->Sync());
  core->head_writer.reset();
  JEJAK_RETURN_IF_ERROR(core->stopper->status());
  return ReplaceHead(core->dir, core->Head(), /*clean=*/true);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::filesystem::path& dir,
                                           std::span<const TableSpec> tables,
                                           const OpenOptions& options) {
  JEJAK_ASSIGN_OR_RETURN(auto core, OpenCore(dir, tables, options));
  return std::unique_ptr<Store>(new Store(std::move(core)));
}

Store::Store(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Store::~Store() { (void)Close(); }

const HeadRecord& Store::opened_head() const { return core_->opened_head; }
HeadRecord Store::head() const { return core_->Head(); }
bool Store::rebuild_needed() const {
  const std::lock_guard guard(core_->state);
  return core_->rebuild_needed;
}

Status Store::ConfirmHead() {
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->Writable());
  JEJAK_CHECK(core_->head_writer == nullptr);
  const HeadRecord head = core_->Head();
  const Status replaced = ReplaceHead(core_->dir, head, /*clean=*/false);
  if (!replaced.ok()) return core_->Stop(replaced);
  const auto stop = [stopper = core_->stopper](const Status& failure) { stopper->Stop(failure); };
  auto writer = HeadWriter::Start(core_->dir, head, stop);
  if (!writer.ok()) return core_->Stop(writer.status());
  core_->head_writer = std::move(writer).value();
  return {};
}

WriteSet Store::NewWriteSet() const { return MakeWriteSet(core_, core_->CurrentGeneration()); }

Status Store::Commit(WriteSet&& rows, const HeadRecord& head) {
  WriteSet mine = std::move(rows);
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->Writable());
  JEJAK_CHECK(core_->head_writer != nullptr);
  const HeadRecord last = core_->Head();
  JEJAK_CHECK(head.commit == last.commit + 1 && head.size >= last.size);
  JEJAK_RETURN_IF_ERROR(CheckWriteSet(&mine, *core_, *core_->CurrentGeneration()));
  const Status written = WriteCommit(core_.get(), &mine, head);
  if (!written.ok()) return core_->Stop(written);
  // From here the commit may be found by a later open; only when HEAD tells of it may anyone else
  // be told.
  const Status noted = core_->head_writer->Write(head);
  if (!noted.ok()) return core_->Stop(noted);
  // Something else may have stopped the store meanwhile; then nothing is acknowledged any more.
  JEJAK_RETURN_IF_ERROR(core_->stopper->status());
  const std::lock_guard guard(core_->state);
  core_->head = head;
  return {};
}

Status Store::SyncHead() {
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->Writable());
  JEJAK_CHECK(core_->head_writer != nullptr);
  const Status synced = core_->head_writer->Sync();
  return synced.ok() ? synced : core_->Stop(synced);
}

std::shared_ptr<const KeyValueReader> Store::Snapshot() const {
  const std::lock_guard guard(core_->state);
  return MakeReader(core_, core_->generation, core_->db->GetSnapshot());
}

Status Store::status() const { return core_->stopper->status(); }

Status Store::Close() {
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->stopper->status());
  if (core_->closed) return Status(Reason::kStopped, "the store was closed");
  core_->closed = true;
  // Never confirmed, so never written to: HEAD stays as it was found.
  if (!core_->head_writer) return {};
  const Status finished = FinishWriting(core_.get());
  return finished.ok() ? finished : core_->Stop(finished);
}

}  // namespace jejak::store
