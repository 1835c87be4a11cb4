#include <fmt/format.h>
#include <rocksdb/db.h>

#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {
namespace {

std::vector<rocksdb::ColumnFamilyHandle*> HandlesOf(const Generation& generation) {
  std::vector<rocksdb::ColumnFamilyHandle*> out;
  for (rocksdb::ColumnFamilyHandle* handle : generation.by_table) {
    if (handle != nullptr) out.push_back(handle);
  }
  return out;
}

Status Drop(Core* core, const Generation& generation) {
  const auto handles = HandlesOf(generation);
  if (handles.empty()) return {};
  return FromRocks(core->db->DropColumnFamilies(handles),
                   fmt::format("dropping generation {}", generation.number));
}

Status CreateTables(Core* core, Generation* generation) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::vector<TableId> ids;
  for (const TableSpec& spec : core->tables) {
    if (spec.kind != TableKind::kProjection) continue;
    families.emplace_back(GenerationTableName(spec.name, generation->number),
                          MakeTableOptions(spec.tuning, core->cache, core->options));
    ids.push_back(spec.id);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = core->db->CreateColumnFamilies(families, &handles);
  // As many as were made, in the order asked for.
  for (size_t i = 0; i < handles.size(); ++i) {
    generation->by_table[static_cast<size_t>(ids[i])] = handles[i];
  }
  return FromRocks(status, fmt::format("making generation {}", generation->number));
}

}  // namespace

Result<std::unique_ptr<GenerationWriter>> Store::BeginGeneration() {
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->Writable());
  if (core_->building) return Status(Reason::kInternal, "another generation is being built");
  auto writer = std::make_unique<GenerationWriter>(core_);
  core_->building = true;
  writer->generation_ =
      std::make_shared<Generation>(core_->db.get(), core_->next_generation++);
  const Status created = CreateTables(core_.get(), writer->generation_.get());
  if (!created.ok()) {
    writer->done_ = true;
    core_->building = false;
    return core_->Stop(created);
  }
  writer->reader_ = MakeReader(core_, writer->generation_, nullptr);
  return writer;
}

GenerationWriter::GenerationWriter(std::shared_ptr<Core> core) : core_(std::move(core)) {}

GenerationWriter::~GenerationWriter() {
  if (done_ || !generation_) return;
  reader_.reset();
  const std::lock_guard writing(core_->writer);
  core_->building = false;
  // What can't be dropped now is dropped at the next open.
  if (!core_->stopper->stopped()) (void)Drop(core_.get(), *generation_);
}

const KeyValueReader& GenerationWriter::reader() const { return *reader_; }

WriteSet GenerationWriter::NewWriteSet() const { return MakeWriteSet(core_, generation_); }

Status GenerationWriter::Write(WriteSet&& rows) {
  WriteSet mine = std::move(rows);
  JEJAK_RETURN_IF_ERROR(core_->stopper->status());
  JEJAK_CHECK(!done_);
  JEJAK_RETURN_IF_ERROR(CheckWriteSet(&mine, *core_, *generation_));
  return WriteUnlogged(core_.get(), &mine);
}

Status GenerationWriter::Finish(TreeSize covered) {
  const std::lock_guard writing(core_->writer);
  JEJAK_RETURN_IF_ERROR(core_->Writable());
  JEJAK_CHECK(!done_);
  if (covered != core_->Head().size) {
    return Status(Reason::kInternal,
                  fmt::format("the new generation covers {} entries; the log has {}",
                              covered.value, core_->Head().size.value));
  }
  const std::string what = fmt::format("finishing generation {}", generation_->number);
  const rocksdb::Status flushed =
      core_->db->Flush(rocksdb::FlushOptions(), HandlesOf(*generation_));
  if (!flushed.ok()) return core_->Stop(FromRocks(flushed, what));
  // The one step: before it an open finds the old generation, after it the new one.
  const rocksdb::Status switched =
      core_->db->Put(SyncedWrites(), rocksdb::Slice(kGenerationKey),
                     EncodeNumberRow(generation_->number));
  if (!switched.ok()) return core_->Stop(FromRocks(switched, what));
  std::shared_ptr<Generation> old = generation_;
  {
    const std::lock_guard guard(core_->state);
    core_->generation.swap(old);
    core_->rebuild_needed = false;
  }
  done_ = true;
  core_->building = false;
  const Status dropped = Drop(core_.get(), *old);
  return dropped.ok() ? dropped : core_->Stop(dropped);
}

}  // namespace jejak::store
