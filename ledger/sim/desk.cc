#include "ledger/sim/desk.h"

#include <utility>

#include "ledger/base/check.h"
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/codec.h"
#include "ledger/sim/names.h"

namespace jejak::sim {
namespace {

// Keys held at once: each takes locked pages.
constexpr size_t kKeysMax = 64;

Hash Derived(std::string_view purpose, uint64_t seed, std::string_view id) {
  std::string number = std::to_string(seed);
  number.push_back('\0');
  return crypto::Sha256({"jejak/sim/", purpose, ByteView("\0", 1), number, id});
}

}  // namespace

std::string Desk::NameOf(const Author& author) {
  if (author.device == 0) return author.official;
  return author.official + "#" + std::to_string(author.device);
}

Result<crypto::SecretKey> Desk::NewKeyOf(const Author& author) const {
  return crypto::SecretKey::FromSeed(Derived("key", seed_, NameOf(author)).view());
}

const crypto::SecretKey& Desk::Key(const Author& author) {
  const std::string name = NameOf(author);
  const auto at = keys_.find(name);
  if (at != keys_.end()) return at->second;
  if (keys_.size() >= kKeysMax) keys_.clear();
  auto key = NewKeyOf(author);
  JEJAK_CHECK(key.ok());
  return keys_.emplace(name, std::move(key).value()).first->second;
}

event::NewKey Desk::Enrolment(const Author& author) {
  const crypto::SecretKey& key = Key(author);
  return {key.public_key(), crypto::SignEnrolment(key, election_, author.official)};
}

PersonRow Desk::Person(const std::string& official) const {
  PersonRow row;
  row.official = official;
  row.name = PersonName(seed_, official);
  row.salt = crypto::Salt::From(Derived("salt", seed_, official).view()).value();
  return row;
}

event::ChainHead Desk::Head(const Author& author) const {
  const auto at = heads_.find(NameOf(author));
  return at != heads_.end() ? at->second : event::ChainHead{};
}

event::SignedEvent Desk::SignAt(const Author& author, const event::ChainHead& head,
                                UnixMicros occurred_at, event::Body body) {
  const crypto::SecretKey& key = Key(author);
  event::Event event;
  event.election = election_;
  event.author = key.public_key();
  event.sequence = head.next_sequence;
  event.previous = head.previous;
  event.occurred_at = occurred_at;
  event.body = std::move(body);
  auto signed_event = event::Sign(event, key);
  JEJAK_CHECK(signed_event.ok());
  return std::move(signed_event).value();
}

event::SignedEvent Desk::SignNext(const Author& author, UnixMicros occurred_at, event::Body body,
                                  Hash* hash) {
  event::ChainHead& head = heads_[NameOf(author)];
  event::SignedEvent signed_event = SignAt(author, head, occurred_at, std::move(body));
  head.previous = event::EventHash(signed_event.bytes);
  ++head.next_sequence;
  *hash = head.previous;
  return signed_event;
}

void Desk::Forget(const Author& author) {
  heads_.erase(NameOf(author));
  keys_.erase(NameOf(author));
}

}  // namespace jejak::sim
