// The hash must be SHA-256 whatever way the bytes are handed in and on whatever thread: shown with
// the vectors of FIPS 180-4, and by cutting one message everywhere.
#include "ledger/crypto/sha256.h"

#include <gtest/gtest.h>

#include <thread>

#include "ledger/base/encoding.h"

namespace jejak::crypto {
namespace {

TEST(Sha256, HoldsTheVectors) {
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256(Bytes(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PartsAreOneMessage) {
  Bytes message;
  for (int i = 0; i < 300; ++i) message.push_back(static_cast<char>(i));
  const ByteView all = message;
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(Sha256({all.substr(0, cut), all.substr(cut)}), Sha256(all)) << cut;
  }
  EXPECT_EQ(Sha256(std::initializer_list<ByteView>{}), Sha256(""));
}

TEST(Sha256, EachThreadHasItsOwnContext) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 1'000; ++i) {
        ASSERT_EQ(ToHex(Sha256({"a", "b", "c"})).substr(0, 8), "ba7816bf");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace jejak::crypto
