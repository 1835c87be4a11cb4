#include <algorithm>
#include <array>

#include "ledger/base/check.h"
#include "ledger/event/bodies.h"

namespace jejak::event {
namespace {

constexpr std::array<std::string_view, kBodyKinds> kNames = {
    "electionOpened",    "contestRegistered", "regionsRegistered", "stationsRegistered",
    "ballotRegistered",  "registryAmended",   "officialsEnrolled", "keyEnrolled",
    "keyRevoked",        "keyReleased",       "officialSuspended", "officialReinstated",
    "ledgerKeyChanged",  "resultSubmitted",   "resultCorrected",   "resultFinalised",
    "copyFiled",         "roundOpened",       "roundCancelled",    "objectionFiled",
    "objectionResolved", "incidentRecorded",  "decisionRecorded",  "recapPart",
    "recapCertified",    "stageReopened",     "rulesChanged",      "tallyCommitted",
};

}  // namespace

std::string_view BodyName(BodyKind kind) {
  const auto at = static_cast<size_t>(kind);
  JEJAK_CHECK(at < kNames.size());
  return kNames[at];
}

std::optional<BodyKind> ParseBodyName(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<BodyKind>(at - kNames.begin());
}

}  // namespace jejak::event
