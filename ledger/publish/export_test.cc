// An export is what C2SP tlog-tiles says, at every size and through any steps; it refuses what is
// not its own past, and whatever stops it leaves the published state whole.
#include "ledger/publish/export.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "ledger/base/files.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/publish/export_reader.h"

namespace jejak::publish {
namespace {

namespace fs = std::filesystem;

// A log of made-up entries, signed at the size it is cut to.
class MadeUp final : public Log {
 public:
  explicit MadeUp(uint64_t size, std::string origin = "jejak.example/export")
      : origin_(std::move(origin)) {
    for (uint64_t i = 0; i < size; ++i) entries.push_back("entry " + std::to_string(i * i));
  }
  Result<Bytes> EntryBytes(LogIndex index) const override {
    if (index.value >= entries.size()) return Status(Reason::kNotFound, "");
    return entries[index.value];
  }
  Result<std::string> Checkpoint() const override {
    merkle::TreeAppender tree;
    for (const Bytes& entry : entries) tree.Append(merkle::LeafHash(entry));
    const auto key = crypto::SecretKey::FromSeed(crypto::Sha256("export").view());
    return merkle::FormatNote(
        merkle::SignCheckpoint({origin_, tree.size(), tree.Root(), {}}, *key));
  }
  std::vector<Bytes> entries;

 private:
  const std::string origin_;
};

class ExportTest : public ::testing::Test {
 protected:
  ExportTest() : out_(fs::temp_directory_path() / ("jejak-export-" + std::to_string(getpid()))) {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    fs::remove_all(out_);
  }
  ~ExportTest() override { fs::remove_all(out_); }

  ExportReport Good(const Log& log) {
    const auto report = Export(log, out_, nullptr);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return report.ok() ? *report : ExportReport{};
  }
  void ExpectRefused(const Log& log, Reason reason) {
    const auto before = Contents();
    EXPECT_EQ(Export(log, out_, nullptr).status().reason(), reason);
    EXPECT_EQ(Contents(), before) << "a refusal wrote";
  }
  std::map<std::string, Bytes> Contents() const {
    std::map<std::string, Bytes> out;
    if (!fs::exists(out_)) return out;
    for (const auto& f : fs::recursive_directory_iterator(out_)) {
      if (f.is_regular_file())
        out[fs::relative(f.path(), out_).string()] = *ReadFile(f.path(), 1 << 26);
    }
    return out;
  }
  // Everything that a reader of its checkpoint may ask for is there and true.
  void ExpectWhole(const MadeUp& log) {
    const auto reader = ExportReader::Open(out_);
    ASSERT_TRUE(reader.ok()) << reader.status().ToString();
    ASSERT_EQ((*reader)->size().value, log.entries.size());
    for (uint64_t i = 0; i < log.entries.size(); ++i) {
      const auto entry = (*reader)->EntryBytes(LogIndex(i));
      ASSERT_TRUE(entry.ok()) << i << " " << entry.status().ToString();
      ASSERT_EQ(*entry, log.entries[i]);
    }
    EXPECT_EQ((*reader)->EntryBytes(LogIndex(log.entries.size())).status().reason(),
              Reason::kNotFound);
    const auto root = merkle::RootAt(**reader, (*reader)->size());
    ASSERT_TRUE(root.ok()) << root.status().ToString();
    EXPECT_EQ(*root, (*reader)->root());
  }

