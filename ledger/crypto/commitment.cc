#include "ledger/crypto/commitment.h"

#include "ledger/crypto/sha256.h"

namespace jejak::crypto {
namespace {

// The terminating zero byte is part of the label.
constexpr char kEnrolLabel[] = "jejak/enrol/v1";

}  // namespace

Hash NameCommitment(const Salt& salt, std::string_view name) { return Sha256({salt.view(), name}); }

Bytes EnrolmentMessage(const Hash& election, std::string_view official, const PublicKey& key) {
  Bytes out(kEnrolLabel, sizeof kEnrolLabel);
  out.append(election.view()).append(official).append(key.view());
  return out;
}

Signature SignEnrolment(const SecretKey& key, const Hash& election, std::string_view official) {
  return key.Sign(EnrolmentMessage(election, official, key.public_key()));
}

bool VerifyEnrolment(const Hash& election, std::string_view official, const PublicKey& key,
                     const Signature& proof) {
  return Verify(key, EnrolmentMessage(election, official, key), proof);
}

}  // namespace jejak::crypto
