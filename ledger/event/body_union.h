// Which member of the union in event.capnp holds which body.
//
// Internal to ledger/event, for its .cc files only. Thread rule: one thread a builder or Decoder.
#pragma once

#include "ledger/event/decode.h"
#include "ledger/event/encode.h"

namespace jejak::event {

void PutBody(const Body& from, wire::Event::Body::Builder to);
void GetBody(wire::Event::Body::Reader from, Decoder* d, Body* to);

}  // namespace jejak::event
