// What each reason of a correction must rest on: one table, read by Decide and rendered into
// docs/reference/correction-reasons.md.
//
// Thread rule: constants.
#pragma once

#include <cstdint>
#include <span>

#include "ledger/election/vocabulary.h"

namespace jejak::admission {

// Flags.
enum Requirement : uint32_t {
  kExplains = 1u << 0,           // an explanation
  kEvidenceOnFile = 1u << 1,     // after the correction at least one page of evidence has a hash
  kEvidenceNew = 1u << 2,        // the correction itself sets a page of evidence with a hash
  kGroundOfRecount = 1u << 3,    // one of the grounds of UU 7/2017 article 374
  kMinutesAtAnyStage = 1u << 4,  // minutes even from KPPS
  kAcceptedObjection = 1u << 5,  // refers to an objectionResolved that accepted one for this place
  kBawasluAdvice = 1u << 6,      // refers to advice or a recommendation by Bawaslu for this place
  kBawasluRuling = 1u << 7,      // refers to a ruling by Bawaslu for this place
  kCourtRuling = 1u << 8,        // refers to a ruling by a court or another body for this place
  kOtherTps = 1u << 9,           // the other TPS, which differs from this one
  kAbsentBefore = 1u << 10,      // every changed figure and page was absent before
  kImporterOnly = 1u << 11,      // outside live elections, by the importer
};
inline constexpr uint32_t kRequirements = 12;

struct ReasonRow {
  election::CorrectionReason reason{};
  uint32_t requires_all = 0;
  const char* meaning = "";
};

// In the order of their numbers.
std::span<const ReasonRow> CorrectionReasons();
const ReasonRow& RowOf(election::CorrectionReason reason);

// Whether the reason rests on a decision, with which KPU may correct after the last stage is sealed.
bool RestsOnDecision(election::CorrectionReason reason);

}  // namespace jejak::admission
