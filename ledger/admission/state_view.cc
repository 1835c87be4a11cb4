#include "ledger/admission/state_view.h"

#include <algorithm>

namespace jejak::admission {

bool ContestState::Covers(const RegionCode& place) const {
  const auto contains = [&place](const RegionCode& region) { return region.Contains(place); };
  return std::any_of(covered.begin(), covered.end(), contains) &&
         std::none_of(excepted.begin(), excepted.end(), contains);
}

void BallotState::Index() {
  by_id.clear();
  by_id.reserve(choices.size());
  for (uint32_t i = 0; i < choices.size(); ++i) by_id.push_back({choices[i].id, i});
  std::sort(by_id.begin(), by_id.end(),
            [](const Position& a, const Position& b) { return a.id < b.id; });
}

const event::Choice* BallotState::Find(ChoiceId id) const {
  if (by_id.size() == choices.size()) {
    const auto position = std::lower_bound(
        by_id.begin(), by_id.end(), id,
        [](const Position& candidate, ChoiceId wanted) { return candidate.id < wanted; });
    return position != by_id.end() && position->id == id ? &choices[position->at] : nullptr;
  }
  const auto at = std::find_if(choices.begin(), choices.end(),
                               [id](const event::Choice& choice) { return choice.id == id; });
  return at != choices.end() ? &*at : nullptr;
}

}  // namespace jejak::admission
