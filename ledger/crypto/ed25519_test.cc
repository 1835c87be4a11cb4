// Signatures must be those of RFC 8032 and verify cofactorless; keys on which verifiers disagree
// must not be acceptable. Shown with the RFC's vectors, forged signatures, and known bad points.
#include "ledger/crypto/ed25519.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "ledger/base/encoding.h"

namespace jejak::crypto {
namespace {

class Ed25519 : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(InitCrypto().ok()); }
};

SecretKey KeyOf(std::string_view seed_hex) {
  return SecretKey::FromSeed(FromHex(seed_hex).value()).value();
}
PublicKey PublicOf(std::string_view hex) { return FixedFromHex<PublicKey>(hex).value(); }

constexpr std::string_view kSeed =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

// One point of each order 2, 4, 8.
constexpr std::string_view kTorsion[] = {
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"};

TEST_F(Ed25519, HoldsTheVectorsOfRfc8032) {
  const SecretKey one = KeyOf(kSeed);
  EXPECT_EQ(ToHex(one.public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(ToHex(one.Sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const SecretKey two = KeyOf("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(ToHex(two.Sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(Verify(two.public_key(), "\x72", two.Sign("\x72")));
}

TEST_F(Ed25519, AnyFlippedBitOfTheSignatureFails) {
  const SecretKey key = SecretKey::Generate();
  const Signature good = key.Sign("message");
  ASSERT_TRUE(Verify(key.public_key(), "message", good));
  EXPECT_FALSE(Verify(key.public_key(), "Message", good));
  EXPECT_FALSE(Verify(SecretKey::Generate().public_key(), "message", good));
  for (size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    Signature bad = good;
    bad.bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(Verify(key.public_key(), "message", bad)) << bit;
  }
}

TEST_F(Ed25519, SPlusTheOrderFails) {
  const SecretKey key = KeyOf(kSeed);
  Signature bad = key.Sign("message");
  const auto order =
      FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += unsigned{bad.bytes[32 + i]} + unsigned{static_cast<uint8_t>(order[i])};
    bad.bytes[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(Verify(key.public_key(), "message", bad));
}

// Whoever holds a key can sign with R off the subgroup; only verifiers with the cofactor accept
// that.
TEST_F(Ed25519, SignaturesThatNeedTheCofactorFail) {
  const SecretKey key = KeyOf(kSeed);
  uint8_t expanded[64], nonce[32], k_wide[64], k[32], product[32];
  crypto_hash_sha512(expanded, reinterpret_cast<const uint8_t*>(key.seed().data()), 32);
  expanded[0] &= 248;
  expanded[31] = static_cast<uint8_t>((expanded[31] & 127) | 64);
  uint8_t secret_wide[64] = {}, secret[32];
  std::copy(expanded, expanded + 32, secret_wide);
  crypto_core_ed25519_scalar_reduce(secret, secret_wide);
  crypto_core_ed25519_scalar_random(nonce);
  for (const bool off_subgroup : {false, true}) {
    Signature signature;
    ASSERT_EQ(crypto_scalarmult_ed25519_base_noclamp(signature.data(), nonce), 0);
    if (off_subgroup) {
      ASSERT_EQ(crypto_core_ed25519_add(signature.data(), signature.data(),
                                        PublicOf(kTorsion[2]).data()), 0);
    }
    Bytes hashed(signature.view().substr(0, 32));
    hashed.append(key.public_key().view()).append("m");
    crypto_hash_sha512(k_wide, reinterpret_cast<const uint8_t*>(hashed.data()), hashed.size());
    crypto_core_ed25519_scalar_reduce(k, k_wide);
    crypto_core_ed25519_scalar_mul(product, k, secret);
    crypto_core_ed25519_scalar_add(signature.data() + 32, product, nonce);
    EXPECT_EQ(Verify(key.public_key(), "m", signature), !off_subgroup);
  }
}

TEST_F(Ed25519, GeneratedKeysAreAcceptableAndDiffer) {
  const SecretKey a = SecretKey::Generate();
  const SecretKey b = SecretKey::Generate();
  EXPECT_TRUE(IsAcceptableKey(a.public_key()));
  EXPECT_NE(a.public_key(), b.public_key());
  EXPECT_FALSE(SecretKey::FromSeed(Bytes(31, 'x')).ok());
  EXPECT_FALSE(SecretKey::FromSeed(Bytes(33, 'x')).ok());
}

TEST_F(Ed25519, SmallOrderAndNonCanonicalKeysAreNotAcceptable) {
  const std::string middle(60, '0');
  const std::string high(60, 'f');
  std::vector<std::string> bad = {
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"};
  for (const std::string_view low : {"00", "01"}) {
    for (const std::string_view sign : {"00", "80"}) {
      bad.push_back(std::string(low) + middle + std::string(sign));
    }
  }
  // y = -1, and every y from p up to 2^255 - 1, with either sign: the same points written another
  // way.
  for (int low = 0xec; low <= 0xff; ++low) {
    for (const std::string_view sign : {"7f", "ff"}) {
      const Bytes first(1, static_cast<char>(low));
      bad.push_back(ToHex(first) + high + std::string(sign));
    }
  }
  bad.push_back("02" + middle + "00");  // y = 2 is not on the curve
  for (const std::string& hex : bad) EXPECT_FALSE(IsAcceptableKey(PublicOf(hex))) << hex;
}

TEST_F(Ed25519, MixedOrderKeysAreNotAcceptable) {
  for (int i = 0; i < 8; ++i) {
    const PublicKey good = SecretKey::Generate().public_key();
    for (const std::string_view torsion : kTorsion) {
      PublicKey mixed;
      ASSERT_EQ(crypto_core_ed25519_add(mixed.data(), good.data(), PublicOf(torsion).data()), 0);
      EXPECT_FALSE(IsAcceptableKey(mixed)) << ToHex(mixed);
    }
  }
}

TEST_F(Ed25519, MovedKeysSignOn) {
  SecretKey a = KeyOf(kSeed);
  const PublicKey key = a.public_key();
  SecretKey b(std::move(a));
  SecretKey c = SecretKey::Generate();
  c = std::move(b);
  EXPECT_EQ(c.public_key(), key);
  EXPECT_TRUE(Verify(key, "m", c.Sign("m")));
  EXPECT_EQ(ToHex(c.seed()), kSeed);
}

TEST_F(Ed25519, HelpersDoAsNamed) {
  using Salted = FixedBytes<32, struct TestTag>;
  EXPECT_NE(RandomFixed<Salted>(), RandomFixed<Salted>());
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  Bytes secret = "secret";
  Wipe(&secret);
  EXPECT_TRUE(secret.empty());
}

}  // namespace
}  // namespace jejak::crypto
