// What the parts of a simulation share: the place, the ballots, the officials' desks, what came in
// so far, and the steps that wait to be pulled.
//
// Internal to sim. Thread rule: one thread at a time.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/event/bodies.h"
#include "ledger/sim/contests.h"
#include "ledger/sim/desk.h"
#include "ledger/sim/forms.h"
#include "ledger/sim/geography.h"
#include "ledger/sim/scenario.h"
#include "ledger/sim/step.h"
#include "ledger/sim/totals.h"

namespace jejak::sim {

// Ids of officials.
std::string Kpps(const StationCode& tps);     // also KPPSLN
std::string Ppk(const RegionCode& district);  // also PPLN
std::string KpuOf(const RegionCode& region);  // "kpu" for the nation
std::string BawasluOf(const RegionCode& region);
std::string Witness(const std::string& contest, ChoiceId choice, const RegionCode& region);
// The id under which the ballot enrols a participant.
std::string Participant(const std::string& contest, ChoiceId choice);

// 2024-02-14 07:00 on a clock eight hours ahead of UTC, and other times of that calendar.
UnixMicros LocalTime(uint32_t month, uint32_t day, uint32_t hour, uint32_t minute);
// yyyymmdd on that clock.
uint32_t DateOf(UnixMicros time);
constexpr UnixMicros After(UnixMicros time, int64_t seconds) {
  return UnixMicros(time.value + seconds * 1'000'000);
}
constexpr int64_t kMinute = 60;
constexpr int64_t kHour = 3'600;

struct World {
  World(const Scenario& s, uint64_t number, std::unique_ptr<const Geography> place, Contests c)
      : scenario(s),
        seed(number),
        geography(std::move(place)),
        contests(std::move(c)),
        desk(number) {}

  Scenario scenario;
  uint64_t seed;
  std::unique_ptr<const Geography> geography;
  Contests contests;
  Desk desk;
  std::deque<Step> ready;
  UnixMicros clock;                  // of the newest step
  uint64_t logged = 0;               // steps that the ledger has logged when all went as expected
  std::optional<TreeSize> log_size;  // as the ledger said, after `logged_then` steps
  uint64_t logged_then = 0;
  // Only in small elections: all forms, the newest event of each, and the certification in force of
  // each (contest, region).
  bool keep = false;
  SimTotals totals;
  std::map<std::pair<std::string, StationCode>, Hash> newest;
  std::map<std::pair<std::string, RegionCode>, Hash> certified;

  // The size of the log before the next step.
  TreeSize LogSize() const;

  // The next event of the author's chain, accepted. Answers its hash.
  Hash Say(const Author& author, event::Body body, UnixMicros occurred, UnixMicros received,
           std::string label, std::vector<PersonRow> people = {});
  // The same, refused and logged.
  Hash SayInVain(const Author& author, event::Body body, UnixMicros received, Reason reason,
                 uint32_t number, std::string label);
  // An event that is somehow wrong, as it was signed; the chain of its author stays.
  void Hand(event::SignedEvent event, UnixMicros received, const Expected& expected,
            std::string author, std::string label);

 private:
  Hash Push(event::SignedEvent event, Hash hash, UnixMicros received, const Expected& expected,
            std::string author, std::string label, std::vector<PersonRow> people);
  void Keep(const event::Body& body, const Hash& hash);
};

// The body that submits `form` as it was read, with invented photos.
event::ResultSubmitted Submission(const World& world, size_t contest, const Station& station,
                                  const election::Form& form,
                                  const std::optional<Mistake>& mistake);
// A correction of that field, with explanation and legal basis for a misread.
event::ResultCorrected Correction(const std::string& contest, const StationCode& tps,
                                  const Hash& supersedes, std::vector<event::Change> changes);
// Minutes of a plenary on that day (yyyymmdd).
event::Minutes MinutesOf(const std::string& body, uint32_t number, uint32_t date);
// The hash of an invented document or photo.
Hash DocumentHash(uint64_t seed, const std::string& what);

// Part of a simulation: adds steps to world.ready until it is done.
class Producer {
 public:
  virtual ~Producer() = default;
  // Adds some steps, or answers false when there are no more.
  virtual bool Produce(World* world) = 0;
  // Whether what comes next states the size of the log.
  virtual bool NextAsksLogSize() const { return false; }
};

}  // namespace jejak::sim
