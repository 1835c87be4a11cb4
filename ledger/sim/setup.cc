#include "ledger/sim/setup.h"

#include <algorithm>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/crypto/commitment.h"

namespace jejak::sim {
namespace {

using election::Role;

// So that an event stays well below its limit of bytes.
constexpr uint64_t kOfficialsAtOnce = 120;
constexpr uint64_t kStationsAtOnce = 300;

constexpr std::string_view kDecree = "SK REKAAN/2024";

const Author kRoot{"root"};
const Author kKpu{"kpu"};

event::OfficialFact MakeOfficial(World* world, const std::string& id, std::string body, Role role,
                                 const RegionCode& jurisdiction) {
  event::OfficialFact fact;
  fact.id = id;
  fact.body = std::move(body);
  fact.role = role;
  fact.jurisdiction = jurisdiction;
  fact.decree = kDecree;
  const PersonRow person = world->desk.Person(id);
  fact.name = crypto::NameCommitment(person.salt, person.name);
  fact.keys.push_back(world->desk.Enrolment({id}));
  return fact;
}

// Whoever keeps the register of stations there, and enrols the district's committee.
Author RegistrarOf(const World& world, uint64_t regency) {
  const RegionCode code = world.geography->At(Level::kRegency, regency).code;
  return code.IsAbroad() ? kKpu : Author{KpuOf(code)};
}

uint64_t RegencyOf(const World& world, uint64_t district) {
  const IndexRange villages = world.geography->Children(Level::kDistrict, district);
  const IndexRange stations = world.geography->Children(Level::kVillage, villages.begin);
  return world.geography->StationAt(stations.begin).regency;
}

}  // namespace

Setup::Setup(const World& world)
    : time_(LocalTime(1, 8, 9, 0)),
      tick_seconds_(world.scenario.kind == Scenario::Kind::kNation ? 10 : 5 * kMinute) {
  const Geography& place = *world.geography;
  uint64_t ballots = 0;
  for (size_t i = 0; i < world.contests.size(); ++i) ballots += world.contests.Dapils(i);
  const uint64_t provinces = place.Count(Level::kProvince);
  const uint64_t regencies = place.Count(Level::kRegency);
  const uint64_t districts = place.Count(Level::kDistrict);
  phases_ = {{1, &Setup::Genesis},
             {1, &Setup::EnrolKpu},
             {provinces, &Setup::Province},
             {regencies, &Setup::Regency},
             {world.contests.size(), &Setup::Contest},
             {ballots, &Setup::Ballot},
             {provinces, &Setup::KpuOfProvince},
             {regencies, &Setup::KpuOfRegency},
             {regencies, &Setup::PpkOfRegency},
             {districts, &Setup::StationsOfDistrict},
             {districts, &Setup::KppsOfDistrict}};
  if (world.scenario.kind == Scenario::Kind::kBulunganNight) {
    phases_.push_back({1, &Setup::Supervisors});
    phases_.push_back({1, &Setup::Witnesses});
  }
}

bool Setup::Produce(World* world) {
  while (phase_ < phases_.size() && index_ >= phases_[phase_].count) {
    ++phase_;
    index_ = 0;
  }
  if (phase_ >= phases_.size()) return false;
  (this->*phases_[phase_].produce)(world, index_++);
  return true;
}

UnixMicros Setup::Tick() {
  time_ = After(time_, tick_seconds_);
  return time_;
}

void Setup::Register(World* world, const Author& author, event::Body body, std::string label) {
  const UnixMicros now = Tick();
  world->Say(author, std::move(body), After(now, -2), now,
             author.official + " " + std::move(label));
}

void Setup::Enrol(World* world, const Author& by, std::vector<event::OfficialFact> officials,
                  std::string label) {
  std::sort(officials.begin(), officials.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  std::vector<PersonRow> people;
  for (const auto& fact : officials) people.push_back(world->desk.Person(fact.id));
  const UnixMicros now = Tick();
  world->Say(by, event::OfficialsEnrolled{std::move(officials)}, After(now, -2), now,
             by.official + " enrols " + std::move(label), std::move(people));
}

void Setup::Genesis(World* world, uint64_t) {
  const PersonRow root = world->desk.Person("root");
  event::ElectionOpened body;
  body.rules = event::kRulesNewest;
  body.name = "Simulasi Pemilu 2024 (suara rekaan)";
  body.kind = election::ElectionKind::kPemilu;
  body.mode = election::Mode::kSimulation;
  body.voting_day = 20240214;
  body.origin =
      "jejak.example/simulation/" + world->scenario.name + "/" + std::to_string(world->seed);
  body.nonce = DocumentHash(world->seed, "genesis " + world->scenario.name);
  body.dpt_max = 300;
  body.reserve_permille = 20;
  body.root_body = "KPU (simulasi)";
  body.root_decree = kDecree;
  body.root_name = crypto::NameCommitment(root.salt, root.name);
  body.root_key = world->desk.Enrolment(kRoot);
  body.ledger_key = world->desk.Enrolment({"ledger"});
  body.supervisors_key = world->desk.Enrolment({"bawaslu"});
  const UnixMicros now = Tick();
  const Hash election =
      world->Say(kRoot, std::move(body), now, now, "the election is opened", {root});
  world->desk.SetElection(election);
}

void Setup::EnrolKpu(World* world, uint64_t) {
  Enrol(world, kRoot, {MakeOfficial(world, "kpu", "KPU (simulasi)", Role::kKpu, RegionCode())},
        "kpu");
}

void Setup::Province(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  event::RegionsRegistered body;
  const auto add = [&](Level level, uint64_t at) {
    const Place region = place.At(level, at);
    body.regions.push_back({region.code, region.name, region.kind, region.utc_offset, {}});
  };
  add(Level::kProvince, index);
  const IndexRange regencies = place.Children(Level::kProvince, index);
  for (uint64_t i = regencies.begin; i < regencies.end; ++i) add(Level::kRegency, i);
  std::string label = "registers province " + body.regions.front().code.str();
  Register(world, kKpu, std::move(body), std::move(label));
}

void Setup::Regency(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  const IndexRange districts = place.Children(Level::kRegency, index);
  if (districts.size() == 0) return;
  event::RegionsRegistered body;
  for (uint64_t i = districts.begin; i < districts.end; ++i) {
    const Place district = place.At(Level::kDistrict, i);
    body.regions.push_back({district.code, district.name, district.kind, {}, {}});
    const IndexRange villages = place.Children(Level::kDistrict, i);
    for (uint64_t v = villages.begin; v < villages.end; ++v) {
      const Place village = place.At(Level::kVillage, v);
      const auto stations = static_cast<uint32_t>(place.Children(Level::kVillage, v).size());
      body.regions.push_back({village.code, village.name, village.kind, {}, stations});
    }
  }
  std::string label = "registers the districts of " + place.At(Level::kRegency, index).code.str();
  Register(world, kKpu, std::move(body), std::move(label));
}

void Setup::Contest(World* world, uint64_t index) {
  event::ContestRegistered body = world->contests[index].registered;
  std::string label = "registers contest " + body.id;
  Register(world, kKpu, std::move(body), std::move(label));
}

void Setup::Ballot(World* world, uint64_t index) {
  size_t contest = 0;
  while (index >= world->contests.Dapils(contest)) index -= world->contests.Dapils(contest++);
  event::BallotRegistered body = world->contests.Ballot(contest, static_cast<uint32_t>(index));
  for (event::Choice& choice : body.choices) {
    if (choice.kind != election::ChoiceKind::kTicket) continue;
    choice.witness_key = world->desk.Enrolment({Participant(body.contest, choice.id)});
  }
  std::string label = "registers the ballot of " + body.contest + " in dapil " + body.dapil;
  Register(world, kKpu, std::move(body), std::move(label));
}

void Setup::KpuOfProvince(World* world, uint64_t index) {
  const Place province = world->geography->At(Level::kProvince, index);
  if (province.code.IsAbroad()) return;
  const std::string id = KpuOf(province.code);
  Enrol(
      world, kKpu,
      {MakeOfficial(world, id, "KPU Provinsi " + province.name, Role::kKpuProvinsi, province.code)},
      id);
}

void Setup::KpuOfRegency(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  const Place regency = place.At(Level::kRegency, index);
  if (regency.code.IsAbroad() || place.Children(Level::kRegency, index).size() == 0) return;
  const std::string id = KpuOf(regency.code);
  Enrol(world, {KpuOf(regency.code.Parent())},
        {MakeOfficial(world, id, "KPU " + regency.name, Role::kKpuKabkota, regency.code)}, id);
}

void Setup::PpkOfRegency(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  std::vector<event::OfficialFact> officials;
  const IndexRange districts = place.Children(Level::kRegency, index);
  for (uint64_t i = districts.begin; i < districts.end; ++i) {
    const Place district = place.At(Level::kDistrict, i);
    const bool abroad = district.code.IsAbroad();
    officials.push_back(MakeOfficial(world, Ppk(district.code),
                                     (abroad ? "PPLN " : "PPK ") + district.name,
                                     abroad ? Role::kPpln : Role::kPpk, district.code));
  }
  if (officials.empty()) return;
  Enrol(world, RegistrarOf(*world, index), std::move(officials),
        "the district committees of " + place.At(Level::kRegency, index).code.str());
}

void Setup::StationsOfDistrict(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  const Author registrar = RegistrarOf(*world, RegencyOf(*world, index));
  const std::string district = place.At(Level::kDistrict, index).code.str();
  const IndexRange stations = place.Inside(Level::kDistrict, index, Level::kStation);
  event::StationsRegistered body;
  for (uint64_t i = stations.begin; i < stations.end; ++i) {
    const Station station = place.StationAt(i);
    body.stations.push_back({station.code, "TPS " + station.code.str().substr(10), station.kind,
                             DptOf(world->seed, station)});
    if (body.stations.size() < kStationsAtOnce && i + 1 < stations.end) continue;
    Register(world, registrar, std::exchange(body, {}), "registers stations of " + district);
  }
}

void Setup::KppsOfDistrict(World* world, uint64_t index) {
  const Geography& place = *world->geography;
  const RegionCode district = place.At(Level::kDistrict, index).code;
  const IndexRange stations = place.Inside(Level::kDistrict, index, Level::kStation);
  std::vector<event::OfficialFact> officials;
  for (uint64_t i = stations.begin; i < stations.end; ++i) {
    const StationCode code = place.StationAt(i).code;
    officials.push_back(MakeOfficial(world, Kpps(code),
                                     (code.IsAbroad() ? "KPPSLN " : "KPPS ") + code.str(),
                                     code.IsAbroad() ? Role::kKppsln : Role::kKpps, code));
    if (officials.size() < kOfficialsAtOnce && i + 1 < stations.end) continue;
    Enrol(world, {Ppk(district)}, std::exchange(officials, {}),
          "station committees of " + district.str());
  }
}

// Bawaslu down to the districts of Bulungan, each level by the one above.
void Setup::Supervisors(World* world, uint64_t) {
  const Geography& place = *world->geography;
  const RegionCode regency = place.At(Level::kRegency, 0).code;
  const RegionCode province = regency.Parent();
  Enrol(world, {"bawaslu"},
        {MakeOfficial(world, BawasluOf(province), "Bawaslu Provinsi Kalimantan Utara",
                      Role::kBawasluProvinsi, province)},
        "bawaslu of province " + province.str());
  Enrol(world, {BawasluOf(province)},
        {MakeOfficial(world, BawasluOf(regency), "Bawaslu Kabupaten Bulungan",
                      Role::kBawasluKabkota, regency)},
        "bawaslu of regency " + regency.str());
  std::vector<event::OfficialFact> officials;
  for (uint64_t i = 0; i < place.Count(Level::kDistrict); ++i) {
    const Place district = place.At(Level::kDistrict, i);
    officials.push_back(MakeOfficial(world, BawasluOf(district.code),
                                     "Panwaslu Kecamatan " + district.name,
                                     Role::kPanwasluKecamatan, district.code));
  }
  Enrol(world, {BawasluOf(regency)}, std::move(officials), "the supervisors of districts");
}

// One witness of each ticket in the whole regency.
void Setup::Witnesses(World* world, uint64_t) {
  const size_t ppwp = world->contests.Find("ppwp");
  if (ppwp == world->contests.size()) return;
  const RegionCode regency = world->geography->At(Level::kRegency, 0).code;
  for (const ChoiceId choice : world->contests.ChoiceIds(ppwp, 0)) {
    const std::string id = Witness("ppwp", choice, regency);
    event::OfficialFact fact = MakeOfficial(world, id, "Saksi paslon", Role::kSaksi, regency);
    fact.contest = "ppwp";
    fact.choice = choice;
    Enrol(world, {Participant("ppwp", choice)}, {std::move(fact)}, id);
  }
}

}  // namespace jejak::sim
