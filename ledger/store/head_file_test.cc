#include "ledger/store/head_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ledger/store/core.h"
#include "ledger/store/testing.h"

namespace jejak::store::testing {
namespace {

Reason ReasonOf(const Bytes& file) {
  const auto found = DecodeHead(file, "HEAD");
  return found.ok() ? Reason::kOk : found.status().reason();
}

// Every bit of a HEAD that was closed cleanly matters: each single flip is refused.
TEST(HeadFileTest, EveryFlipOfACleanHeadIsRefused) {
  const Bytes slot = EncodeHeadSlot(HeadAt(9), true);
  Bytes file = slot + slot;
  ASSERT_EQ(file.size(), kHeadFileBytes);
  ASSERT_EQ(ReasonOf(file), Reason::kOk);
  for (char& byte : file) {
    const char before = byte;
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(before ^ (1 << bit));
      ASSERT_EQ(ReasonOf(file), Reason::kHeadDamaged) << (&byte - file.data()) << "." << bit;
    }
    byte = before;
  }
}

// The checksum is CRC-64/XZ, whose check value is published, so others can write the format: shown
// by the last 8 bytes of a slot over those before it, computed bit by bit.
TEST(HeadFileTest, ChecksumIsAsSpecified) {
  const auto crc = [](ByteView bytes) {
    uint64_t v = ~uint64_t{0};
    for (const char c : bytes) {
      v ^= static_cast<uint8_t>(c);
      for (int i = 0; i < 8; ++i) v = (v & 1) != 0 ? (v >> 1) ^ 0xC96C5795D7870F42u : v >> 1;
    }
    return ~v;
  };
  ASSERT_EQ(crc("123456789"), 0x995DC9BBDF1939FAu);
  const Bytes slot = EncodeHeadSlot(HeadAt(3), false);
  EXPECT_EQ(slot.substr(kHeadSlotBytes - 8),
            Key(crc(ByteView(slot).substr(0, kHeadSlotBytes - 8))));
  EXPECT_EQ(slot.substr(0, 16), Bytes("JejkHEAD\0\0\0\1\0\0\0\1", 16));
}

// What a crash can leave is accepted with the newest good record; what none can leave is refused.
TEST(HeadFileTest, TableOfSlots) {
  const Bytes bad(kHeadSlotBytes, '\x5a');
  const auto slot = [](uint64_t n, bool clean) { return EncodeHeadSlot(HeadAt(n), clean); };
  struct Row {
    Bytes file;
    Reason reason;
    uint64_t commit;
    bool clean;
  };
  const Bytes clash = EncodeHeadSlot({5, TreeSize(5), HeadAt(6).root}, false);
  Bytes later = slot(5, true);
  later[11] = 2;
  const Row rows[] = {
      {slot(5, false) + slot(4, false), Reason::kOk, 5, false},
      {slot(4, false) + slot(900, false), Reason::kOk, 900, false},
      {slot(5, false) + slot(5, false), Reason::kOk, 5, false},
      {slot(5, true) + slot(5, true), Reason::kOk, 5, true},
      {bad + slot(5, false), Reason::kOk, 5, false},
      {slot(5, false) + bad, Reason::kOk, 5, false},
      {bad + slot(5, true), Reason::kHeadDamaged, 0, false},
      {slot(5, true) + bad, Reason::kHeadDamaged, 0, false},
      {bad + bad, Reason::kHeadDamaged, 0, false},
      {slot(5, true) + slot(5, false), Reason::kHeadDamaged, 0, false},
      {slot(4, false) + slot(5, true), Reason::kHeadDamaged, 0, false},
      {slot(4, true) + slot(5, true), Reason::kHeadDamaged, 0, false},
      {slot(5, false) + clash, Reason::kHeadDamaged, 0, false},
      {later + later, Reason::kHeadDamaged, 0, false},  // its checksum does not cover the change
      {slot(5, true), Reason::kHeadDamaged, 0, false},
      {slot(5, true) + slot(5, true) + "x", Reason::kHeadDamaged, 0, false},
      {Bytes(), Reason::kHeadDamaged, 0, false},
  };
  for (const Row& row : rows) {
    const auto found = DecodeHead(row.file, "HEAD");
    const auto at = &row - rows;
    ASSERT_EQ(found.ok() ? Reason::kOk : found.status().reason(), row.reason) << "row " << at;
    if (!found.ok()) continue;
    EXPECT_EQ(found->record, HeadAt(row.commit)) << "row " << at;
    EXPECT_EQ(found->clean, row.clean) << "row " << at;
  }
}

// The database may be ahead of an unclean HEAD by what a crash explains, never behind, never other.
TEST(HeadFileTest, TableOfComparisons) {
  const auto at = [](uint64_t n, bool clean) { return FoundHead{HeadAt(n), clean}; };
  const HeadRecord other_root{5, TreeSize(5), HeadAt(6).root};
  const HeadRecord same_size_other{6, TreeSize(5), HeadAt(6).root};
  const HeadRecord same_size{6, TreeSize(5), HeadAt(5).root};
  const HeadRecord shorter{6, TreeSize(4), HeadAt(4).root};
  struct Row {
    FoundHead head;
    HeadRecord db;
    Reason reason;
  };
  const Row rows[] = {
      {at(5, true), HeadAt(5), Reason::kOk},
      {at(5, false), HeadAt(5), Reason::kOk},
      {at(5, false), HeadAt(6), Reason::kOk},
      {at(5, false), HeadAt(5 + kHeadUnsyncedCommitsMax), Reason::kOk},
      {at(5, false), HeadAt(6 + kHeadUnsyncedCommitsMax), Reason::kHeadDamaged},
      {at(5, false), same_size, Reason::kOk},
      {at(0, false), HeadAt(0), Reason::kOk},
      {at(0, false), HeadAt(1), Reason::kOk},
      {at(5, true), HeadAt(6), Reason::kHeadDamaged},
      {at(5, true), HeadAt(4), Reason::kRolledBack},
      {at(5, false), HeadAt(4), Reason::kRolledBack},
      {at(5, false), HeadAt(0), Reason::kRolledBack},
      {at(5, false), other_root, Reason::kRolledBack},
      {at(5, false), same_size_other, Reason::kRolledBack},
      {at(5, false), shorter, Reason::kRolledBack},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(CompareHeads(row.head, row.db, "x").reason(), row.reason) << (&row - rows);
  }
}

// A slot is not written again before the other one is durable: between two syncs every write goes
// to one slot, and the other keeps the record of the last sync.
TEST_F(StoreTest, SlotsAlternateBySync) {
  fs::create_directories(dir_);
  ASSERT_TRUE(ReplaceHead(dir_, HeadAt(1), false).ok());
  auto writer = HeadWriter::Start(dir_, HeadAt(1), [](const Status&) { FAIL(); });
  ASSERT_TRUE(writer.ok());
  const auto commits = [&] {
    const Bytes file = Slurp(dir_ / "HEAD");
    std::vector<uint64_t> out;
    for (size_t at : {size_t{16}, kHeadSlotBytes + 16}) {
      Reader reader(ByteView(file).substr(at, 8));
      out.push_back(reader.Be64());
    }
    return out;
  };
  ASSERT_TRUE((*writer)->Sync().ok());  // nothing to sync: stays in the first slot
  for (const uint64_t n : {2u, 3u}) ASSERT_TRUE((*writer)->Write(HeadAt(n)).ok());
  ASSERT_TRUE((*writer)->Sync().ok());
  EXPECT_EQ(commits(), (std::vector<uint64_t>{3, 1}));
  for (const uint64_t n : {4u, 5u}) ASSERT_TRUE((*writer)->Write(HeadAt(n)).ok());
  ASSERT_TRUE((*writer)->Sync().ok());
  EXPECT_EQ(commits(), (std::vector<uint64_t>{3, 5}));
  EXPECT_EQ(ReadHead(dir_)->record, HeadAt(5));
  // A long run without an explicit sync changes slots by itself after kHeadUnsyncedCommitsMax.
  for (uint64_t n = 6; n <= 6 + kHeadUnsyncedCommitsMax; ++n) {
    ASSERT_TRUE((*writer)->Write(HeadAt(n)).ok());
  }
  for (const uint64_t commit : commits()) EXPECT_GT(commit, 5u);
}

// A folder that was removed or exchanged under an open ledger: what it acknowledged would be gone.
TEST_F(StoreTest, HeadOfAFolderThatIsGone) {
  for (const bool exchanged : {true, false}) {
    fs::create_directories(dir_);
    ASSERT_TRUE(ReplaceHead(dir_, HeadAt(1), false).ok());
    auto writer = HeadWriter::Start(dir_, HeadAt(1), [](const Status&) {});
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Write(HeadAt(2)).ok());
    ASSERT_TRUE((*writer)->Sync().ok());
    fs::remove_all(dir_);
    if (exchanged) {
      fs::create_directories(dir_);
      ASSERT_TRUE(ReplaceHead(dir_, HeadAt(1), false).ok());
    }
    (void)(*writer)->Write(HeadAt(3));
    EXPECT_EQ((*writer)->Sync().reason(), Reason::kLedgerDamaged);
    EXPECT_EQ((*writer)->Write(HeadAt(4)).reason(), Reason::kLedgerDamaged);
  }
}

