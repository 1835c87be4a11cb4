// Corrections (pembetulan): who, in which stage, on what basis, and whether anything changes.
#include <algorithm>

#include "ledger/admission/corrections.h"
#include "ledger/admission/judge_result.h"
#include "ledger/admission/stages.h"

namespace jejak::admission {
namespace {

using election::CorrectionReason;
using election::DecisionKind;
using election::Ground;
using election::Issuer;
using event::BodyKind;
using event::ResultCorrected;

std::optional<uint32_t> PresentValue(const ResultState& result, const FieldKey& field) {
  const auto at = std::lower_bound(
      result.values.begin(), result.values.end(), field,
      [](const election::FieldValue& value, const FieldKey& key) { return value.key < key; });
  if (at == result.values.end() || at->key != field) return std::nullopt;
  return at->value;
}

const event::Evidence* PresentPage(const ResultState& result, uint16_t page) {
  const auto at = std::lower_bound(
      result.evidence.begin(), result.evidence.end(), page,
      [](const event::Evidence& evidence, uint16_t wanted) { return evidence.page < wanted; });
  return at != result.evidence.end() && at->page == page ? &*at : nullptr;
}

bool ChangesSomething(const ResultCorrected& body, const ResultState& result) {
  for (const event::Change& change : body.changes) {
    if (PresentValue(result, change.field) != change.value) return true;
  }
  for (const event::EvidenceChange& change : body.evidence) {
    const event::Evidence* present = PresentPage(result, change.page);
    if (change.set.has_value() != (present != nullptr)) return true;
    if (change.set && *change.set != *present) return true;
  }
  return false;
}

// Numbers count the changes, then the changes of evidence.
void CheckAbsentBefore(const ResultCorrected& body, const ResultState& result, Faults* faults) {
  for (size_t i = 0; i < body.changes.size(); ++i) {
    if (PresentValue(result, body.changes[i].field)) faults->Add(Reason::kBasisMissing, i);
  }
  for (size_t i = 0; i < body.evidence.size(); ++i) {
    if (PresentPage(result, body.evidence[i].page) != nullptr) {
      faults->Add(Reason::kBasisMissing, body.changes.size() + i);
    }
  }
}

bool SetsHashedPage(const ResultCorrected& body) {
  return std::any_of(body.evidence.begin(), body.evidence.end(),
                     [](const event::EvidenceChange& c) { return c.set && c.set->sha256; });
}

// After the correction: a page that it sets, or one that stands and is not touched.
bool HasHashedPage(const ResultCorrected& body, const ResultState& result) {
  if (SetsHashedPage(body)) return true;
  return std::any_of(
      result.evidence.begin(), result.evidence.end(), [&](const event::Evidence& page) {
        return page.sha256 &&
               std::none_of(body.evidence.begin(), body.evidence.end(),
                            [&](const event::EvidenceChange& c) { return c.page == page.page; });
      });
}

bool SupportsObjection(const ReferenceState& reference, const ResultCorrected& body) {
  return reference.kind == BodyKind::kObjectionResolved &&
         reference.outcome == election::Outcome::kAccepted && reference.contest == body.contest &&
         reference.place.Contains(body.tps);
}

bool SupportsDecision(const ReferenceState& reference, const ResultCorrected& body,
                      uint32_t wanted) {
  if (reference.kind != BodyKind::kDecisionRecorded ||
      !Concerns(reference, body.contest, body.tps)) {
    return false;
  }
  const bool ruling = reference.decision_kind == DecisionKind::kRuling;
  const bool bawaslu = reference.issuer == Issuer::kBawaslu;
  return ((wanted & kBawasluAdvice) != 0 && bawaslu && !ruling) ||
         ((wanted & kBawasluRuling) != 0 && bawaslu && ruling) ||
         ((wanted & kCourtRuling) != 0 && !bawaslu && ruling);
}

void CheckReferences(const Act& act, const ResultCorrected& body, uint32_t wanted, Faults* faults) {
  constexpr uint32_t kReferences =
      kAcceptedObjection | kBawasluAdvice | kBawasluRuling | kCourtRuling;
  bool supported = (wanted & kReferences) == 0;
  for (size_t i = 0; i < body.refers_to.size(); ++i) {
    const auto reference = act.view.Reference(body.refers_to[i]);
    if (!reference) {
      faults->Add(Reason::kUnknownReference, i);
      continue;
    }
    supported = supported || SupportsDecision(*reference, body, wanted) ||
                ((wanted & kAcceptedObjection) != 0 && SupportsObjection(*reference, body));
  }
  if (!supported) faults->Add(Reason::kBasisMissing);
}

void CheckBasis(const Act& act, const ResultCorrected& body, const ResultState& result,
                Faults* faults) {
  const uint32_t wanted = RowOf(body.reason).requires_all;
  const auto needs = [wanted](Requirement requirement) { return (wanted & requirement) != 0; };
  const bool minutes = act.may.Has(kMinutes) || needs(kMinutesAtAnyStage);
  const bool recount_ground = body.ground >= Ground::kRiot && body.ground <= Ground::kCountMismatch;
  const bool missing = (needs(kExplains) && body.explanation.empty()) ||
                       (minutes && !Named(body.minutes)) ||
                       (needs(kGroundOfRecount) && !recount_ground) ||
                       (needs(kEvidenceOnFile) && !HasHashedPage(body, result)) ||
                       (needs(kEvidenceNew) && !SetsHashedPage(body)) ||
                       (needs(kOtherTps) && (!body.other_tps || *body.other_tps == body.tps));
  if (missing) faults->Add(Reason::kBasisMissing);
  if (needs(kAbsentBefore)) CheckAbsentBefore(body, result, faults);
  CheckReferences(act, body, wanted, faults);
}

// The reason against the role and the mode.
void CheckReason(const Act& act, const ResultCorrected& body, Faults* faults) {
  const bool unstated = body.reason == CorrectionReason::kUnstated;
  if (act.may.Has(kOnlyUnstated) != unstated) {
    // In a live election nobody may leave the reason out, so there the mode is what stands against
    // it.
    faults->Add(unstated && act.Live() ? Reason::kModeForbids : Reason::kRoleNotEntitled);
  }
}

void CheckStage(const Act& act, const ResultCorrected& body, const TpsFacts& facts,
                Faults* faults) {
  const auto stage = StageOf(act.author.role);
  if (!stage || act.may.stage == StageRule::kAny) return;
  if (act.may.Has(kContestAllows) && !facts.contest->kpps_may_correct) {
    faults->Add(Reason::kRoleNotEntitled);
  }
  if (*stage > LastStage(*facts.contest, body.tps) && !act.may.Has(kDecisionAfterSeal)) {
    faults->Add(Reason::kRoleNotEntitled);  // the body takes no part in this contest
  }
  if (faults->Settled()) return;
  const bool with_decision = act.may.Has(kDecisionAfterSeal) && RestsOnDecision(body.reason);
  const Stages stages(act.view, *facts.contest, body.tps, facts.result->round_opened_at);
  const auto against = stages.AgainstCorrection(*stage, *facts.result, with_decision);
  if (against) faults->Add(*against);
}

void CheckChangedFields(const TpsFacts& facts, const ResultCorrected& body, Faults* faults) {
  std::vector<FieldKey> fields;
  fields.reserve(body.changes.size());
  for (const event::Change& change : body.changes) fields.push_back(change.field);
  CheckFields(facts.ballot.get(), fields, 0, faults);
}

}  // namespace

void Judge(const Act& act, const ResultCorrected& body, Faults* faults) {
  CheckReason(act, body, faults);
  act.CheckPlace(body.tps, 0, faults);
  if (faults->Settled()) return;
  const TpsFacts facts = LookUp(act, body.contest, body.tps, Contents::kWanted, faults);
  if (facts.result) CheckStage(act, body, facts, faults);
  if (body.other_tps) {
    CheckRegistered(act.view, *body.other_tps, 0, faults);
    if (facts.contest != nullptr && !facts.contest->Covers(*body.other_tps)) {
      faults->Add(Reason::kOutsideContest);
    }
  }
  // Without a result there is nothing that the basis or the changes could be held against.
  const ResultState none;
  const ResultState& result = facts.result ? *facts.result : none;
  CheckBasis(act, body, result, faults);
  if (!facts.result) return;
  CheckChangedFields(facts, body, faults);
  if (body.round != result.round) faults->Add(Reason::kUnknownRound);
  if (!result.has_result || body.supersedes != result.newest_event) {
    faults->Add(Reason::kSupersedesStale);
  }
  if (!ChangesSomething(body, result)) faults->Add(Reason::kNothingChanged);
}

}  // namespace jejak::admission
