// Opening an election, and showing it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "ledger/admission/decide.h"
#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/crypto/commitment.h"
#include "ledger/event/codec.h"
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

// Before anything is written: there are no regions yet, so that a contest can cover the nation
// alone, and a ledger that is there stays with the contests that came in before one that didn't.
Status CheckContests(const std::vector<event::ContestRegistered>& contests) {
  std::set<std::string> ids;
  for (const event::ContestRegistered& contest : contests) {
    event::Event event;
    event.body = contest;
    if (const auto encoded = event::EncodeEvent(event); !encoded.ok()) return encoded.status();
    const bool nation = contest.excepted.empty() &&
                        std::all_of(contest.covered.begin(), contest.covered.end(),
                                    [](const auto& region) { return region.IsNation(); });
    if (!nation) {
      return Status(Reason::kInputMalformed,
                    fmt::format("contest {} covers or excepts regions, and none are registered yet: "
                                "jejak election register regions, then contest",
                                contest.id));
    }
    if (!ids.insert(contest.id).second)
      return Status(Reason::kInputMalformed, fmt::format("contest {} is there twice", contest.id));
  }
  return OkStatus();
}

Status ElectionInit(const Globals& globals, const InitOptions& options, Run*) {
  JEJAK_RETURN_IF_ERROR(NoServer(globals, "election init"));
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  auto file = ReadDocument<ElectionFile>(json);
  if (!file.ok()) return InFile(options.file, file.status());
  if (const Status fits = CheckContests(file->contests); !fits.ok())
    return InFile(options.file, fits);
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
  const auto desk = Desk::Of(&session->ledger());
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk.get(), std::move(root)));
  Registrar registrar(desk.get(), &signer);
  if (!file->root.name.empty())
    JEJAK_RETURN_IF_ERROR(session->ledger().PutPeople({{person.official, person.person}}));
  for (event::ContestRegistered& contest : file->contests) {
    const std::string id = contest.id;
    JEJAK_RETURN_IF_ERROR(registrar.Append(std::move(contest), "contest " + id));
  }
  JEJAK_RETURN_IF_ERROR(session->Refresh());
  const uint64_t size = session->view().size().value;
  JEJAK_RETURN_IF_ERROR(session->Close());
  const Console& console = globals.console;
  const std::string id = ToHex(session->election().state.id);
  const std::string vkey = merkle::FormatVerifierKey({session->election().origin,
                                                      merkle::KeyType::kEd25519,
                                                      session->election().state.ledger_key});
  if (console.json) {
    console.Print({{"election", id},
                   {"mode", std::string(Name(file->mode))},
                   {"vkey", vkey},
                   {"size", size}});
  } else {
    console.Line(fmt::format("{} {}", console.T("election", "pemilihan"), id));
    console.Line(fmt::format("{} {}", console.T("verifier key", "kunci verifikasi"), vkey));
  }
  return OkStatus();
}

struct ShowOptions {};

Status Garbled(const std::string& what) {
  return Status(Reason::kInternal, "the server answered with a wrong " + what);
}

Result<event::ContestRegistered> ReadContest(const jejak::v1::Contest& contest) {
  event::ContestRegistered out;
  const auto kind = election::Parse<election::ContestKind>(contest.kind());
  const auto last_stage = election::Parse<election::Stage>(contest.last_stage());
  if (!kind || !last_stage) return Garbled("contest");
  out.id = contest.id();
  out.kind = *kind;
  out.name = contest.name();
  out.last_stage = *last_stage;
  out.kpps_may_correct = contest.kpps_may_correct();
  for (const std::string& code : contest.covered()) {
    JEJAK_ASSIGN_OR_RETURN(out.covered.emplace_back(), ParseRegion(code));
  }
  for (const std::string& code : contest.excepted()) {
    JEJAK_ASSIGN_OR_RETURN(out.excepted.emplace_back(), ParseRegion(code));
  }
  for (const auto& deadline : contest.deadlines()) {
    const auto stage = election::Parse<election::Stage>(deadline.stage());
    if (!stage) return Garbled("deadline");
    out.deadlines.push_back({*stage, deadline.local_seconds()});
  }
  return out;
}

