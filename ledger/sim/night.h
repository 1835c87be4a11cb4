// The night of 14 to 15 February 2024 in Bulungan and the weeks after it, with invented votes: 65
// of 484 TPS in by eight in the morning, Peso and Peso Hilir days late, corrections by KPPS, by PPK
// in plenary and by KPU Bulungan, a revote, certifications, and one attempt for each reason of a
// logged refusal.
//
// Internal to sim. Thread rule: one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/sim/world.h"

namespace jejak::sim {

// What happens when. Filled before the first step of the night, then played in order of time.
class Plan {
 public:
  using Act = std::function<void(UnixMicros now)>;

  explicit Plan(World* world);

  World& world() const { return *world_; }
  void At(UnixMicros time, Act act) { acts_.push_back({time, std::move(act), false}); }
  // The same for an act that states the size of the log.
  void AtWithLogSize(UnixMicros time, Act act) { acts_.push_back({time, std::move(act), true}); }

  // Station `nth` of the district at that place in code order.
  Station StationIn(uint64_t district, uint64_t nth) const;
  RegionCode District(uint64_t district) const;
  // When the form of the contest comes in.
  UnixMicros Arrival(size_t contest, uint64_t station) const;
  // The station's part is written out: nothing else goes wrong there.
  void Cast(const Station& station) { cast_.insert(station.index); }
  bool IsCast(uint64_t station) const { return cast_.contains(station); }
  // The form is submitted with these figures instead of the paper's.
  void Distort(const std::string& contest, const Station& station,
               std::vector<event::Change> wrong);
  // What is submitted: the paper, or the paper as it was distorted.
  election::Form Submitted(size_t contest, const Station& station) const;
  // KPPS of the station writes with another device from the start of the count.
  void UseDevice(const Station& station, uint32_t device) { devices_[station.index] = device; }
  Author KppsOf(const Station& station) const;

  // In order of time; acts of one time in the order in which they were planned.
  void Sort();
  bool Done() const { return next_ >= acts_.size(); }
  void PlayNext();
  bool NextAsksLogSize() const { return !Done() && acts_[next_].asks_log_size; }

 private:
  struct Timed {
    UnixMicros time;
    Act act;
    bool asks_log_size;
  };

  World* world_;
  std::vector<Timed> acts_;
  size_t next_ = 0;
  std::vector<UnixMicros> arrivals_;  // of the first form, by station
  std::set<uint64_t> cast_;
  std::map<uint64_t, uint32_t> devices_;
  std::map<std::pair<std::string, uint64_t>, std::vector<event::Change>> distorted_;
};

// Places of the districts in code order.
inline constexpr uint64_t kTanjungPalas = 0;
inline constexpr uint64_t kTanjungSelor = 4;
inline constexpr uint64_t kPeso = 6;
inline constexpr uint64_t kPesoHilir = 7;
inline constexpr uint64_t kBunyu = 9;

// The committee's plenary of that district.
UnixMicros PlenaryOf(uint64_t district);
inline constexpr uint32_t kPlenaryDate = 20240222;

// Corrections for each kind of reason, objections, a copy, advice of Bawaslu, a revote.
void PlanScenes(Plan* plan);
// D.Hasil of the presidential contest in every district, and in the regency.
void PlanCertifications(Plan* plan);
// One attempt for each reason with a logged number, but for MODE_FORBIDS, which only live elections
// have; and some that end at the door.
void PlanAttempts(Plan* plan);

class Night final : public Producer {
 public:
  explicit Night(World* world);
  bool Produce(World* world) override;
  bool NextAsksLogSize() const override { return plan_.NextAsksLogSize(); }

 private:
  void PlanStation(const Station& station);
  void PlanForm(const Station& station, size_t contest);
  void PlanIncidents();

  Plan plan_;
};

}  // namespace jejak::sim
