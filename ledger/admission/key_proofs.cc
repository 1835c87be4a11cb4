#include "ledger/admission/key_proofs.h"

#include <algorithm>

#include "ledger/admission/judge.h"
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::admission {
namespace {

using NewKeys = std::vector<std::pair<std::string, event::NewKey>>;

NewKeys KeysOf(const event::Event& event) {
  NewKeys keys;
  if (const auto* opened = std::get_if<event::ElectionOpened>(&event.body)) {
    keys = {{"root", opened->root_key},
            {"ledger", opened->ledger_key},
            {"bawaslu", opened->supervisors_key}};
  } else if (const auto* ballot = std::get_if<event::BallotRegistered>(&event.body)) {
    for (const event::Choice& choice : ballot->choices) {
      if (choice.witness_key)
        keys.emplace_back(ParticipantId(ballot->contest, choice.id), *choice.witness_key);
    }
  } else if (const auto* enrolled = std::get_if<event::OfficialsEnrolled>(&event.body)) {
    for (const event::OfficialFact& fact : enrolled->officials) {
      for (const event::NewKey& key : fact.keys) keys.emplace_back(fact.id, key);
    }
  } else if (const auto* one = std::get_if<event::KeyEnrolled>(&event.body)) {
    keys.emplace_back(one->official, one->key);
  } else if (const auto* changed = std::get_if<event::LedgerKeyChanged>(&event.body)) {
    keys.emplace_back("ledger", changed->key);
  }
  return keys;
}

}  // namespace

KeyProofs KeyProofs::Check(const event::Event& event) {
  KeyProofs out;
  for (auto& [official, key] : KeysOf(event)) {
    if (crypto::IsAcceptableKey(key.key) &&
        crypto::VerifyEnrolment(event.election, official, key.key, key.proof)) {
      out.good_.emplace_back(std::move(official), key);
    }
  }
  return out;
}

KeyProofs KeyProofs::Trusted() {
  KeyProofs out;
  out.trusted_ = true;
  return out;
}

bool KeyProofs::Hold(std::string_view official, const event::NewKey& key) const {
  if (trusted_) return true;
  return std::any_of(good_.begin(), good_.end(), [&](const auto& good) {
    return good.second.key == key.key && good.second.proof == key.proof && good.first == official;
  });
}

}  // namespace jejak::admission
