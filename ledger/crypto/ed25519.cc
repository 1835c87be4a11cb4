#include "ledger/crypto/ed25519.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "ledger/base/check.h"

namespace jejak::crypto {
namespace {

static_assert(crypto_sign_SEEDBYTES == SecretKey::kSeedBytes);
static_assert(crypto_sign_PUBLICKEYBYTES == PublicKey::kSize);
static_assert(crypto_sign_BYTES == Signature::kSize);

const uint8_t* Unsigned(ByteView bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

// L - 1, little-endian, where L = 2^252 + 27742317777372353535851937790883648493 is the subgroup's
// order.
constexpr std::array<uint8_t, 32> kOrderLessOne = {
    0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

// Whether (L-1) * P = -P, that is, L * P is the identity. `key` is canonical and not small-order.
bool IsInPrimeSubgroup(const PublicKey& key) {
  PublicKey product;
  if (crypto_scalarmult_ed25519_noclamp(product.data(), kOrderLessOne.data(), key.data()) != 0) {
    return false;
  }
  product.bytes[31] ^= 0x80;  // negates: the sign of x
  return product == key;
}

}  // namespace

Status InitCrypto() {
  if (sodium_init() < 0) return {Reason::kInternal, "libsodium can't be initialised"};
  return OkStatus();
}

void RandomBytes(std::span<uint8_t> out) { randombytes_buf(out.data(), out.size()); }

bool ConstantTimeEqual(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Wipe(Bytes* secret) {
  sodium_memzero(secret->data(), secret->size());
  secret->clear();
}

SecretKey::SecretKey(const uint8_t* seed) {
  // Guarded memory needs the library initialised; without, it crashes far from the cause.
  JEJAK_CHECK(sodium_init() >= 0);
  secret_ = static_cast<uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES));
  JEJAK_CHECK(secret_ != nullptr);
  JEJAK_CHECK(crypto_sign_seed_keypair(public_key_.data(), secret_, seed) == 0);
}

SecretKey SecretKey::Generate() {
  std::array<uint8_t, kSeedBytes> seed;
  randombytes_buf(seed.data(), seed.size());
  SecretKey key(seed.data());
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SecretKey> SecretKey::FromSeed(ByteView seed) {
  if (seed.size() != kSeedBytes) {
    return Status(Reason::kInvalidArgument, "the seed of a key is 32 bytes");
  }
  return SecretKey(Unsigned(seed));
}

SecretKey::SecretKey(SecretKey&& other) noexcept
    : secret_(std::exchange(other.secret_, nullptr)), public_key_(other.public_key_) {}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  std::swap(secret_, other.secret_);
  std::swap(public_key_, other.public_key_);
  return *this;
}

SecretKey::~SecretKey() { sodium_free(secret_); }

Signature SecretKey::Sign(ByteView message) const {
  JEJAK_CHECK(secret_ != nullptr);
  Signature out;
  JEJAK_CHECK(crypto_sign_detached(out.data(), nullptr, Unsigned(message), message.size(),
                                   secret_) == 0);
  return out;
}

ByteView SecretKey::seed() const {
  JEJAK_CHECK(secret_ != nullptr);
  return {reinterpret_cast<const char*>(secret_), kSeedBytes};
}

bool Verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), Unsigned(message), message.size(),
                                     key.data()) == 0;
}

bool IsAcceptableKey(const PublicKey& key) {
  // The library's check alone won't do: 1.0.18 without the fix of CVE-2025-69277 lets through the
  // sum of a good point and the point of order two.
  return crypto_core_ed25519_is_valid_point(key.data()) == 1 && IsInPrimeSubgroup(key);
}

}  // namespace jejak::crypto
