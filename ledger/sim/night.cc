#include "ledger/sim/night.h"

#include <algorithm>
#include <array>

#include "ledger/base/check.h"
#include "ledger/sim/draws.h"

namespace jejak::sim {
namespace {

// TPS whose presidential form is in at 08:00.
constexpr uint64_t kInByMorning = 65;

// Seconds from a station's first form to that of each contest, as they are counted one after the
// other.
constexpr std::array<std::pair<std::string_view, int64_t>, 5> kCountingOrder = {{
    {"ppwp", 0},
    {"pdpd", 3 * kHour},
    {"pdpr", 6 * kHour},
    {"pdprdp", 10 * kHour},
    {"pdprdk", 14 * kHour},
}};

int64_t CountedAfter(std::string_view contest) {
  for (const auto& [id, seconds] : kCountingOrder) {
    if (id == contest) return seconds;
  }
  return 0;
}

bool IsLate(const Station& station) {
  return station.district == kPeso || station.district == kPesoHilir;
}

// `nth` of `count` moments from `first` to `last`; the last of them is `last`.
UnixMicros Spread(UnixMicros first, UnixMicros last, uint64_t nth, uint64_t count) {
  const auto part = static_cast<int64_t>(nth + 1);
  const int64_t seconds =
      (last.value - first.value) / 1'000'000 * part / static_cast<int64_t>(count);
  return After(first, seconds);
}

}  // namespace

Plan::Plan(World* world) : world_(world) {
  const Geography& place = *world->geography;
  std::vector<uint64_t> late;
  std::vector<uint64_t> others;
  for (uint64_t i = 0; i < place.stations(); ++i) {
    (IsLate(place.StationAt(i)) ? late : others).push_back(i);
  }
  arrivals_.resize(place.stations());
  const Permutation order(others.size(), world->seed, "arrival");
  for (uint64_t i = 0; i < others.size(); ++i) {
    UnixMicros& arrival = arrivals_[others[order(i)]];
    if (i < kInByMorning) {
      arrival = Spread(LocalTime(2, 14, 16, 20), LocalTime(2, 15, 7, 56), i, kInByMorning);
    } else {
      arrival = Spread(LocalTime(2, 15, 8, 2), LocalTime(2, 16, 21, 0), i - kInByMorning,
                       others.size() - kInByMorning);
    }
  }
  const Permutation late_order(late.size(), world->seed, "late arrival");
  for (uint64_t i = 0; i < late.size(); ++i) {
    arrivals_[late[late_order(i)]] =
        Spread(LocalTime(2, 17, 10, 0), LocalTime(2, 18, 15, 0), i, late.size());
  }
}

Station Plan::StationIn(uint64_t district, uint64_t nth) const {
  const Geography& place = *world_->geography;
  const IndexRange stations = place.Inside(Level::kDistrict, district, Level::kStation);
  JEJAK_CHECK(nth < stations.size());
  return place.StationAt(stations.begin + nth);
}

RegionCode Plan::District(uint64_t district) const {
  return world_->geography->At(Level::kDistrict, district).code;
}

UnixMicros Plan::Arrival(size_t contest, uint64_t station) const {
  const std::string& id = world_->contests[contest].id();
  const int64_t counted = CountedAfter(id);
  if (counted == 0) return arrivals_[station];
  Draws draws(world_->seed, "counting " + id, station);
  // Those without a network hand in everything at once, when they reach one.
  if (IsLate(world_->geography->StationAt(station))) {
    return After(arrivals_[station], counted / kHour * 20 + draws.Below(15));
  }
  return After(arrivals_[station], counted + draws.Below(90 * 60));
}

void Plan::Distort(const std::string& contest, const Station& station,
                   std::vector<event::Change> wrong) {
  Cast(station);
  distorted_[{contest, station.index}] = std::move(wrong);
}

election::Form Plan::Submitted(size_t contest, const Station& station) const {
  election::Form form = TrueForm(world_->seed, world_->contests, contest, station);
  const auto at = distorted_.find({world_->contests[contest].id(), station.index});
  if (at == distorted_.end()) return form;
  for (const event::Change& change : at->second) form.Set(change.field, change.value);
  return form;
}

Author Plan::KppsOf(const Station& station) const {
  const auto at = devices_.find(station.index);
  return {Kpps(station.code), at != devices_.end() ? at->second : 0};
}

void Plan::Sort() {
  std::stable_sort(acts_.begin(), acts_.end(),
                   [](const Timed& a, const Timed& b) { return a.time < b.time; });
}

void Plan::PlayNext() {
  Timed& timed = acts_[next_++];
  timed.act(timed.time);
  timed.act = nullptr;
}

UnixMicros PlenaryOf(uint64_t district) {
  return LocalTime(2, 22, 8, 0 + static_cast<uint32_t>(district) * 5);
}

Night::Night(World* world) : plan_(world) {
  // What is written out needs all five contests.
  const bool whole = world->contests.size() == 5;
  if (whole) {
    PlanScenes(&plan_);
    PlanAttempts(&plan_);
    PlanCertifications(&plan_);
    PlanWeeks(&plan_);
    PlanPlenaries(&plan_);
  }
  PlanIncidents();
  for (uint64_t i = 0; i < world->geography->stations(); ++i) {
    PlanStation(world->geography->StationAt(i));
  }
  plan_.Sort();
}

bool Night::Produce(World*) {
  if (plan_.Done()) return false;
  plan_.PlayNext();
  return true;
}

void Night::PlanStation(const Station& station) {
  for (size_t contest = 0; contest < plan_.world().contests.size(); ++contest) {
    PlanForm(station, contest);
  }
}

void Night::PlanForm(const Station& station, size_t contest_index) {
  World& world = plan_.world();
  const Contest& contest = world.contests[contest_index];
  const UnixMicros arrival = plan_.Arrival(contest_index, station.index);
  const auto paper = [this, station, contest_index] {
    return plan_.Submitted(contest_index, station);
  };
  std::optional<Mistake> mistake;
  if (!plan_.IsCast(station.index)) {
    mistake = MistakeIn(world.seed, world.scenario.mistakes, contest, station, paper());
  }
  const std::string where = contest.id() + " " + station.code.str();
  // Without a network the form was signed in the night, and travelled for days.
  const UnixMicros counted = After(LocalTime(2, 14, 19, 30), CountedAfter(contest.id()));
  const UnixMicros occurred = IsLate(station) ? counted : After(arrival, -4 * kMinute);
  plan_.At(arrival,
           [this, station, contest_index, mistake, paper, where, occurred](UnixMicros now) {
             World& w = plan_.world();
             w.Say(plan_.KppsOf(station), Submission(w, contest_index, station, paper(), mistake),
                   occurred, now, "KPPS submits " + where);
           });
  plan_.At(After(arrival, 3 * kHour), [this, station, contest_index, where](UnixMicros now) {
    World& w = plan_.world();
    const std::string& id = w.contests[contest_index].id();
    w.Say(plan_.KppsOf(station), event::ResultFinalised{id, station.code, 1}, After(now, -kMinute),
          now, "KPPS finalises " + where);
  });
  if (!mistake) return;
  const bool by_kpps = mistake->fate == Mistake::Fate::kByKpps;
  if (!by_kpps && mistake->fate != Mistake::Fate::kByPpk) return;
  const auto place = static_cast<int64_t>(station.index);
  const UnixMicros when = by_kpps ? After(arrival, 70 * kMinute)
                                  : After(PlenaryOf(station.district), 2 * kHour + place * kMinute);
  plan_.At(when, [this, station, contest_index, mistake, paper, where, by_kpps](UnixMicros now) {
    World& w = plan_.world();
    const std::string& id = w.contests[contest_index].id();
    const RegionCode district = station.code.At(Level::kDistrict);
    event::ResultCorrected body = Correction(id, station.code, w.newest.at({id, station.code}),
                                             {{mistake->field, paper().Get(mistake->field)}});
    const Author author = by_kpps ? plan_.KppsOf(station) : Author{Ppk(district)};
    if (!by_kpps) body.minutes = MinutesOf("PPK-" + district.str(), 1, kPlenaryDate);
    w.Say(author, std::move(body), After(now, -kMinute), now,
          (by_kpps ? "KPPS corrects " : "PPK corrects ") + where);
  });
}

void Night::PlanIncidents() {
  using election::IncidentKind;
  const auto record = [this](UnixMicros when, const std::string& author, const RegionCode& place,
                             IncidentKind kind, const std::string& text) {
    plan_.At(when, [this, author, place, kind, text](UnixMicros now) {
      plan_.world().Say({author}, event::IncidentRecorded{place, kind, text}, After(now, -600), now,
                        author + " records an incident");
    });
  };
  const RegionCode peso = plan_.District(kPeso);
  const RegionCode hilir = plan_.District(kPesoHilir);
  const RegionCode regency = peso.Parent();
  record(LocalTime(2, 15, 1, 30), KpuOf(regency), regency, IncidentKind::kServer,
         "server kelebihan beban, pengiriman tersendat");
  record(LocalTime(2, 15, 5, 40), Ppk(hilir), hilir, IncidentKind::kNetwork,
         "tidak ada jaringan internet di hulu; C.Hasil dibawa lewat sungai ke kecamatan");
  record(LocalTime(2, 15, 5, 52), Ppk(peso), peso, IncidentKind::kNetwork,
         "tidak ada jaringan internet di hulu; C.Hasil dibawa lewat sungai ke kecamatan");
}

}  // namespace jejak::sim
