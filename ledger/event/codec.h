// Encoding and decoding of events and entries: canonical Cap'n Proto (proto/event.capnp), one
// segment, flat words without framing. One encoding per meaning: decoding makes a plain value,
// encodes it again with the one encoder, and refuses different bytes. docs/reference/events.md
// specifies the bytes.
//
// Thread rule: pure functions.
#pragma once

#include <optional>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/bodies.h"

namespace jejak::event {

// Checks the limits and orders that the schema's comments state: text, list order, figures, sizes.
// EVENT_TOO_LARGE is left to EncodeEvent. FIELD_INVALID or FIGURE_OUT_OF_RANGE names the field.
Status ValidateBody(const Body& body);

// The canonical bytes, a multiple of 8. Refuses what ValidateBody refuses, and EVENT_TOO_LARGE.
Result<Bytes> EncodeEvent(const Event& event);

// Decodes and checks that `bytes` is the one encoding of what it says. Errors: EVENT_TOO_LARGE,
// EVENT_MALFORMED, EVENT_NOT_CANONICAL, FIELD_INVALID, FIGURE_OUT_OF_RANGE, RULES_UNKNOWN (a body,
// enumerant or union member that this program does not know).
Result<Event> DecodeEvent(ByteView bytes);

// For bytes that were checked when they entered the log: neither encodes again nor validates.
// Whoever verifies a log that isn't its own uses DecodeEvent.
Result<Event> DecodeLoggedEvent(ByteView bytes);

// SHA-256 of the event's bytes: its identity.
Hash EventHash(ByteView event_bytes);

// What an author signs: "jejak/event/v1\0" || event bytes.
Bytes SigningMessage(ByteView event_bytes);

struct Refusal {
  Reason reason{};      // one with a logged number
  uint32_t number = 0;  // element of the body's list that failed
  bool operator==(const Refusal&) const = default;
};

struct Entry {
  UnixMicros received_at;
  Bytes event;
  Signature signature;
  std::optional<Refusal> refusal;  // none: accepted
  bool operator==(const Entry&) const = default;
};

// The Merkle leaf's bytes, at most limits::kEntryBytesMax.
Result<Bytes> EncodeEntry(const Entry& entry);
// Strict, as DecodeEvent. Does not decode the event inside.
Result<Entry> DecodeEntry(ByteView bytes);
// The same without encoding again, for bytes read back from a verified place.
Result<Entry> DecodeLoggedEntry(ByteView bytes);

}  // namespace jejak::event
