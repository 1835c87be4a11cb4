// Whether the keys that an event enrols are sound and held by whoever asks: IsAcceptableKey and the
// proof of possession. It needs nothing of the state, and costs several signature checks a key, so
// that whoever admits or verifies many events makes it beforehand, in parallel, and hands it to
// Decide.
//
// Thread rule: pure functions; KeyProofs is a value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/event/bodies.h"

namespace jejak::admission {

class KeyProofs {
 public:
  // Of every key that `event` enrols, for the election that it names (zero in genesis).
  static KeyProofs Check(const event::Event& event);
  // Everything holds. For a ledger that folds its own log again, whose keys were checked when they
  // came in.
  static KeyProofs Trusted();

  bool Hold(std::string_view official, const event::NewKey& key) const;

 private:
  bool trusted_ = false;
  std::vector<std::pair<std::string, event::NewKey>> good_;  // few; in the order of the body
};

}  // namespace jejak::admission
