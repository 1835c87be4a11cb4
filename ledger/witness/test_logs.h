// For tests: logs over made-up entries, signed with made-up keys, and folders for witnesses.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/merkle/test_tree.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/witness/witness.h"

namespace jejak::witness {

inline crypto::SecretKey Secret(char fill) {
  return crypto::SecretKey::FromSeed(Bytes(32, fill)).value();
}

// `size` entries, of which those from `forked_at` on are others than every such log has.
class TestLog {
 public:
  TestLog(std::string origin, char key, uint64_t size, uint64_t forked_at)
      : origin_(std::move(origin)), key_(key) {
    for (uint64_t i = 0; i < size; ++i) {
      leaves_.push_back(i < forked_at ? merkle::RecordLeaf(i)
                                      : merkle::LeafHash("other " + std::to_string(i)));
    }
  }
  merkle::VerifierKey key() const {
    return {origin_, merkle::KeyType::kEd25519, Secret(key_).public_key()};
  }
  merkle::Note Sign(uint64_t size) const {
    const Hash root = merkle::RootOf(std::span(leaves_).first(size));
    return merkle::SignCheckpoint({origin_, TreeSize(size), root, {}}, Secret(key_));
  }
  merkle::MemoryTiles Tiles(uint64_t size) const {
    merkle::TreeAppender tree;
    for (uint64_t i = 0; i < size; ++i) tree.Append(leaves_[i]);
    merkle::MemoryTiles tiles;
    tiles.Store(&tree);
    return tiles;
  }
  merkle::Path Proof(uint64_t from, uint64_t to) const {
    return merkle::ConsistencyProof(Tiles(to), TreeSize(from), TreeSize(to)).value();
  }
  std::string Request(uint64_t from, uint64_t to) const {
    return FormatAddCheckpoint({TreeSize(from), from <= to ? Proof(from, to) : merkle::Path(),
                                merkle::FormatNote(Sign(to))});
  }

 private:
  std::string origin_;
  char key_;
  std::vector<Hash> leaves_;
};

class WitnessFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::InitCrypto().ok());
    std::string name = (std::filesystem::temp_directory_path() / "jejak-witness-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    state_ = folder_ / "state";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_, state_;
  const merkle::VerifierKey witness_key_{"witness.example", merkle::KeyType::kCosignatureV1,
                                         Secret('w').public_key()};
};

}  // namespace jejak::witness
