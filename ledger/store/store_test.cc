#include "ledger/store/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/status.h>

#include <thread>

#include "ledger/base/files.h"
#include "ledger/store/core.h"
#include "ledger/store/rocks.h"
#include "ledger/store/testing.h"

namespace jejak::store::testing {
namespace {

// What was committed is there after close and reopen, with the head that was given.
TEST_F(StoreTest, CommitsSurviveReopening) {
  MakeClosed(3);
  for (uint64_t n = 3; n < 6; ++n) {
    auto store = Open(dir_, Small(false));
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    EXPECT_EQ((*store)->opened_head(), HeadAt(n));
    EXPECT_EQ((*store)->head(), HeadAt(n));
    EXPECT_FALSE((*store)->rebuild_needed());
    EXPECT_EQ(Difference(*(*store)->Snapshot(), n), "");
    ASSERT_TRUE((*store)->ConfirmHead().ok());
    ASSERT_TRUE(CommitNext(store->get()).ok());
    ASSERT_TRUE((*store)->Close().ok());
  }
}

// Nothing is made where there is nothing, unless asked for; a made ledger opens empty.
TEST_F(StoreTest, MissingIsSaid) {
  EXPECT_EQ(ReasonOfOpening(dir_, Small(false)), Reason::kLedgerMissing);
  EXPECT_EQ(ReasonOfOpening(dir_, ReadOnly()), Reason::kLedgerMissing);
  EXPECT_FALSE(fs::exists(dir_));
  fs::create_directories(dir_);
  EXPECT_EQ(ReasonOfOpening(dir_, Small(false)), Reason::kLedgerMissing);
  EXPECT_TRUE(fs::is_empty(dir_));
  MakeClosed(0);
  auto store = Open(dir_, Small(false));
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  EXPECT_EQ((*store)->head(), HeadRecord{});
}

// One opener at a time, whoever it is; the lock goes with the store.
TEST_F(StoreTest, SecondOpenerIsRefused) {
  auto store = MakeOpen(2);
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kLedgerInUse);
  EXPECT_EQ(ReasonOfOpening(dir_, ReadOnly()), Reason::kLedgerInUse);
  // The descriptor is not handed to programs that this one starts.
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (fs::read_symlink(entry.path(), error) != dir_ / "LOCK") continue;
    const int flags = ::fcntl(std::stoi(entry.path().filename().string()), F_GETFD);
    EXPECT_NE(flags & FD_CLOEXEC, 0);
  }
  store.reset();
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kOk);
}

// A read-only opener sees everything and changes no byte, not even of HEAD.
TEST_F(StoreTest, ReadOnlyChangesNothing) {
  MakeClosed(7);
  const Bytes head = Slurp(dir_ / "HEAD");
  auto store = Open(dir_, ReadOnly());
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  EXPECT_EQ(Difference(*(*store)->Snapshot(), 7), "");
  EXPECT_EQ((*store)->ConfirmHead().reason(), Reason::kPermissionDenied);
  EXPECT_EQ((*store)->BeginGeneration().status().reason(), Reason::kPermissionDenied);
  EXPECT_TRUE((*store)->VerifyChecksums(nullptr).ok());
  EXPECT_TRUE((*store)->Close().ok());
  EXPECT_EQ(Slurp(dir_ / "HEAD"), head);
}

// An opener that does not confirm leaves HEAD as it found it, so that a refusal is repeated.
TEST_F(StoreTest, UnconfirmedLeavesHead) {
  MakeClosed(2);
  const Bytes head = Slurp(dir_ / "HEAD");
  { ASSERT_TRUE(Open(dir_).ok()); }
  EXPECT_EQ(Slurp(dir_ / "HEAD"), head);
}

// A snapshot keeps its state whatever is committed later, also to several threads, and outlives
// Close.
TEST_F(StoreTest, SnapshotsAreIsolated) {
  auto store = MakeOpen(10);
  const auto before = store->Snapshot();
  const auto cursor = before->NewCursor(kEntries);
  cursor->Seek(Key(4));
  std::vector<std::thread> readers;
  std::array<std::string, 3> differences;
  for (std::string& difference : differences) {
    readers.emplace_back([&] {
      for (int i = 0; i < 20 && difference.empty(); ++i) difference = Difference(*before, 10);
    });
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(CommitNext(store.get()).ok());
  for (std::thread& reader : readers) reader.join();
  for (const std::string& difference : differences) EXPECT_EQ(difference, "");
  EXPECT_EQ(Difference(*store->Snapshot(), 60), "");
  ASSERT_TRUE(store->Close().ok());
  EXPECT_EQ(CommitNext(store.get()).reason(), Reason::kStopped);
  store.reset();
  EXPECT_EQ(Difference(*before, 10), "");
  uint64_t rows = 0;
  for (; cursor->Valid(); cursor->Next()) ++rows;
  EXPECT_EQ(rows, 7u);
}

// Keys come in byte order from the place sought; deletes count; the last of two changes of a row
// wins.
TEST_F(StoreTest, CursorsAndDeletes) {
  auto store = MakeOpen(0);
  WriteSet rows = store->NewWriteSet();
  for (const char* key : {"b", "a", "\xff", "ab", "c"}) rows.Put(kPeople, key, key);
  rows.Add({kPeople, "c", std::nullopt});
  rows.Delete(kPeople, "a");
  rows.Put(kPeople, "a", "again");
  EXPECT_EQ(rows.rows(), 8u);
  ASSERT_TRUE(store->Commit(std::move(rows), HeadAt(1)).ok());
  const auto snapshot = store->Snapshot();
  const auto cursor = snapshot->NewCursor(kPeople);
  EXPECT_FALSE(cursor->Valid());
  std::string seen;
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    seen += std::string(cursor->key()) + "=" + std::string(cursor->value()) + " ";
  }
  EXPECT_EQ(seen, "a=again ab=ab b=b \xff=\xff ");
  cursor->Seek("aa");
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "ab");
  EXPECT_TRUE(snapshot->status().ok());
}

