// The registry of a simulated election: genesis, regions, contests, ballots, stations, and
// officials enrolled level by level by whoever may.
//
// Internal to sim. Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/sim/world.h"

namespace jejak::sim {

class Setup final : public Producer {
 public:
  explicit Setup(const World& world);
  bool Produce(World* world) override;

 private:
  // A phase produces the steps of one index at a time.
  struct Phase {
    uint64_t count;
    void (Setup::*produce)(World* world, uint64_t index);
  };

  void Genesis(World* world, uint64_t);
  void EnrolKpu(World* world, uint64_t);
  void Province(World* world, uint64_t index);
  void Regency(World* world, uint64_t index);
  void Contest(World* world, uint64_t index);
  void Ballot(World* world, uint64_t index);
  void KpuOfProvince(World* world, uint64_t index);
  void KpuOfRegency(World* world, uint64_t index);
  void PpkOfRegency(World* world, uint64_t index);
  void StationsOfDistrict(World* world, uint64_t index);
  void KppsOfDistrict(World* world, uint64_t index);
  void Supervisors(World* world, uint64_t);
  void Witnesses(World* world, uint64_t);

  UnixMicros Tick();
  void Register(World* world, const Author& author, event::Body body, std::string label);
  void Enrol(World* world, const Author& by, std::vector<event::OfficialFact> officials,
             std::string label);

  std::vector<Phase> phases_;
  size_t phase_ = 0;
  uint64_t index_ = 0;
  UnixMicros time_;
  int64_t tick_seconds_;
};

}  // namespace jejak::sim
