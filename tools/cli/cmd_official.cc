// Officials and their keys.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "tools/cli/json_parts.h"
#include "tools/cli/present.h"

namespace jejak::cli {

// OFFICIALS.json: as the event, with the name itself in place of its commitment.
struct OfficialEntry {
  event::OfficialFact fact;
  std::string name;
};
struct OfficialsFile {
  std::vector<OfficialEntry> officials;
};
template <typename A>
void Fields(A& a, OfficialEntry& v) {
  a.Req("id", v.fact.id);
  a.Req("name", v.name);
  a.Req("body", v.fact.body);
  a.Req("role", v.fact.role);
  a.Req("jurisdiction", v.fact.jurisdiction);
  a.Opt("contest", v.fact.contest);
  a.Opt("choice", ChoiceText(v.fact.choice));
  a.Opt("decree", v.fact.decree);
  a.Opt("keys", v.fact.keys);
}
template <typename A>
void Fields(A& a, OfficialsFile& v) {
  a.Req("officials", v.officials);
}

namespace {

struct EnrolOptions {
  std::string key, file;
};

Status Enrol(const Globals& globals, const EnrolOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  auto file = ReadDocument<OfficialsFile>(json);
  if (!file.ok()) return InFile(options.file, file.status());
  std::vector<event::OfficialFact> facts;
  std::vector<NamedPerson> people;
  for (size_t i = 0; i < file->officials.size(); ++i) {
    OfficialEntry& entry = file->officials[i];
    if (entry.name.size() > limits::kNameBytesMax || !IsPlainText(entry.name)) {
      return InFile(options.file,
                    Malformed(fmt::format("/officials/{}/name", i), "not plain text, or too long"));
    }
    people.push_back(HidePerson(entry.fact.id, entry.name));
    entry.fact.name = CommitmentOf(people.back());
    std::sort(entry.fact.keys.begin(), entry.fact.keys.end(),
              [](const auto& x, const auto& y) { return x.key < y.key; });
    facts.push_back(entry.fact);
  }
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ReadKey(globals, options.key));
  JEJAK_ASSIGN_OR_RETURN(const auto desk, Desk::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk.get(), std::move(key)));
  Registrar registrar(desk.get(), &signer);
  const Status done = registrar.Officials(std::move(facts), people);
  return ShowReceipts(globals.console, desk.get(), registrar, done, run);
}

struct ActOptions {
  std::string key, official, reason, public_key, proof, suspect_since;
};

// Signs and appends `body`.
Status Act(const Globals& globals, const ActOptions& options, event::Body body, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ReadKey(globals, options.key));
  return SignAndAppend(globals, std::move(key), std::move(body), Now(), run);
}

Result<PublicKey> ReadPublic(const std::string& hex) {
  const auto key = FixedFromHex<PublicKey>(hex);
  if (!key) return Status(Reason::kInvalidArgument, "a public key is 64 hex digits");
  return *key;
}

Status Suspend(const Globals& globals, const ActOptions& options, Run* run) {
  return Act(globals, options, event::OfficialSuspended{options.official, options.reason}, run);
}

Status Reinstate(const Globals& globals, const ActOptions& options, Run* run) {
  return Act(globals, options, event::OfficialReinstated{options.official, options.reason}, run);
}

Status RevokeKey(const Globals& globals, const ActOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const PublicKey key, ReadPublic(options.public_key));
  event::KeyRevoked body{key, options.reason, std::nullopt};
  if (!options.suspect_since.empty()) {
    body.suspect_since = ParseTime(options.suspect_since);
    if (!body.suspect_since)
      return Status(Reason::kInvalidArgument, "--suspect-since is an RFC 3339 time");
  }
  return Act(globals, options, std::move(body), run);
}

Status ReleaseKey(const Globals& globals, const ActOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const PublicKey key, ReadPublic(options.public_key));
  return Act(globals, options, event::KeyReleased{key, options.reason}, run);
}

