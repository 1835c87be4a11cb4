// The nation's count: stations in a shuffled order, each with all its forms at once, and PPK's
// corrections some while after. Holds nothing of a station that is through but what its corrections
// still need.
//
// Internal to sim. Thread rule: one thread at a time.
#pragma once

#include <deque>

#include "ledger/sim/draws.h"
#include "ledger/sim/world.h"

namespace jejak::sim {

class NationCount final : public Producer {
 public:
  explicit NationCount(const World& world);
  bool Produce(World* world) override;

 private:
  // A correction that PPK makes when `due` stations are in.
  struct Pending {
    uint64_t due = 0;
    size_t contest = 0;
    Station station;
    Hash submitted;
    event::Change change;
  };

  void Submit(World* world, const Station& station, size_t contest);
  void Correct(World* world, const Pending& pending);
  UnixMicros Now(const World& world) const;

  Permutation order_;
  uint64_t in_ = 0;  // stations
  std::deque<Pending> pending_;
};

}  // namespace jejak::sim
