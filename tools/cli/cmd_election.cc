// Opening an election, and showing it.
#include <fmt/format.h>

#include <filesystem>

#include "ledger/admission/decide.h"
#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/crypto/commitment.h"
#include "ledger/merkle/note.h"
#include "tools/cli/json_registry.h"
#include "tools/cli/present.h"
#include "tools/cli/registrar.h"

namespace jejak::cli {

// ELECTION.json
struct RootFile {
  std::string name, body, decree;
};
struct ElectionFile {
  std::string name;
  election::ElectionKind kind{};
  election::Mode mode{};
  uint32_t voting_day = 0;
  std::string origin;
  std::optional<uint32_t> dpt_max;
  std::optional<uint16_t> reserve_permille;
  RootFile root;
  std::optional<event::NewKey> supervisors_key;
  std::vector<event::ContestRegistered> contests;
};
template <typename A>
void Fields(A& a, RootFile& v) {
  a.Opt("name", v.name);
  a.Req("body", v.body);
  a.Opt("decree", v.decree);
}
template <typename A>
void Fields(A& a, ElectionFile& v) {
  a.Req("name", v.name);
  a.Req("kind", v.kind);
  a.Req("mode", v.mode);
  a.Req("voting_day", Date(v.voting_day));
  a.Req("origin", v.origin);
  a.Opt("dpt_max", v.dpt_max);
  a.Opt("reserve_permille", v.reserve_permille);
  a.Req("root", v.root);
  a.Opt("supervisors_key", v.supervisors_key);
  a.Opt("contests", v.contests);
}

namespace {

struct InitOptions {
  std::string file, root_key, supervisors_key;
};

Result<event::NewKey> SupervisorsKey(const Globals& globals, const InitOptions& options,
                                     const ElectionFile& file) {
  if (options.supervisors_key.empty() == !file.supervisors_key) {
    return Status(
        Reason::kUsage,
        "give the supervisors' key: either \"supervisors_key\" in the file, with a proof "
        "from `jejak key prove --election 0 --official bawaslu`, or --supervisors-key FILE");
  }
  if (file.supervisors_key) return *file.supervisors_key;
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey key, ReadKey(globals, options.supervisors_key));
  return event::NewKey{key.public_key(), crypto::SignEnrolment(key, Hash(), "bawaslu")};
}

event::ElectionOpened Opening(const ElectionFile& file, const event::NewKey& supervisors,
                              const crypto::SecretKey& root, const crypto::SecretKey& ledger,
                              const NamedPerson& person) {
  const bool pemilu = file.kind == election::ElectionKind::kPemilu;
  event::ElectionOpened body;
  body.name = file.name;
  body.kind = file.kind;
  body.mode = file.mode;
  body.rules = admission::kRulesWritten;
  body.voting_day = file.voting_day;
  body.origin = file.origin;
  body.nonce = crypto::RandomFixed<Hash>();
  // UU 7/2017 and the Pilkada's rules: 300 voters and 2 %, 600 voters and 2.5 %.
  body.dpt_max = file.dpt_max.value_or(pemilu ? 300 : 600);
  body.reserve_permille = file.reserve_permille.value_or(pemilu ? uint16_t{20} : uint16_t{25});
  body.root_body = file.root.body;
  body.root_decree = file.root.decree;
  body.root_name = CommitmentOf(person);
  body.root_key = {root.public_key(), crypto::SignEnrolment(root, Hash(), "root")};
  body.ledger_key = {ledger.public_key(), crypto::SignEnrolment(ledger, Hash(), "ledger")};
  body.supervisors_key = supervisors;
  return body;
}

std::string VerifierKeyOf(const Session& session) {
  return merkle::FormatVerifierKey(
      {session.election().origin, merkle::KeyType::kEd25519, session.election().state.ledger_key});
}

Status ElectionInit(const Globals& globals, const InitOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  auto file = ReadDocument<ElectionFile>(json);
  if (!file.ok()) return InFile(options.file, file.status());
  JEJAK_ASSIGN_OR_RETURN(const event::NewKey supervisors, SupervisorsKey(globals, options, *file));
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey root, ReadKey(globals, options.root_key));
  JEJAK_ASSIGN_OR_RETURN(const auto ledger_key, ReadLedgerKey(globals));
  const NamedPerson person = HidePerson("root", file->root.name);
  event::Event event;
  event.author = root.public_key();
  event.occurred_at = Now();
  event.body = Opening(*file, supervisors, root, *ledger_key, person);
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent genesis, event::Sign(event, root));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Create(globals, genesis, ledger_key));
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(*session, std::move(root)));
  Registrar registrar(session.get(), &signer);
  if (!file->root.name.empty()) JEJAK_RETURN_IF_ERROR(registrar.People({person}));
  for (event::ContestRegistered& contest : file->contests) {
    const std::string id = contest.id;
    JEJAK_RETURN_IF_ERROR(registrar.Append(std::move(contest), "contest " + id));
  }
  JEJAK_RETURN_IF_ERROR(session->Refresh());
  JEJAK_RETURN_IF_ERROR(session->Close());
  const Console& console = globals.console;
  const std::string id = ToHex(session->election().state.id);
  const std::string vkey = VerifierKeyOf(*session);
  if (console.json) {
    console.Print({{"election", id},
                   {"mode", std::string(Name(file->mode))},
                   {"vkey", vkey},
                   {"size", session->view().size().value}});
  } else {
    console.Line(fmt::format("{} {}", console.T("election", "pemilihan"), id));
    console.Line(fmt::format("{} {}", console.T("verifier key", "kunci verifikasi"), vkey));
  }
  return OkStatus();
}

