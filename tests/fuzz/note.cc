// Signed notes and the keys of notes: one text per value, and no signature of a key over a text
// that the key did not sign.
#include "ledger/merkle/note.h"

#include "ledger/crypto/sha256.h"
#include "ledger/merkle/test_vectors.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr std::string_view kText =
    "example.org/log\n7\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n";

// Keys whose only signatures are those over kText.
struct Signers {
  crypto::SecretKey log = Key("log"), witness = Key("witness");
  std::vector<merkle::VerifierKey> keys = {
      {"example.org/log", merkle::KeyType::kEd25519, log.public_key()},
      {"example.org/witness", merkle::KeyType::kCosignatureV1, witness.public_key()}};

  static crypto::SecretKey Key(std::string_view name) {
    return std::move(*crypto::SecretKey::FromSeed(crypto::Sha256(name).view()));
  }
  merkle::Note Note() const {
    return {std::string(kText),
            {merkle::SignNote(kText, keys[0].name, log),
             merkle::Cosign(kText, keys[1].name, 1'707'900'000, witness)}};
  }
};

const Signers& TheSigners() {
  static const Signers signers;
  return signers;
}

}  // namespace

void Run(ByteView input) {
  const auto note = merkle::ParseNote(input);
  if (note.ok()) {
    JEJAK_CHECK(merkle::FormatNote(*note) == input);
    JEJAK_CHECK(merkle::IsNoteText(note->text) && !note->signatures.empty());
    const auto verified = merkle::VerifyNote(*note, TheSigners().keys);
    if (verified.ok()) {
      JEJAK_CHECK(note->text == kText && !verified->empty());
      for (const merkle::VerifiedSignature& signature : *verified) {
        JEJAK_CHECK(signature.time_seconds == (signature.key == 0 ? 0 : 1'707'900'000));
      }
    }
  }
  const auto lines = merkle::ParseSignatureLines(input);
  if (lines.ok()) {
    std::string text;
    for (const merkle::NoteSignature& line : *lines) {
      JEJAK_CHECK(merkle::IsKeyName(line.name));
      text += merkle::FormatSignatureLine(line);
    }
    JEJAK_CHECK(text == input);
  }
  const auto key = merkle::ParseVerifierKey(input);
  if (key.ok()) JEJAK_CHECK(merkle::FormatVerifierKey(*key) == input);
}

std::vector<Bytes> Seeds() {
  const merkle::Note ours = TheSigners().Note();
  std::vector<Bytes> out = {merkle::FormatNote(ours)};
  for (const auto& line : ours.signatures) out.push_back(merkle::FormatSignatureLine(line));
  for (const auto& key : TheSigners().keys) out.push_back(merkle::FormatVerifierKey(key));
  for (const char* file : {"note-signed.txt", "note-cosignature.txt"}) {
    for (const auto& record : merkle::ReadVectors(file)) {
      if (record.size() > 1) out.push_back(record[1]);
    }
  }
  return out;
}

}  // namespace jejak::fuzz
