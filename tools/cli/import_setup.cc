#include "tools/cli/import_setup.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "ledger/admission/decide.h"
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/key_file.h"
#include "ledger/sirekap/tables.h"

namespace jejak::cli {
namespace {

constexpr std::string_view kOrigin = "jejak.archive/pemilu-2024";
constexpr const char* kContest = "ppwp";
constexpr const char* kImporter = "importer";
constexpr const char* kName = "Pemilu 2024, arsip data Sirekap yang terbit";
constexpr const char* kBody = "Arsip lokal";
constexpr const char* kDecree = "tanpa SK: salinan pribadi data yang diterbitkan KPU";

std::filesystem::path KeyPath(const Globals& globals, const char* name) {
  return std::filesystem::path(globals.ledger) / "keys" / (std::string(name) + ".key");
}

// The key in DIR/keys; a new one, not encrypted, when there is none and `make` is set.
Result<crypto::SecretKey> ElectionKey(const Globals& globals, const char* name, bool make,
                                      bool* made) {
  const std::string path = KeyPath(globals, name).string();
  std::error_code error;
  if (!std::filesystem::exists(path, error) && make) {
    JEJAK_RETURN_IF_ERROR(crypto::WriteKeyFile(path, crypto::SecretKey::Generate(), std::nullopt));
    *made = true;
  }
  return ReadKey(globals, path);
}

Status MakeKeyFolder(const Globals& globals) {
  const std::filesystem::path folder = std::filesystem::path(globals.ledger) / "keys";
  std::error_code error;
  std::filesystem::create_directories(globals.ledger, error);
  if (!error && mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error) return OkStatus();
  const bool denied =
      error == std::errc::permission_denied || error == std::errc::read_only_file_system;
  const Reason reason = denied                                   ? Reason::kPermissionDenied
                        : error == std::errc::no_space_on_device ? Reason::kDiskFull
                                                                 : Reason::kIoError;
  return Status(reason, fmt::format("{}: {}", folder.string(), error.message()));
}

Result<event::SignedEvent> Genesis(const crypto::SecretKey& root, const crypto::SecretKey& ledger,
                                   const crypto::SecretKey& bawaslu) {
  event::ElectionOpened body;
  body.name = kName;
  body.kind = election::ElectionKind::kPemilu;
  body.mode = election::Mode::kArchive;
  body.rules = admission::kRulesWritten;
  body.voting_day = 20240214;
  body.origin = std::string(kOrigin);
  body.nonce = crypto::RandomFixed<Hash>();
  body.dpt_max = 300;
  body.reserve_permille = 20;
  body.root_body = kBody;
  body.root_decree = kDecree;
  body.root_name = crypto::NameCommitment(crypto::RandomFixed<crypto::Salt>(), "");
  body.root_key = {root.public_key(), crypto::SignEnrolment(root, Hash(), "root")};
  body.ledger_key = {ledger.public_key(), crypto::SignEnrolment(ledger, Hash(), "ledger")};
  body.supervisors_key = {bawaslu.public_key(), crypto::SignEnrolment(bawaslu, Hash(), "bawaslu")};
  event::Event event;
  event.author = root.public_key();
  event.occurred_at = Now();
  event.body = std::move(body);
  return event::Sign(event, root);
}

Status CheckOurs(const Session& session) {
  if (session.election().origin == kOrigin &&
      session.election().state.mode == election::Mode::kArchive) {
    return OkStatus();
  }
  return Status(Reason::kLedgerExists, fmt::format("it holds \"{}\"", session.election().name));
}

event::BallotRegistered Ballot() {
  const auto ticket = [](election::ChoiceId id, uint16_t number, const char* name) {
    event::Choice choice;
    choice.id = id;
    choice.kind = election::ChoiceKind::kTicket;
    choice.number = number;
    choice.name = name;
    return choice;
  };
  event::BallotRegistered ballot;
  ballot.contest = kContest;
  ballot.dapil = "0";
  ballot.members = {election::RegionCode()};
  ballot.choices = {ticket(100025, 1, "Anies Rasyid Baswedan – Muhaimin Iskandar"),
                    ticket(100026, 2, "Prabowo Subianto – Gibran Rakabuming Raka"),
                    ticket(100027, 3, "Ganjar Pranowo – Mahfud MD")};
  return ballot;
}

Status RegisterContest(const Session& session, Registrar* registrar) {
  const projection::ContestEntry* contest = session.queries().registry().Contest(kContest);
  if (contest == nullptr) {
    event::ContestRegistered body;
    body.id = kContest;
    body.kind = election::ContestKind::kTicket;
    body.name = "Presiden dan Wakil Presiden 2024";
    body.covered = {election::RegionCode()};
    body.last_stage = election::Stage::kNasional;
    JEJAK_RETURN_IF_ERROR(registrar->Append(std::move(body), "contest ppwp"));
  }
  if (contest == nullptr || contest->ballots.empty()) {
    JEJAK_RETURN_IF_ERROR(registrar->Append(Ballot(), "ballot of ppwp"));
  }
  return OkStatus();
}

Status EnrolImporter(const Session& session, const crypto::SecretKey& key, Registrar* registrar) {
  if (session.queries().AuthorOf(key.public_key()).ok()) return OkStatus();
  const NamedPerson person = HidePerson(kImporter, "jejak import sirekap");
  event::OfficialFact fact;
  fact.id = kImporter;
  fact.body = kBody;
  fact.role = election::Role::kImporter;
  fact.decree = kDecree;
  fact.name = CommitmentOf(person);
  fact.keys = {
      {key.public_key(), crypto::SignEnrolment(key, session.election().state.id, kImporter)}};
  return registrar->Officials({fact}, {person});
}

// Kinds by code: cities are numbered from 71, the seventh digit tells kelurahan, desa and desa
// adat.
election::RegionKind KindOf(const election::RegionCode& code) {
  using election::RegionKind;
  if (code.IsAbroad()) return RegionKind::kAbroad;
  switch (code.level()) {
    case election::Level::kProvince: return RegionKind::kProvince;
    case election::Level::kRegency:
      return election::LevelName(code) == "city" ? RegionKind::kCity : RegionKind::kRegency;
    case election::Level::kDistrict: return RegionKind::kDistrict;
    case election::Level::kVillage:
      return code.view()[6] == '1'   ? RegionKind::kKelurahan
             : code.view()[6] == '3' ? RegionKind::kDesaAdat
                                     : RegionKind::kDesa;
    default: return RegionKind::kUnstated;
  }
}

// Official time: western to 36, 61 and 62; eastern from 81; central between.
std::optional<int16_t> OffsetOf(const election::RegionCode& province) {
  if (province.level() != election::Level::kProvince || province.IsAbroad()) return std::nullopt;
  const std::string_view code = province.view();
  if (code < "37" || code == "61" || code == "62") return int16_t{420};
  return code < "81" ? int16_t{480} : int16_t{540};
}

using Expected = std::map<election::RegionCode, uint32_t>;

// The regions that enclose the stations and aren't registered, and amendments of what is expected
// of those that are. What nobody knows the name of is left out, with the stations in it.
struct RegionPlan {
  std::vector<event::RegionFact> add;
  std::vector<event::Amendment> amend;
  std::set<election::RegionCode> unknown;
};
Result<RegionPlan> PlanRegions(const Session& session,
                               const std::set<election::StationCode>& stations,
                               const std::map<election::RegionCode, std::string>& names,
                               const Expected& expected) {
  std::set<election::RegionCode> needed;
  for (const election::StationCode& station : stations) {
    election::RegionCode code = station;
    while (!code.IsNation()) {
      code = code.Parent();
      if (code.IsNation() || !needed.insert(code).second) break;
    }
  }
  RegionPlan plan;
  for (const election::RegionCode& code : needed) {
    const auto count = expected.find(code);
    if (session.queries().Region(code).ok()) {
      if (count == expected.end()) continue;
      JEJAK_ASSIGN_OR_RETURN(const auto known, session.queries().Expected(code));
      if (known == count->second) continue;
      plan.amend.push_back({election::AmendedField::kExpectedStations, code.str(),
                            known ? std::to_string(*known) : "", std::to_string(count->second)});
      continue;
    }
    const auto name = names.find(code);
    if (name == names.end() || plan.unknown.contains(code.Parent())) {
      plan.unknown.insert(code);
      continue;
    }
    plan.add.push_back({code, name->second, KindOf(code), OffsetOf(code),
                        count == expected.end() ? std::nullopt : std::optional(count->second)});
  }
  return plan;
}

void NoteSkipped(const Globals& globals, const std::vector<sirekap::Skipped>& skipped) {
  for (const sirekap::Skipped& s : skipped) {
    globals.console.Note(fmt::format("{}:{}: {}", *s.origin.file, s.origin.line, s.why));
  }
}

Status RegisterPlaces(const Globals& globals, const SetupOptions& options,
                      const std::set<election::StationCode>& stations, const Session& session,
                      Registrar* registrar) {
  std::vector<sirekap::Skipped> skipped;
  std::map<election::RegionCode, std::string> names;
  if (!options.regions.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const auto rows, sirekap::ReadRegions(options.regions, &skipped));
    for (const sirekap::RegionRow& row : rows) names[row.code] = row.name;
  }
  Expected expected;
  if (!options.stations.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const auto counts,
                           sirekap::ReadStationCounts(options.stations, &skipped));
    for (const sirekap::StationCount& count : counts) expected[count.desa] = count.stations;
  }
  NoteSkipped(globals, skipped);
  JEJAK_ASSIGN_OR_RETURN(RegionPlan plan, PlanRegions(session, stations, names, expected));
  for (const election::RegionCode& code : plan.unknown) {
    globals.console.Note(globals.console.ErrorLine(
        Status(Reason::kUnknownRegion,
               fmt::format("{} is not in the table of --regions", code.str()))));
  }
  JEJAK_RETURN_IF_ERROR(registrar->Regions(std::move(plan.add)));
  JEJAK_RETURN_IF_ERROR(registrar->Amend(std::move(plan.amend), "tabel jumlah TPS per desa"));
  std::vector<event::StationFact> facts;
  for (const election::StationCode& code : stations) {
    if (session.queries().Region(code).ok() || plan.unknown.contains(code.Parent())) continue;
    event::StationFact fact;
    fact.code = code;
    const std::string number(code.view().substr(10));
    if (code.IsAbroad()) {
      fact.kind =
          election::StationKind::kTpsln;  // the code doesn't tell which kind of station abroad
    } else {
      fact.name = "TPS " + number;
      fact.kind =
          number[0] == '9' ? election::StationKind::kSpecial : election::StationKind::kRegular;
    }
    facts.push_back(std::move(fact));
  }
  return registrar->Stations(std::move(facts));
}

}  // namespace

