// How the verdict on one body is reached. Every check of a body adds what it finds to Faults, which keeps the
// one that comes first in reasons.def, and of that reason the first element. So the order of checks in the
// code does not matter to the verdict, and one pass over a body is enough.
//
// Internal to admission. Thread rule: values on one stack.
#pragma once

#include <tuple>

#include "ledger/admission/key_proofs.h"
#include "ledger/admission/roles.h"
#include "ledger/admission/state_view.h"
#include "ledger/base/reason.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"

namespace jejak::admission {

class Faults {
 public:
  // `number` is the element of the body's list that failed, from 0.
  void Add(Reason reason, size_t number = 0) {
    if (!Wants(reason, number)) return;
    first_ = {reason, static_cast<uint32_t>(number)};
  }
  // Whether such a fault would come before what was found so far: for checks that cost more than a look.
  bool Wants(Reason reason, size_t number = 0) const {
    return !any() || std::tuple(reason, number) < std::tuple(first_.reason, size_t{first_.number});
  }
  bool any() const { return first_.reason != Reason::kOk; }
  // Nothing that the state of the election could add comes before what was found.
  bool Settled() const { return any() && first_.reason <= Reason::kModeForbids; }
  const event::Refusal& first() const { return first_; }

 private:
  event::Refusal first_{Reason::kOk, 0};
};

// One event, its author and what the author may do with its body. All borrowed.
struct Act {
  const StateView& view;
  const ElectionState& election;
  const event::Event& event;
  const KeyState& author;
  const Entitlement& may;
  const KeyProofs& proofs;

  bool Live() const { return election.mode == election::Mode::kLive; }
  void CheckPlace(const RegionCode& place, size_t number, Faults* faults) const {
    if (!InScope(may.scope, author.jurisdiction, place)) {
      faults->Add(Reason::kOutsideJurisdiction, number);
    }
  }
};

// UNKNOWN_STATION or UNKNOWN_REGION when the place is not registered. Answers whether it is.
bool CheckRegistered(const StateView& view, const RegionCode& place, size_t number, Faults* faults);
// The contest, or null with UNKNOWN_CONTEST.
std::shared_ptr<const ContestState> KnownContest(const StateView& view, std::string_view id,
                                                 size_t number, Faults* faults);
// Whether some of the place votes in the contest: it lies in the contest's area, or holds a part of it.
bool Touches(const ContestState& contest, const RegionCode& place);
// Minutes that can be found again.
bool Named(const std::optional<event::Minutes>& minutes);
// UNKNOWN_REFERENCE unless `event` is an accepted decisionRecorded.
std::optional<ReferenceState> KnownDecision(const StateView& view, const Hash& event, Faults* faults);
// Whether a decision speaks of this contest and of this place, or of a part of it.
bool Concerns(const ReferenceState& decision, std::string_view contest, const RegionCode& place);
// REGISTRY_INVALID where a place holds the one after it. `places` is ascending.
void CheckDisjoint(const std::vector<RegionCode>& places, size_t first_number, Faults* faults);

// Whether what the registry says of a place fits its code.
bool KindFits(election::RegionKind kind, const RegionCode& code);
bool KindFits(election::StationKind kind, const StationCode& code);
bool UtcOffsetFits(int64_t minutes);

// ALREADY_REGISTERED when the key is enrolled, KEY_UNACCEPTABLE when it is weak or its proof doesn't hold.
void CheckNewKey(const Act& act, const event::NewKey& key, std::string_view official, size_t number,
                 Faults* faults);
// "participant/<contest>/<choice>": the id of the official whose key a ballot names.
std::string ParticipantId(std::string_view contest, ChoiceId choice);

// Genesis, which alone is decided without any state. Null reason: accepted.
Status JudgeGenesis(const event::Event& event, const KeyProofs& proofs);

// One for each body, in the file of its group. The role is entitled already.
void Judge(const Act& act, const event::ElectionOpened& body, Faults* faults);
void Judge(const Act& act, const event::ContestRegistered& body, Faults* faults);
void Judge(const Act& act, const event::RegionsRegistered& body, Faults* faults);
void Judge(const Act& act, const event::StationsRegistered& body, Faults* faults);
void Judge(const Act& act, const event::BallotRegistered& body, Faults* faults);
void Judge(const Act& act, const event::RegistryAmended& body, Faults* faults);
void Judge(const Act& act, const event::OfficialsEnrolled& body, Faults* faults);
void Judge(const Act& act, const event::KeyEnrolled& body, Faults* faults);
void Judge(const Act& act, const event::KeyRevoked& body, Faults* faults);
void Judge(const Act& act, const event::KeyReleased& body, Faults* faults);
void Judge(const Act& act, const event::OfficialSuspended& body, Faults* faults);
void Judge(const Act& act, const event::OfficialReinstated& body, Faults* faults);
void Judge(const Act& act, const event::LedgerKeyChanged& body, Faults* faults);
void Judge(const Act& act, const event::ResultSubmitted& body, Faults* faults);
void Judge(const Act& act, const event::ResultCorrected& body, Faults* faults);
void Judge(const Act& act, const event::ResultFinalised& body, Faults* faults);
void Judge(const Act& act, const event::CopyFiled& body, Faults* faults);
void Judge(const Act& act, const event::RoundOpened& body, Faults* faults);
void Judge(const Act& act, const event::RoundCancelled& body, Faults* faults);
void Judge(const Act& act, const event::ObjectionFiled& body, Faults* faults);
void Judge(const Act& act, const event::ObjectionResolved& body, Faults* faults);
void Judge(const Act& act, const event::IncidentRecorded& body, Faults* faults);
void Judge(const Act& act, const event::DecisionRecorded& body, Faults* faults);
void Judge(const Act& act, const event::RecapPart& body, Faults* faults);
void Judge(const Act& act, const event::RecapCertified& body, Faults* faults);
void Judge(const Act& act, const event::StageReopened& body, Faults* faults);
void Judge(const Act& act, const event::RulesChanged& body, Faults* faults);
void Judge(const Act& act, const event::TallyCommitted& body, Faults* faults);

}  // namespace jejak::admission
