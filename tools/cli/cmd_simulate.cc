// A simulated election, played into a ledger of its own.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <future>

#include "ledger/base/time.h"
#include "ledger/crypto/key_file.h"
#include "ledger/sim/run.h"
#include "tools/cli/commands.h"
#include "tools/cli/desk.h"

namespace jejak::cli {
namespace {

// Calls to the engine that are on their way at once: each group of steps has its own time of
// receipt.
constexpr size_t kGroupsOnTheirWay = 1'024;

struct SimulateOptions {
  std::string scenario;
  uint64_t seed = 1;
  std::string until;
  std::string stop_after;
  uint64_t events_max = 0;
  uint64_t stations = 0;
  std::vector<std::string> contests;
};

// Officials whose keys are kept beside the ledger, so that it can be played on with. They protect
// nothing: the seed makes them again.
constexpr const char* kKeptKeys[] = {"root", "ledger", "bawaslu", "kpu"};
constexpr const char* kKeptKeysOfBulungan[] = {"kpu.6501", "ppk.650105", "ppk.650110",
                                               "kpps.6501051001001"};

Result<sim::Scenario> ScenarioOf(const SimulateOptions& options) {
  auto scenario = sim::Scenario::ByName(options.scenario);
  if (!scenario) {
    return Status(Reason::kUsage,
                  "there is no scenario " + options.scenario + ": bulungan-night or nation");
  }
  const bool nation = scenario->kind == sim::Scenario::Kind::kNation;
  if (options.stations != 0 && !nation) {
    return Status(Reason::kUsage, "--stations is for the scenario nation");
  }
  if (options.stations != 0) scenario->stations = options.stations;
  scenario->contests = options.contests;
  scenario->events_max = options.events_max;
  return *scenario;
}

Result<std::optional<UnixMicros>> UntilOf(const SimulateOptions& options) {
  if (!options.until.empty() && !options.stop_after.empty()) {
    return Status(Reason::kUsage, "--until contradicts --stop-after");
  }
  if (options.until.empty() && options.stop_after.empty()) return std::optional<UnixMicros>();
  if (!options.stop_after.empty() && options.scenario != "bulungan-night") {
    return Status(Reason::kUsage, "--stop-after night is for the scenario bulungan-night");
  }
  const std::string time = options.until.empty() ? "2024-02-15T08:00:00+08:00" : options.until;
  const auto until = ParseTime(time);
  if (!until) return Status(Reason::kUsage, "--until is a time such as 2024-02-15T08:00:00+08:00");
  return until;
}

std::filesystem::path KeyPath(const Globals& globals, const std::string& official) {
  return std::filesystem::path(globals.ledger) / "keys" / (official + ".key");
}

Status KeepKey(const Globals& globals, const sim::Simulation& simulation,
               const std::string& official) {
  const std::string path = KeyPath(globals, official).string();
  std::error_code error;
  if (std::filesystem::exists(path, error)) return OkStatus();
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey key, simulation.KeyOf(official));
  return crypto::WriteKeyFile(path, key, std::nullopt);
}

Status KeepKeys(const Globals& globals, const SimulateOptions& options,
                const sim::Simulation& simulation) {
  const std::filesystem::path folder = std::filesystem::path(globals.ledger) / "keys";
  std::error_code error;
  std::filesystem::create_directories(globals.ledger, error);
  if (error || (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)) {
    return Status(Reason::kIoError, "can't make " + folder.string());
  }
  for (const char* official : kKeptKeys) {
    JEJAK_RETURN_IF_ERROR(KeepKey(globals, simulation, official));
  }
  if (options.scenario != "bulungan-night") return OkStatus();
  for (const char* official : kKeptKeysOfBulungan) {
    JEJAK_RETURN_IF_ERROR(KeepKey(globals, simulation, official));
  }
  return OkStatus();
}

// The ledger of this very simulation: a new one, or the one that was played before.
Result<std::unique_ptr<engine::Ledger>> OpenOrCreate(const Globals& globals,
                                                     const SimulateOptions& chosen,
                                                     const sim::Simulation& simulation,
                                                     const sim::Step& genesis) {
  engine::OpenOptions options;
  // The log of a seed is the same on every machine, however often it is stopped: commitments come
  // by count, and where an hour of the scenario ends.
  options.markers = journal::Markers::None();
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, simulation.KeyOf("ledger"));
  options.ledger_key = std::make_shared<crypto::SecretKey>(std::move(key));
  std::error_code error;
  const auto keys = std::filesystem::path(globals.ledger) / "keys";
  bool there = false;
  for (std::filesystem::directory_iterator at(globals.ledger, error), end; !error && at != end;
       at.increment(error)) {
    there = there || at->path() != keys;
  }
  if (!there) {
    JEJAK_RETURN_IF_ERROR(KeepKeys(globals, chosen, simulation));
    engine::SubmitOptions submit;
    submit.received_at = genesis.received_at;
    return engine::Ledger::Create(globals.ledger, genesis.event, std::move(options), submit);
  }
  auto opened = engine::Ledger::Open(globals.ledger, std::move(options));
  const bool other_key = !opened.ok() && opened.status().reason() == Reason::kLedgerKeyWrong;
  if (other_key || (opened.ok() && !(*opened)->Newest()->FindEvent(genesis.hash))) {
    return Status(Reason::kLedgerExists,
                  globals.ledger + " holds something else than this simulation");
  }
  return opened;
}

