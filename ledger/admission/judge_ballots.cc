// Ballots: what the choice ids of a contest mean, and where each ballot is used.
#include <algorithm>
#include <set>

#include "ledger/admission/judge.h"

namespace jejak::admission {
namespace {

using election::ChoiceKind;
using election::ContestKind;

bool KindFits(ChoiceKind kind, ContestKind contest) {
  switch (kind) {
    case ChoiceKind::kTicket:
    case ChoiceKind::kBlank: return contest == ContestKind::kTicket;
    case ChoiceKind::kParty:
    case ChoiceKind::kCandidate: return contest == ContestKind::kParty;
    case ChoiceKind::kIndividual: return contest == ContestKind::kIndividual;
  }
  return false;
}

bool MayHaveWitnesses(ChoiceKind kind) {
  return kind == ChoiceKind::kTicket || kind == ChoiceKind::kParty || kind == ChoiceKind::kIndividual;
}

bool SameMeaning(const event::Choice& a, const event::Choice& b) {
  return a.kind == b.kind && a.number == b.number && a.name == b.name && a.party == b.party;
}

void CheckMember(const Act& act, const ContestState& contest, const RegionCode& member, size_t number,
                 Faults* faults) {
  if (!CheckRegistered(act.view, member, number, faults)) return;
  if (!contest.Covers(member)) faults->Add(Reason::kOutsideContest, number);
  if (act.view.BallotAt(contest.id, member) != nullptr ||
      act.view.AnyBallotInside(contest.id, member)) {
    faults->Add(Reason::kRegistryInvalid, number);
  }
}

void CheckMeaning(const Act& act, const std::string& contest, const event::Choice& choice, size_t number,
                  Faults* faults) {
  const auto meaning = act.view.ChoiceMeaning(contest, choice.id);
  if (!meaning) return;
  if (choice.kind == ChoiceKind::kCandidate) {
    faults->Add(Reason::kAlreadyRegistered, number);  // a candidate stands on one ballot
  } else if (!SameMeaning(*meaning, choice)) {
    faults->Add(Reason::kRegistryInvalid, number);
  }
}

}  // namespace

// Numbers count the members for places, the choices for everything about choices.
void Judge(const Act& act, const event::BallotRegistered& body, Faults* faults) {
  const auto contest = KnownContest(act.view, body.contest, 0, faults);
  if (contest == nullptr) return;
  if (act.view.Ballot(body.contest, body.dapil) != nullptr) faults->Add(Reason::kAlreadyRegistered);
  if (body.members.empty() || body.choices.empty()) faults->Add(Reason::kRegistryInvalid);
  for (size_t i = 0; i < body.members.size(); ++i) {
    CheckMember(act, *contest, body.members[i], i, faults);
  }
  CheckDisjoint(body.members, 0, faults);

  std::set<ChoiceId> parties;
  std::set<ChoiceId> ids;
  std::set<PublicKey> keys;
  for (size_t i = 0; i < body.choices.size(); ++i) {
    const event::Choice& choice = body.choices[i];
    const bool candidate = choice.kind == ChoiceKind::kCandidate;
    const bool party_fits = candidate ? parties.contains(choice.party) : choice.party == 0;
    const bool key_fits = !choice.witness_key || MayHaveWitnesses(choice.kind);
    if (choice.id == 0 || !ids.insert(choice.id).second || !KindFits(choice.kind, contest->kind) ||
        !party_fits || !key_fits) {
      faults->Add(Reason::kRegistryInvalid, i);
    }
    if (choice.kind == ChoiceKind::kParty) parties.insert(choice.id);
    CheckMeaning(act, body.contest, choice, i, faults);
    if (!choice.witness_key) continue;
    const std::string participant = ParticipantId(body.contest, choice.id);
    if (act.view.Official(participant) || !keys.insert(choice.witness_key->key).second) {
      faults->Add(Reason::kAlreadyRegistered, i);
    }
    CheckNewKey(act, *choice.witness_key, participant, i, faults);
  }
}

}  // namespace jejak::admission
