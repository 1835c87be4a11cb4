#include <gtest/gtest.h>

#include <set>

#include "ledger/base/encoding.h"
#include "ledger/event/codec.h"
#include "ledger/event/testing_forgeries.h"
#include "ledger/event/testing_vectors.h"

namespace jejak::event {
namespace {

// Each forged encoding is refused with its reason, and the sound ones they are made from are
// accepted: they are written without Cap'n Proto, so that the encoder is checked against something
// else than itself.
TEST(Refused, EveryForgery) {
  std::set<std::string> names;
  for (const Forgery& forgery : AllForgeries()) {
    SCOPED_TRACE(forgery.name);
    EXPECT_TRUE(names.insert(forgery.name).second);
    const auto decoded = DecodeEvent(forgery.bytes);
    EXPECT_EQ(InfoOf(decoded.status().reason()).name, InfoOf(forgery.reason).name)
        << decoded.status().message();
    if (!decoded.ok()) continue;
    const auto encoded = EncodeEvent(*decoded);
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(ToHex(*encoded), ToHex(forgery.bytes));
  }
}

// Reading what was checked before doesn't throw or crash on anything either.
TEST(Refused, LoggedReaderStandsForgeries) {
  for (const Forgery& forgery : AllForgeries()) (void)DecodeLoggedEvent(forgery.bytes);
}

// Bytes that don't begin on a word are read as well.
TEST(Refused, AlignmentDoesNotMatter) {
  for (const Forgery& forgery : AllForgeries()) {
    const Bytes shifted = "x" + forgery.bytes;
    const auto decoded = DecodeEvent(ByteView(shifted).substr(1));
    EXPECT_EQ(decoded.status().reason(), forgery.reason) << forgery.name;
  }
}

// The same, as data for other languages.
TEST(Refused, Vectors) {
  std::string out =
      "# Encodings of events and what a decoder says of them; docs/reference/events.md.\n"
      "# name\treason (OK: sound)\tbytes in hex\tzero bytes to append\n";
  for (const Forgery& forgery : AllForgeries()) {
    // Long runs of zeros at the end are a number.
    size_t end = forgery.bytes.find_last_not_of('\0') + 1;
    if (forgery.bytes.size() - end < 64) end = forgery.bytes.size();
    out += forgery.name + "\t" + std::string(InfoOf(forgery.reason).name) + "\t" +
           ToHex(ByteView(forgery.bytes).substr(0, end)) + "\t" +
           std::to_string(forgery.bytes.size() - end) + "\n";
  }
  ExpectVectors("events-refused.tsv", out);
}

}  // namespace
}  // namespace jejak::event
