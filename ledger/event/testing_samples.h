// Events to test with: for every body one with each field set, one with as little as the limits
// allow, and random ones.
//
// Thread rule: pure functions.
#pragma once

#include <random>
#include <string_view>

#include "ledger/event/bodies.h"

namespace jejak::event {

// Bytes 0, 1, 2 … from `first` on, so that a reader of a hex dump sees which is which.
template <typename T>
T Counting(uint8_t first) {
  T out;
  for (size_t i = 0; i < T::kSize; ++i) out.bytes[i] = static_cast<uint8_t>(first + i);
  return out;
}
RegionCode Code(std::string_view digits);

// Every field set, every optional there, every list with two elements or more.
Body FullBody(BodyKind kind);
// Only what a body can't be without.
Body MinimalBody(BodyKind kind);
// Valid, of any shape, small enough to encode.
Body RandomBody(BodyKind kind, std::mt19937_64& random);

// With an envelope that is not all zero.
Event EventOf(Body body);

}  // namespace jejak::event
