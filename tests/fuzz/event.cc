// An event decodes only from the one encoding of what it says; and what can be said at all is said
// by bytes that decode to it.
#include "ledger/base/encoding.h"
#include "ledger/event/codec.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {

void Run(ByteView input) {
  const auto decoded = event::DecodeEvent(input);
  const auto lenient = event::DecodeLoggedEvent(input);
  if (decoded.ok()) {
    const auto encoded = event::EncodeEvent(*decoded);
    JEJAK_CHECK(encoded.ok() && *encoded == input);
    JEJAK_CHECK(lenient.ok() && *lenient == *decoded);
  }
  if (!lenient.ok()) return;
  const auto encoded = event::EncodeEvent(*lenient);
  JEJAK_CHECK(encoded.ok() || !decoded.ok());
  if (!encoded.ok()) return;
  JEJAK_CHECK(event::ValidateBody(lenient->body).ok());
  const auto again = event::DecodeEvent(*encoded);
  JEJAK_CHECK(again.ok() && *again == *lenient);
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  for (const auto& row : ReadColumns("tests/vectors/events.tsv")) out.push_back(*FromHex(row[2]));
  for (const auto& row : ReadColumns("tests/vectors/events-refused.tsv")) {
    if (row[2].size() < 8'192) out.push_back(*FromHex(row[2]));
  }
  return out;
}

}  // namespace jejak::fuzz
