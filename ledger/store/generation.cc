#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <span>
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
    rocksdb::ColumnFamilyOptions options =
        MakeTableOptions(spec.tuning, core->cache, core->options);
    // Nobody reads it yet, and whoever builds it wants the cores.
    options.disable_auto_compactions = true;
    families.emplace_back(GenerationTableName(spec.name, generation->number), options);
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

Status GenerationWriter::Write(const SortedRows& rows) {
  JEJAK_RETURN_IF_ERROR(core_->stopper->status());
  JEJAK_CHECK(!done_);
  const auto& all = rows.rows();
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = std::find_if(begin, all.end(), [&](const SortedRows::Row& row) {
      return row.table != begin->table;
    });
    JEJAK_RETURN_IF_ERROR(WriteTable(rows, {begin, end}));
    begin = end;
  }
  return {};
}

Status GenerationWriter::WriteTable(const SortedRows& rows, std::span<const SortedRows::Row> of) {
  const TableSpec& spec = core_->SpecOf(of.front().table);
  if (spec.kind == TableKind::kLog) {
    return Status(Reason::kInternal, "rows of log tables can't be written without the log");
  }
  const std::string what = fmt::format("building generation {}", generation_->number);
  const std::string path = (core_->dir / kNewTableFile).string();
  rocksdb::Options options(MakeDbOptions(core_->options, nullptr),
                           MakeTableOptions(spec.tuning, core_->cache, core_->options));
  // It goes to the top level, while a writer of files takes it for the bottom.
  options.bottommost_compression = rocksdb::kDisableCompressionOption;
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), options);
  JEJAK_RETURN_IF_ERROR(FromRocks(file.Open(path), what));
  for (const SortedRows::Row& row : of) {
    const rocksdb::Status added =
        row.put ? file.Put(rocksdb::Slice(rows.key(row)), rocksdb::Slice(rows.value(row)))
                : file.Delete(rocksdb::Slice(rows.key(row)));
    JEJAK_RETURN_IF_ERROR(FromRocks(added, what));
  }
  JEJAK_RETURN_IF_ERROR(FromRocks(file.Finish(), what));
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  ingest.snapshot_consistency = false;
  ingest.write_global_seqno = false;  // else the file would no longer be what its checksum says
  rocksdb::ColumnFamilyHandle* handle = core_->HandleOf(spec.id, *generation_);
  JEJAK_CHECK(handle != nullptr);
  const rocksdb::Status taken = core_->db->IngestExternalFile(handle, {path}, ingest);
  return taken.ok() ? Status() : core_->Stop(FromRocks(taken, what));
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
  // As many files of the top level as were written would stop the first commit after the switch
  // until they are merged.
  rocksdb::CompactRangeOptions merging;
  merging.exclusive_manual_compaction = false;
  merging.max_subcompactions = static_cast<uint32_t>(core_->options.background_jobs);
  for (rocksdb::ColumnFamilyHandle* handle : HandlesOf(*generation_)) {
    const rocksdb::Status merged = core_->db->CompactRange(merging, handle, nullptr, nullptr);
    if (!merged.ok()) return core_->Stop(FromRocks(merged, what));
  }
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
  const rocksdb::Status compacting = core_->db->EnableAutoCompaction(HandlesOf(*generation_));
  if (!compacting.ok()) return core_->Stop(FromRocks(compacting, what));
  const Status dropped = Drop(core_.get(), *old);
  return dropped.ok() ? dropped : core_->Stop(dropped);
}

}  // namespace jejak::store
