// Commitments and proofs of possession must be over exactly the documented bytes: shown against the
// bytes written out by hand.
#include "ledger/crypto/commitment.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"

namespace jejak::crypto {
namespace {

TEST(Commitment, IsSaltThenName) {
  Salt salt;
  salt.bytes.fill(7);
  EXPECT_EQ(NameCommitment(salt, "Siti"), Sha256(Bytes(32, '\x07') + "Siti"));
}

TEST(Enrolment, IsOverLabelElectionOfficialAndKey) {
  ASSERT_TRUE(InitCrypto().ok());
  const SecretKey key = SecretKey::FromSeed(Bytes(32, '\x01')).value();
  Hash election;
  election.bytes.fill(9);
  const Bytes expected = Bytes("jejak/enrol/v1\0", 15) + Bytes(32, '\x09') + "kpps-1" +
                         Bytes(key.public_key().view());
  EXPECT_EQ(EnrolmentMessage(election, "kpps-1", key.public_key()), expected);

  const Signature proof = SignEnrolment(key, election, "kpps-1");
  EXPECT_TRUE(VerifyEnrolment(election, "kpps-1", key.public_key(), proof));
  EXPECT_FALSE(VerifyEnrolment(election, "kpps-2", key.public_key(), proof));
  EXPECT_FALSE(VerifyEnrolment(Hash{}, "kpps-1", key.public_key(), proof));
  const SecretKey other = SecretKey::Generate();
  EXPECT_FALSE(VerifyEnrolment(election, "kpps-1", other.public_key(), proof));
}

}  // namespace
}  // namespace jejak::crypto
