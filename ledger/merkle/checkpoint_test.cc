// A checkpoint must have one text, and count only when its own log signed it: shown with the
// vectors, keys of others, and changed texts.
#include "ledger/merkle/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/test_vectors.h"

namespace jejak::merkle {
namespace {

crypto::SecretKey KeyOf(char fill) {
  return crypto::SecretKey::FromSeed(Bytes(32, fill)).value();
}

TEST(Checkpoint, HoldsTheVectors) {
  for (const VectorRecord& r : ReadVectors("merkle-checkpoints.txt")) {
    const std::string text = r.size() > 1 ? r[1] : "";
    const auto parsed = ParseCheckpoint(text);
    if (r[0] == "bad") {
      EXPECT_EQ(parsed.status().reason(), Reason::kCheckpointMalformed) << text;
      continue;
    }
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->origin, r[2]);
    EXPECT_EQ(std::to_string(parsed->size.value), r[3]);
    EXPECT_EQ(ToBase64(parsed->root.view()), r[4]);
    EXPECT_EQ(std::to_string(parsed->extensions.size()), r[5]);
    EXPECT_EQ(FormatCheckpoint(*parsed), text);
  }
}

TEST(Checkpoint, WhatParsesIsWrittenTheSame) {
  const Checkpoint checkpoint{"log.example", TreeSize(90), LeafHash("x"), {"an extension"}};
  const std::string good = FormatCheckpoint(checkpoint);
  for (size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = good;
      changed[at] = static_cast<char>(byte);
      const auto parsed = ParseCheckpoint(changed);
      if (parsed.ok()) {
        ASSERT_EQ(FormatCheckpoint(*parsed), changed);
      }
    }
  }
}

TEST(Checkpoint, OpensWithTheKeyOfItsLogAndCountsCosignatures) {
  const crypto::SecretKey log_key = KeyOf('l');
  const crypto::SecretKey witness_key = KeyOf('w');
  const Checkpoint checkpoint{"log.example", TreeSize(5), LeafHash("x"), {}};
  Note note = SignCheckpoint(checkpoint, log_key);
  const VerifierKey log{"log.example", KeyType::kEd25519, log_key.public_key()};
  const std::vector<VerifierKey> witnesses = {
      {"silent.example", KeyType::kCosignatureV1, KeyOf('s').public_key()},
      {"witness.example", KeyType::kCosignatureV1, witness_key.public_key()}};
  EXPECT_TRUE(OpenCheckpoint(FormatNote(note), log, witnesses).value().cosignatures.empty());

  note.signatures.push_back(Cosign(note.text, "witness.example", 77, witness_key));
  const auto opened = OpenCheckpoint(FormatNote(note), log, witnesses).value();
  EXPECT_EQ(opened.checkpoint, checkpoint);
  ASSERT_EQ(opened.cosignatures.size(), 1u);
  EXPECT_EQ(opened.cosignatures[0].witness, 1u);
  EXPECT_EQ(opened.cosignatures[0].time_seconds, 77u);

  // A witness alone doesn't speak for the log; a witness's bad signature spoils the note.
  const Note by_witness{note.text, {note.signatures[1]}};
  EXPECT_EQ(OpenCheckpoint(FormatNote(by_witness), log, witnesses).status().reason(),
            Reason::kNoteUnverified);
  note.signatures[1].bytes[70] = static_cast<char>(note.signatures[1].bytes[70] ^ 1);
  EXPECT_EQ(OpenCheckpoint(FormatNote(note), log, witnesses).status().reason(),
            Reason::kNoteUnverified);
  EXPECT_TRUE(OpenCheckpoint(FormatNote(note), log).ok()) << "unknown keys are ignored";
}

TEST(Checkpoint, AnotherLogsOrAnImpossibleCheckpointIsRefused) {
  const crypto::SecretKey key = KeyOf('l');
  const VerifierKey log{"log.example", KeyType::kEd25519, key.public_key()};
  // Signed by this key under this name, but the origin is another's.
  const std::string text = FormatCheckpoint({"other.example", TreeSize(5), LeafHash("x"), {}});
  const Note other{text, {SignNote(text, "log.example", key)}};
  EXPECT_EQ(OpenCheckpoint(FormatNote(other), log).status().reason(), Reason::kNoteUnverified);

  const std::string nonsense = "log.example\nfive\n";
  const Note bad{nonsense, {SignNote(nonsense, "log.example", key)}};
  EXPECT_EQ(OpenCheckpoint(FormatNote(bad), log).status().reason(), Reason::kCheckpointMalformed);

  const Checkpoint empty{"log.example", TreeSize(0), LeafHash("x"), {}};
  EXPECT_EQ(OpenCheckpoint(FormatNote(SignCheckpoint(empty, key)), log).status().reason(),
            Reason::kProofInvalid);
  const Checkpoint start{"log.example", TreeSize(0), EmptyRoot(), {}};
  EXPECT_TRUE(OpenCheckpoint(FormatNote(SignCheckpoint(start, key)), log).ok());
}

}  // namespace
}  // namespace jejak::merkle