  const fs::path out_;
};

TEST_F(ExportTest, HoldsTheFilesThatTheSpecificationNames) {
  Good(MadeUp(256));
  std::vector<std::string> names;
  for (const auto& [name, bytes] : Contents()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"checkpoint", "tile/0/000", "tile/1/000.p/1",
                                             "tile/entries/000"}));
  EXPECT_EQ(Contents()["tile/0/000"].size(), 8'192U);
}

TEST_F(ExportTest, GrowsThroughAnySizes) {
  uint64_t before = 0;
  for (const auto size : std::vector<uint64_t>{1, 2, 255, 256, 257, 511, 513, 1'000, 66'000}) {
    const MadeUp log(size);
    const auto report = Good(log);
    EXPECT_EQ(report.before.value, before);
    EXPECT_EQ(report.size.value, size);
    ExpectWhole(log);
    before = size;
  }
  // Readers of an older checkpoint still find its partial tiles.
  EXPECT_TRUE(Contents().contains("tile/0/003.p/232"));
}

TEST_F(ExportTest, StepsGiveTheSameFullTilesAsOneExport) {
  for (const auto size : std::vector<uint64_t>{100, 300, 600}) Good(MadeUp(size));
  const auto stepped = Contents();
  fs::remove_all(out_);
  Good(MadeUp(600));
  for (const auto& [name, bytes] : Contents()) EXPECT_EQ(stepped.at(name), bytes) << name;
}

TEST_F(ExportTest, AgainWritesNothing) {
  Good(MadeUp(300));
  EXPECT_EQ(Good(MadeUp(300)).files, 0U);
}

TEST_F(ExportTest, RefusesWhatIsNotItsPast) {
  Good(MadeUp(300));
  MadeUp changed(400);
  changed.entries[7] = "another";
  ExpectRefused(changed, Reason::kExportDiffers);
  MadeUp late(400);
  late.entries[299] = "another";
  ExpectRefused(late, Reason::kExportDiffers);
  ExpectRefused(MadeUp(299), Reason::kExportDiffers);
  ExpectRefused(MadeUp(400, "jejak.example/other"), Reason::kExportDiffers);
  MadeUp same(300);
  same.entries[0] = "another";
  ExpectRefused(same, Reason::kExportDiffers);
}

TEST_F(ExportTest, GoesOnFromNothingAndNotFromItsRootForged) {
  Good(MadeUp(0));
  const auto key = crypto::SecretKey::FromSeed(crypto::Sha256("export").view());
  const MadeUp log(300);
  const Bytes good = Contents()["checkpoint"];
  const merkle::Checkpoint forged{"jejak.example/export", TreeSize(0), Hash(), {}};
  ASSERT_TRUE(ReplaceFile(out_ / "checkpoint",
                          merkle::FormatNote(merkle::SignCheckpoint(forged, *key))).ok());
  ExpectRefused(log, Reason::kExportDiffers);
  ASSERT_TRUE(ReplaceFile(out_ / "checkpoint", good).ok());
  Good(log);
  ExpectWhole(log);
}

TEST_F(ExportTest, RefusesAFolderOfOtherThings) {
  fs::create_directories(out_);
  ASSERT_TRUE(ReplaceFile(out_ / "letter.txt", "dear").ok());
  ExpectRefused(MadeUp(3), Reason::kExportDiffers);
}

TEST_F(ExportTest, RefusesADamagedEdge) {
  Good(MadeUp(300));
  Bytes tile = *ReadFile(out_ / "tile/0/001.p/44", 8'192);
  tile[5] = static_cast<char>(tile[5] ^ 1);
  ASSERT_TRUE(ReplaceFile(out_ / "tile/0/001.p/44", tile).ok());
  ExpectRefused(MadeUp(400), Reason::kExportDiffers);
}

TEST_F(ExportTest, MakesAgainWhatIsGone) {
  Good(MadeUp(66'000));
  const auto files = Contents();
  MadeUp other(66'000);
  other.entries[0] = "another";
  fs::remove(out_ / "tile/entries/000");
  ExpectRefused(other, Reason::kExportDiffers);
  for (const char* name :
       {"tile/entries/000", "tile/0/257.p/208", "tile/1/000", "tile/2/000.p/1"}) {
    fs::remove(out_ / name);
    EXPECT_EQ(Good(MadeUp(66'000)).files, 1U) << name;
    EXPECT_EQ(Contents(), files) << name;
  }
  // Cut, and the log has grown meanwhile.
  ASSERT_TRUE(ReplaceFile(out_ / "tile/0/007", files.at("tile/0/007").substr(32)).ok());
  const MadeUp grown(66'300);
  Good(grown);
  ExpectWhole(grown);
  EXPECT_EQ(Contents()["tile/0/007"], files.at("tile/0/007"));
}

// Nobody writes to these pipes.
TEST_F(ExportTest, WhatIsNoFileIsNotWaitedFor) {
  Good(MadeUp(300));
  for (const char* name : {"tile/0/000", "tile/entries/000", "checkpoint"}) {
    fs::remove(out_ / name);
    ASSERT_EQ(mkfifo((out_ / name).c_str(), 0600), 0);
    const auto reader = ExportReader::Open(out_);
    if (!reader.ok()) {
      EXPECT_EQ(reader.status().reason(), Reason::kInputMalformed);
      EXPECT_EQ(Export(MadeUp(400), out_, nullptr).status().reason(), Reason::kInputMalformed);
      continue;
    }
    const Reason reason = (*reader)->EntryBytes(LogIndex(1)).status().reason();
    EXPECT_EQ(reason, std::string(name) == "tile/entries/000" ? Reason::kInputMalformed
                                                              : Reason::kOk);
    EXPECT_EQ((*reader)->ReadTile({0, 0}, 256).status().reason(), Reason::kInputMalformed);
  }
}

// Entries that are not those of the signed checkpoint.
class Lying final : public Log {
 public:
  Result<Bytes> EntryBytes(LogIndex index) const override { return wrong_.EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return MadeUp(50).Checkpoint(); }

 private:
  MadeUp wrong_ = [] {
    MadeUp log(50);
    log.entries[3] = "another";
    return log;
  }();
};

TEST_F(ExportTest, RefusesEntriesThatAreNotThoseOfTheCheckpoint) {
  ExpectRefused(Lying(), Reason::kLedgerDamaged);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(ExportTest, GoesOnAfterItWasStoppedAnywhere) {
  Good(MadeUp(200));
  const MadeUp log(1'500);
  for (uint64_t stop_at = 1; stop_at <= 2'600; stop_at += 97) {
    const auto stopped =
        Export(log, out_, [&](uint64_t done, uint64_t) { return done < stop_at; });
    ASSERT_EQ(stopped.status().reason(), Reason::kInterrupted);
    ExpectWhole(MadeUp(200));
  }
  Good(log);
  ExpectWhole(log);
}

TEST_F(ExportTest, GoesOnAfterAFirstExportThatBrokeOff) {
  const MadeUp log(900);
  EXPECT_EQ(Export(log, out_, [](uint64_t done, uint64_t) { return done < 1'300; })
                .status()
                .reason(),
            Reason::kInterrupted);
  EXPECT_FALSE(fs::exists(out_ / "checkpoint"));
  Good(log);
  ExpectWhole(log);
}

TEST_F(ExportTest, AWrongTileIsFoundWhereverItLies) {
  Good(MadeUp(66'000));
  const auto files = Contents();
  for (const char* name : {"tile/0/000", "tile/0/100", "tile/0/257.p/208", "tile/1/000",
                           "tile/1/001.p/1", "tile/2/000.p/1"}) {
    const auto reader = ExportReader::Open(out_);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(*FindWrongTile(**reader), std::nullopt);
    Bytes tile = files.at(name);
    tile[tile.size() / 2] = static_cast<char>(tile[tile.size() / 2] ^ 4);
    ASSERT_TRUE(ReplaceFile(out_ / name, tile).ok());
    EXPECT_EQ(*FindWrongTile(**reader), name);
    ASSERT_TRUE(ReplaceFile(out_ / name, files.at(name)).ok());
  }
}

// Whoever holds an older checkpoint reads the partial files of its size.
TEST_F(ExportTest, AWrongPartialOfAnEarlierSizeIsFound) {
  for (const uint64_t size : {100U, 300U, 700U}) Good(MadeUp(size));
  const auto files = Contents();
  for (const char* name : {"tile/0/000.p/100", "tile/0/001.p/44", "tile/1/000.p/1",
                           "tile/entries/000.p/100", "tile/entries/001.p/44"}) {
    const auto reader = ExportReader::Open(out_);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(*(*reader)->FindWrongPartial(), std::nullopt);
    const Bytes& good = files.at(name);
    Bytes flipped = good;
    flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 4);
    for (const Bytes& bad : {flipped, good.substr(1), good + "x", Bytes()}) {
      ASSERT_TRUE(ReplaceFile(out_ / name, bad).ok());
      EXPECT_EQ(*(*reader)->FindWrongPartial(), name);
    }
    ASSERT_TRUE(ReplaceFile(out_ / name, good).ok());
  }
}

TEST_F(ExportTest, ABundleThatDoesNotParseIsSaid) {
  Good(MadeUp(300));
  Bytes bundle = *ReadFile(out_ / "tile/entries/000", 1 << 20);
  ASSERT_TRUE(ReplaceFile(out_ / "tile/entries/000", bundle.substr(1)).ok());
  fs::remove(out_ / "tile/entries/001.p/44");
  const auto reader = ExportReader::Open(out_);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->EntryBytes(LogIndex(1)).status().reason(), Reason::kInputMalformed);
  EXPECT_EQ((*reader)->EntryBytes(LogIndex(299)).status().reason(), Reason::kNotFound);
}

}  // namespace
}  // namespace jejak::publish
