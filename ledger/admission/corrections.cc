#include "ledger/admission/corrections.h"

#include <iterator>

#include "ledger/base/check.h"

namespace jejak::admission {
namespace {

using enum election::CorrectionReason;

constexpr ReasonRow kRows[] = {
    {kMisread, kExplains | kEvidenceOnFile, "the form was read wrongly (salah konversi)"},
    {kWrongEntry, kExplains | kEvidenceOnFile, "the form was typed wrongly (salah input)"},
    {kFormArithmetic, kExplains | kEvidenceOnFile, "the form's own sums were wrong (tidak logis)"},
    {kCopiesDiffer, kExplains | kEvidenceOnFile, "the form and its copies differed (beda salinan)"},
    {kRecount, kExplains | kEvidenceNew | kGroundOfRecount | kMinutesAtAnyStage,
     "the ballots were counted again (HSU)"},
    {kObjectionUpheld, kExplains | kAcceptedObjection, "an objection was accepted (keberatan diterima)"},
    {kBawasluAdvice, kExplains | Requirement::kBawasluAdvice, "Bawaslu advised it (saran perbaikan)"},
    {kBawasluRuling, kExplains | Requirement::kBawasluRuling, "Bawaslu ruled so (putusan Bawaslu)"},
    {kCourtRuling, kExplains | Requirement::kCourtRuling, "a court ruled so (putusan MK)"},
    {kPhotoReplaced, kExplains | kEvidenceNew, "a photo was bad or of another form (foto diganti)"},
    {kWrongTps, kExplains | kOtherTps, "the form was another TPS's (salah TPS)"},
    {kCompletion, kAbsentBefore, "what was missing is filled in (melengkapi)"},
    {kUnstated, kImporterOnly, "the published source gives none (tidak dinyatakan)"},
};

}  // namespace

std::span<const ReasonRow> CorrectionReasons() { return kRows; }

const ReasonRow& RowOf(election::CorrectionReason reason) {
  const auto at = static_cast<size_t>(reason);
  JEJAK_CHECK(at < std::size(kRows) && kRows[at].reason == reason);
  return kRows[at];
}

bool RestsOnDecision(election::CorrectionReason reason) {
  constexpr uint32_t kDecisions = Requirement::kBawasluAdvice | Requirement::kBawasluRuling |
                                  Requirement::kCourtRuling;
  return (RowOf(reason).requires_all & kDecisions) != 0;
}

}  // namespace jejak::admission
