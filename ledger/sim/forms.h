// Invented forms: what the paper of a polling station says, and how it is misread. Each is a
// function of the seed, the contest and the station, so that a form can be made again when it is
// corrected.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/election/form.h"
#include "ledger/event/bodies.h"
#include "ledger/sim/contests.h"
#include "ledger/sim/geography.h"
#include "ledger/sim/scenario.h"

namespace jejak::sim {

// Registered voters of the station.
event::Dpt DptOf(uint64_t seed, const Station& station);

// The paper: every figure but those of post abroad, votes of every choice, party totals. Its sums
// are right, and the five forms of a station agree with one another. Requires
// contests.Covers(contest, station). `vote` is 1 for the first, 2 for a revote: the same list of
// voters, all else drawn again.
election::Form TrueForm(uint64_t seed, const Contests& contests, size_t contest,
                        const Station& station, uint32_t vote = 1);

// A figure that the machine read wrongly.
struct Mistake {
  enum class Fate : uint8_t { kCaught, kByKpps, kByPpk, kLeft };
  Fate fate{};
  election::FieldKey field;
  uint32_t read = 0;  // never what the form says
};

// The mistake in reading `form`, if there is one.
std::optional<Mistake> MistakeIn(uint64_t seed, const MistakeRates& rates, const Contest& contest,
                                 const Station& station, const election::Form& form);

// A wrong reading of `value` as machines make them: the cross in an empty box taken for a 5 or 8,
// or one digit for another of its shape.
uint32_t Misread(uint64_t seed, uint64_t what, uint32_t value);

}  // namespace jejak::sim
