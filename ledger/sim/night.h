// The night of 14 to 15 February 2024 in Bulungan and the weeks after it, with invented votes: 65
// of 484 TPS in by eight in the morning, Peso and Peso Hilir days late, recounts, votes held again,
// objections, corrections and certifications at every level up to the nation's on 20 March, stages
// opened again, a court's order after that, and an attempt for each reason of a logged refusal.
//
// Internal to sim. Thread rule: one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/sim/world.h"

namespace jejak::sim {

using election::FieldKey;

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
inline constexpr uint64_t kPalasBarat = 1;
inline constexpr uint64_t kPalasUtara = 2;
inline constexpr uint64_t kPalasTimur = 3;
inline constexpr uint64_t kTanjungSelor = 4;
inline constexpr uint64_t kPalasTengah = 5;
inline constexpr uint64_t kPeso = 6;
inline constexpr uint64_t kPesoHilir = 7;
inline constexpr uint64_t kSekatak = 8;
inline constexpr uint64_t kBunyu = 9;

// The committee's plenary of that district.
UnixMicros PlenaryOf(uint64_t district);
inline constexpr uint32_t kPlenaryDate = 20240222;

// What a D.Hasil states otherwise than the tally.
struct Slip {
  RegionCode where;  // the region itself, or the child of a row
  election::FieldKey field;
  int64_t by = 0;
};
// The D.Hasil of a region: the rows of what lies below, then the certification over them, which
// replaces the one before.
struct Recap {
  std::string contest = "ppwp";
  Level level = Level::kDistrict;
  uint64_t region = 0;  // its place among those of the level
  uint32_t minutes = 0;
  std::vector<Slip> slips;
};
void PlanRecap(Plan* plan, UnixMicros when, const Recap& recap);

// A station whose form is submitted otherwise than the paper has it, and what becomes of that.
class Affair {
 public:
  Affair(Plan* plan, const std::string& contest, uint64_t district, uint64_t nth);

  const StationCode& tps() const { return station_.code; }
  const Station& station() const { return station_; }
  const election::Form& paper() const { return paper_; }
  // The votes of the choice at that place of the ballot.
  FieldKey Votes(size_t nth) const;
  // Submitted with the second more than the paper says in the first.
  void Misstate(const std::vector<std::pair<FieldKey, int32_t>>& by);
  // Adds to the correction back to the paper what it rests on.
  using Basis = std::function<void(event::ResultCorrected* body)>;
  void Correct(UnixMicros when, const Author& author, const Basis& basis) const;
  // The same, refused.
  void CorrectInVain(UnixMicros when, const Author& author, Reason reason,
                     const Basis& basis) const;

 private:
  event::ResultCorrected Back(const Basis& basis) const;

  Plan* plan_;
  std::string contest_;
  Station station_;
  election::Form paper_;
  std::vector<event::Change> right_;
};

// Where the hash of an event will stand once it is said.
using Later = std::shared_ptr<Hash>;
// `author` says what `make` makes then.
Later PlanSaying(Plan* plan, UnixMicros when, const std::string& author,
                 const std::function<event::Body()>& make, const std::string& what);
// A decision about presidential votes there; its number tells the document.
event::DecisionRecorded Decision(election::Issuer issuer, election::DecisionKind kind,
                                 const std::string& number, uint32_t date,
                                 const std::string& orders, const RegionCode& place);

// Corrections for each kind of reason, objections, a copy, advice of Bawaslu, a revote.
void PlanScenes(Plan* plan);
// D.Hasil of the presidential contest in every district and in the regency.
void PlanCertifications(Plan* plan);
// One attempt for each reason with a logged number, but for MODE_FORBIDS, which only live elections
// have; and some that end at the door.
void PlanAttempts(Plan* plan);
// What is decided beside the plenaries: a recount at a TPS, a round that is cancelled and one that
// continues a vote, objections that are carried, copies, incidents.
void PlanWeeks(Plan* plan);
// The plenaries from the districts to the nation: what each corrects, stages that are opened again,
// D.Hasil that differ, and the court's order at the end.
void PlanPlenaries(Plan* plan);

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