engine::PeopleRows NamesOf(const sim::Step& step) {
  engine::PeopleRows names;
  for (const sim::PersonRow& row : step.people)
    names.emplace_back(row.official, engine::Person{row.salt, row.name});
  return names;
}

// Hands steps to the ledger, and holds what it answers against what the simulation expects.
class Player {
 public:
  Player(const Globals& globals, Desk* desk)
      : desk_(desk),
        progress_(std::string(globals.console.T("playing", "memainkan")), 0) {}

  Result<TreeSize> Play(std::span<const sim::Step> steps) {
    // What was played before is in the ledger, in the same order; attempts at the door left no
    // trace there.
    while (skipping_ && !steps.empty()) {
      JEJAK_ASSIGN_OR_RETURN(const auto index, desk_->Find(steps.front().hash));
      const bool door = steps.front().expected.kind == sim::Expected::Kind::kDoor;
      if (!index && !door) break;
      if (index) size_ = SizeIncluding(*index);
      ++existing_;
      last_ = steps.front().received_at;
      steps = steps.subspan(1);
    }
    skipping_ = steps.empty() && skipping_;
    JEJAK_RETURN_IF_ERROR(Submit(steps));
    return size_;
  }
  uint64_t existing() const { return existing_; }

 private:
  struct Group {
    std::span<const sim::Step> steps;
    std::future<Desk::Outcomes> outcomes;
  };

  Status Submit(std::span<const sim::Step> steps) {
    std::deque<Group> groups;
    while (!steps.empty() || !groups.empty()) {
      if (!steps.empty() && groups.size() < kGroupsOnTheirWay) {
        groups.push_back(Send(&steps));
        continue;
      }
      JEJAK_RETURN_IF_ERROR(Await(&groups.front()));
      groups.pop_front();
    }
    return OkStatus();
  }

  // The steps at the front that have one time of receipt.
  Group Send(std::span<const sim::Step>* steps) {
    const UnixMicros time = steps->front().received_at;
    size_t count = 1;
    while (count < steps->size() && (*steps)[count].received_at == time) ++count;
    Group group{steps->first(count), {}};
    *steps = steps->subspan(count);
    std::vector<event::SignedEvent> events;
    Handing handing;
    for (const sim::Step& step : group.steps) {
      events.push_back(step.event);
      for (auto& name : NamesOf(step)) handing.names.push_back(std::move(name));
    }
    handing.proofs = false;
    handing.received_at = time;
    handing.commit_before = Hour(last_) != Hour(time);
    last_ = time;
    group.outcomes = desk_->Start(std::move(events), std::move(handing));
    return group;
  }

  Status Await(Group* group) {
    JEJAK_ASSIGN_OR_RETURN(const std::vector<engine::Outcome> outcomes, group->outcomes.get());
    for (size_t i = 0; i < outcomes.size(); ++i)
      JEJAK_RETURN_IF_ERROR(Compare(group->steps[i], outcomes[i]));
    progress_.Show(size_.value);
    return OkStatus();
  }

  Status Compare(const sim::Step& step, const engine::Outcome& outcome) {
    sim::Expected got;
    if (!outcome.receipt) {
      if (step.expected.kind != sim::Expected::Kind::kDoor) return outcome.door;
      got = {sim::Expected::Kind::kDoor, outcome.door.reason(), 0};
    } else {
      size_ = SizeIncluding(outcome.receipt->index);
      const auto& refusal = outcome.receipt->refusal;
      if (refusal) got = {sim::Expected::Kind::kRefused, refusal->reason, refusal->number};
    }
    if (got == step.expected) return OkStatus();
    return Status(Reason::kInternal,
                  fmt::format("{}: the ledger says {}, the simulation foresaw {}", step.label,
                              InfoOf(got.reason).name, InfoOf(step.expected.reason).name));
  }

