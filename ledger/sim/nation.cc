#include "ledger/sim/nation.h"

#include <algorithm>
#include <string>
#include <utility>

namespace jejak::sim {
namespace {

// Stations that come in between a submission and PPK's correction of it.
constexpr uint64_t kCorrectedAfter = 2'000;
// Over which the nation's stations come in, evenly.
constexpr int64_t kCountSeconds = 48 * kHour;
constexpr uint32_t kPlenary = 20240216;

}  // namespace

NationCount::NationCount(const World& world)
    : order_(world.geography->stations(), world.seed, "arrival") {}

UnixMicros NationCount::Now(const World& world) const {
  const auto stations = static_cast<int64_t>(order_.size());
  const auto seconds =
      static_cast<int64_t>(std::min(in_, order_.size())) * kCountSeconds / stations;
  return std::max(world.clock, After(LocalTime(2, 14, 15, 0), seconds));
}

bool NationCount::Produce(World* world) {
  while (!pending_.empty() && (pending_.front().due <= in_ || in_ >= order_.size())) {
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    Correct(world, pending);
  }
  if (in_ >= order_.size()) return false;
  const Station station = world->geography->StationAt(order_(in_));
  for (size_t contest = 0; contest < world->contests.size(); ++contest) {
    if (world->contests.Covers(contest, station)) Submit(world, station, contest);
  }
  world->desk.Forget({Kpps(station.code)});
  ++in_;
  return true;
}

void NationCount::Submit(World* world, const Station& station, size_t contest_index) {
  const Contest& contest = world->contests[contest_index];
  const election::Form paper = TrueForm(world->seed, world->contests, contest_index, station);
  const auto mistake = MistakeIn(world->seed, world->scenario.mistakes, contest, station, paper);
  const UnixMicros now = Now(*world);
  const Author kpps{Kpps(station.code)};
  const std::string where = contest.id() + " " + station.code.str();
  const Hash submitted =
      world->Say(kpps, Submission(*world, contest_index, station, paper, mistake),
                 After(now, -kMinute), now, "KPPS submits " + where);
  const bool by_ppk = mistake && mistake->fate == Mistake::Fate::kByPpk;
  if (mistake && mistake->fate == Mistake::Fate::kByKpps) {
    world->Say(kpps,
               Correction(contest.id(), station.code, submitted,
                          {{mistake->field, paper.Get(mistake->field)}}),
               After(now, -kMinute), now, "KPPS corrects " + where);
  }
  if (world->scenario.finalise) {
    world->Say(kpps, event::ResultFinalised{contest.id(), station.code, 1}, After(now, -30), now,
               "KPPS finalises " + where);
  }
  if (!by_ppk) return;
  pending_.push_back({in_ + kCorrectedAfter,
                      contest_index,
                      station,
                      submitted,
                      {mistake->field, paper.Get(mistake->field)}});
}

void NationCount::Correct(World* world, const Pending& pending) {
  const std::string& contest = world->contests[pending.contest].id();
  const StationCode& tps = pending.station.code;
  const RegionCode district = tps.At(Level::kDistrict);
  auto body = Correction(contest, tps, pending.submitted, {pending.change});
  body.minutes = MinutesOf(Ppk(district), 1, kPlenary);
  const UnixMicros now = Now(*world);
  world->Say({Ppk(district)}, std::move(body), After(now, -kMinute), now,
             "PPK corrects " + contest + " " + tps.str());
}

}  // namespace jejak::sim
