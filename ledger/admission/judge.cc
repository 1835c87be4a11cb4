#include "ledger/admission/judge.h"

#include <algorithm>


namespace jejak::admission {

bool CheckRegistered(const StateView& view, const RegionCode& place, size_t number,
                     Faults* faults) {
  if (place.IsStation()) {
    if (view.Station(place) != nullptr) return true;
    faults->Add(Reason::kUnknownStation, number);
    return false;
  }
  if (place.IsNation() || view.Region(place)) return true;
  faults->Add(Reason::kUnknownRegion, number);
  return false;
}

std::shared_ptr<const ContestState> KnownContest(const StateView& view, std::string_view id,
                                                 size_t number, Faults* faults) {
  auto contest = view.Contest(id);
  if (contest == nullptr) faults->Add(Reason::kUnknownContest, number);
  return contest;
}

bool Touches(const ContestState& contest, const RegionCode& place) {
  if (contest.Covers(place)) return true;
  return std::any_of(contest.covered.begin(), contest.covered.end(),
                     [&](const RegionCode& covered) {
                       return place.Contains(covered) && contest.Covers(covered);
                     });
}

bool Named(const std::optional<event::Minutes>& minutes) {
  return minutes.has_value() && !minutes->number.empty();
}

std::optional<ReferenceState> KnownDecision(const StateView& view, const Hash& event,
                                            Faults* faults) {
  auto reference = view.Reference(event);
  if (reference && reference->kind == event::BodyKind::kDecisionRecorded) return reference;
  faults->Add(Reason::kUnknownReference);
  return std::nullopt;
}

bool Concerns(const ReferenceState& decision, std::string_view contest, const RegionCode& place) {
  const auto& contests = decision.contests;
  if (!contests.empty() && std::find(contests.begin(), contests.end(), contest) == contests.end()) {
    return false;
  }
  const auto& places = decision.places;
  return places.empty() || std::any_of(places.begin(), places.end(), [&](const RegionCode& named) {
           return named.Contains(place) || place.Contains(named);
         });
}

void CheckDisjoint(const std::vector<RegionCode>& places, size_t first_number, Faults* faults) {
  for (size_t i = 1; i < places.size(); ++i) {
    if (places[i - 1].Contains(places[i])) faults->Add(Reason::kRegistryInvalid, first_number + i);
  }
}

void CheckNewKey(const Act& act, const event::NewKey& key, std::string_view official, size_t number,
                 Faults* faults) {
  if (act.view.Key(key.key) != nullptr) faults->Add(Reason::kAlreadyRegistered, number);
  if (!act.proofs.Hold(official, key)) faults->Add(Reason::kKeyUnacceptable, number);
}

std::string ParticipantId(std::string_view contest, ChoiceId choice) {
  std::string id = "participant/";
  id.append(contest);
  id.push_back('/');
  id.append(std::to_string(choice));
  return id;
}

}  // namespace jejak::admission
