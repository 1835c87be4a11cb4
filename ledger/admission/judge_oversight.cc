// Objections, incidents and decisions: what people who don't count write beside the count.
#include "ledger/admission/judge.h"

namespace jejak::admission {

void Judge(const Act& act, const event::ObjectionFiled& body, Faults* faults) {
  act.CheckPlace(body.place, 0, faults);
  if (act.may.Has(kOwnContest) && body.contest != act.author.contest) {
    faults->Add(Reason::kOutsideJurisdiction);
  }
  if (faults->Settled()) return;
  CheckRegistered(act.view, body.place, 0, faults);
  if (body.text.empty()) faults->Add(Reason::kBasisMissing);
  const auto contest = KnownContest(act.view, body.contest, 0, faults);
  if (contest == nullptr) return;
  if (!Touches(*contest, body.place)) faults->Add(Reason::kOutsideContest);
  for (size_t i = 0; i < body.fields.size(); ++i) {
    const FieldKey& field = body.fields[i];
    const bool of_choice = field.kind == election::FieldKind::kVotes ||
                           field.kind == election::FieldKind::kPartyTotal;
    if (of_choice && !act.view.ChoiceMeaning(body.contest, field.id)) {
      faults->Add(Reason::kUnknownChoice, i);
    }
  }
}

void Judge(const Act& act, const event::ObjectionResolved& body, Faults* faults) {
  if (body.text.empty() || (act.may.Has(kMinutes) && !Named(body.minutes))) {
    faults->Add(Reason::kBasisMissing);
  }
  const auto objection = act.view.Reference(body.objection);
  if (!objection || objection->kind != event::BodyKind::kObjectionFiled) {
    return faults->Add(Reason::kUnknownReference);
  }
  act.CheckPlace(objection->place, 0, faults);
  if (objection->resolved) faults->Add(Reason::kAlreadyRegistered);
}

void Judge(const Act& act, const event::IncidentRecorded& body, Faults* faults) {
  act.CheckPlace(body.place, 0, faults);
  if (faults->Settled()) return;
  CheckRegistered(act.view, body.place, 0, faults);
  if (body.kind == election::IncidentKind::kOther && body.text.empty()) {
    faults->Add(Reason::kBasisMissing);
  }
}

// Numbers count the contests for UNKNOWN_CONTEST, the places otherwise. A decision that names no place is
// about the nation.
void Judge(const Act& act, const event::DecisionRecorded& body, Faults* faults) {
  const bool by_bawaslu = body.issuer == election::Issuer::kBawaslu;
  if ((act.may.Has(kIssuedByBawaslu) && !by_bawaslu) || (act.may.Has(kIssuedByOthers) && by_bawaslu)) {
    faults->Add(Reason::kRoleNotEntitled);
  }
  if (body.places.empty()) act.CheckPlace(RegionCode(), 0, faults);
  for (size_t i = 0; i < body.places.size(); ++i) act.CheckPlace(body.places[i], i, faults);
  if (faults->Settled()) return;
  for (size_t i = 0; i < body.contests.size(); ++i) KnownContest(act.view, body.contests[i], i, faults);
  for (size_t i = 0; i < body.places.size(); ++i) CheckRegistered(act.view, body.places[i], i, faults);
  if (body.number.empty() || body.document.IsZero()) faults->Add(Reason::kBasisMissing);
}

}  // namespace jejak::admission