// A rows set of another store is refused and nothing is written or stopped by it.
TEST_F(StoreTest, ForeignRowsAreRefused) {
  auto store = MakeOpen(1);
  const auto tables = Tables();
  auto other = Store::Open(root_ / "other", tables, Small());
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(store->Commit((*other)->NewWriteSet(), HeadAt(2)).reason(), Reason::kInternal);
  EXPECT_TRUE(CommitNext(store.get()).ok());
}

// A table that an older program doesn't know is refused, and a table of the log that is not there:
// it was lost. A newer program's new projection is asked for.
TEST_F(StoreTest, TablesOfOtherReleases) {
  MakeClosed(4);
  auto newer = Tables();
  newer.push_back({TableId{3}, "notes", TableKind::kLog, Tuning::kSmall});
  for (const bool read_only : {true, false}) {
    OpenOptions options = Small(false);
    options.read_only = read_only;
    EXPECT_EQ(Store::Open(dir_, newer, options).status().reason(), Reason::kLedgerDamaged);
  }
  newer.back() = {TableId{12}, "late", TableKind::kProjection, Tuning::kOrdered};
  {
    auto store = Store::Open(dir_, newer, Small(false));
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    EXPECT_TRUE((*store)->rebuild_needed());
    const auto snapshot = (*store)->Snapshot();
    Bytes value;
    EXPECT_FALSE(snapshot->Get(TableId{12}, "k", &value));
    EXPECT_EQ(snapshot->status().reason(), Reason::kLedgerDamaged);
    // What one asker could not read does not fail for the next.
    EXPECT_TRUE(Apart(*snapshot)->status().ok());
    ASSERT_TRUE((*store)->ConfirmHead().ok());
    WriteSet rows = (*store)->NewWriteSet();
    rows.Put(TableId{12}, "k", "v");
    EXPECT_EQ((*store)->Commit(std::move(rows), HeadAt(5)).reason(), Reason::kInternal);
  }
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kOk);
  newer.push_back({TableId{3}, "notes", TableKind::kLog, Tuning::kSmall});
  ASSERT_TRUE(Store::Open(root_ / "newer", newer, Small()).ok());
  EXPECT_EQ(ReasonOfOpening(root_ / "newer"), Reason::kRulesUnknown);
}

void NameGeneration(const fs::path& dir, uint64_t generation) {
  const std::string folder = (dir / "db").string();
  const rocksdb::DBOptions options = MakeDbOptions(Small(), nullptr);
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, folder, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder, families, &handles, &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  ASSERT_TRUE(db->Put(SyncedWrites(), kGenerationKey, EncodeNumberRow(generation)).ok());
  for (rocksdb::ColumnFamilyHandle* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
}

// A row that names a generation of which there is no table must not cost those that there are.
TEST_F(StoreTest, AGenerationWithoutTables) {
  MakeClosed(4);
  NameGeneration(dir_, 2);
  EXPECT_EQ(ReasonOfOpening(dir_, Small(false)), Reason::kLedgerDamaged);
  NameGeneration(dir_, 1);
  auto store = Store::Open(dir_, Tables(), Small(false));
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  EXPECT_FALSE((*store)->rebuild_needed());
}

// Statuses of RocksDB that carry an errno only as text are told apart.
TEST(RocksTest, ForeignErrorsAreTyped) {
  using S = rocksdb::Status;
  const auto reason = [](const S& status) { return FromRocks(status, "x").reason(); };
  EXPECT_EQ(reason(S::NoSpace()), Reason::kDiskFull);
  EXPECT_EQ(reason(S::IOError("While appending", "File too large")), Reason::kDiskFull);
  EXPECT_EQ(reason(S::IOError("While open a file", "Permission denied")),
            Reason::kPermissionDenied);
  EXPECT_EQ(reason(S::IOError("While open", "Read-only file system")), Reason::kPermissionDenied);
  EXPECT_EQ(reason(S::IOError("While lock file: x", "Resource temporarily unavailable")),
            Reason::kLedgerInUse);
  EXPECT_EQ(reason(S::PathNotFound("x")), Reason::kLedgerDamaged);
  EXPECT_EQ(reason(S::Corruption("x")), Reason::kLedgerDamaged);
  EXPECT_EQ(reason(S::IOError("While read", "Input/output error")), Reason::kIoError);
  EXPECT_EQ(reason(S::InvalidArgument("x")), Reason::kInternal);
  EXPECT_EQ(FromErrno(ENOSPC, "x", "y").reason(), Reason::kDiskFull);
  EXPECT_EQ(FromErrno(EROFS, "x", "y").reason(), Reason::kPermissionDenied);
  EXPECT_EQ(FromErrno(EIO, "x", "y").reason(), Reason::kIoError);
}

}  // namespace
}  // namespace jejak::store::testing
