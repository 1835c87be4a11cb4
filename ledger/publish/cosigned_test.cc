// Cosignatures must stay in an export that is written again, must be kept for good, and must never
// bring an older checkpoint back.
#include "ledger/publish/cosigned.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger/crypto/sha256.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/publish/export.h"
#include "ledger/publish/export_reader.h"

namespace jejak::publish {
namespace {

namespace fs = std::filesystem;

crypto::SecretKey KeyOf(char fill) {
  return crypto::SecretKey::FromSeed(Bytes(32, fill)).value();
}

class MadeUp final : public Log {
 public:
  explicit MadeUp(uint64_t size) : size_(size) {}
  Result<Bytes> EntryBytes(LogIndex index) const override {
    return "entry " + std::to_string(index.value);
  }
  Result<std::string> Checkpoint() const override { return merkle::FormatNote(Note()); }
  merkle::Note Note() const {
    merkle::RootBuilder tree;
    for (uint64_t i = 0; i < size_; ++i) tree.Append(merkle::LeafHash(*EntryBytes(LogIndex(i))));
    return merkle::SignCheckpoint({"log.example", tree.size(), tree.Root(), {}}, KeyOf('l'));
  }
  std::string Cosigned() const {
    merkle::Note note = Note();
    note.signatures.push_back(merkle::Cosign(note.text, "witness.example", 9, KeyOf('w')));
    return merkle::FormatNote(note);
  }

 private:
  uint64_t size_;
};

class CosignedTest : public ::testing::Test {
 protected:
  CosignedTest()
      : out_(fs::temp_directory_path() / ("jejak-cosigned-" + std::to_string(getpid()))) {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    fs::remove_all(out_);
  }
  ~CosignedTest() override { fs::remove_all(out_); }
  std::string Published() const { return ReadFile(out_ / "checkpoint", 1 << 20).value(); }

  const fs::path out_;
};

TEST_F(CosignedTest, StaysAndIsKept) {
  const MadeUp log(300);
  EXPECT_EQ(PutCosigned(out_, log.Cosigned()).status().reason(), Reason::kFileMissing);
  ASSERT_TRUE(Export(log, out_, nullptr).ok());
  EXPECT_TRUE(PutCosigned(out_, log.Cosigned()).value());
  EXPECT_EQ(Published(), log.Cosigned());
  // The same state again.
  ASSERT_TRUE(Export(log, out_, nullptr).ok());
  EXPECT_EQ(Published(), log.Cosigned());
  EXPECT_TRUE(PutCosigned(out_, log.Cosigned()).value());
  // Grown: the newer one is published without, the older one is kept.
  const MadeUp grown(301);
  ASSERT_TRUE(Export(grown, out_, nullptr).ok());
  EXPECT_EQ(Published(), grown.Checkpoint().value());
  EXPECT_EQ(ReadFile(out_ / "cosigned" / "300", 1 << 20).value(), log.Cosigned());
  EXPECT_EQ(ExportReader::Open(out_).value()->size(), TreeSize(301));
}

TEST_F(CosignedTest, NeverBringsAnOlderOneBack) {
  const MadeUp log(300), grown(301);
  ASSERT_TRUE(Export(grown, out_, nullptr).ok());
  EXPECT_FALSE(PutCosigned(out_, log.Cosigned()).value());
  EXPECT_EQ(Published(), grown.Checkpoint().value());
  EXPECT_FALSE(PutCosigned(out_, "nonsense").ok());
  EXPECT_EQ(CosignedPath(TreeSize(1'234'067)), "cosigned/x001/x234/067");
}

TEST_F(CosignedTest, TheNewestIsKeptAndNeverGivesWayToAnOlderOne) {
  ASSERT_TRUE(Export(MadeUp(300), out_, nullptr).ok());
  EXPECT_EQ(NewestCosigned(out_).value(), "");
  for (const uint64_t size : {uint64_t{200}, uint64_t{300}, uint64_t{299}})
    EXPECT_TRUE(PutNewestCosigned(out_, MadeUp(size).Cosigned()).ok());
  EXPECT_EQ(NewestCosigned(out_).value(), MadeUp(300).Cosigned());
  EXPECT_FALSE(PutNewestCosigned(out_, "nonsense").ok());
  EXPECT_EQ(NewestCosigned(out_).value(), MadeUp(300).Cosigned());
  // What stands there and is none does not keep a good one out.
  ASSERT_TRUE(ReplaceFile(out_ / "cosigned/checkpoint", "nonsense").ok());
  EXPECT_TRUE(PutNewestCosigned(out_, MadeUp(299).Cosigned()).ok());
  EXPECT_EQ(NewestCosigned(out_).value(), MadeUp(299).Cosigned());
}

}  // namespace
}  // namespace jejak::publish
