// Events that must be refused, each written by hand for one fault, and sound ones beside them.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "ledger/base/reason.h"
#include "ledger/event/testing_raw.h"

namespace jejak::event {

struct Forgery {
  std::string name;
  Reason reason;  // kOk: sound
  Bytes bytes;
};

std::vector<Forgery> AllForgeries();

// Raw events: an envelope of counting bytes around the body with this number.
Raw RawEvent(uint64_t body_number, Raw body);
// resultSubmitted of ppwp, TPS 6502010001001, round 1, and the pointers from `figures` on.
Raw RawSubmission(std::vector<Raw> from_figures);
Raw RawReleased(Raw key, Raw reason);

}  // namespace jejak::event
