// Key files: never a crash, the public key that the file states is that of the seed it holds, and a
// file that opens is the one text of its key. The checksum over the file is put right, so that what
// stands behind it is reached; keys under a passphrase are only parsed, since trying one takes
// Argon2id's time.
#include "ledger/crypto/key_file.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

void Check(ByteView text) {
  const auto public_key = crypto::DecodePublicKey(text);
  const auto key = crypto::DecodeKeyFile(text, std::nullopt);
  if (!key.ok()) return;
  JEJAK_CHECK(public_key.ok() && *public_key == key->public_key());
  const auto again = crypto::EncodeKeyFile(*key, std::nullopt);
  JEJAK_CHECK(again.ok() && *again == text);
}

}  // namespace

void Run(ByteView input) {
  Check(input);
  const size_t body = input.rfind("checksum ");
  Bytes text(input.substr(0, body));
  text += "checksum " + ToHex(crypto::Sha256(text)) + "\n";
  Check(text);
}

std::vector<Bytes> Seeds() {
  const auto key = crypto::SecretKey::FromSeed(crypto::Sha256("seed").view());
  return {*crypto::EncodeKeyFile(*key, std::nullopt),
          *crypto::EncodeKeyFile(*key, "passphrase", crypto::kKdfCostMin)};
}

}  // namespace jejak::fuzz
