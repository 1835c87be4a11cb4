// A node of the tally tree decodes only from the one encoding of what it says, and as a station or
// as a region, never as both.
#include "ledger/base/encoding.h"
#include "ledger/event/tally_nodes.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

template <typename Node>
bool Check(const Result<Node>& node, ByteView input) {
  if (!node.ok()) return false;
  const auto encoded = event::Encode(*node);
  JEJAK_CHECK(encoded.ok() && *encoded == input);
  return true;
}

}  // namespace

void Run(ByteView input) {
  const auto station = event::DecodeStationTally(input);
  const bool is_station = Check(station, input);
  const bool is_region = Check(event::DecodeRegionTally(input), input);
  JEJAK_CHECK(!(is_station && is_region));
  if (is_station) (void)station->Reported();
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  for (const auto& row : ReadColumns("tests/vectors/tally-nodes.txt")) {
    out.push_back(*FromHex(row[1]));
  }
  return out;
}

}  // namespace jejak::fuzz
