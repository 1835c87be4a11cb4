// Proofs of figures: one text per value, and what holds under the log's key is what the ledger
// really committed to.
#include "ledger/projection/tally_proof.h"

#include <fmt/format.h>

#include <map>

#include "ledger/base/encoding.h"
#include "ledger/projection/queries.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace jejak::fuzz {
namespace {

using projection::TallyClaim;

std::string Describe(const TallyClaim& claim) {
  std::string out = fmt::format(
      "{} {} {} {} {} {} {} {} {} {}", ToHex(claim.election), claim.election_name,
      static_cast<int>(claim.mode), claim.registered, claim.reported, claim.round.value_or(0),
      claim.event ? ToHex(*claim.event) : "-", claim.size.value, claim.time.value, claim.origin);
  for (const event::FieldSum& sum : claim.sums)
    out += fmt::format(" {}={}/{}", election::FieldName(sum.key), sum.sum, sum.present);
  return out;
}

struct Proofs {
  std::vector<Bytes> texts;
  std::map<std::string, std::string> true_claims;  // by contest and region

  static std::string KeyOf(const TallyClaim& claim) {
    return claim.contest + " " + claim.region.str();
  }
  Proofs() {
    World& world = World::The();
    const auto view = world.view();
    const auto queries = projection::Queries::Open(&view->rows(), view.get());
    const LogIndex commitment = **(*queries)->Commitment();
    const election::StationCode station = world.election().Station(0);
    std::vector<election::RegionCode> places = {world.election().Station(World::kStations - 1)};
    for (size_t level = 0; level < election::kLevels; ++level)
      places.push_back(station.At(static_cast<election::Level>(level)));
    for (const election::RegionCode& place : places) {
      for (const bool sum : {false, true}) {
        auto proof = (*queries)->Prove("ppwp", place, sum);
        if (!proof.ok()) continue;  // a station has no children
        proof->genesis = view->Entry(LogIndex(0))->entry.event;
        proof->commitment = *view->EntryBytes(commitment);
        proof->tlog_proof = *view->TlogProof(commitment);
        const auto claim = projection::CheckTallyProof(*proof, world.log_key());
        JEJAK_CHECK(claim.ok());
        true_claims[KeyOf(*claim)] = Describe(*claim);
        texts.push_back(projection::FormatTallyProof(*proof));
      }
    }
  }
};

const Proofs& TheProofs() {
  static const Proofs proofs;
  return proofs;
}

}  // namespace

void Run(ByteView input) {
  const auto proof = projection::ParseTallyProof(input);
  if (!proof.ok()) return;
  JEJAK_CHECK(projection::FormatTallyProof(*proof) == input);
  const Proofs& proofs = TheProofs();
  const auto claim = projection::CheckTallyProof(*proof, World::The().log_key());
  if (!claim.ok()) return;
  const auto found = proofs.true_claims.find(Proofs::KeyOf(*claim));
  JEJAK_CHECK(found != proofs.true_claims.end() && found->second == Describe(*claim));
}

std::vector<Bytes> Seeds() { return TheProofs().texts; }

}  // namespace jejak::fuzz