Json ChoiceToJson(const jejak::v1::Choice& choice) {
  Json out;
  out["id"] = choice.id();
  out["kind"] = choice.kind();
  out["number"] = choice.number();
  out["name"] = choice.name();
  out["party"] = OrNull(choice.party());
  out["witness_key"] = Json();
  if (!choice.witness_key().empty()) {
    out["witness_key"] = {{"key", ToHex(choice.witness_key())},
                          {"proof", ToHex(choice.witness_proof())}};
  }
  return out;
}

// Every ballot of the contest, page by page.
Result<Json> BallotsToJson(Asker* asker, const std::string& contest) {
  Json out = Json::array();
  JEJAK_ASSIGN_OR_RETURN(const auto answer, AskAllBallots(asker, contest));
  for (const jejak::v1::Ballot& ballot : answer.ballots()) {
    Json one;
    one["dapil"] = ballot.dapil();
    one["members"] = Json::array();
    for (const std::string& member : ballot.members()) one["members"].push_back(member);
    one["choices"] = Json::array();
    for (const auto& choice : ballot.choices()) one["choices"].push_back(ChoiceToJson(choice));
    out.push_back(std::move(one));
  }
  return out;
}

Result<Json> ContestsToJson(Asker* asker) {
  jejak::v1::ListContestsResponse contests;
  JEJAK_RETURN_IF_ERROR(asker->Ask(jejak::v1::ListContestsRequest(), &contests));
  Json out = Json::array();
  for (const jejak::v1::Contest& contest : contests.contests()) {
    JEJAK_ASSIGN_OR_RETURN(const event::ContestRegistered facts, ReadContest(contest));
    Json one = ToValue(facts);
    JEJAK_ASSIGN_OR_RETURN(one["ballots"], BallotsToJson(asker, contest.id()));
    out.push_back(std::move(one));
  }
  return out;
}

Status ElectionShow(const Globals& globals, const ShowOptions&, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(const auto* election, asker->Election());
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(election->as_of()));
  const auto ledger_key = PublicKey::From(election->ledger_key());
  if (!ledger_key) return Garbled("election");
  Json out;
  out["election"] = ToHex(election->election());
  out["name"] = election->name();
  out["kind"] = election->kind();
  out["mode"] = election->mode();
  out["rules"] = election->rules();
  out["voting_day"] =
      election->voting_day() == 0 ? Json() : Json(FormatDate(election->voting_day()));
  out["origin"] = election->origin();
  out["dpt_max"] = election->dpt_max();
  out["reserve_permille"] = election->reserve_permille();
  out["root_key"] = ToHex(election->root_key());
  out["ledger_key"] = ToHex(election->ledger_key());
  out["supervisors_key"] = ToHex(election->supervisors_key());
  out["vkey"] = merkle::FormatVerifierKey(
      {election->origin(), merkle::KeyType::kEd25519, *ledger_key});
  out["as_of"] = AsOfToJson(as_of);
  JEJAK_ASSIGN_OR_RETURN(out["contests"], ContestsToJson(asker.get()));
  const Console& console = globals.console;
  if (console.json) {
    console.Print(out);
    return OkStatus();
  }
  const auto text = [&](const char* name) {
    return out[name].is_string() ? out[name].get<std::string>() : std::string("-");
  };
  console.Line(election->name());
  JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
  console.Line(AsOfWords(as_of, console));
  console.Line("");
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  table.Row({std::string(console.T("election", "pemilihan")), text("election")});
  table.Row({std::string(console.T("voting day", "hari pemungutan suara")), text("voting_day")});
  table.Row({std::string(console.T("verifier key", "kunci verifikasi")), text("vkey")});
  for (const Json& contest : out["contests"]) {
    table.Row({contest["id"].get<std::string>(),
               fmt::format("{} ({}, {} dapil)", contest["name"].get<std::string>(),
                           contest["kind"].get<std::string>(), contest["ballots"].size())});
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
