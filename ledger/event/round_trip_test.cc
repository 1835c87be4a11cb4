#include <gtest/gtest.h>

#include <cstdlib>
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

}  // namespace
}  // namespace jejak::event
