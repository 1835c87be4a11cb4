#include "ledger/sim/generator.h"

#include <utility>

#include "ledger/base/check.h"
#include "ledger/event/codec.h"
#include "ledger/sim/nation.h"
#include "ledger/sim/night.h"
#include "ledger/sim/setup.h"
#include "ledger/sim/world.h"

namespace jejak::sim {

struct Simulation::Parts {
  World world;
  std::unique_ptr<Producer> producer;
  bool counting = false;  // the registry is done
  std::vector<ExpectedRefusal> refusals;
  Account account;
  explicit Parts(World&& w) : world(std::move(w)) {}
};

Simulation::Simulation(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<Simulation> Simulation::Create(const Scenario& scenario, uint64_t seed) {
  JEJAK_RETURN_IF_ERROR(crypto::InitCrypto());
  const bool night = scenario.kind == Scenario::Kind::kBulunganNight;
  if (!night && (scenario.stations == 0 || scenario.stations > kNationStations)) {
    return Status(Reason::kInvalidArgument, "a nation has from 1 to 823,236 stations");
  }
  auto geography = night ? MakeBulungan() : MakeNation(seed, scenario.stations);
  JEJAK_ASSIGN_OR_RETURN(Contests contests, Contests::Make(*geography, scenario, seed));
  auto parts =
      std::make_unique<Parts>(World(scenario, seed, std::move(geography), std::move(contests)));
  parts->world.keep = night;
  parts->producer = std::make_unique<Setup>(parts->world);
  return Simulation(std::move(parts));
}

const Step* Simulation::Peek() {
  World& world = parts_->world;
  const uint64_t most = world.scenario.events_max;
  if (most != 0 && steps_ >= most) return nullptr;
  while (world.ready.empty()) {
    if (parts_->producer->Produce(&world)) continue;
    if (parts_->counting) return nullptr;
    parts_->counting = true;
    if (world.scenario.kind == Scenario::Kind::kNation) {
      parts_->producer = std::make_unique<NationCount>(world);
    } else {
      parts_->producer = std::make_unique<Night>(&world);
    }
  }
  return &world.ready.front();
}

std::optional<Step> Simulation::Next() {
  if (Peek() == nullptr) return std::nullopt;
  std::deque<Step>& ready = parts_->world.ready;
  Step step = std::move(ready.front());
  ready.pop_front();
  ++steps_;
  if (step.expected.kind == Expected::Kind::kRefused) {
    parts_->refusals.push_back(
        {step.expected.reason, step.expected.number, step.author, step.hash, step.label});
  }
  if (parts_->world.keep && step.expected.kind == Expected::Kind::kAccepted) {
    const auto event = event::DecodeEvent(step.event.bytes);
    JEJAK_CHECK(event.ok());
    parts_->account.Take(event->body, step.hash);
  }
  return step;
}

bool Simulation::NextAsksLogSize() const {
  return parts_->world.ready.empty() && parts_->producer->NextAsksLogSize();
}

void Simulation::SetLogSize(TreeSize size) {
  World& world = parts_->world;
  // Steps that are made but not pulled yet are not in the log.
  uint64_t waiting = 0;
  for (const Step& step : world.ready) {
    waiting += step.expected.kind == Expected::Kind::kDoor ? 0 : 1;
  }
  world.log_size = size;
  world.logged_then = world.logged - waiting;
}

const std::vector<ExpectedRefusal>& Simulation::ExpectedRefusals() const {
  return parts_->refusals;
}
const Account& Simulation::account() const { return parts_->account; }
size_t Simulation::remembered_chains() const { return parts_->world.desk.remembered(); }

Result<crypto::SecretKey> Simulation::KeyOf(const std::string& official) const {
  return Desk(parts_->world.seed).NewKeyOf({official});
}

}  // namespace jejak::sim
