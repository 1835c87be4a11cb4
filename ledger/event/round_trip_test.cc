#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/event/codec.h"
#include "ledger/event/testing_samples.h"

namespace jejak::event {
namespace {

// Encodes, decodes both ways, and encodes again.
void ExpectRoundTrip(const Event& event, const std::string& what) {
  SCOPED_TRACE(what);
  const auto bytes = EncodeEvent(event);
  ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
  EXPECT_EQ(bytes->size() % 8, 0u);
  EXPECT_LE(bytes->size(), limits::kEventBytesMax);
  const auto decoded = DecodeEvent(*bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString() << "\n" << ToHex(*bytes);
  EXPECT_TRUE(*decoded == event);
  const auto logged = DecodeLoggedEvent(*bytes);
  ASSERT_TRUE(logged.ok()) << logged.status().ToString();
  EXPECT_TRUE(*logged == event);
  const auto again = EncodeEvent(*decoded);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(*again, *bytes);
}

// What is encoded is what is decoded, for each body with every field set and with as few as may be.
TEST(RoundTrip, EveryBody) {
  for (size_t i = 0; i < kBodyKinds; ++i) {
    const auto kind = static_cast<BodyKind>(i);
    const std::string name(BodyName(kind));
    const Event full = EventOf(FullBody(kind));
    ASSERT_EQ(full.kind(), kind);
    ExpectRoundTrip(full, name + " full");
    const Event minimal = EventOf(MinimalBody(kind));
    ASSERT_EQ(minimal.kind(), kind);
    ExpectRoundTrip(minimal, name + " minimal");
  }
}

// An envelope of zeros and one of the largest numbers survive.
TEST(RoundTrip, EnvelopeExtremes) {
  Event event;
  event.body = RulesChanged{0};
  ExpectRoundTrip(event, "zero");
  event.sequence = ~uint64_t{0};
  event.occurred_at = UnixMicros(INT64_MIN);
  event.body = RulesChanged{65535};
  ExpectRoundTrip(event, "largest");
}

// The seed of this run: JEJAK_TEST_SEED, or one of our own.
uint64_t Seed(uint64_t otherwise) {
  const char* given = std::getenv("JEJAK_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

// So are random bodies of every kind; a failure says its seed, which JEJAK_TEST_SEED gives back.
TEST(RoundTrip, RandomBodies) {
  const uint64_t first = Seed(20240214);
  for (uint64_t seed = first; seed < first + 100; ++seed) {
    std::mt19937_64 random(seed);
    for (size_t i = 0; i < kBodyKinds; ++i) {
      Event event = EventOf(RandomBody(static_cast<BodyKind>(i), random));
      event.sequence = random();
      ExpectRoundTrip(event, "seed " + std::to_string(seed));
      if (HasFailure()) return;
    }
  }
}

// A message with bits flipped, words cut, doubled or swapped is refused, or is the encoding of what
// it says; it never makes the decoder crash. Entries likewise.
TEST(RoundTrip, MutationsAreRefusedOrCanonical) {
  const uint64_t seed = Seed(65);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  size_t accepted = 0;
  for (size_t n = 0; n < 20'000; ++n) {
    const auto kind = static_cast<BodyKind>(n % kBodyKinds);
    const Event event = EventOf(n % 3 == 0 ? FullBody(kind) : RandomBody(kind, random));
    Bytes bytes = *EncodeEvent(event);
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t word = random() % (bytes.size() / 8) * 8;
      switch (random() % 6) {
        case 0: bytes.insert(word, bytes.substr(word, 8)); break;
        case 1:
          if (bytes.size() > 8) bytes.erase(word, 8);
          break;
        case 2: bytes.replace(word, 8, bytes.substr(random() % (bytes.size() / 8) * 8, 8)); break;
        default: {
          char& byte = bytes[random() % bytes.size()];
          byte = static_cast<char>(byte ^ (1 << random() % 8));
        }
      }
    }
    (void)DecodeLoggedEvent(bytes);
    const auto decoded = DecodeEvent(bytes);
    if (!decoded.ok()) continue;
    ++accepted;
    const auto again = EncodeEvent(*decoded);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    ASSERT_EQ(ToHex(*again), ToHex(bytes));
  }
  EXPECT_GT(accepted, 1000u);  // hashes and names can be anything
}

}  // namespace
}  // namespace jejak::event
