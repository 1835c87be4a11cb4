// Adds the cosignature of a witness to a checkpoint: cosign NAME SEED_HEX SECONDS < CHECKPOINT, or
// with --vkey prints the witness's verifier key.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>

#include "ledger/base/encoding.h"
#include "ledger/merkle/note.h"

int main(int argc, char** argv) {
  using namespace jejak;
  if (argc != 4 || !crypto::InitCrypto().ok()) return 2;
  const std::string name = argv[1];
  const auto seed = FromHex(argv[2]);
  if (!seed) return 2;
  const auto key = crypto::SecretKey::FromSeed(*seed);
  if (!key.ok()) return 2;
  if (std::string(argv[3]) == "--vkey") {
    std::cout << merkle::FormatVerifierKey(
                     {name, merkle::KeyType::kCosignatureV1, key->public_key()})
              << "\n";
    return 0;
  }
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  auto note = merkle::ParseNote(text);
  if (!note.ok()) {
    std::cerr << note.status().ToString() << "\n";
    return 1;
  }
  note->signatures.push_back(merkle::Cosign(note->text, name, std::stoull(argv[3]), *key));
  std::cout << merkle::FormatNote(*note);
  return 0;
}
