// Opening: refuse first, from what can be read without changing a byte; only then open for writing.
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/store/core.h"

namespace jejak::store {
namespace {

namespace fs = std::filesystem;

bool IsTableName(const std::string& name) {
  return !name.empty() && name != "default" &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

void TakeTables(std::span<const TableSpec> tables, Core* core) {
  core->tables.assign(tables.begin(), tables.end());
  for (const TableSpec& spec : core->tables) {
    const TableSpec*& place = core->specs[static_cast<size_t>(spec.id)];
    JEJAK_CHECK(place == nullptr && IsTableName(spec.name));
    for (const TableSpec& other : core->tables) {
      JEJAK_CHECK(&other == &spec || other.name != spec.name);
    }
    place = &spec;
  }
}

Status Missing(const fs::path& dir) {
  return Status(Reason::kLedgerMissing,
                fmt::format("there is neither HEAD nor db in {}", dir.string()))
      .With("file", dir.string());
}

// Makes sure that there is a folder with HEAD, and takes the lock. HEAD comes before the database,
// so that no crash leaves a database without one.
Result<FoundHead> LockAndReadHead(Core* core) {
  const fs::path& dir = core->dir;
  const bool create = core->options.create_if_missing && !core->options.read_only;
  for (const bool locked : {false, true}) {
    JEJAK_ASSIGN_OR_RETURN(const bool has_head, Exists(dir / "HEAD"));
    JEJAK_ASSIGN_OR_RETURN(const bool has_db, HoldsFiles(dir / "db"));
    if (!has_head && !has_db && !create) return Missing(dir);
    if (!locked) {
      if (create) JEJAK_RETURN_IF_ERROR(MakeFolder(dir));
      JEJAK_ASSIGN_OR_RETURN(core->lock, TakeLock(dir, core->options.read_only));
      continue;
    }
    if (!has_head && has_db) {
      return Status(Reason::kHeadMissing,
                    fmt::format("{} is missing beside {}, which is not empty",
                                (dir / "HEAD").string(), (dir / "db").string()))
          .With("file", (dir / "HEAD").string());
    }
    if (!has_head) JEJAK_RETURN_IF_ERROR(ReplaceHead(dir, HeadRecord{}, /*clean=*/false));
  }
  return ReadHead(dir);
}

std::string OpeningText(const Core& core) {
  return fmt::format("opening {}", (core.dir / "db").string());
}

rocksdb::ColumnFamilyDescriptor Describe(const Core& core, const std::string& name,
                                         Tuning tuning) {
  return {name, MakeTableOptions(tuning, core.cache, core.options)};
}

// What the database says of itself, read without writing. No value where it was never finished
// being made.
Result<std::optional<MetaRows>> LookAtDatabase(const Core& core, const FoundHead& head) {
  const fs::path folder = core.dir / "db";
  JEJAK_ASSIGN_OR_RETURN(const bool has_files, HoldsFiles(folder));
  JEJAK_ASSIGN_OR_RETURN(const bool has_current, Exists(folder / "CURRENT"));
  const bool new_ledger = head.record.commit == 0 && !head.clean;
  if (!has_current && new_ledger) return std::optional<MetaRows>();
  if (!has_files) {
    JEJAK_RETURN_IF_ERROR(CompareHeads(head, HeadRecord{}, core.dir));
    return Status(Reason::kLedgerDamaged, fmt::format("{} is empty", folder.string()))
        .With("file", folder.string());
  }
  JEJAK_RETURN_IF_ERROR(CheckTableEnds(folder));
  rocksdb::DBOptions options = MakeDbOptions(core.options, nullptr);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      Describe(core, rocksdb::kDefaultColumnFamilyName, Tuning::kSmall)};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(options, folder.string(), families, &handles, &raw);
  if (!status.ok()) return FromRocks(status, OpeningText(core)).With("file", folder.string());
  const std::unique_ptr<rocksdb::DB> db(raw);
  auto rows = ReadMetaRows(db.get(), core.dir);
  for (rocksdb::ColumnFamilyHandle* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  if (!rows.ok()) return rows.status();
  if (rows->layout && *rows->layout != kLayoutVersion) {
    return Status(Reason::kRulesUnknown,
                  fmt::format("{} has storage layout {}; this program knows {}", folder.string(),
                              *rows->layout, kLayoutVersion));
  }
  JEJAK_RETURN_IF_ERROR(CompareHeads(head, rows->head.value_or(HeadRecord{}), core.dir));
  if (rows->layout && rows->generation) return std::optional<MetaRows>(std::move(rows).value());
  if (new_ledger && !rows->head) return std::optional<MetaRows>();
  return Status(Reason::kLedgerDamaged,
                fmt::format("{} has commits, but not the row that names its generation",
                            folder.string()));
}

// Column families as they are, and as they should be.
struct Plan {
  uint64_t generation = 1;
  std::map<std::string, const TableSpec*> wanted;  // by the family's name
  std::vector<rocksdb::ColumnFamilyDescriptor> open;
  std::vector<std::string> drop;    // of `open`
  std::vector<std::string> create;  // not there yet
};

// `is_new` where no commit was ever made: then missing tables are simply made.
Result<Plan> MakePlan(Core* core, const std::vector<std::string>& present, uint64_t generation,
                      bool is_new) {
  Plan plan;
  plan.generation = generation;
  for (const TableSpec& spec : core->tables) {
    const bool log = spec.kind == TableKind::kLog;
    plan.wanted[log ? spec.name : GenerationTableName(spec.name, generation)] = &spec;
  }
  plan.open.push_back(Describe(*core, rocksdb::kDefaultColumnFamilyName, Tuning::kSmall));
  bool others = false;
  for (const std::string& name : present) {
    if (name == rocksdb::kDefaultColumnFamilyName) continue;
    const auto wanted = plan.wanted.find(name);
    if (wanted != plan.wanted.end()) {
      plan.open.push_back(Describe(*core, name, wanted->second->tuning));
      continue;
    }
    if (name.find('.') == std::string::npos) {
      return Status(Reason::kRulesUnknown,
                    fmt::format("{} has a table \"{}\", which this program does not know",
                                (core->dir / "db").string(), name));
    }
    others = true;
    // Of an interrupted rebuild, of an interrupted drop, or of a program with other projections,
    // which would find them out of date.
    if (core->options.read_only) continue;
    plan.open.push_back(Describe(*core, name, Tuning::kSmall));
    plan.drop.push_back(name);
  }
  const std::string folder = (core->dir / "db").string();
  bool any_of_generation = false;
  for (const auto& [name, spec] : plan.wanted) {
    if (std::find(present.begin(), present.end(), name) != present.end()) {
      any_of_generation |= spec->kind == TableKind::kProjection;
      continue;
    }
    if (spec->kind == TableKind::kProjection && !is_new) {
      core->rebuild_needed = true;
    } else if (!is_new) {
      return Status(Reason::kLedgerDamaged,
                    fmt::format("{} has commits, but no table \"{}\"", folder, name))
          .With("file", folder);
    } else if (!core->options.read_only) {
      plan.create.push_back(name);
    }
  }
  // What is not of the generation in force is dropped: not where that would leave none.
  if (!is_new && !any_of_generation && others) {
    return Status(Reason::kLedgerDamaged,
                  fmt::format("{} names generation {}, of which it has no table", folder,
                              generation))
        .With("file", folder);
  }
  return plan;
}

void Keep(Core* core, const Plan& plan, rocksdb::ColumnFamilyHandle* handle) {
  const TableSpec& spec = *plan.wanted.at(handle->GetName());
  Handles& owner = spec.kind == TableKind::kLog ? *core->log : *core->generation;
  owner.by_table[static_cast<size_t>(spec.id)] = handle;
}

Status OpenDatabase(Core* core, const Plan& plan, bool create) {
  const std::string folder = (core->dir / "db").string();
  rocksdb::DBOptions options =
      MakeDbOptions(core->options, core->options.read_only ? nullptr : core->stopper);
  options.create_if_missing = create;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      core->options.read_only
          ? rocksdb::DB::OpenForReadOnly(options, folder, plan.open, &handles, &raw)
          : rocksdb::DB::Open(options, folder, plan.open, &handles, &raw);
  if (!status.ok()) return FromRocks(status, OpeningText(*core)).With("file", folder);
  core->db.reset(raw);
  core->meta = core->db->DefaultColumnFamily();
  core->log = std::make_unique<Handles>(raw);
  core->generation = std::make_shared<Generation>(raw, plan.generation);
  core->next_generation = plan.generation + 1;
  Status failure;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const std::string name = handle->GetName();
    if (plan.wanted.contains(name)) {
      Keep(core, plan, handle);
      continue;
    }
    if (std::find(plan.drop.begin(), plan.drop.end(), name) != plan.drop.end() && failure.ok()) {
      failure = FromRocks(raw->DropColumnFamily(handle), "dropping the table " + name);
    }
    (void)raw->DestroyColumnFamilyHandle(handle);
  }
  return failure;
}

Status CreateTables(Core* core, const Plan& plan) {
  if (plan.create.empty()) return {};
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : plan.create) {
    families.push_back(Describe(*core, name, plan.wanted.at(name)->tuning));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = core->db->CreateColumnFamilies(families, &handles);
  for (rocksdb::ColumnFamilyHandle* handle : handles) Keep(core, plan, handle);
  return FromRocks(status, OpeningText(*core));
}

Status WriteFirstRows(Core* core) {
  rocksdb::WriteBatch batch(0, 0, kBatchProtectionBytesPerKey, 0);
  rocksdb::Status status = batch.Put(kLayoutKey, EncodeNumberRow(kLayoutVersion));
  if (status.ok()) status = batch.Put(kGenerationKey, EncodeNumberRow(core->generation->number));
  if (status.ok()) status = core->db->Write(SyncedWrites(), &batch);
  return FromRocks(status, OpeningText(*core));
}

Result<std::vector<std::string>> ListTables(const Core& core) {
  std::vector<std::string> names;
  const rocksdb::Status status = rocksdb::DB::ListColumnFamilies(
      MakeDbOptions(core.options, nullptr), (core.dir / "db").string(), &names);
  if (!status.ok()) return FromRocks(status, OpeningText(core));
  return names;
}

}  // namespace

Result<std::shared_ptr<Core>> OpenCore(const fs::path& dir, std::span<const TableSpec> tables,
                                       const OpenOptions& options) {
  auto core = std::make_shared<Core>();
  core->dir = dir;
  core->options = options;
  core->cache = MakeCache(options);
  TakeTables(tables, core.get());
  JEJAK_ASSIGN_OR_RETURN(const FoundHead head, LockAndReadHead(core.get()));
  core->opened_head = head.record;
  JEJAK_ASSIGN_OR_RETURN(const auto seen, LookAtDatabase(*core, head));
  const bool is_new = !seen.has_value();
  // A read-only opener can't finish making it.
  if (is_new && (options.read_only || !options.create_if_missing)) {
    return Status(Reason::kLedgerMissing,
                  fmt::format("the ledger in {} was never finished being made", dir.string()))
        .With("file", dir.string());
  }
  std::vector<std::string> present;
  JEJAK_ASSIGN_OR_RETURN(const bool has_current, Exists(dir / "db" / "CURRENT"));
  if (has_current) {
    JEJAK_ASSIGN_OR_RETURN(present, ListTables(*core));
  }
  JEJAK_ASSIGN_OR_RETURN(
      const Plan plan, MakePlan(core.get(), present, is_new ? 1 : *seen->generation,
                                is_new || !seen->head));
  JEJAK_RETURN_IF_ERROR(OpenDatabase(core.get(), plan, /*create=*/is_new));
  if (!options.read_only) {
    std::error_code ignored;  // it is written over when it is in the way
    fs::remove(dir / kNewTableFile, ignored);
  }
  JEJAK_RETURN_IF_ERROR(CreateTables(core.get(), plan));
  if (is_new) JEJAK_RETURN_IF_ERROR(WriteFirstRows(core.get()));
  // Once more, from what will be written to: recovery for writing is not the code that was run
  // above.
  JEJAK_ASSIGN_OR_RETURN(const MetaRows rows, ReadMetaRows(core->db.get(), dir));
  core->head = rows.head.value_or(HeadRecord{});
  JEJAK_RETURN_IF_ERROR(CompareHeads(head, core->head, dir));
  return core;
}

}  // namespace jejak::store