std::string ImporterKeyPath(const Globals& globals) {
  return KeyPath(globals, "importer").string();
}

Result<std::unique_ptr<Session>> OpenPemilu2024(const Globals& globals,
                                                const SetupOptions& options) {
  if (options.contest != kContest) {
    return Status(
        Reason::kInvalidArgument,
        fmt::format(
            "--new-election pemilu-2024 knows the ballot of ppwp, not of \"{}\": register the "
            "contest, then import without --new-election",
            options.contest));
  }
  auto opened = Session::Write(globals, options.batch);
  if (opened.ok()) {
    JEJAK_RETURN_IF_ERROR(CheckOurs(**opened));
    return opened;
  }
  // Without the ledger's key it may still be told what stands there.
  if (opened.status().reason() == Reason::kUsage && !globals.ledger.empty()) {
    if (auto there = Session::Read(globals); there.ok()) {
      JEJAK_RETURN_IF_ERROR(CheckOurs(**there));
      return opened.status();
    }
  } else if (opened.status().reason() != Reason::kLedgerMissing) {
    return opened.status();
  }
  if (globals.ledger.empty()) return opened.status();
  if (options.regions.empty()) {
    return Status(Reason::kUsage,
                  "a new election needs --regions FILE, the table of region codes and names");
  }
  JEJAK_RETURN_IF_ERROR(MakeKeyFolder(globals));
  bool made = false;
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey root, ElectionKey(globals, "root", true, &made));
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey ledger, ElectionKey(globals, "ledger", true, &made));
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey bawaslu,
                         ElectionKey(globals, "bawaslu", true, &made));
  JEJAK_RETURN_IF_ERROR(ElectionKey(globals, "importer", true, &made).status());
  if (made) {
    globals.console.Note(fmt::format(
        "{} {}",
        globals.console.T("made keys, NOT encrypted, in", "membuat kunci, TIDAK disandikan, di"),
        KeyPath(globals, "root").parent_path().string()));
  }
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent genesis, Genesis(root, ledger, bawaslu));
  return Session::Create(globals, genesis, std::make_shared<crypto::SecretKey>(std::move(ledger)),
                         options.batch);
}

Status PreparePemilu2024(const Globals& globals, const SetupOptions& options,
                         const std::set<election::StationCode>& stations, Session* session) {
  bool made = false;
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey root, ElectionKey(globals, "root", false, &made));
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey importer,
                         ElectionKey(globals, "importer", false, &made));
  const auto desk = Desk::Of(&session->ledger());
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk.get(), std::move(root)));
  Registrar registrar(desk.get(), &signer);
  JEJAK_RETURN_IF_ERROR(RegisterContest(*session, &registrar));
  JEJAK_RETURN_IF_ERROR(EnrolImporter(*session, importer, &registrar));
  JEJAK_RETURN_IF_ERROR(RegisterPlaces(globals, options, stations, *session, &registrar));
  return session->Refresh();
}

}  // namespace jejak::cli
