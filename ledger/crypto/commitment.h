// What hides a person's name in the log, and what proves that an enrolled key is held by whoever
// asks.
//
// Thread rule: pure functions. Spec: docs/reference/log.md.
#pragma once

#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::crypto {

// 32 random bytes beside a name in the people table.
using Salt = FixedBytes<32, struct SaltTag>;

// SHA-256(salt || name); `name` is UTF-8 as in the people table.
Hash NameCommitment(const Salt& salt, std::string_view name);

// "jejak/enrol/v1" 0x00 || election || official || key: what a new key signs to be enrolled for
// `official`. `election` is the hash of the genesis event, 32 zero bytes inside genesis itself.
Bytes EnrolmentMessage(const Hash& election, std::string_view official, const PublicKey& key);
Signature SignEnrolment(const SecretKey& key, const Hash& election, std::string_view official);
// Whether `proof` is `key`'s; says nothing on IsAcceptableKey.
bool VerifyEnrolment(const Hash& election, std::string_view official, const PublicKey& key,
                     const Signature& proof);

}  // namespace jejak::crypto
