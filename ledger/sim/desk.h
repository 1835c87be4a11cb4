// Where simulated officials sign: their keys and names, derived from the seed and their id, and
// where each key's chain stands.
//
// Thread rule: one thread at a time. crypto::InitCrypto first.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "ledger/crypto/ed25519.h"
#include "ledger/event/bodies.h"
#include "ledger/event/signing.h"
#include "ledger/sim/step.h"

namespace jejak::sim {

// A key of an official: the one of its first device, or of a later one.
struct Author {
  std::string official;
  uint32_t device = 0;
};

class Desk {
 public:
  explicit Desk(uint64_t seed) : seed_(seed) {}

  void SetElection(const Hash& election) { election_ = election; }
  const Hash& election() const { return election_; }

  // The key, made anew.
  Result<crypto::SecretKey> NewKeyOf(const Author& author) const;
  // The key, derived each time but for the last few that were used.
  const crypto::SecretKey& Key(const Author& author);
  // Enrolment of the key, with proof for this election; zero before SetElection, as genesis has it.
  event::NewKey Enrolment(const Author& author);
  PersonRow Person(const std::string& official) const;

  event::ChainHead Head(const Author& author) const;
  // Signs an event at that point of the chain, and leaves the chain where it is.
  event::SignedEvent SignAt(const Author& author, const event::ChainHead& head,
                            UnixMicros occurred_at, event::Body body);
  // Signs the next event of the chain, and moves it on. The hash goes to `hash`.
  event::SignedEvent SignNext(const Author& author, UnixMicros occurred_at, event::Body body,
                              Hash* hash);
  // The author writes no more: its chain need not be remembered.
  void Forget(const Author& author);
  size_t remembered() const { return heads_.size(); }

 private:
  static std::string NameOf(const Author& author);

  uint64_t seed_;
  Hash election_;
  std::unordered_map<std::string, event::ChainHead> heads_;  // by NameOf
  std::map<std::string, crypto::SecretKey> keys_;            // a few, by NameOf
};

}  // namespace jejak::sim
