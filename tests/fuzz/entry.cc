// A log entry decodes only from the one encoding of what it says.
#include "ledger/base/encoding.h"
#include "ledger/event/codec.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {

void Run(ByteView input) {
  const auto decoded = event::DecodeEntry(input);
  const auto lenient = event::DecodeLoggedEntry(input);
  if (decoded.ok()) {
    const auto encoded = event::EncodeEntry(*decoded);
    JEJAK_CHECK(encoded.ok() && *encoded == input);
    JEJAK_CHECK(lenient.ok() && *lenient == *decoded);
  }
  if (!lenient.ok()) return;
  const auto encoded = event::EncodeEntry(*lenient);
  if (!encoded.ok()) return;
  const auto again = event::DecodeEntry(*encoded);
  JEJAK_CHECK(again.ok() && *again == *lenient);
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  for (const auto& row : ReadColumns("tests/vectors/events-entries.tsv")) {
    out.push_back(*FromHex(row[2]));
  }
  return out;
}

}  // namespace jejak::fuzz
