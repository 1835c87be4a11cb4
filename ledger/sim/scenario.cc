#include "ledger/sim/scenario.h"

#include "ledger/sim/geography.h"

namespace jejak::sim {

Scenario Scenario::BulunganNight() {
  Scenario scenario;
  scenario.kind = Kind::kBulunganNight;
  scenario.name = "bulungan-night";
  scenario.mistakes = {300, 200, 250, 50};
  scenario.evidence_pages = 3;
  scenario.finalise = true;
  return scenario;
}

Scenario Scenario::Nation(uint64_t stations) {
  Scenario scenario;
  scenario.kind = Kind::kNation;
  scenario.name = "nation";
  scenario.stations = stations;
  scenario.mistakes = {100, 50, 50, 20};
  return scenario;
}

std::optional<Scenario> Scenario::ByName(std::string_view name) {
  if (name == "bulungan-night") return BulunganNight();
  if (name == "nation") return Nation(kNationStations);
  return std::nullopt;
}

}  // namespace jejak::sim
