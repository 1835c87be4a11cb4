// A key file must give its key back, tell damage from a wrong passphrase, never be readable by
// others, and never overwrite: shown by flipping every bit, and on real files in a temporary
// folder.
#include "ledger/crypto/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"

namespace jejak::crypto {
namespace {

constexpr KdfCost kCheap{1, uint64_t{64} << 10};

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(InitCrypto().ok());
    std::string pattern = testing::TempDir() + "jejak-key-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  size_t FilesInFolder() const {
    const auto begin = std::filesystem::directory_iterator(folder_);
    return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
  }

  std::string folder_;
  SecretKey key_ = SecretKey::Generate();
};

Bytes WithChecksum(Bytes text) {
  text.resize(text.rfind("checksum "));
  return text + "checksum " + ToHex(Sha256(text)) + "\n";
}

Bytes Replaced(Bytes text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(KeyFile, GivesTheKeyBack) {
  const Bytes sealed = EncodeKeyFile(key_, "rahasia", kCheap).value();
  EXPECT_EQ(DecodeKeyFile(sealed, "rahasia").value().public_key(), key_.public_key());
  EXPECT_EQ(DecodePublicKey(sealed).value(), key_.public_key());
  EXPECT_EQ(DecodeKeyFile(sealed, "Rahasia").status().reason(), Reason::kPassphraseWrong);
  EXPECT_EQ(DecodeKeyFile(sealed, "").status().reason(), Reason::kPassphraseWrong);
  EXPECT_EQ(DecodeKeyFile(sealed, std::nullopt).status().reason(), Reason::kPassphraseWrong);
  EXPECT_EQ(sealed.find(ToBase64(key_.seed())), Bytes::npos);

  const Bytes open = EncodeKeyFile(key_, std::nullopt).value();
  EXPECT_EQ(DecodeKeyFile(open, std::nullopt).value().public_key(), key_.public_key());
  EXPECT_EQ(DecodeKeyFile(open, "ignored").value().public_key(), key_.public_key());
}

TEST_F(KeyFile, TheSamePassphraseGivesOtherBytes) {
  EXPECT_NE(EncodeKeyFile(key_, "p", kCheap).value(), EncodeKeyFile(key_, "p", kCheap).value());
}

TEST_F(KeyFile, AnyFlippedBitCutOrExtensionIsDamage) {
  for (const Bytes& good : {EncodeKeyFile(key_, "rahasia", kCheap).value(),
                            EncodeKeyFile(key_, std::nullopt).value()}) {
    for (size_t bit = 0; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_EQ(DecodeKeyFile(bad, "rahasia").status().reason(), Reason::kKeyFileDamaged) << bit;
      EXPECT_EQ(DecodePublicKey(bad).status().reason(), Reason::kKeyFileDamaged) << bit;
    }
    for (size_t cut = 0; cut < good.size(); ++cut) {
      EXPECT_EQ(DecodeKeyFile(good.substr(0, cut), "rahasia").status().reason(),
                Reason::kKeyFileDamaged);
    }
    EXPECT_EQ(DecodeKeyFile(good + "\n", "rahasia").status().reason(), Reason::kKeyFileDamaged);
    EXPECT_EQ(DecodeKeyFile(good + good, "rahasia").status().reason(), Reason::kKeyFileDamaged);
    EXPECT_EQ(DecodeKeyFile(Bytes(5'000, 'x'), "rahasia").status().reason(),
              Reason::kKeyFileDamaged);
  }
}

TEST_F(KeyFile, HostileContentWithAGoodChecksumIsDamage) {
  const Bytes sealed = EncodeKeyFile(key_, "rahasia", kCheap).value();
  const Bytes open = EncodeKeyFile(key_, std::nullopt).value();
  const PublicKey other = SecretKey::Generate().public_key();
  const std::pair<Bytes, Bytes> replacements[] = {
      {" 1 65536 ", " 1 4294967296 "},           {" 1 65536 ", " 17 65536 "},
      {" 1 65536 ", " 99999999999999999999 1 "}, {" 1 65536 ", " 0 65536 "},
      {" 1 65536 ", " 1 8191 "},                 {" 1 65536 ", " 01 65536 "},
      {" 1 65536 ", " +1 65536 "},               {" 1 65536 ", "  1 65536 "},
      {" 1 65536 ", " 1 65536 00"},              {"argon2id", "argon2i"},
      {"jejak-key v1", "jejak-key v2"},          {"jejak-key v1\n", "jejak-key v1\n\n"},
      {"public", "Public"},                      {"box ", "seed "},
      {"\nkdf", "\nkdf none\nkdf"},              {"\nbox ", "\nbox A"},
      {"\nchecksum", "\nmore lines\nchecksum"},  {"public ", "public  "},
      {ToHex(key_.public_key()), ToHex(other)}};
  for (const auto& [from, to] : replacements) {
    const Bytes bad = WithChecksum(Replaced(sealed, from, to));
    EXPECT_EQ(DecodeKeyFile(bad, "rahasia").status().reason(), Reason::kKeyFileDamaged) << bad;
  }
  EXPECT_EQ(DecodeKeyFile(WithChecksum(Replaced(open, "kdf none", "kdf nil")), std::nullopt)
                .status()
                .reason(),
            Reason::kKeyFileDamaged);
  EXPECT_EQ(DecodeKeyFile(WithChecksum(Replaced(open, "seed ", "seed AAAA")), std::nullopt)
                .status()
                .reason(),
            Reason::kKeyFileDamaged);
}

TEST_F(KeyFile, CostAndPassphraseAreBounded) {
  EXPECT_EQ(EncodeKeyFile(key_, "").status().reason(), Reason::kInvalidArgument);
  EXPECT_EQ(EncodeKeyFile(key_, "p", {0, 65'536}).status().reason(), Reason::kInvalidArgument);
  EXPECT_EQ(EncodeKeyFile(key_, "p", {1, uint64_t{1} << 40}).status().reason(),
            Reason::kInvalidArgument);
}

TEST_F(KeyFile, IsPrivateOnDiskAndNeverOverwritten) {
  const std::string path = Path("a.key");
  ASSERT_TRUE(WriteKeyFile(path, key_, "rahasia", kCheap).ok());
  struct stat info;
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(ReadKeyFile(path, "rahasia").value().public_key(), key_.public_key());
  EXPECT_EQ(ReadPublicKey(path).value(), key_.public_key());

  const SecretKey other = SecretKey::Generate();
  EXPECT_EQ(WriteKeyFile(path, other, std::nullopt).reason(), Reason::kFileExists);
  EXPECT_EQ(ReadPublicKey(path).value(), key_.public_key());
  EXPECT_EQ(FilesInFolder(), 1u) << "a temporary file stayed behind";
}

TEST_F(KeyFile, RightsOfOthersAreRefused) {
  const std::string path = Path("a.key");
  ASSERT_TRUE(WriteKeyFile(path, key_, std::nullopt).ok());
  for (const mode_t mode : {0640u, 0604u, 0620u, 0644u, 0601u}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_EQ(ReadKeyFile(path, std::nullopt).status().reason(), Reason::kKeyFilePermissions);
    EXPECT_EQ(ReadPublicKey(path).status().reason(), Reason::kKeyFilePermissions);
  }
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_TRUE(ReadKeyFile(path, std::nullopt).ok());
}

TEST_F(KeyFile, WhatIsNoFileIsTyped) {
  EXPECT_EQ(ReadKeyFile(Path("none"), std::nullopt).status().reason(), Reason::kFileMissing);
  EXPECT_EQ(ReadKeyFile(folder_, std::nullopt).status().reason(), Reason::kKeyFileDamaged);
  EXPECT_EQ(WriteKeyFile(Path("no/such/folder"), key_, std::nullopt).reason(),
            Reason::kFileMissing);
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReadKeyFile(Path("pipe"), std::nullopt).status().reason(), Reason::kKeyFileDamaged);
  std::ofstream(Path("long")) << Bytes(100'000, 'x');
  ASSERT_EQ(::chmod(Path("long").c_str(), 0600), 0);
  EXPECT_EQ(ReadKeyFile(Path("long"), std::nullopt).status().reason(), Reason::kKeyFileDamaged);
}

}  // namespace
}  // namespace jejak::crypto
