// Contests, regions, stations and ballots, and amendments of them.
#include <fmt/format.h>

#include "tools/cli/json_bodies.h"
#include "tools/cli/present.h"
#include "tools/cli/registrar.h"

namespace jejak::cli {
namespace {

struct RegisterOptions {
  std::string key, file;
  event::BodyKind kind{};
};

Status AppendFacts(Registrar* registrar, event::Body body) {
  if (auto* regions = std::get_if<event::RegionsRegistered>(&body)) {
    return registrar->Regions(std::move(regions->regions));
  }
  if (auto* stations = std::get_if<event::StationsRegistered>(&body)) {
    return registrar->Stations(std::move(stations->stations));
  }
  if (auto* amended = std::get_if<event::RegistryAmended>(&body)) {
    return registrar->Amend(std::move(amended->amendments), amended->legal_basis);
  }
  const std::string what(event::BodyName(static_cast<event::BodyKind>(body.index())));
  return registrar->Append(std::move(body), what);
}

Status Register(const Globals& globals, const RegisterOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  auto body = BodyFromJson(options.kind, json);
  if (!body.ok()) return InFile(options.file, body.status());
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ReadKey(globals, options.key));
  JEJAK_ASSIGN_OR_RETURN(const auto desk, Desk::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk.get(), std::move(key)));
  Registrar registrar(desk.get(), &signer);
  const Status done = AppendFacts(&registrar, std::move(*body));
  return ShowReceipts(globals.console, desk.get(), registrar, done, run);
}

}  // namespace

void AddRegisterCommands(Program* program, CLI::App* election) {
  CLI::App* group = election->add_subcommand("register", "register facts, from a file");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, event::BodyKind kind) {
    const auto options = std::make_shared<RegisterOptions>();
    options->kind = kind;
    CLI::App* command = program->Add(group, name, text, options, &Register);
    command->add_option("--key", options->key, "key file of whoever may register this")->required();
    command->add_option("--file", options->file, "the facts as JSON")->required();
  };
  add("contest", "a contest", event::BodyKind::kContestRegistered);
  add("regions", "regions, parents first", event::BodyKind::kRegionsRegistered);
  add("stations", "polling stations", event::BodyKind::kStationsRegistered);
  add("ballot", "the ballot of a dapil", event::BodyKind::kBallotRegistered);
  add("amend", "change registered facts", event::BodyKind::kRegistryAmended);
}

}  // namespace jejak::cli
