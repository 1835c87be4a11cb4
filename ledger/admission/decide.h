// The verdict on an event: a pure function of the event and the state before it. The order of
// checks is the order of ledger/base/reasons.def; the first failure decides, so that every replica
// and verifier gives the same verdict. docs/reference/roles.md, generated from the same table, says
// who may do what.
//
// Thread rule: pure function.
#pragma once

#include <optional>

#include "ledger/admission/key_proofs.h"
#include "ledger/admission/state_view.h"
#include "ledger/base/status.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"

namespace jejak::admission {

// The rules version that new ledgers are written with.
inline constexpr uint16_t kRulesWritten = event::kRulesNewest;
// Whether this program can judge under that version.
constexpr bool RulesKnown(uint16_t rules) { return rules == kRulesWritten; }

struct Verdict {
  enum class Kind : uint8_t {
    kDoor,      // not logged: `door` says why
    kRetry,     // the same event stands at `existing` already
    kAccepted,  // logged, and folded
    kRefused,   // logged with `refusal`
  };
  Kind kind = Kind::kDoor;
  Status door;
  LogIndex existing;
  event::Refusal refusal;
  bool advances_chain = false;  // false for a fork: it never advances its author's chain
};

// `hash` is the hash of the event's bytes. The signature must have been checked. Genesis (entry 0)
// is decided here too: it is the only event accepted when Election() is empty. `proofs` are those
// of this event.
Verdict Decide(const StateView& view, const event::Event& event, const Hash& hash,
               const KeyProofs& proofs);
inline Verdict Decide(const StateView& view, const event::Event& event, const Hash& hash) {
  return Decide(view, event, hash, KeyProofs::Check(event));
}

}  // namespace jejak::admission
