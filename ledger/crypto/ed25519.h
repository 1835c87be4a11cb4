// Ed25519 signatures (RFC 8032) and the randomness that keys are made of.
//
// Thread rule: InitCrypto first, once, before threads start. After that the free functions are safe
// from any thread; a SecretKey may be used by several threads at once as long as none moves it.
// Verification is libsodium's: one by one, cofactorless, S and the key in canonical form, R and the
// key not small-order. No batch equations, so that every verifier gives the same answer.
#pragma once

#include <cstddef>
#include <span>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak::crypto {

// Prepares libsodium; may be called more than once. Error: INTERNAL when there is no source of
// randomness.
Status InitCrypto();

// Fills `out` from the system's generator.
void RandomBytes(std::span<uint8_t> out);
template <typename T>
T RandomFixed() {
  T out;
  RandomBytes(out.bytes);
  return out;
}

// Whether both hold the same bytes, in time that depends only on their lengths.
bool ConstantTimeEqual(ByteView a, ByteView b);

// Overwrites the bytes so that the compiler can't leave it out, and empties the string.
void Wipe(Bytes* secret);

// A signing key. Its memory is locked, guarded, kept out of core dumps, and wiped on destruction.
// That takes four pages and several system calls a key: a process holds a few, never thousands at
// once.
class SecretKey {
 public:
  static constexpr size_t kSeedBytes = 32;

  static SecretKey Generate();
  // `seed` is exactly 32 bytes (RFC 8032 private key); the caller wipes its copy. Error:
  // INVALID_ARGUMENT.
  static Result<SecretKey> FromSeed(ByteView seed);

  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  ~SecretKey();

  const PublicKey& public_key() const { return public_key_; }
  // Deterministic. A key that was moved from can't sign.
  Signature Sign(ByteView message) const;
  // The 32 secret bytes, for key files. The caller must not copy them to where they stay.
  ByteView seed() const;

 private:
  explicit SecretKey(const uint8_t* seed);

  uint8_t* secret_ = nullptr;  // seed || public key, in memory of sodium_malloc
  PublicKey public_key_;
};

// Whether `signature` is `key`'s over exactly `message`.
bool Verify(const PublicKey& key, ByteView message, const Signature& signature);

// Whether `key` may be enrolled: a canonical encoding of a point of the prime-order subgroup other
// than the identity. On small-order, mixed-order and non-canonical keys, verifiers disagree with
// each other.
bool IsAcceptableKey(const PublicKey& key);

}  // namespace jejak::crypto
