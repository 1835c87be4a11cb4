// A publisher must bring a growing log into its folder without being asked, publish what is left
// when it stops, go on after the machine failed, and end when the folder is another's.
#include "ledger/publish/publisher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger/base/files.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/publish/export_reader.h"

namespace jejak::publish {
namespace {

namespace fs = std::filesystem;

class Fixed final : public Log {
 public:
  Fixed(uint64_t size, std::string word) : size_(size), word_(std::move(word)) {}
  Result<Bytes> EntryBytes(LogIndex index) const override {
    return Bytes(word_ + std::to_string(index.value));
  }
  Result<std::string> Checkpoint() const override {
    merkle::RootBuilder tree;
    for (uint64_t i = 0; i < size_; ++i) tree.Append(merkle::LeafHash(*EntryBytes(LogIndex(i))));
    const auto key = crypto::SecretKey::FromSeed(crypto::Sha256("publisher").view());
    return merkle::FormatNote(
        merkle::SignCheckpoint({"jejak.example/publisher", tree.size(), tree.Root(), {}}, *key));
  }

 private:
  const uint64_t size_;
  const std::string word_;
};

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest()
      : folder_(fs::temp_directory_path() / ("jejak-publisher-" + std::to_string(getpid()))) {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    fs::remove_all(folder_);
  }
  ~PublisherTest() override { fs::remove_all(folder_); }

  PublisherOptions Options() {
    PublisherOptions out;
    out.folder = folder_;
    out.interval = std::chrono::milliseconds(1);
    out.newest = [this] {
      const std::lock_guard lock(mutex_);
      return std::make_shared<const Fixed>(size_, word_);
    };
    out.published = [this](TreeSize size, const std::string&) { Tell(size.value, {}); };
    out.failed = [this](const Status& status) { Tell(std::nullopt, status.reason()); };
    return out;
  }
  void Tell(std::optional<uint64_t> size, std::optional<Reason> failed) {
    const std::lock_guard lock(mutex_);
    if (size) published_ = *size;
    if (failed) failed_ = failed;
    told_.notify_all();
  }
  void Grow(uint64_t size, const std::string& word = "entry ") {
    const std::lock_guard lock(mutex_);
    size_ = size;
    word_ = word;
  }
  bool WaitFor(const std::function<bool()>& what) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, std::chrono::seconds(60), what);
  }
  uint64_t SizeOnDisk() const {
    const auto reader = ExportReader::Open(folder_);
    return reader.ok() ? (*reader)->size().value : 0;
  }

  const fs::path folder_;
  std::mutex mutex_;
  std::condition_variable told_;
  uint64_t size_ = 5, published_ = 0;
  std::string word_ = "entry ";
  std::optional<Reason> failed_;
};

TEST_F(PublisherTest, FollowsTheLogAndPublishesWhatIsLeft) {
  auto publisher = Publisher::Start(Options());
  ASSERT_TRUE(publisher.ok()) << publisher.status().ToString();
  EXPECT_EQ(SizeOnDisk(), 5U);
  Grow(300);
  (*publisher)->Grown();
  EXPECT_TRUE(WaitFor([this] { return published_ == 300; }));
  EXPECT_EQ(SizeOnDisk(), 300U);
  Grow(301);  // nobody says so
  EXPECT_TRUE((*publisher)->Stop().ok());
  EXPECT_EQ(SizeOnDisk(), 301U);
}

TEST_F(PublisherTest, TriesAgainAfterTheMachineFailed) {
  auto publisher = Publisher::Start(Options());
  ASSERT_TRUE(publisher.ok());
  // A file where the folder of the next tile must be.
  fs::remove_all(folder_ / "tile/entries");
  ASSERT_TRUE(ReplaceFile(folder_ / "tile/entries", "in the way").ok());
  Grow(10);
  (*publisher)->Grown();
  EXPECT_TRUE(WaitFor([this] { return failed_.has_value(); }));
  EXPECT_TRUE((*publisher)->status().ok());
  EXPECT_EQ(SizeOnDisk(), 5U) << "the published state stays";
  fs::remove(folder_ / "tile/entries");
  EXPECT_TRUE(WaitFor([this] { return published_ == 10; }));
  EXPECT_TRUE((*publisher)->Stop().ok());
}

TEST_F(PublisherTest, EndsWhenTheFolderIsAnothers) {
  auto publisher = Publisher::Start(Options());
  ASSERT_TRUE(publisher.ok());
  fs::remove_all(folder_);
  ASSERT_TRUE(Export(Fixed(7, "other "), folder_, nullptr).ok());
  Grow(9);
  (*publisher)->Grown();
  EXPECT_TRUE(WaitFor([this] { return failed_ == Reason::kExportDiffers; }));
  EXPECT_EQ((*publisher)->Stop().reason(), Reason::kExportDiffers);
  EXPECT_EQ(Publisher::Start(Options()).status().reason(), Reason::kExportDiffers);
}

}  // namespace
}  // namespace jejak::publish
