// A proof file must verify with nothing but the log's key, and not after any change: shown by
// flipping every bit, and by texts that are nearly proofs.
#include "ledger/merkle/tlog_proof.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/merkle/test_tree.h"

namespace jejak::merkle {
namespace {

class TlogProofTest : public testing::Test {
 protected:
  TlogProofTest() {
    NaiveTree tree = NaiveTree::OfRecords(300);
    proof_.index = LogIndex(5);
    proof_.path = tree.PathTo(5, 0, 300);
    proof_.checkpoint =
        FormatNote(SignCheckpoint({"log.example", TreeSize(300), tree.Mth(0, 300), {}}, key_));
  }
  // Reads and verifies for the entry "record 5".
  Status Check(const std::string& text) const {
    const auto parsed = ParseTlogProof(text);
    if (!parsed.ok()) return parsed.status();
    EXPECT_EQ(FormatTlogProof(*parsed), text);
    return VerifyTlogProof(*parsed, RecordLeaf(5), log_).status();
  }

  crypto::SecretKey key_ = crypto::SecretKey::FromSeed(Bytes(32, 'k')).value();
  VerifierKey log_{"log.example", KeyType::kEd25519, key_.public_key()};
  TlogProof proof_;
};

TEST_F(TlogProofTest, HasTheTextOfTheSpecification) {
  std::string expected = "c2sp.org/tlog-proof@v1\nindex 5\n";
  for (const Hash& hash : proof_.path) expected += ToBase64(hash.view()) + "\n";
  expected += "\n" + proof_.checkpoint;
  EXPECT_EQ(FormatTlogProof(proof_), expected);
  const auto checkpoint = VerifyTlogProof(ParseTlogProof(expected).value(), RecordLeaf(5), log_);
  EXPECT_EQ(checkpoint.value().checkpoint.size, TreeSize(300));

  proof_.extra = "beside";
  EXPECT_EQ(FormatTlogProof(proof_).substr(0, 46),
            "c2sp.org/tlog-proof@v1\nextra YmVzaWRl\nindex 5\n");
  EXPECT_EQ(ParseTlogProof(FormatTlogProof(proof_)).value().extra, "beside");
  EXPECT_TRUE(Check(FormatTlogProof(proof_)).ok());
}

TEST_F(TlogProofTest, AnyFlippedBitFails) {
  const std::string good = FormatTlogProof(proof_);
  ASSERT_TRUE(Check(good).ok());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(Check(bad).ok()) << bit;
  }
  for (size_t cut = 0; cut < good.size(); ++cut) ASSERT_FALSE(Check(good.substr(0, cut)).ok());
}

TEST_F(TlogProofTest, AnotherEntryIndexLogOrPathFails) {
  const auto reason = [&](const TlogProof& proof, const Hash& leaf, const VerifierKey& log) {
    return VerifyTlogProof(proof, leaf, log).status().reason();
  };
  EXPECT_EQ(reason(proof_, RecordLeaf(5), log_), Reason::kOk);
  EXPECT_EQ(reason(proof_, RecordLeaf(6), log_), Reason::kProofInvalid);
  VerifierKey other = log_;
  other.name = "other.example";
  EXPECT_EQ(reason(proof_, RecordLeaf(5), other), Reason::kNoteUnverified);
  TlogProof moved = proof_;
  moved.index = LogIndex(4);
  EXPECT_EQ(reason(moved, RecordLeaf(5), log_), Reason::kProofInvalid);
  moved.index = LogIndex(300);
  EXPECT_EQ(reason(moved, RecordLeaf(5), log_), Reason::kProofInvalid);
  TlogProof shorter = proof_;
  shorter.path.pop_back();
  EXPECT_EQ(reason(shorter, RecordLeaf(5), log_), Reason::kProofInvalid);
}

TEST_F(TlogProofTest, NearlyProofsAreMalformed) {
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = ToBase64(RecordLeaf(1).view()) + "\n";
  const std::string tail = "\n" + proof_.checkpoint;
  std::string long_path;
  for (size_t i = 0; i <= kProofPathMax; ++i) long_path += hash;
  const std::string bad[] = {
      "",
      head,
      "c2sp.org/tlog-proof@v2\nindex 5\n" + hash + tail,
      head + hash + tail,
      head + "index 05\n" + hash + tail,
      head + "index -1\n" + hash + tail,
      head + "index \n" + hash + tail,
      head + "index 9223372036854775808\n" + hash + tail,
      head + "Index 5\n" + hash + tail,
      head + "index 5\nextra AAAA\n" + hash + tail,
      head + "extra \nindex 5\n" + hash + tail,
      head + "extra A\nindex 5\n" + hash + tail,
      head + "extra AAAA\nextra AAAA\nindex 5\n" + hash + tail,
      head + "index 5\nAAAA\n" + tail,
      head + "index 5\r\n" + hash + tail,
      head + "index 5\n" + hash.substr(1) + tail,
      head + "index 5\n" + hash + " " + tail,
      head + "index 5\n" + long_path + tail,
      head + "index 5\n" + hash,
      " " + head + "index 5\n" + hash + tail,
      head + "index 5\n" + hash + tail + std::string(kProofBytesMax, 'x'),
  };
  for (const std::string& text : bad) {
    EXPECT_EQ(ParseTlogProof(text).status().reason(), Reason::kProofMalformed)
        << text.substr(0, 200);
  }
  EXPECT_EQ(ParseTlogProof(head + "index 5\n" + hash + "\n" + tail).status().reason(),
            Reason::kOk)
      << "an empty line is text of the note, which then is no checkpoint";
  EXPECT_EQ(Check(head + "index 5\n" + hash + "\nno note\n").reason(), Reason::kNoteMalformed);
  EXPECT_TRUE(ParseTlogProof(head + "index 0\n" + tail).ok()) << "a tree of one leaf";
}

}  // namespace
}  // namespace jejak::merkle