// The last commit before a quiet spell is synced without another call: shown by the next write
// going to the other slot.
TEST_F(StoreTest, QuietHeadIsSynced) {
  fs::create_directories(dir_);
  ASSERT_TRUE(ReplaceHead(dir_, HeadAt(1), false).ok());
  auto writer = HeadWriter::Start(dir_, HeadAt(1), [](const Status&) { FAIL(); });
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Write(HeadAt(2)).ok());
  const auto second_slot = [&] { return Slurp(dir_ / "HEAD").substr(kHeadSlotBytes); };
  const Bytes before = second_slot();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  // Writing the same record again keeps a dirty slot dirty and does not put off its sync.
  while (second_slot() == before && std::chrono::steady_clock::now() < deadline) {
    ASSERT_TRUE((*writer)->Write(HeadAt(2)).ok());
    std::this_thread::yield();
  }
  EXPECT_NE(second_slot(), before);
}

// Flips, cuts, loss and exchange of HEAD of a whole ledger are refused by Open, again and again,
// and the original still opens.
TEST_F(StoreTest, DamagedHeadIsRefusedByOpen) {
  MakeClosed(3);
  const Bytes older = Slurp(dir_ / "HEAD");
  {
    auto store = Open(dir_);
    ASSERT_TRUE(store.ok() && (*store)->ConfirmHead().ok());
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(CommitNext(store->get()).ok());
  }
  const fs::path head = dir_ / "HEAD";
  const Bytes good = Slurp(head);
  const auto step = [](size_t byte) -> size_t { return byte % kHeadSlotBytes < 72 ? 1 : 311; };
  for (size_t byte = 0; byte < good.size(); byte += step(byte)) {
    Bytes bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << (byte % 8)));
    Spill(head, bad);
    ASSERT_EQ(ReasonOfOpening(dir_), Reason::kHeadDamaged) << byte;
    ASSERT_EQ(Slurp(head), bad);
  }
  for (const size_t length : {size_t{0}, size_t{1}, kHeadSlotBytes, kHeadFileBytes - 1}) {
    Spill(head, good.substr(0, length));
    EXPECT_EQ(ReasonOfOpening(dir_), Reason::kHeadDamaged) << length;
  }
  Spill(head, older);
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kHeadDamaged);
  fs::remove(head);
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kHeadMissing);
  EXPECT_EQ(ReasonOfOpening(dir_, ReadOnly()), Reason::kHeadMissing);
  EXPECT_FALSE(fs::exists(head));
  ASSERT_EQ(mkfifo(head.c_str(), 0600), 0);
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kHeadDamaged);
  fs::remove(head);
  Spill(head, good);
  EXPECT_EQ(ReasonOfOpening(dir_), Reason::kOk);
}

}  // namespace
}  // namespace jejak::store::testing
