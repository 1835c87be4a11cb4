#include <gtest/gtest.h>

#include "ledger/store/testing.h"

namespace jejak::store::testing {
namespace {

bool IsRefusal(Reason reason) {
  return reason == Reason::kRolledBack || reason == Reason::kLedgerDamaged;
}

// Every file's name and contents, to show that a refusal changes nothing.
std::vector<std::pair<std::string, Bytes>> Contents(const fs::path& dir) {
  std::vector<std::pair<std::string, Bytes>> out;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file()) out.emplace_back(entry.path().string(), Slurp(entry.path()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

class WalTest : public StoreTest {
 protected:
  // A ledger of 20 commits whose sizes of the WAL after each commit are known; killed or closed.
  void Make(bool close) {
    auto store = MakeOpen(0);
    const auto logs = FilesWith(dir_ / "db", ".log");
    wal_ = logs.back().filename();
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(CommitNext(store.get()).ok());
      ends_.push_back(fs::file_size(dir_ / "db" / wal_));
    }
    if (close) {
      ASSERT_TRUE(store->Close().ok());
      store.reset();
    }
    damaged_ = CopyOf(dir_, "damaged");
    wal_ = damaged_ / "db" / wal_;
    good_ = Slurp(wal_);
    ASSERT_EQ(good_.size(), ends_.back());
  }
  fs::path damaged_;
  fs::path wal_;
  Bytes good_;
  std::vector<uint64_t> ends_;
};

// A WAL that lost its last commit, five commits, all, or half a record is ROLLED_BACK, whether the
// store was closed or killed; the refusal says what was lost, changes no byte, and does not pass by
// itself.
TEST_F(WalTest, CutIsRolledBack) {
  for (const bool close : {true, false}) {
    fs::remove_all(dir_);
    ends_.clear();
    Make(close);
    for (const uint64_t length :
         {ends_[18], ends_[14], ends_[18] + 3, ends_[19] - 1, ends_[19] - 40, uint64_t{0}}) {
      Spill(wal_, good_.substr(0, length));
      const auto before = Contents(damaged_);
      for (const auto& options : {Small(), ReadOnly(), Small()}) {
        const auto store = Open(damaged_, options);
        ASSERT_FALSE(store.ok()) << length;
        if (length > 0) {
          EXPECT_EQ(store.status().reason(), Reason::kRolledBack) << length;
          EXPECT_EQ(store.status().metadata()[1].second, "20") << store.status().ToString();
        } else {
          EXPECT_TRUE(IsRefusal(store.status().reason())) << store.status().ToString();
        }
      }
      EXPECT_TRUE(Contents(damaged_) == before) << length;
    }
    Spill(wal_, good_);
    EXPECT_EQ(ReasonOfOpening(damaged_), Reason::kOk);
  }
}

// A flipped bit anywhere in the WAL, its record lengths included, is refused and changes nothing.
// RocksDB alone opens most of these and silently drops what follows.
TEST_F(WalTest, FlipIsRefused) {
  Make(/*close=*/false);
  std::vector<size_t> places;
  for (const uint64_t end : ends_) {
    // A record's header: checksum 4, length 2, type 1.
    for (size_t i = 0; i < 7 && end + i < good_.size(); ++i) places.push_back(end + i);
  }
  for (size_t i = 0; i < good_.size(); i += 37) places.push_back(i);
  const auto before = Contents(damaged_);
  for (const size_t place : places) {
    Bytes bad = good_;
    bad[place] = static_cast<char>(bad[place] ^ (1 << (place % 8)));
    Spill(wal_, bad);
    const Reason reason = ReasonOfOpening(damaged_);
    ASSERT_TRUE(IsRefusal(reason)) << place << ": " << InfoOf(reason).name;
  }
  Spill(wal_, good_);
  EXPECT_TRUE(Contents(damaged_) == before);
  EXPECT_EQ(ReasonOfOpening(damaged_), Reason::kOk);
}

// A torn commit that nobody was told of is dropped, and the ledger goes on: HEAD is one commit
// older.
TEST_F(WalTest, TornUnacknowledgedCommitIsDropped) {
  auto store = MakeOpen(6);
  const fs::path head_before = CopyOf(dir_ / "HEAD", "head");
  ASSERT_TRUE(CommitNext(store.get()).ok());
  const fs::path killed = CopyOf(dir_, "killed");
  fs::copy_file(head_before, killed / "HEAD", fs::copy_options::overwrite_existing);
  const fs::path wal = FilesWith(killed / "db", ".log").back();
  const Bytes whole = Slurp(wal);
  {
    auto ahead = Open(CopyOf(killed, "ahead"));
    ASSERT_TRUE(ahead.ok()) << ahead.status().ToString();
    EXPECT_EQ((*ahead)->opened_head(), HeadAt(6));
    EXPECT_EQ((*ahead)->head(), HeadAt(7));
  }
  Spill(wal, whole.substr(0, whole.size() - 5));
  auto again = Open(killed);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ((*again)->head(), HeadAt(6));
  ASSERT_TRUE((*again)->ConfirmHead().ok());
  ASSERT_TRUE(CommitNext(again->get()).ok());
  EXPECT_EQ(Difference(*(*again)->Snapshot(), 7), "");
}

class TableFileTest : public StoreTest {
 protected:
  // A ledger whose rows are in table files, for so many that Close flushes them.
  void SetUp() override {
    StoreTest::SetUp();
    auto store = MakeOpen(5);
    WriteSet rows = store->NewWriteSet();
    FillCommit(6, &rows);
    for (uint64_t i = 0; i < 300; ++i) rows.Put(kEntries, Key(1000 + i), Bytes(64'000, 'z'));
    ASSERT_TRUE(store->Commit(std::move(rows), HeadAt(6)).ok());
    ASSERT_TRUE(store->Close().ok());
    store.reset();
    files_ = FilesWith(dir_ / "db", ".sst");
    ASSERT_GE(files_.size(), 3u);
  }
  std::vector<fs::path> files_;
};

// A missing, shortened or lengthened table file is refused at once, before anything is written.
TEST_F(TableFileTest, MissingOrCutIsRefused) {
  for (const fs::path& file : files_) {
    const fs::path dir = CopyOf(dir_, "damaged");
    const fs::path victim = dir / "db" / file.filename();
    const Bytes good = Slurp(victim);
    fs::remove(victim);
    const auto missing = Open(dir);
    EXPECT_EQ(ReasonOfOpening(dir, ReadOnly()), Reason::kLedgerDamaged);
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.status().reason(), Reason::kLedgerDamaged);
    EXPECT_NE(missing.status().message().find(file.stem().string()), std::string::npos)
        << missing.status().ToString();
    Spill(victim, good.substr(0, good.size() - 1));
    EXPECT_EQ(ReasonOfOpening(dir), Reason::kLedgerDamaged);
    Spill(victim, good + "x");
    EXPECT_EQ(ReasonOfOpening(dir), Reason::kLedgerDamaged);
    fs::remove(victim);
    fs::create_directory(victim);
    EXPECT_EQ(ReasonOfOpening(dir), Reason::kLedgerDamaged);
    fs::remove(victim);
    Spill(victim, good);
    EXPECT_EQ(ReasonOfOpening(dir), Reason::kOk);
  }
}

// Where each record of a file in RocksDB's log format ends: blocks of 32 KiB, a header of checksum
// 4, length 2, type 1.
std::vector<size_t> RecordEnds(const Bytes& file) {
  constexpr size_t kBlock = 32'768, kHeader = 7;
  std::vector<size_t> ends;
  size_t at = 0;
  while (at + kHeader <= file.size()) {
    if (kBlock - at % kBlock < kHeader) {
      at += kBlock - at % kBlock;
      continue;
    }
    const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(file[i])); };
    const size_t type = byte(at + 6);
    at += kHeader + byte(at + 4) + (byte(at + 5) << 8);
    if (type == 1 || type == 4) ends.push_back(at);  // whole, or the last part
  }
  return ends;
}

fs::path ManifestOf(const fs::path& dir) {
  for (const auto& entry : fs::directory_iterator(dir / "db")) {
    if (entry.path().filename().string().starts_with("MANIFEST-")) return entry.path();
  }
  return {};
}

// A manifest that lost its last records is refused, whichever and however many, and nothing is
// changed. Where each is whole RocksDB alone sees nothing: it opens without the rows of the table
// files that the lost records named, and deletes those files when it opens to write.
TEST_F(TableFileTest, CutManifestIsRefused) {
  const fs::path dir = CopyOf(dir_, "damaged");
  const fs::path manifest = ManifestOf(dir);
  const Bytes good = Slurp(manifest);
  const std::vector<size_t> ends = RecordEnds(good);
  ASSERT_GT(ends.size(), 12u);
  ASSERT_EQ(ends.back(), good.size());
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    for (const size_t length : {ends[i], ends[i] + 3}) {
      Spill(manifest, good.substr(0, length));
      const auto before = Contents(dir);
      for (const auto& options : {Small(), ReadOnly(), Small()}) {
        const Reason reason = ReasonOfOpening(dir, options);
        ASSERT_TRUE(IsRefusal(reason)) << "record " << i << ": " << InfoOf(reason).name;
      }
      ASSERT_TRUE(Contents(dir) == before) << "record " << i;
    }
  }
  Spill(manifest, good);
  EXPECT_EQ(ReasonOfOpening(dir), Reason::kOk);
}

// The same of a ledger in the middle of its life, with table files and rows that are only in WALs:
// where it opens nevertheless, the lost records were of no consequence, and every row is there.
TEST_F(StoreTest, CutManifestLosesNoRowUnseen) {
  OpenOptions tight = Small();
  tight.write_buffer_bytes = size_t{256} << 10;
  auto store = Open(dir_, tight);
  ASSERT_TRUE(store.ok() && (*store)->ConfirmHead().ok());
  constexpr uint64_t kCommits = 100;
  for (uint64_t n = 1; n <= kCommits; ++n) {
    WriteSet rows = (*store)->NewWriteSet();
    FillCommit(n, &rows);
    rows.Put(kPeople, Key(n), Bytes(20'000, static_cast<char>('a' + n % 26)));
    ASSERT_TRUE((*store)->Commit(std::move(rows), HeadAt(n)).ok());
  }
  ASSERT_TRUE((*store)->Close().ok());  // too little for Close to write table files
  store->reset();
  const fs::path& dir = dir_;
  const fs::path manifest = ManifestOf(dir);
  const Bytes good = Slurp(manifest);
  const std::vector<size_t> ends = RecordEnds(good);
  ASSERT_GT(FilesWith(dir / "db", ".sst").size(), 3u);
  ASSERT_GT(ends.size(), 20u);
  size_t refused = 0;
  for (const size_t end : ends) {
    Spill(manifest, good.substr(0, end));
    const auto opened = Open(dir, ReadOnly());
    if (!opened.ok()) {
      ASSERT_TRUE(IsRefusal(opened.status().reason())) << opened.status().ToString();
      ++refused;
      continue;
    }
    const auto snapshot = (*opened)->Snapshot();
    ASSERT_EQ(Difference(*snapshot, kCommits), "") << end;
    Bytes value;
    for (uint64_t n = 1; n <= kCommits; ++n)
      ASSERT_TRUE(snapshot->Get(kPeople, Key(n), &value)) << end << ": row " << n;
  }
  EXPECT_GT(refused, ends.size() / 2);
  EXPECT_LT(refused, ends.size());  // whole, it opens
}

// A flipped bit anywhere in a table file, unused bytes included, is found by Open or
// VerifyChecksums; the latter names the file.
TEST_F(TableFileTest, FlipIsFound) {
  for (const fs::path& file : files_) {
    const fs::path dir = CopyOf(dir_, "damaged");
    const fs::path victim = dir / "db" / file.filename();
    const size_t bytes = fs::file_size(victim);
    for (size_t i = 0; i < 24; ++i) {
      const size_t place = i < 12 ? i * bytes / 12 : bytes - 1 - (i - 12) * 4;
      FlipBit(victim, place, i % 8);
      const auto store = Open(dir, ReadOnly());
      const Status status = store.ok() ? (*store)->VerifyChecksums(nullptr) : store.status();
      EXPECT_EQ(status.reason(), Reason::kLedgerDamaged) << status.ToString();
      if (store.ok()) {  // RocksDB's own refusal of a bad footer names the manifest
        EXPECT_EQ(status.metadata(), (Status::Metadata{{"file", victim.string()}}));
      }
      FlipBit(victim, place, i % 8);
    }
  }
}

// The check reports how far it is, ends at the total, and can be stopped; a whole ledger passes.
TEST_F(TableFileTest, ChecksumsReportProgress) {
  auto store = Open(dir_);
  ASSERT_TRUE(store.ok());
  uint64_t last = 0;
  uint64_t all = 0;
  EXPECT_TRUE((*store)
                  ->VerifyChecksums([&](uint64_t done, uint64_t total) {
                    EXPECT_GT(done, last);
                    last = done;
                    all = total;
                    return true;
                  })
                  .ok());
  EXPECT_GT(all, 0u);
  EXPECT_EQ(last, all);
  const Status stopped = (*store)->VerifyChecksums([](uint64_t, uint64_t) { return false; });
  EXPECT_EQ(stopped.reason(), Reason::kInterrupted);
  EXPECT_TRUE((*store)->status().ok());
}

// A block that can't be read makes the row absent and the reader's status a failure, for good.
TEST_F(TableFileTest, FailedReadSticks) {
  const fs::path dir = CopyOf(dir_, "damaged");
  const auto files = FilesWith(dir / "db", ".sst");
  const auto by_size = [](const auto& a, const auto& b) {
    return fs::file_size(a) < fs::file_size(b);
  };
  FlipBit(*std::max_element(files.begin(), files.end(), by_size), 1, 3);  // the entries
  auto store = Open(dir);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  const auto snapshot = (*store)->Snapshot();
  Bytes value;
  EXPECT_FALSE(snapshot->Get(kEntries, Key(1), &value));
  EXPECT_EQ(snapshot->status().reason(), Reason::kLedgerDamaged);
  const auto cursor = (*store)->Snapshot()->NewCursor(kEntries);
  cursor->Seek("");
  EXPECT_FALSE(cursor->Valid());
  EXPECT_EQ(snapshot->status().reason(), Reason::kLedgerDamaged);
}

// Without its database, or without its files, a ledger that has acknowledged something is refused
// and not made anew.
TEST_F(StoreTest, LostDatabaseIsRefused) {
  MakeClosed(3);
  const fs::path dir = CopyOf(dir_, "damaged");
  fs::remove(dir / "db" / "CURRENT");
  EXPECT_EQ(ReasonOfOpening(dir), Reason::kLedgerDamaged);
  fs::remove_all(dir / "db");
  EXPECT_EQ(ReasonOfOpening(dir), Reason::kRolledBack);
  fs::create_directories(dir / "db");
  EXPECT_EQ(ReasonOfOpening(dir), Reason::kRolledBack);
  EXPECT_TRUE(fs::is_empty(dir / "db"));
}

// An older copy of db beside the newer HEAD is ROLLED_BACK, closed or killed; so is another
// ledger's db.
TEST_F(StoreTest, OlderDatabaseIsRolledBack) {
  MakeClosed(3);
  const fs::path older = CopyOf(dir_ / "db", "older");
  auto store = Open(dir_);
  ASSERT_TRUE(store.ok() && (*store)->ConfirmHead().ok());
  ASSERT_TRUE(CommitNext(store->get()).ok());
  const fs::path killed = CopyOf(dir_, "killed");
  ASSERT_TRUE((*store)->Close().ok());
  store->reset();
  for (const fs::path& dir : {killed, dir_}) {
    fs::remove_all(dir / "db");
    fs::copy(older, dir / "db", fs::copy_options::recursive);
    const auto refused = Open(dir);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.status().reason(), Reason::kRolledBack);
    EXPECT_EQ(refused.status().metadata(),
              (Status::Metadata{{"have", "3"},
                                {"acknowledged", "4"},
                                {"have_commit", "3"},
                                {"acknowledged_commit", "4"}}));
  }
}

}  // namespace
}  // namespace jejak::store::testing
