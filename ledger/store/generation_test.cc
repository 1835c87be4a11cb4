#include <gtest/gtest.h>

#include "ledger/store/testing.h"

namespace jejak::store::testing {
namespace {

// Folds the model's projections from its entries.
void Rebuild(GenerationWriter* writer, uint64_t n) {
  for (uint64_t i = 1; i <= n; ++i) {
    SortedRows rows;
    Bytes entry;
    ASSERT_TRUE(writer->reader().Get(kEntries, Key(i), &entry));
    rows.Put(kCounts, "total", std::to_string(i));
    rows.Put(kHistory, Key(i % 5), entry);
    ASSERT_TRUE(writer->Write(rows).ok());
    Bytes total;
    ASSERT_TRUE(writer->reader().Get(kCounts, "total", &total));
    ASSERT_EQ(total, std::to_string(i));
  }
}

// A new generation becomes the current one in one step; older snapshots keep the old one; later
// commits and opens use the new one.
TEST_F(StoreTest, GenerationSwitches) {
  auto store = MakeOpen(20);
  {
    // Something only the old generation has.
    WriteSet rows = store->NewWriteSet();
    FillCommit(21, &rows);
    rows.Put(kCounts, "stale", "1");
    ASSERT_TRUE(store->Commit(std::move(rows), HeadAt(21)).ok());
  }
  auto writer = store->BeginGeneration();
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  EXPECT_EQ(store->BeginGeneration().status().reason(), Reason::kInternal);
  Rebuild(writer->get(), 21);
  const auto before = store->Snapshot();
  EXPECT_EQ((*writer)->Finish(TreeSize(20)).reason(), Reason::kInternal);
  Bytes value;
  EXPECT_TRUE(store->Snapshot()->Get(kCounts, "stale", &value));
  ASSERT_TRUE((*writer)->Finish(TreeSize(21)).ok());
  EXPECT_TRUE(before->Get(kCounts, "stale", &value));
  EXPECT_EQ(Difference(*before, 21), "");
  EXPECT_FALSE(store->Snapshot()->Get(kCounts, "stale", &value));
  EXPECT_EQ(Difference(*store->Snapshot(), 21), "");
  ASSERT_TRUE(CommitNext(store.get()).ok());
  const fs::path killed = CopyOf(dir_, "killed");
  auto again = Open(killed);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_FALSE((*again)->Snapshot()->Get(kCounts, "stale", &value));
  EXPECT_EQ(Difference(*(*again)->Snapshot(), 22), "");
  EXPECT_FALSE((*again)->rebuild_needed());
}

// Rows collected for the old generation can't slip into the ledger after the switch.
TEST_F(StoreTest, RowsOfTheOldGenerationAreRefused) {
  auto store = MakeOpen(3);
  WriteSet old = store->NewWriteSet();
  FillCommit(4, &old);
  auto writer = store->BeginGeneration();
  ASSERT_TRUE(writer.ok());
  Rebuild(writer->get(), 3);
  SortedRows logged;
  logged.Put(kEntries, Key(9), "x");
  EXPECT_EQ((*writer)->Write(logged).reason(), Reason::kInternal);
  ASSERT_TRUE((*writer)->Finish(TreeSize(3)).ok());
  EXPECT_EQ(store->Commit(std::move(old), HeadAt(4)).reason(), Reason::kInternal);
  EXPECT_TRUE(CommitNext(store.get()).ok());
  EXPECT_EQ(Difference(*store->Snapshot(), 4), "");
}

// An unfinished generation leaves nothing: given up, killed, or given up by a failure to finish.
TEST_F(StoreTest, UnfinishedGenerationsVanish) {
  auto store = MakeOpen(12);
  {
    auto writer = store->BeginGeneration();
    ASSERT_TRUE(writer.ok());
    Rebuild(writer->get(), 5);
  }
  auto writer = store->BeginGeneration();
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  Rebuild(writer->get(), 7);
  ASSERT_TRUE(CommitNext(store.get()).ok());  // goes on meanwhile
  const fs::path killed = CopyOf(dir_, "killed");
  for (int round = 0; round < 2; ++round) {
    auto again = Open(killed);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(Difference(*(*again)->Snapshot(), 13), "");
    ASSERT_TRUE((*again)->ConfirmHead().ok());
    auto rebuilt = (*again)->BeginGeneration();
    ASSERT_TRUE(rebuilt.ok()) << rebuilt.status().ToString();
    EXPECT_FALSE((*rebuilt)->reader().NewCursor(kHistory)->Valid());
    Bytes value;
    EXPECT_FALSE((*rebuilt)->reader().Get(kCounts, "total", &value));
    Rebuild(rebuilt->get(), 13);
    ASSERT_TRUE((*rebuilt)->Finish(TreeSize(13)).ok());
    EXPECT_EQ(Difference(*(*again)->Snapshot(), 13), "");
  }
}

// A projection that a newer release brings is filled by a rebuild, and then is there for good.
TEST_F(StoreTest, NewProjectionIsFilledByARebuild) {
  MakeClosed(4);
  auto newer = Tables();
  newer.push_back({TableId{12}, "late", TableKind::kProjection, Tuning::kOrdered});
  for (const bool first : {true, false}) {
    auto store = Store::Open(dir_, newer, Small(false));
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    ASSERT_EQ((*store)->rebuild_needed(), first);
    if (first) {
      ASSERT_TRUE((*store)->ConfirmHead().ok());
      auto writer = (*store)->BeginGeneration();
      ASSERT_TRUE(writer.ok());
      Rebuild(writer->get(), 4);
      SortedRows rows;
      rows.Put(TableId{12}, "k", "v");
      ASSERT_TRUE((*writer)->Write(rows).ok());
      ASSERT_TRUE((*writer)->Finish(TreeSize(4)).ok());
      EXPECT_FALSE((*store)->rebuild_needed());
    }
    Bytes value;
    EXPECT_TRUE((*store)->Snapshot()->Get(TableId{12}, "k", &value));
    EXPECT_EQ(Difference(*(*store)->Snapshot(), 4), "");
  }
  // The older release doesn't keep it up, so it takes it away, and the newer one asks for it again.
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kOk);
  auto store = Store::Open(dir_, newer, Small(false));
  ASSERT_TRUE(store.ok());
  EXPECT_TRUE((*store)->rebuild_needed());
}

}  // namespace
}  // namespace jejak::store::testing
