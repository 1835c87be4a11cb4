#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {

struct WriteSet::Impl {
  Impl(std::shared_ptr<Core> c, std::shared_ptr<Generation> g)
      : core(std::move(c)), generation(std::move(g)) {}

  // Null, and the set failed, where the table isn't there.
  rocksdb::ColumnFamilyHandle* HandleOf(TableId table) {
    const TableSpec& spec = core->SpecOf(table);
    rocksdb::ColumnFamilyHandle* handle = core->HandleOf(table, *generation);
    if (handle == nullptr) {
      Note(Status(Reason::kInternal, "the table \"" + spec.name + "\" must be rebuilt first"));
    }
    return handle;
  }
  void Note(Status status) {
    if (failure.ok()) failure = std::move(status);
  }

  std::shared_ptr<Core> core;
  std::shared_ptr<Generation> generation;
  rocksdb::WriteBatch batch{0, 0, kBatchProtectionBytesPerKey, 0};
  Status failure;  // of a Put or Delete; told by whoever takes the set
};

WriteSet::WriteSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WriteSet::~WriteSet() = default;
WriteSet::WriteSet(WriteSet&&) noexcept = default;
WriteSet& WriteSet::operator=(WriteSet&&) noexcept = default;

void WriteSet::Put(TableId table, ByteView key, ByteView value) {
  rocksdb::ColumnFamilyHandle* handle = impl_->HandleOf(table);
  if (handle == nullptr) return;
  const rocksdb::Status status =
      impl_->batch.Put(handle, rocksdb::Slice(key), rocksdb::Slice(value));
  if (!status.ok()) impl_->Note(FromRocks(status, "collecting rows"));
}

void WriteSet::Delete(TableId table, ByteView key) {
  rocksdb::ColumnFamilyHandle* handle = impl_->HandleOf(table);
  if (handle == nullptr) return;
  const rocksdb::Status status = impl_->batch.Delete(handle, rocksdb::Slice(key));
  if (!status.ok()) impl_->Note(FromRocks(status, "collecting rows"));
}

void WriteSet::Add(const RowChange& change) {
  if (change.value) {
    Put(change.table, change.key, *change.value);
  } else {
    Delete(change.table, change.key);
  }
}

size_t WriteSet::bytes() const { return impl_->batch.GetDataSize(); }
size_t WriteSet::rows() const { return impl_->batch.Count(); }

WriteSet MakeWriteSet(std::shared_ptr<Core> core, std::shared_ptr<Generation> generation) {
  return WriteSet(std::make_unique<WriteSet::Impl>(std::move(core), std::move(generation)));
}

Status CheckWriteSet(WriteSet* rows, const Core& core, const Generation& generation) {
  WriteSet::Impl* impl = rows->impl();
  JEJAK_CHECK(impl != nullptr);  // moved from
  JEJAK_RETURN_IF_ERROR(impl->failure);
  if (impl->core.get() != &core || impl->generation.get() != &generation) {
    return Status(Reason::kInternal, "the rows were collected for another store or generation");
  }
  return {};
}

Status WriteCommit(Core* core, WriteSet* rows, const HeadRecord& head) {
  rocksdb::WriteBatch& batch = rows->impl()->batch;
  rocksdb::Status status = batch.Put(core->meta, rocksdb::Slice(kHeadKey), EncodeHeadRow(head));
  if (status.ok()) status = core->db->Write(SyncedWrites(), &batch);
  return FromRocks(status, "committing to " + (core->dir / "db").string());
}

}  // namespace jejak::store
