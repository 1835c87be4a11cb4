// Rounds (PSU, PSL, PSS, PSSU) and stages that are opened again.
#include "ledger/admission/judge.h"
#include "ledger/admission/stages.h"
#include "ledger/base/limits.h"

namespace jejak::admission {
namespace {

void CheckRoundLimit(const Act& act, const event::RoundOpened& body, size_t place, Faults* faults) {
  if (!body.places[place].IsStation()) return;
  for (const std::string& contest : body.contests) {
    const StationCode& tps = body.places[place];
    if (act.view.Result(contest, tps, Contents::kUnwanted).round >= limits::kRoundMax) {
      faults->Add(Reason::kRegistryInvalid, place);
    }
  }
}

}  // namespace

// Numbers count the contests for UNKNOWN_CONTEST, the places otherwise.
void Judge(const Act& act, const event::RoundOpened& body, Faults* faults) {
  for (size_t i = 0; i < body.places.size(); ++i) act.CheckPlace(body.places[i], i, faults);
  if (faults->Settled()) return;
  std::vector<std::shared_ptr<const ContestState>> contests;
  for (size_t i = 0; i < body.contests.size(); ++i) {
    if (auto contest = KnownContest(act.view, body.contests[i], i, faults))
      contests.push_back(contest);
  }
  for (size_t i = 0; i < body.places.size(); ++i) {
    CheckRegistered(act.view, body.places[i], i, faults);
    for (const auto& contest : contests) {
      if (!contest->Covers(body.places[i])) faults->Add(Reason::kOutsideContest, i);
    }
    CheckRoundLimit(act, body, i, faults);
  }
  if (body.contests.empty() || body.places.empty()) faults->Add(Reason::kRegistryInvalid);
  CheckDisjoint(body.places, 0, faults);
  if (body.decision) KnownDecision(act.view, *body.decision, faults);
  const bool any_basis = body.decision || Named(body.minutes) || !body.legal_basis.empty();
  const bool rests_on_ruling = body.ground == election::Ground::kRuling;
  if (body.ground == election::Ground::kNone || !any_basis || (rests_on_ruling && !body.decision)) {
    faults->Add(Reason::kBasisMissing);
  }
}

void Judge(const Act& act, const event::RoundCancelled& body, Faults* faults) {
  if (body.decision) KnownDecision(act.view, *body.decision, faults);
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const auto round = act.view.Reference(body.opened);
  if (!round || round->kind != event::BodyKind::kRoundOpened) {
    return faults->Add(Reason::kUnknownReference);
  }
  for (size_t i = 0; i < round->places.size(); ++i) act.CheckPlace(round->places[i], i, faults);
  if (round->resolved) faults->Add(Reason::kAlreadyRegistered);
  if (round->used) faults->Add(Reason::kResultExists);
}

void Judge(const Act& act, const event::StageReopened& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const bool region_known = CheckRegistered(act.view, body.region, 0, faults);
  const auto contest = KnownContest(act.view, body.contest, 0, faults);
  if (const auto decision = KnownDecision(act.view, body.decision, faults)) {
    if (!Concerns(*decision, body.contest, body.region)) faults->Add(Reason::kBasisMissing);
  }
  if (contest == nullptr) return;
  if (!Touches(*contest, body.region)) faults->Add(Reason::kOutsideContest);
  // KPPS has gone home when its stage has ended: what is wrong then is for PPK.
  if (body.stage == Stage::kKpps || body.stage > LastStage(*contest, body.region) ||
      !RegionFits(body.stage, body.region)) {
    faults->Add(Reason::kRegistryInvalid);
  } else if (region_known) {
    const Stages stages(act.view, *contest, body.region, LogIndex(0));
    if (!stages.Sealed(body.stage)) faults->Add(Reason::kStageNotOpen);
  }
}

}  // namespace jejak::admission
