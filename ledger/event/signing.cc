#include "ledger/event/signing.h"

#include <string_view>

#include "ledger/crypto/sha256.h"
#include "ledger/event/codec.h"

namespace jejak::event {
namespace {

// With its zero byte, which ends the domain's name.
constexpr std::string_view kDomain("jejak/event/v1\0", 15);

}  // namespace

Hash EventHash(ByteView event_bytes) { return crypto::Sha256(event_bytes); }

Bytes SigningMessage(ByteView event_bytes) {
  Bytes out;
  out.reserve(kDomain.size() + event_bytes.size());
  out.append(kDomain).append(event_bytes);
  return out;
}

Result<SignedEvent> Sign(const Event& event, const crypto::SecretKey& key) {
  if (event.author != key.public_key()) {
    return Status(Reason::kInvalidArgument,
                  "the event names another author than the key that is to sign it");
  }
  JEJAK_ASSIGN_OR_RETURN(Bytes bytes, EncodeEvent(event));
  const Signature signature = key.Sign(SigningMessage(bytes));
  return SignedEvent{std::move(bytes), signature};
}

bool VerifySignature(const SignedEvent& event, const PublicKey& author) {
  return crypto::Verify(author, SigningMessage(event.bytes), event.signature);
}

}  // namespace jejak::event
