// Contests, regions, stations, rules: what the election is made of.
#include <algorithm>

#include "ledger/admission/judge.h"

namespace jejak::admission {
namespace {

using election::Level;
using election::RegionKind;
using election::StationKind;

// Minutes east of Greenwich that some place on Earth keeps.
constexpr int16_t kUtcOffsetMin = -12 * 60;
constexpr int16_t kUtcOffsetMax = 14 * 60;

}  // namespace

bool KindFits(RegionKind kind, const RegionCode& code) {
  switch (kind) {
    case RegionKind::kUnstated: return true;
    case RegionKind::kProvince: return code.level() == Level::kProvince && !code.IsAbroad();
    case RegionKind::kRegency:
    case RegionKind::kCity: return code.level() == Level::kRegency && !code.IsAbroad();
    case RegionKind::kDistrict: return code.level() == Level::kDistrict && !code.IsAbroad();
    case RegionKind::kDesa:
    case RegionKind::kKelurahan:
    case RegionKind::kDesaAdat: return code.level() == Level::kVillage && !code.IsAbroad();
    case RegionKind::kAbroad: return code.IsAbroad();
  }
  return false;
}

bool KindFits(StationKind kind, const StationCode& code) {
  const bool abroad =
      kind == StationKind::kTpsln || kind == StationKind::kKsk || kind == StationKind::kPos;
  return abroad == code.IsAbroad();
}

bool UtcOffsetFits(int64_t minutes) { return minutes >= kUtcOffsetMin && minutes <= kUtcOffsetMax; }

void Judge(const Act&, const event::ElectionOpened&, Faults* faults) {
  faults->Add(Reason::kAlreadyRegistered);  // genesis is decided elsewhere, and is the only one
}

// Numbers count the covered regions, then the excepted ones; for deadlines, the deadlines.
void Judge(const Act& act, const event::ContestRegistered& body, Faults* faults) {
  if (act.view.Contest(body.id) != nullptr) faults->Add(Reason::kAlreadyRegistered);
  if (body.covered.empty() || body.last_stage == Stage::kKpps)
    faults->Add(Reason::kRegistryInvalid);
  size_t number = 0;
  for (const RegionCode& region : body.covered) {
    if (region.IsStation()) {
      faults->Add(Reason::kRegistryInvalid, number);
    } else {
      CheckRegistered(act.view, region, number, faults);
    }
    ++number;
  }
  for (const RegionCode& region : body.excepted) {
    CheckRegistered(act.view, region, number, faults);
    const bool inside =
        std::any_of(body.covered.begin(), body.covered.end(),
                    [&](const RegionCode& c) { return c.Contains(region) && !(c == region); });
    if (!inside) faults->Add(Reason::kRegistryInvalid, number);
    ++number;
  }
  CheckDisjoint(body.covered, 0, faults);
  CheckDisjoint(body.excepted, body.covered.size(), faults);
  for (size_t i = 0; i < body.deadlines.size(); ++i) {
    if (body.deadlines[i].stage > body.last_stage) faults->Add(Reason::kRegistryInvalid, i);
  }
}

void Judge(const Act& act, const event::RegionsRegistered& body, Faults* faults) {
  const auto& regions = body.regions;
  RegionCode known_parent;  // the nation, which is always registered
  for (size_t i = 0; i < regions.size(); ++i) {
    const event::RegionFact& fact = regions[i];
    if (fact.code.IsNation() || fact.code.IsStation()) {
      faults->Add(fact.code.IsNation() ? Reason::kAlreadyRegistered : Reason::kRegistryInvalid, i);
      continue;
    }
    if (act.view.Region(fact.code)) faults->Add(Reason::kAlreadyRegistered, i);
    const bool offset_fits = !fact.utc_offset || UtcOffsetFits(*fact.utc_offset);
    if (!KindFits(fact.kind, fact.code) || !offset_fits) faults->Add(Reason::kRegistryInvalid, i);
    const RegionCode parent = fact.code.Parent();
    if (parent == known_parent) continue;
    const auto end = regions.begin() + static_cast<std::ptrdiff_t>(i);
    const auto earlier = std::lower_bound(
        regions.begin(), end, parent,
        [](const event::RegionFact& a, const RegionCode& code) { return a.code < code; });
    const bool in_event = earlier != end && earlier->code == parent;
    if (in_event || parent.IsNation() || act.view.Region(parent)) {
      known_parent = parent;
    } else {
      faults->Add(Reason::kRegistryInvalid, i);
    }
  }
}

void Judge(const Act& act, const event::StationsRegistered& body, Faults* faults) {
  RegionCode known_parent;
  for (size_t i = 0; i < body.stations.size(); ++i) {
    const event::StationFact& fact = body.stations[i];
    act.CheckPlace(fact.code, i, faults);
    if (faults->Settled()) return;
    if (!fact.code.IsStation()) {
      faults->Add(Reason::kRegistryInvalid, i);
      continue;
    }
    if (act.view.Station(fact.code) != nullptr) faults->Add(Reason::kAlreadyRegistered, i);
    if (!KindFits(fact.kind, fact.code)) faults->Add(Reason::kRegistryInvalid, i);
    const RegionCode parent = fact.code.Parent();
    if (parent == known_parent) continue;
    if (act.view.Region(parent)) {
      known_parent = parent;
    } else {
      faults->Add(Reason::kRegistryInvalid, i);
    }
  }
}

void Judge(const Act& act, const event::RulesChanged& body, Faults* faults) {
  if (body.rules < act.election.rules) faults->Add(Reason::kRegistryInvalid);
  if (body.rules == act.election.rules) faults->Add(Reason::kNothingChanged);
}

// The root itself is checked by whoever folds: a wrong one is a fault of the ledger, not a refusal.
void Judge(const Act& act, const event::TallyCommitted&, Faults* faults) {
  if (act.event.author != act.election.ledger_key) faults->Add(Reason::kRoleNotEntitled);
}

}  // namespace jejak::admission
