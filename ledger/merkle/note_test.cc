// Notes must be read as strictly as Go's sumdb/note reads them and signed to the byte as C2SP's
// examples are: shown with their vectors, damaged keys, and every flipped bit of a note.
#include "ledger/merkle/note.h"

#include <gtest/gtest.h>

#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/test_vectors.h"

namespace jejak::merkle {
namespace {

constexpr std::string_view kPeter =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

crypto::SecretKey KeyOf(std::string_view seed_hex) {
  return crypto::SecretKey::FromSeed(FromHex(seed_hex).value()).value();
}

// The order of the known keys in which the note's signatures hold: "0,1"; or the reason why not.
std::string Outcome(const std::string& bytes, const std::vector<VerifierKey>& keys) {
  const auto note = ParseNote(bytes);
  if (!note.ok()) return std::string(InfoOf(note.status().reason()).name);
  EXPECT_EQ(FormatNote(*note), bytes);
  const auto verified = VerifyNote(*note, keys);
  if (!verified.ok()) return std::string(InfoOf(verified.status().reason()).name);
  std::string out;
  for (const VerifiedSignature& v : *verified) {
    out += (out.empty() ? "" : ",") + std::to_string(v.key);
  }
  return out;
}

TEST(Note, HoldsTheVectors) {
  std::vector<VerifierKey> keys;
  for (const VectorRecord& r : ReadVectors("note-signed.txt")) {
    const std::string text = r.size() > 1 ? r[1] : "";
    if (r[0] == "key") {
      keys.push_back(ParseVerifierKey(text).value());
      EXPECT_EQ(FormatVerifierKey(keys.back()), text);
      if (r.size() > 2) {
        EXPECT_EQ(KeyOf(r[2]).public_key(), keys.back().key);
      }
    } else if (r[0] == "badkey") {
      EXPECT_EQ(ParseVerifierKey(text).status().reason(), Reason::kInvalidArgument) << text;
    } else if (r[0] == "good") {
      EXPECT_EQ(Outcome(text, keys), r[2]) << text;
    } else if (r[0] == "malformed") {
      EXPECT_EQ(Outcome(text, keys), "NOTE_MALFORMED") << text;
    } else {
      ASSERT_EQ(r[0], "unverified");
      EXPECT_EQ(Outcome(text, keys), "NOTE_UNVERIFIED") << text;
    }
  }
}

TEST(Note, SigningGivesThePublishedSignatures) {
  std::vector<std::pair<std::string, std::string>> signers;  // name, seed
  for (const VectorRecord& r : ReadVectors("note-signed.txt")) {
    if (r[0] == "key" && r.size() > 2) signers.emplace_back(r[1].substr(0, r[1].find('+')), r[2]);
    if (r[0] != "good" || r[2] != "0,1") continue;
    Note note;
    note.text = ParseNote(r[1]).value().text;
    for (const auto& [name, seed] : signers) {
      note.signatures.push_back(SignNote(note.text, name, KeyOf(seed)));
    }
    EXPECT_EQ(FormatNote(note), r[1]);
    return;
  }
  FAIL() << "no note by both";
}

TEST(Note, NoSubstringOrChangedByteOfAVerifierKeyIsOne) {
  ASSERT_TRUE(ParseVerifierKey(kPeter).ok());
  for (size_t begin = 0; begin <= kPeter.size(); ++begin) {
    for (size_t length = 0; length <= kPeter.size() - begin; ++length) {
      if (length == kPeter.size()) continue;
      ASSERT_FALSE(ParseVerifierKey(kPeter.substr(begin, length)).ok());
    }
  }
  for (size_t at = 0; at < kPeter.size(); ++at) {
    for (int delta = 1; delta < 256; ++delta) {
      std::string changed(kPeter);
      changed[at] = static_cast<char>(changed[at] + delta);
      ASSERT_FALSE(ParseVerifierKey(changed).ok()) << changed;
    }
  }
}

TEST(Note, WeakVerifierKeysAreRefused) {
  const VerifierKey weak{"weak", KeyType::kEd25519, PublicKey{}};
  EXPECT_EQ(ParseVerifierKey(FormatVerifierKey(weak)).status().reason(), Reason::kInvalidArgument);
}

TEST(Note, AnyFlippedBitOfANoteByOneKeyFails) {
  const crypto::SecretKey key = KeyOf(std::string(64, '1'));
  const std::vector<VerifierKey> keys = {{"log.example", KeyType::kEd25519, key.public_key()}};
  Note note{"text\n\nmore\n", {}};
  note.signatures.push_back(SignNote(note.text, "log.example", key));
  const std::string good = FormatNote(note);
  ASSERT_EQ(Outcome(good, keys), "0");
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(Outcome(bad, keys).starts_with("NOTE_")) << bit;
  }
  for (size_t cut = 0; cut < good.size(); ++cut) {
    ASSERT_TRUE(Outcome(good.substr(0, cut), keys).starts_with("NOTE_")) << cut;
  }
}

TEST(Note, OfSeveralSignaturesByOneKeyTheFirstCounts) {
  const crypto::SecretKey key = KeyOf(std::string(64, '2'));
  const std::vector<VerifierKey> keys = {{"log", KeyType::kEd25519, key.public_key()}};
  Note note{"text\n", {}};
  const NoteSignature good = SignNote(note.text, "log", key);
  NoteSignature bad = good;
  bad.bytes[0] = static_cast<char>(bad.bytes[0] ^ 1);
  note.signatures = {good, bad};
  EXPECT_EQ(Outcome(FormatNote(note), keys), "0");
  note.signatures = {bad, good};
  EXPECT_EQ(Outcome(FormatNote(note), keys), "NOTE_UNVERIFIED");
  bad.bytes += 'x';
  note.signatures = {bad};
  EXPECT_EQ(Outcome(FormatNote(note), keys), "NOTE_UNVERIFIED");
}

TEST(Note, TwoKnownKeysOfOneNameAndIdAreAmbiguousOnlyWhenHit) {
  const crypto::SecretKey key = KeyOf(std::string(64, '3'));
  const crypto::SecretKey other = KeyOf(std::string(64, '4'));
  const VerifierKey log{"log", KeyType::kEd25519, key.public_key()};
  const VerifierKey free{"free", KeyType::kEd25519, other.public_key()};
  Note note{"text\n", {}};
  note.signatures = {SignNote(note.text, "free", other)};
  EXPECT_EQ(Outcome(FormatNote(note), {log, log, free}), "2");
  note.signatures.push_back(SignNote(note.text, "log", key));
  EXPECT_EQ(Outcome(FormatNote(note), {log, log, free}), "NOTE_UNVERIFIED");
}

TEST(Note, SignaturesAndBytesAreBounded) {
  const crypto::SecretKey key = KeyOf(std::string(64, '5'));
  const std::vector<VerifierKey> keys = {{"log", KeyType::kEd25519, key.public_key()}};
  Note note{"text\n", {}};
  note.signatures.assign(limits::kNoteSignaturesMax - 1, {"other", KeyId(1), "x"});
  note.signatures.push_back(SignNote(note.text, "log", key));
  EXPECT_EQ(Outcome(FormatNote(note), keys), "0");
  note.signatures.push_back({"other", KeyId(1), "x"});
  EXPECT_EQ(ParseNote(FormatNote(note)).status().reason(), Reason::kNoteMalformed);

  note.text = Bytes(limits::kNoteBytesMax, 'x') + "\n";
  note.signatures = {SignNote(note.text, "log", key)};
  EXPECT_EQ(ParseNote(FormatNote(note)).status().reason(), Reason::kNoteMalformed);
  EXPECT_EQ(ParseSignatureLines("").status().reason(), Reason::kNoteMalformed);
}

TEST(Note, NamesAreThoseOfTheSpecification) {
  for (const std::string_view good : {"a", "log.example/2026", "Pemilu-2024", "é", "-"}) {
    EXPECT_TRUE(IsKeyName(good)) << good;
  }
  for (const std::string_view bad : {"", " ", "a b", "a+b", "a\n", "a\t", "a\xc2\xa0",
                                     "\xe3\x80\x80", "\xe2\x80\xa8", "\xff", "\xc2", "a\x01",
                                     "\xe2\x80\x83z"}) {
    EXPECT_FALSE(IsKeyName(bad)) << bad;
  }
  EXPECT_FALSE(IsKeyName(std::string_view("a\0b", 3)));
}

TEST(Cosignature, HoldsTheVectors) {
  std::string name;
  std::string seed;
  std::vector<VerifierKey> keys;
  for (const VectorRecord& r : ReadVectors("note-cosignature.txt")) {
    if (r[0] != "cosigned") {
      const VerifierKey key = ParseVerifierKey(r[1]).value();
      EXPECT_EQ(key.type, KeyType::kCosignatureV1);
      EXPECT_EQ(FormatVerifierKey(key), r[1]);
      keys.push_back(key);
      if (r[0] == "witness") name = key.name, seed = r[2];
      continue;
    }
    const uint64_t time = std::stoull(r[1]);
    const NoteSignature signature = Cosign(r[2], name, time, KeyOf(seed));
    EXPECT_EQ(FormatSignatureLine(signature), r[3]);
    EXPECT_EQ(ParseSignatureLines(r[3]).value(), (std::vector{signature}));
    const auto verified = VerifyNote(Note{r[2], {signature}}, keys).value();
    ASSERT_EQ(verified.size(), 1u);
    EXPECT_EQ(verified[0].time_seconds, time);
  }
}

TEST(Cosignature, AnotherTimeTextOrTypeFails) {
  const crypto::SecretKey key = KeyOf(std::string(64, '6'));
  const std::vector<VerifierKey> keys = {
      {"witness", KeyType::kCosignatureV1, key.public_key()},
      {"witness", KeyType::kEd25519, key.public_key()}};
  const Note good{"text\n", {Cosign("text\n", "witness", 1'000, key)}};
  EXPECT_EQ(VerifyNote(good, keys).value()[0].time_seconds, 1'000u);
  for (size_t bit = 0; bit < good.signatures[0].bytes.size() * 8; ++bit) {
    Note bad = good;
    char& byte = bad.signatures[0].bytes[bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    ASSERT_FALSE(VerifyNote(bad, keys).ok()) << bit;
  }
  for (const size_t length : {1u, 8u, 64u, 71u, 73u}) {
    Note bad = good;
    bad.signatures[0].bytes.resize(length);
    EXPECT_FALSE(VerifyNote(bad, keys).ok()) << length;
  }
  Note other = good;
  other.text = "Text\n";
  EXPECT_FALSE(VerifyNote(other, keys).ok());
  Note plain = good;  // a signature of the other type under this key's id
  plain.signatures[0].bytes = SignNote(good.text, "witness", key).bytes;
  EXPECT_FALSE(VerifyNote(plain, keys).ok());
}

TEST(Cosignature, TimesBeyondSignedNumbersFail) {
  const crypto::SecretKey key = KeyOf(std::string(64, '7'));
  const std::vector<VerifierKey> keys = {{"witness", KeyType::kCosignatureV1, key.public_key()}};
  const uint64_t time = uint64_t{1} << 63;
  Note note{"text\n", {Cosign("text\n", "witness", time - 1, key)}};
  EXPECT_TRUE(VerifyNote(note, keys).ok());
  const Signature signature =
      key.Sign("cosignature/v1\ntime " + std::to_string(time) + "\ntext\n");
  note.signatures[0].bytes = Bytes("\x80\0\0\0\0\0\0\0", 8) + Bytes(signature.view());
  EXPECT_FALSE(VerifyNote(note, keys).ok());
}

}  // namespace
}  // namespace jejak::merkle
