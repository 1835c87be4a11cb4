// Signed events: bytes and signature, made with a secret key and checked with libsodium's rule.
//
// Thread rule: pure functions; a SecretKey may be used by several threads at once.
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/event/bodies.h"

namespace jejak::event {

struct SignedEvent {
  Bytes bytes;  // canonical encoding
  Signature signature;
  bool operator==(const SignedEvent&) const = default;
};

// Encodes and signs; the event's author must be the key's public half.
Result<SignedEvent> Sign(const Event& event, const crypto::SecretKey& key);
bool VerifySignature(const SignedEvent& event, const PublicKey& author);

// Where an author's chain stands: what the next event must carry.
struct ChainHead {
  uint64_t next_sequence = 0;
  Hash previous;  // zero before the first event
};

}  // namespace jejak::event
