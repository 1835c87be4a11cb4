// One thing that happens in a simulation: a signed event, and what the ledger must make of it.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/reason.h"
#include "ledger/base/types.h"
#include "ledger/crypto/commitment.h"
#include "ledger/event/signing.h"

namespace jejak::sim {

// What belongs into the people table beside the log.
struct PersonRow {
  std::string official;
  crypto::Salt salt;
  std::string name;
};

struct Expected {
  enum class Kind : uint8_t { kAccepted, kRefused, kDoor };
  Kind kind = Kind::kAccepted;
  Reason reason = Reason::kOk;  // of a refusal, or at the door
  uint32_t number = 0;          // element that fails, of a refusal
  bool operator==(const Expected&) const = default;
};

struct Step {
  event::SignedEvent event;
  Hash hash;               // of the event
  UnixMicros received_at;  // the ledger's clock; never decreasing from step to step
  Expected expected;
  std::string author;  // id of the official; empty for a stranger
  std::vector<PersonRow> people;
  std::string label;  // "KPPS 6501011001001 submits ppwp": for people who watch
};

// A step of which the ledger must log a refusal, in order.
struct ExpectedRefusal {
  Reason reason{};
  uint32_t number = 0;
  std::string author;
  Hash event;
  std::string label;
};

}  // namespace jejak::sim
