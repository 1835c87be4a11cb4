// Proofs of entries: one text per value, and no change of a proof that holds still holds, but for
// what nothing vouches for: `extra`, and signatures of keys that the verifier does not know.
#include "ledger/merkle/tlog_proof.h"

#include "ledger/crypto/sha256.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr uint64_t kSize = 300;
constexpr uint64_t kIndex = 77;

struct Log {
  std::vector<Hash> leaves;
  merkle::VerifierKey key, witness;
  merkle::TlogProof proof;

  Log() {
    for (uint64_t i = 0; i < kSize; ++i)
      leaves.push_back(merkle::LeafHash("record " + std::to_string(i)));
    const auto log_key = crypto::SecretKey::FromSeed(crypto::Sha256("log").view());
    const auto witness_key = crypto::SecretKey::FromSeed(crypto::Sha256("witness").view());
    key = {"example.org/log", merkle::KeyType::kEd25519, log_key->public_key()};
    witness = {"example.org/witness", merkle::KeyType::kCosignatureV1, witness_key->public_key()};
    merkle::Note note =
        merkle::SignCheckpoint({key.name, TreeSize(kSize), merkle::RootOf(leaves), {}}, *log_key);
    note.signatures.push_back(merkle::Cosign(note.text, witness.name, 1'707'900'000, *witness_key));
    proof = {std::nullopt, LogIndex(kIndex), merkle::PathOf(leaves, kIndex),
             merkle::FormatNote(note)};
  }
};

const Log& TheLog() {
  static const Log log;
  return log;
}

}  // namespace

void Run(ByteView input) {
  const auto proof = merkle::ParseTlogProof(input);
  if (!proof.ok()) return;
  JEJAK_CHECK(merkle::FormatTlogProof(*proof) == input);
  const Log& log = TheLog();
  const std::vector<merkle::VerifierKey> witnesses = {log.witness};
  const auto verified = merkle::VerifyTlogProof(*proof, log.leaves[kIndex], log.key, witnesses);
  if (!verified.ok()) return;
  JEJAK_CHECK(proof->index == log.proof.index && proof->path == log.proof.path);
  JEJAK_CHECK(verified->checkpoint.size.value == kSize &&
              verified->checkpoint.root == merkle::RootOf(log.leaves));
  for (const merkle::Cosignature& by : verified->cosignatures)
    JEJAK_CHECK(by.witness == 0 && by.time_seconds == 1'707'900'000);
  // The same proof says nothing of another entry.
  JEJAK_CHECK(!merkle::VerifyTlogProof(*proof, log.leaves[kIndex + 1], log.key, witnesses).ok());
}

std::vector<Bytes> Seeds() {
  merkle::TlogProof proof = TheLog().proof;
  std::vector<Bytes> out = {merkle::FormatTlogProof(proof)};
  proof.extra = "for the application";
  out.push_back(merkle::FormatTlogProof(proof));
  proof.path.clear();
  out.push_back(merkle::FormatTlogProof(proof));
  return out;
}

}  // namespace jejak::fuzz