Status AddKey(const Globals& globals, const ActOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const PublicKey key, ReadPublic(options.public_key));
  const auto proof = FixedFromHex<Signature>(options.proof);
  if (!proof)
    return Status(Reason::kInvalidArgument,
                  "--proof is the 128 hex digits that `key prove` printed");
  return Act(globals, options, event::KeyEnrolled{options.official, {key, *proof}}, run);
}

struct ShowOptions {
  std::string official;
};

Status Show(const Globals& globals, const ShowOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetOfficialRequest request;
  request.set_official(options.official);
  jejak::v1::GetOfficialResponse official;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &official));
  Json out;
  out["official"] = official.official();
  out["name"] = OrNull(official.has_name(), official.name());
  out["role"] = official.role();
  out["body"] = official.body();
  out["decree"] = official.decree();
  out["jurisdiction"] = official.jurisdiction();
  out["enrolled_at_index"] = official.enrolled_at_index();
  out["enrolled_by"] = official.enrolled_by();
  out["suspended"] = official.suspended();
  out["name_commitment"] = ToHex(official.name_commitment());
  out["keys"] = Json::array();
  for (const std::string& key : official.keys()) out["keys"].push_back(ToHex(key));
  const Console& console = globals.console;
  if (console.json) {
    console.Print(out);
    return OkStatus();
  }
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  for (const auto& [key, value] : out.items()) {
    if (!value.is_array())
      table.Row({key, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  for (const Json& key : out["keys"]) table.Row({"key", key.get<std::string>()});
  table.Print(console);
  return OkStatus();
}

}  // namespace

void AddOfficialCommands(Program* program) {
  CLI::App* group = program->Group("official", "officials and their keys");
  const auto enrol = std::make_shared<EnrolOptions>();
  CLI::App* command = program->Add(group, "enroll", "enrol officials, from a file", enrol, &Enrol);
  command->alias("enrol");
  command->add_option("--key", enrol->key, "key file of whoever may enrol them")->required();
  command->add_option("--file", enrol->file, "OFFICIALS.json")->required();

  const auto add = [&](const char* name, const char* text,
                       Status (*run)(const Globals&, const ActOptions&, Run*)) {
    const auto options = std::make_shared<ActOptions>();
    CLI::App* act = program->Add(group, name, text, options, run);
    act->add_option("--key", options->key, "key file of whoever may do this")->required();
    return std::pair(act, options);
  };
  const auto with_official = [&](const char* name, const char* text,
                                 Status (*run)(const Globals&, const ActOptions&, Run*)) {
    const auto [act, options] = add(name, text, run);
    act->add_option("--official", options->official, "id of the official")->required();
    act->add_option("--reason", options->reason, "why");
  };
  with_official("suspend", "suspend an official", &Suspend);
  with_official("reinstate", "let a suspended official act again", &Reinstate);
  const auto with_key = [&](const char* name, const char* text,
                            Status (*run)(const Globals&, const ActOptions&, Run*)) {
    const auto [act, options] = add(name, text, run);
    act->add_option("--public-key", options->public_key, "the key, in hex")->required();
    act->add_option("--reason", options->reason, "why");
    return std::pair(act, options);
  };
  const auto [revoke, revoke_options] = with_key("revoke-key", "revoke a key", &RevokeKey);
  revoke->add_option("--suspect-since", revoke_options->suspect_since,
                     "entries of the key since then are suspect");
  with_key("release-key", "release a key that too many refusals suspended", &ReleaseKey);
  const auto [add_key, key_options] = add("add-key", "enrol another key of an official", &AddKey);
  add_key->add_option("--official", key_options->official, "id of the official")->required();
  add_key->add_option("--public-key", key_options->public_key, "the new key, in hex")->required();
  add_key->add_option("--proof", key_options->proof, "its proof, from `jejak key prove`")
      ->required();

  const auto show = std::make_shared<ShowOptions>();
  command = program->Add(group, "show", "an official and its keys", show, &Show);
  command->add_option("official", show->official, "id of the official")->required();
}

}  // namespace jejak::cli
