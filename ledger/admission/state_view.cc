#include "ledger/admission/state_view.h"

#include <algorithm>
#include <numeric>

namespace jejak::admission {

bool ContestState::Covers(const RegionCode& place) const {
  const auto contains = [&place](const RegionCode& region) { return region.Contains(place); };
  return std::any_of(covered.begin(), covered.end(), contains) &&
         std::none_of(excepted.begin(), excepted.end(), contains);
}

void BallotState::Index() {
  by_id.resize(choices.size());
  std::iota(by_id.begin(), by_id.end(), uint32_t{0});
  std::sort(by_id.begin(), by_id.end(),
            [this](uint32_t a, uint32_t b) { return choices[a].id < choices[b].id; });
}

const event::Choice* BallotState::Find(ChoiceId id) const {
  if (by_id.size() == choices.size()) {
    const auto at = std::lower_bound(by_id.begin(), by_id.end(), id, [this](uint32_t i, ChoiceId wanted) {
      return choices[i].id < wanted;
    });
    return at != by_id.end() && choices[*at].id == id ? &choices[*at] : nullptr;
  }
  const auto at = std::find_if(choices.begin(), choices.end(),
                               [id](const event::Choice& choice) { return choice.id == id; });
  return at != choices.end() ? &*at : nullptr;
}

}  // namespace jejak::admission