struct ShowOptions {};

Json ContestToJson(const projection::ContestEntry& contest) {
  event::ContestRegistered facts{contest.state->id,
                                 contest.state->kind,
                                 contest.state->name,
                                 contest.state->covered,
                                 contest.state->excepted,
                                 contest.state->last_stage,
                                 contest.state->kpps_may_correct,
                                 contest.state->deadlines};
  Json out = ToValue(facts);
  out["ballots"] = Json::array();
  for (const auto& [dapil, entry] : contest.ballots) {
    const admission::BallotState& b = *entry->ballot;
    Json ballot = ToValue(event::BallotRegistered{b.contest, b.dapil, b.members, b.choices});
    ballot.erase("contest");
    out["ballots"].push_back(std::move(ballot));
  }
  return out;
}

Status ElectionShow(const Globals& globals, const ShowOptions&, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, engine::AsOfOf(session->view(), session->queries()));
  const projection::ElectionRow& row = session->election();
  Json out;
  out["election"] = ToHex(row.state.id);
  out["name"] = row.name;
  out["kind"] = std::string(Name(row.state.kind));
  out["mode"] = std::string(Name(row.state.mode));
  out["rules"] = row.state.rules;
  out["voting_day"] = row.voting_day == 0 ? Json() : Json(FormatDate(row.voting_day));
  out["origin"] = row.origin;
  out["dpt_max"] = row.state.dpt_max;
  out["reserve_permille"] = row.state.reserve_permille;
  out["root_key"] = ToHex(row.root_key);
  out["ledger_key"] = ToHex(row.state.ledger_key);
  out["supervisors_key"] = ToHex(row.supervisors_key);
  out["vkey"] = VerifierKeyOf(*session);
  out["as_of"] = AsOfToJson(as_of);
  out["contests"] = Json::array();
  for (const std::string& id : row.contests) {
    out["contests"].push_back(ContestToJson(*session->queries().registry().Contest(id)));
  }
  const Console& console = globals.console;
  if (console.json) {
    console.Print(out);
    return OkStatus();
  }
  console.Line(row.name);
  JEJAK_RETURN_IF_ERROR(PrintMode(Asker::Of(&session->ledger()).get(), console));
  console.Line(AsOfWords(as_of, console));
  console.Line("");
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  table.Row({std::string(console.T("election", "pemilihan")), ToHex(row.state.id)});
  table.Row(
      {std::string(console.T("voting day", "hari pemungutan suara")), FormatDate(row.voting_day)});
  table.Row({std::string(console.T("verifier key", "kunci verifikasi")), VerifierKeyOf(*session)});
  for (const std::string& id : row.contests) {
    const projection::ContestEntry& contest = *session->queries().registry().Contest(id);
    table.Row({id, fmt::format("{} ({}, {} dapil)", contest.state->name, Name(contest.state->kind),
                               contest.ballots.size())});
  }
  table.Print(console);
  return OkStatus();
}

}  // namespace

void AddElectionCommands(Program* program) {
  CLI::App* group = program->Group("election", "the election itself");
  const auto init = std::make_shared<InitOptions>();
  CLI::App* command =
      program->Add(group, "init", "make a ledger with its first entry", init, &ElectionInit);
  command->add_option("--file", init->file, "ELECTION.json")->required();
  command->add_option("--root-key", init->root_key, "key file of the root official")->required();
  command->add_option("--supervisors-key", init->supervisors_key,
                      "key file of the supervisors (Bawaslu)");
  program->Add(group, "show", "the election, its contests and ballots",
               std::make_shared<ShowOptions>(), &ElectionShow);
  AddRegisterCommands(program, group);
}

}  // namespace jejak::cli