  static int64_t Hour(UnixMicros time) { return time.value / 3'600'000'000; }

  Desk* desk_;
  UnixMicros last_;  // when the step before was received
  Progress progress_;
  TreeSize size_;
  bool skipping_ = true;
  uint64_t existing_ = 0;
};

void Show(const Globals& globals, const sim::RunReport& report, uint64_t existing, TreeSize size) {
  const Console& console = globals.console;
  if (console.json) {
    console.Print({{"steps", report.steps},
                   {"accepted", report.accepted},
                   {"refused", report.refused},
                   {"door", report.door},
                   {"existing", existing},
                   {"size", size.value},
                   {"until", FormatTime(report.last)},
                   {"finished", report.finished},
                   {"invented", true}});
    return;
  }
  console.Line(fmt::format("{} {}: {} {}, {} {}, {} {}", console.T("up to", "sampai"),
                           FormatTime(report.last), console.Number(report.accepted),
                           console.T("accepted", "diterima"), console.Number(report.refused),
                           console.T("refused", "ditolak"), console.Number(report.door),
                           console.T("turned away", "tidak dicatat")));
}

Result<uint64_t> SizeOf(Desk* desk) {
  jejak::v1::GetElectionResponse answer;
  JEJAK_RETURN_IF_ERROR(desk->asker()->Ask(jejak::v1::GetElectionRequest(), &answer));
  return answer.size();
}

// Plays from where the ledger behind the desk stands.
Status Play(const Globals& globals, const std::optional<UnixMicros>& until,
            sim::Simulation* simulation, Desk* desk) {
  Player player(globals, desk);
  const auto report = sim::RunSimulation(
      simulation, {until},
      [&player](std::span<const sim::Step> steps) { return player.Play(steps); });
  JEJAK_RETURN_IF_ERROR(report.status());
  JEJAK_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(desk));
  Show(globals, *report, player.existing(), TreeSize(size));
  return OkStatus();
}

Status PlayRemotely(const Globals& globals, const std::optional<UnixMicros>& until,
                    sim::Simulation* simulation) {
  JEJAK_ASSIGN_OR_RETURN(const auto desk, Desk::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(const auto genesis, desk->Find(simulation->Peek()->hash));
  if (!genesis) {
    return Status(Reason::kWrongElection,
                  "the daemon serves something else than this simulation: make its ledger with "
                  "--events-max 1 and the same seed");
  }
  return Play(globals, until, simulation, desk.get());
}

Status Simulate(const Globals& globals, const SimulateOptions& options, Run*) {
  if (globals.ledger.empty() && globals.server.empty()) {
    return Status(Reason::kUsage, "no ledger named: give --ledger DIR or --server HOST:PORT");
  }
  JEJAK_ASSIGN_OR_RETURN(const sim::Scenario scenario, ScenarioOf(options));
  JEJAK_ASSIGN_OR_RETURN(const std::optional<UnixMicros> until, UntilOf(options));
  JEJAK_ASSIGN_OR_RETURN(sim::Simulation simulation,
                         sim::Simulation::Create(scenario, options.seed));
  globals.console.Note(globals.console.T("a simulation: votes, candidates and people are invented",
                                         "simulasi: suara, calon, dan nama orang adalah rekaan"));
  if (!globals.server.empty()) return PlayRemotely(globals, until, &simulation);
  JEJAK_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Ledger> ledger,
                         OpenOrCreate(globals, options, simulation, *simulation.Peek()));
  // A ledger is made with genesis alone; the name of its root comes after.
  JEJAK_RETURN_IF_ERROR(ledger->PutPeople(NamesOf(*simulation.Peek())));
  const Status played = Play(globals, until, &simulation, Desk::Of(ledger.get()).get());
  const Status closed = ledger->Close();
  JEJAK_RETURN_IF_ERROR(played);
  return closed;
}

}  // namespace

void AddSimulateCommands(Program* program) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* command = program->Add(program->app(), "simulate",
                                   "play a simulated election with invented votes into a ledger",
                                   options, &Simulate);
  command->add_option("--scenario", options->scenario, "bulungan-night or nation")->required();
  command->add_option("--seed", options->seed, "the same seed gives the same election");
  command->add_option("--until", options->until, "stop at this time; run again to go on");
  command
      ->add_option("--stop-after", options->stop_after, "night: stop on 15 February at 08:00 WITA")
      ->check(CLI::IsMember({"night"}));
  command->add_option("--stations", options->stations, "TPS of a nation (823,236)");
  command->add_option("--contests", options->contests, "ids of contests; all five when left out")
      ->delimiter(',');
  command->add_option("--events-max", options->events_max, "stop after so many events");
}

}  // namespace jejak::cli
