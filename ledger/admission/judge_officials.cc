// Officials and keys: who is enrolled, by whom, and who is put out of action.
#include <algorithm>
#include <set>

#include "ledger/admission/judge.h"
#include "ledger/base/limits.h"

namespace jejak::admission {
namespace {

constexpr std::string_view kParticipantPrefix = "participant/";

// Whom an act is about.
struct Target {
  Role role{};
  RegionCode jurisdiction;
  std::string_view contest;
  ChoiceId choice = 0;
};

template <typename State>
Target TargetOf(const State& state) {
  return {state.role, state.jurisdiction, state.contest, state.choice};
}

void CheckAuthority(const Act& act, const Target& target, Power power, size_t number,
                    Faults* faults) {
  const Authority* authority = AuthorityOver(act.author.role, target.role);
  if (authority == nullptr || (authority->powers & power) == 0) {
    return faults->Add(Reason::kRoleNotEntitled, number);
  }
  const bool reaches =
      authority->reach == Reach::kParticipant
          ? target.contest == act.author.contest && target.choice == act.author.choice
          : act.author.jurisdiction.Contains(target.jurisdiction);
  if (!reaches) faults->Add(Reason::kOutsideJurisdiction, number);
}

// A witness stands for a participant, and only a witness does.
void CheckMandate(const Act& act, const event::OfficialFact& fact, size_t number, Faults* faults) {
  if (fact.role != Role::kSaksi) {
    if (!fact.contest.empty() || fact.choice != 0) faults->Add(Reason::kRegistryInvalid, number);
    return;
  }
  const auto contest = KnownContest(act.view, fact.contest, number, faults);
  if (contest == nullptr) return;
  const auto meaning = act.view.ChoiceMeaning(fact.contest, fact.choice);
  if (!meaning || meaning->kind == election::ChoiceKind::kCandidate ||
      meaning->kind == election::ChoiceKind::kBlank) {
    faults->Add(Reason::kUnknownChoice, number);
  }
  if (!Touches(*contest, fact.jurisdiction)) faults->Add(Reason::kOutsideContest, number);
}

void CheckOfficial(const Act& act, const event::OfficialFact& fact, size_t number,
                   std::set<PublicKey>* keys, Faults* faults) {
  CheckMandate(act, fact, number, faults);
  CheckRegistered(act.view, fact.jurisdiction, number, faults);
  if (act.view.Official(fact.id)) faults->Add(Reason::kAlreadyRegistered, number);
  if (fact.id.empty() || fact.id.starts_with(kParticipantPrefix) ||
      !JurisdictionFits(fact.role, fact.jurisdiction) ||
      fact.keys.size() > limits::kKeysPerOfficialMax) {
    faults->Add(Reason::kRegistryInvalid, number);
  }
  for (const event::NewKey& key : fact.keys) {
    if (!keys->insert(key.key).second) faults->Add(Reason::kAlreadyRegistered, number);
    CheckNewKey(act, key, fact.id, number, faults);
  }
}

// The key's state, or null with UNKNOWN_OFFICIAL.
const KeyState* KnownKey(const Act& act, const PublicKey& key, Faults* faults) {
  const KeyState* state = act.view.Key(key);
  if (state == nullptr) faults->Add(Reason::kUnknownOfficial);
  return state;
}

// Whether the official would still have a key in force.
bool HasOtherKey(const Act& act, const KeyState& state, const PublicKey& without) {
  const auto official = act.view.Official(state.official);
  return official &&
         std::any_of(official->keys.begin(), official->keys.end(), [&](const PublicKey& key) {
           const KeyState* other = key == without ? nullptr : act.view.Key(key);
           return other != nullptr && !other->revoked;
         });
}

// The official, with its authority and the reason given checked; or null with UNKNOWN_OFFICIAL.
std::optional<OfficialState> CheckedOfficial(const Act& act, const std::string& id, Power power,
                                             Faults* faults) {
  auto official = act.view.Official(id);
  if (!official) {
    faults->Add(Reason::kUnknownOfficial);
  } else {
    CheckAuthority(act, TargetOf(*official), power, 0, faults);
  }
  return official;
}

}  // namespace

void Judge(const Act& act, const event::OfficialsEnrolled& body, Faults* faults) {
  for (size_t i = 0; i < body.officials.size(); ++i) {
    const event::OfficialFact& fact = body.officials[i];
    CheckAuthority(act, TargetOf(fact), kEnrolOfficial, i, faults);
    if (fact.role == Role::kImporter && act.Live()) faults->Add(Reason::kModeForbids, i);
  }
  if (faults->Settled()) return;
  std::set<PublicKey> keys;
  for (size_t i = 0; i < body.officials.size(); ++i) {
    CheckOfficial(act, body.officials[i], i, &keys, faults);
  }
}

void Judge(const Act& act, const event::KeyEnrolled& body, Faults* faults) {
  const auto official = CheckedOfficial(act, body.official, kEnrolKey, faults);
  if (!official || faults->Settled()) return;
  if (official->keys.size() >= limits::kKeysPerOfficialMax) faults->Add(Reason::kRegistryInvalid);
  CheckNewKey(act, body.key, body.official, 0, faults);
}

void Judge(const Act& act, const event::KeyRevoked& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const auto key = KnownKey(act, body.key, faults);
  if (!key) return;
  if (key->official != act.author.official)
    CheckAuthority(act, TargetOf(*key), kRevokeKey, 0, faults);
  // The ledger's key in force is changed, so that there always is one.
  if (body.key == act.election.ledger_key) faults->Add(Reason::kRoleNotEntitled);
  if (key->revoked) faults->Add(Reason::kAlreadyRegistered);
  if (key->role == Role::kRoot && !HasOtherKey(act, *key, body.key))
    faults->Add(Reason::kRegistryInvalid);
}

void Judge(const Act& act, const event::KeyReleased& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const auto key = KnownKey(act, body.key, faults);
  if (!key) return;
  CheckAuthority(act, TargetOf(*key), kReleaseKey, 0, faults);
  if (!key->suspended) faults->Add(Reason::kNothingChanged);
}

void Judge(const Act& act, const event::OfficialSuspended& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const auto official = CheckedOfficial(act, body.official, kSuspend, faults);
  if (official && official->suspended) faults->Add(Reason::kAlreadyRegistered);
}

void Judge(const Act& act, const event::OfficialReinstated& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  const auto official = CheckedOfficial(act, body.official, kSuspend, faults);
  if (official && !official->suspended) faults->Add(Reason::kNothingChanged);
}

void Judge(const Act& act, const event::LedgerKeyChanged& body, Faults* faults) {
  if (body.reason.empty()) faults->Add(Reason::kBasisMissing);
  CheckNewKey(act, body.key, "ledger", 0, faults);
}

}  // namespace jejak::admission
