// Importing what KPU published.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "ledger/base/limits.h"
#include "ledger/sirekap/reader.h"
#include "tools/cli/commands.h"
#include "tools/cli/import_run.h"
#include "tools/cli/import_setup.h"

namespace jejak::cli {
namespace {

constexpr size_t kBatchDefault = 1024;

struct ImportOptions {
  std::vector<std::string> files;
  std::string contest = "ppwp";
  std::string new_election, regions, stations, receipts, key;
  size_t batch = kBatchDefault;
};

struct Input {
  std::vector<sirekap::Version> versions;
  uint64_t skipped = 0;
};

Result<Input> ReadInput(const Globals& globals, const ImportOptions& options,
                        election::ContestKind kind) {
  Input input;
  sirekap::Sink sink;
  sink.version = [&](sirekap::Version version) { input.versions.push_back(std::move(version)); };
  sink.skipped = [&](const sirekap::Skipped& skipped) {
    ++input.skipped;
    const std::string line =
        skipped.origin.line == 0 ? "" : ":" + std::to_string(skipped.origin.line);
    globals.console.Note(fmt::format("{}{}: {}", *skipped.origin.file, line, skipped.why));
  };
  for (const std::string& file : options.files) {
    JEJAK_RETURN_IF_ERROR(sirekap::ReadVersions(file, kind, sink));
  }
  sirekap::SortForImport(&input.versions);
  return input;
}

// The ledger of --new-election, local only; what it is handed to stays with it.
struct NewElection {
  std::unique_ptr<Session> session;
  std::unique_ptr<Desk> desk;
};
Result<NewElection> OpenNew(const Globals& globals, const ImportOptions& options, Input* input) {
  JEJAK_RETURN_IF_ERROR(NoServer(globals, "import --new-election"));
  if (options.new_election != "pemilu-2024") {
    return Status(
        Reason::kInvalidArgument,
        fmt::format("--new-election {}: only pemilu-2024 is known", options.new_election));
  }
  JEJAK_ASSIGN_OR_RETURN(*input, ReadInput(globals, options, election::ContestKind::kTicket));
  const SetupOptions setup{options.contest, options.regions, options.stations, options.batch};
  NewElection out;
  JEJAK_ASSIGN_OR_RETURN(out.session, OpenPemilu2024(globals, setup));
  std::set<election::StationCode> stations;
  for (const sirekap::Version& version : input->versions) stations.insert(version.tps);
  JEJAK_RETURN_IF_ERROR(PreparePemilu2024(globals, setup, stations, out.session.get()));
  out.desk = Desk::Of(&out.session->ledger());
  return out;
}

Result<std::unique_ptr<Desk>> OpenExisting(const Globals& globals, const ImportOptions& options,
                                           Input* input) {
  if (!options.regions.empty() || !options.stations.empty()) {
    return Status(Reason::kUsage, "--regions and --stations belong to --new-election");
  }
  JEJAK_ASSIGN_OR_RETURN(auto desk, Desk::Open(globals, options.batch));
  JEJAK_ASSIGN_OR_RETURN(const auto contest, FindContest(desk->asker(), options.contest));
  JEJAK_ASSIGN_OR_RETURN(*input, ReadInput(globals, options, contest.kind));
  return desk;
}

// The importer's key; that of a local archive is found by itself.
Result<crypto::SecretKey> ImporterKey(const Globals& globals, const ImportOptions& options) {
  std::string path = options.key;
  std::error_code error;
  if (path.empty() && globals.server.empty()) path = ImporterKeyPath(globals);
  if (path.empty() || (options.key.empty() && !std::filesystem::exists(path, error)))
    return Status(Reason::kUsage, "give --key FILE, the importer's key");
  return ReadKey(globals, path);
}

void ShowSummary(const Console& console, const ImportSummary& summary, double seconds) {
  const sirekap::ImportCounts& c = summary.counts;
  if (console.json) {
    Json out;
    out["submitted"] = c.submitted;
    out["corrected"] = c.corrected;
    out["unchanged"] = c.unchanged;
    out["empty"] = c.empty;
    out["stale"] = c.stale;
    out["skipped"] = summary.skipped;
    out["seconds"] = seconds;
    console.Print(out);
    return;
  }
  Table table({Table::Align::kRight, Table::Align::kLeft});
  const auto row = [&](uint64_t n, std::string_view en, std::string_view id) {
    table.Row({console.Number(n), std::string(console.T(en, id))});
  };
  row(c.submitted, "submitted", "hasil baru");
  row(c.corrected, "corrected", "pembetulan");
  row(c.unchanged, "unchanged", "tidak berubah");
  row(c.empty, "empty", "kosong");
  row(c.stale, "already in, or older", "sudah masuk, atau lebih lama");
  row(summary.skipped, "skipped", "dilewati");
  table.Print(console);
  console.Line(fmt::format("{:.1f} s", seconds));
}

Status ImportSirekap(const Globals& globals, const ImportOptions& options, Run* run) {
  if (options.batch == 0 || options.batch > limits::kBatchEventsMax) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--batch is from 1 to {}", limits::kBatchEventsMax));
  }
  const auto start = std::chrono::steady_clock::now();
  Input input;
  const bool fresh = !options.new_election.empty();
  NewElection made;
  std::unique_ptr<Desk> existing;
  if (fresh) {
    JEJAK_ASSIGN_OR_RETURN(made, OpenNew(globals, options, &input));
  } else {
    JEJAK_ASSIGN_OR_RETURN(existing, OpenExisting(globals, options, &input));
  }
  Desk* desk = fresh ? made.desk.get() : existing.get();
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ImporterKey(globals, options));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode place,
                         ImporterPlace(desk->asker(), key.public_key()));
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk, std::move(key)));
  JEJAK_ASSIGN_OR_RETURN(admission::ContestState contest,
                         FindContest(desk->asker(), options.contest));
  JEJAK_ASSIGN_OR_RETURN(const auto import,
                         ImportRun::Open(&globals, desk, std::move(signer), std::move(contest),
                                         place, options.batch, options.receipts));
  JEJAK_RETURN_IF_ERROR(import->Add(input.versions));
  JEJAK_RETURN_IF_ERROR(fresh ? made.session->Close() : existing->Close());
  ImportSummary summary = import->summary();
  summary.skipped += input.skipped;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  ShowSummary(globals.console, summary, seconds.count());
  if (summary.skipped == 0) return OkStatus();
  run->shown = globals.console.json;
  return Status(Reason::kPartlySkipped, fmt::format("{} skipped", summary.skipped));
}

}  // namespace

void AddImportCommands(Program* program) {
  CLI::App* group = program->Group("import", "bring in published data");
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      program->Add(group, "sirekap", "KPU's public per-TPS data", options, &ImportSirekap);
  command->add_option("files", options->files, "files, or directories of them")->required();
  command->add_option("--contest", options->contest, "contest of the data (ppwp)");
  command->add_option("--new-election", options->new_election,
                      "make a local archive election: pemilu-2024");
  command->add_option("--regions", options->regions, "TSV of region codes and names");
  command->add_option("--stations", options->stations, "TSV of the number of TPS per desa");
  command->add_option("--receipts", options->receipts,
                      "append every receipt to this file, one a line");
  command->add_option("--key", options->key, "the importer's key (DIR/keys/importer.key)");
  command->add_option("--batch", options->batch, "events of one commit (1024)");
}

}  // namespace jejak::cli
