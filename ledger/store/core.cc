#include "ledger/store/core.h"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "ledger/base/coding.h"

namespace jejak::store {

Handles::~Handles() {
  for (rocksdb::ColumnFamilyHandle* handle : by_table) {
    // Only frees memory, and files that were dropped; a failure has nobody to act on it.
    if (handle != nullptr) (void)db->DestroyColumnFamilyHandle(handle);
  }
}

Core::Core() = default;

Core::~Core() {
  head_writer.reset();
  generation.reset();
  log.reset();
  db.reset();
  lock.Reset();
}

const TableSpec& Core::SpecOf(TableId table) const {
  const TableSpec* spec = specs[static_cast<size_t>(table)];
  JEJAK_CHECK(spec != nullptr);
  return *spec;
}

rocksdb::ColumnFamilyHandle* Core::HandleOf(TableId table, const Generation& of) const {
  const bool is_log = SpecOf(table).kind == TableKind::kLog;
  const Handles* handles = is_log ? log.get() : &of;
  return handles->by_table[static_cast<size_t>(table)];
}

HeadRecord Core::Head() const {
  const std::lock_guard guard(state);
  return head;
}

std::shared_ptr<Generation> Core::CurrentGeneration() const {
  const std::lock_guard guard(state);
  return generation;
}

Status Core::Writable() const {
  JEJAK_RETURN_IF_ERROR(stopper->status());
  if (closed) return Status(Reason::kStopped, "the store was closed");
  if (options.read_only) {
    return Status(Reason::kPermissionDenied,
                  fmt::format("{} was opened for reading only", dir.string()));
  }
  return {};
}

Status Core::Stop(Status failure) {
  stopper->Stop(failure);
  return failure;
}

std::string GenerationTableName(const std::string& table, uint64_t generation) {
  return fmt::format("{}.{}", table, generation);
}

Bytes EncodeHeadRow(const HeadRecord& head) {
  Bytes out;
  Writer writer(&out);
  writer.Be64(head.commit);
  writer.Be64(head.size.value);
  writer.Fixed(head.root);
  return out;
}

Bytes EncodeNumberRow(uint64_t number) {
  Bytes out;
  Writer(&out).Be64(number);
  return out;
}

namespace {

Result<std::optional<Bytes>> ReadMetaRow(rocksdb::DB* db, ByteView key,
                                         const std::filesystem::path& dir) {
  std::string value;
  const rocksdb::Status status = db->Get(CheckedReads(), rocksdb::Slice(key), &value);
  if (status.IsNotFound()) return std::optional<Bytes>();
  if (!status.ok()) {
    return FromRocks(status, fmt::format("reading the row \"{}\" in {}", key, dir.string()));
  }
  return std::optional<Bytes>(std::move(value));
}

Status BadRow(ByteView key, const std::filesystem::path& dir) {
  return Status(Reason::kLedgerDamaged,
                fmt::format("the row \"{}\" in {} is not what the store writes", key,
                            (dir / "db").string()));
}

}  // namespace

Result<MetaRows> ReadMetaRows(rocksdb::DB* db, const std::filesystem::path& dir) {
  MetaRows rows;
  JEJAK_ASSIGN_OR_RETURN(const auto head, ReadMetaRow(db, kHeadKey, dir));
  if (head) {
    Reader reader(*head);
    HeadRecord record;
    record.commit = reader.Be64();
    record.size = TreeSize(reader.Be64());
    record.root = reader.Fixed<Hash>();
    if (!reader.Done()) return BadRow(kHeadKey, dir);
    rows.head = record;
  }
  JEJAK_ASSIGN_OR_RETURN(const auto generation, ReadMetaRow(db, kGenerationKey, dir));
  if (generation) {
    Reader reader(*generation);
    rows.generation = reader.Be64();
    if (!reader.Done()) return BadRow(kGenerationKey, dir);
  }
  JEJAK_ASSIGN_OR_RETURN(const auto layout, ReadMetaRow(db, kLayoutKey, dir));
  if (layout) {
    Reader reader(*layout);
    rows.layout = static_cast<uint32_t>(reader.Be64());
    if (!reader.Done()) return BadRow(kLayoutKey, dir);
  }
  return rows;
}

Status CompareHeads(const FoundHead& file, const HeadRecord& db,
                    const std::filesystem::path& dir) {
  const HeadRecord& head = file.record;
  const auto refuse = [&](Reason reason, const std::string& why) {
    return Status(reason, fmt::format("{} holds {} entries (commit {}), {} acknowledged {} "
                                      "(commit {}){}: {}",
                                      (dir / "db").string(), db.size.value, db.commit,
                                      (dir / "HEAD").string(), head.size.value, head.commit,
                                      file.clean ? " and was closed cleanly" : "", why))
        .With("have", std::to_string(db.size.value))
        .With("acknowledged", std::to_string(head.size.value))
        .With("have_commit", std::to_string(db.commit))
        .With("acknowledged_commit", std::to_string(head.commit));
  };
  if (db.commit < head.commit || db.size < head.size) {
    return refuse(Reason::kRolledBack, "the database has lost commits");
  }
  if ((db.commit == head.commit && !(db == head)) ||
      (head.commit > 0 && db.size == head.size && db.root != head.root)) {
    return refuse(Reason::kRolledBack, "the database holds another history");
  }
  if (file.clean && db.commit > head.commit) {
    return refuse(Reason::kHeadDamaged, "HEAD is an older copy");
  }
  if (db.commit - head.commit > kHeadUnsyncedCommitsMax) {
    return refuse(Reason::kHeadDamaged, "HEAD is further behind than a crash can leave it");
  }
  return {};
}

}  // namespace jejak::store
