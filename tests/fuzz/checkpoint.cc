// Checkpoints: one text per value; and what opens as a log's checkpoint is what the log signed.
#include "ledger/merkle/checkpoint.h"

#include "ledger/crypto/sha256.h"
#include "ledger/merkle/test_vectors.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

const crypto::SecretKey& LogKey() {
  static const auto key = crypto::SecretKey::FromSeed(crypto::Sha256("log").view());
  return *key;
}
merkle::Checkpoint Signed() {
  return {"example.org/log", TreeSize(300), crypto::Sha256("root"), {}};
}

}  // namespace

void Run(ByteView input) {
  const auto checkpoint = merkle::ParseCheckpoint(input);
  if (checkpoint.ok()) JEJAK_CHECK(merkle::FormatCheckpoint(*checkpoint) == input);
  const merkle::VerifierKey log{Signed().origin, merkle::KeyType::kEd25519, LogKey().public_key()};
  const auto opened = merkle::OpenCheckpoint(input, log);
  if (opened.ok()) JEJAK_CHECK(opened->checkpoint == Signed() && opened->cosignatures.empty());
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out = {merkle::FormatNote(merkle::SignCheckpoint(Signed(), LogKey())),
                            merkle::FormatCheckpoint(Signed())};
  for (const auto& record : merkle::ReadVectors("merkle-checkpoints.txt")) {
    if (record.size() > 1) out.push_back(record[1]);
  }
  return out;
}

}  // namespace jejak::fuzz
