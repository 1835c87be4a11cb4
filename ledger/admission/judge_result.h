// What the bodies about one (contest, TPS) share.
//
// Internal to admission. Thread rule: values on one stack.
#pragma once

#include <span>

#include "ledger/admission/judge.h"

namespace jejak::admission {

struct TpsFacts {
  std::shared_ptr<const ContestState> contest;  // null: unknown
  bool registered = false;
  // Only where the contest is known and the TPS is registered and votes in it: elsewhere there are
  // no rounds and no stages.
  std::optional<ResultState> result;
  std::shared_ptr<const BallotState> ballot;
};

// One look-up per kind of state. Adds UNKNOWN_CONTEST, UNKNOWN_STATION, OUTSIDE_CONTEST.
TpsFacts LookUp(const Act& act, const std::string& contest, const StationCode& tps,
                Contents contents, Faults* faults);

// UNKNOWN_CHOICE for what is not on the ballot, or has a party total and isn't a party. `fields`
// and both lists ascending. A null ballot has no choices.
void CheckFields(const BallotState* ballot, std::span<const FieldKey> fields, size_t first_number,
                 Faults* faults);
void CheckChoices(const BallotState* ballot, const std::vector<event::ChoiceValue>& votes,
                  const std::vector<event::ChoiceValue>& party_totals, Faults* faults);

}  // namespace jejak::admission
