// Checking everything: a ledger, an export or a daemon against the rules and its signatures, a
// ledger against its own rows too; and rebuilding the projections.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/engine/scratch.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/note.h"
#include "ledger/merkle/tile_checker.h"
#include "ledger/projection/tables.h"
#include "tools/cli/commands.h"
#include "tools/cli/compare_rows.h"
#include "tools/cli/people_file.h"
#include "tools/cli/verify_sources.h"
#include "tools/cli/witness_options.h"

namespace jejak::cli {
namespace {

struct VerifyOptions {
  std::string key, election, since, dir, people, scratch;
  WitnessOptions witnesses;
};

// Up to here the rows of a log are held in memory, about 7 KiB an entry.
constexpr uint64_t kInMemoryEntriesMax = 20'000;
// Of blocks of the ledger that is verified: each is read once.
constexpr size_t kReadCacheBytes = size_t{64} << 20;

Result<verify::Anchor> AnchorOf(const VerifyOptions& options) {
  verify::Anchor anchor;
  if (!options.key.empty()) {
    JEJAK_ASSIGN_OR_RETURN(anchor.key, merkle::ParseVerifierKey(options.key));
  }
  if (!options.election.empty()) {
    anchor.election = FixedFromHex<Hash>(options.election);
    if (!anchor.election) return Status(Reason::kUsage, "--election takes 64 hex digits");
  }
  if (!options.since.empty()) {
    JEJAK_ASSIGN_OR_RETURN(anchor.since, ReadTextFile(options.since, limits::kNoteBytesMax));
  }
  JEJAK_ASSIGN_OR_RETURN(TrustedWitnesses trusted, ReadWitnesses(options.witnesses));
  anchor.witnesses = std::move(trusted.keys);
  anchor.witnesses_needed = trusted.needed;
  return anchor;
}

// Where the rows that the entries give are held while they are looked at.
class Rows {
 public:
  static Result<std::unique_ptr<Rows>> For(uint64_t size, const std::string& scratch) {
    auto out = std::make_unique<Rows>();
    if (scratch.empty() && size <= kInMemoryEntriesMax) {
      out->rows_ = std::make_unique<MemoryRows>(&out->memory_);
      return out;
    }
    const char* temporary = std::getenv("TMPDIR");
    const std::string where = !scratch.empty() ? scratch : temporary ? temporary : "/var/tmp";
    JEJAK_ASSIGN_OR_RETURN(out->rows_, engine::Scratch::Make(where));
    return out;
  }
  RowStore* get() { return rows_.get(); }
  const KeyValueReader& reader() const { return rows_->reader(); }

 private:
  MemoryStore memory_;
  std::unique_ptr<RowStore> rows_;
};

Json FaultObject(const Console& console, const verify::Fault& fault) {
  Json out;
  out["index"] = fault.index ? Json(fault.index->value) : Json(nullptr);
  out["what"] = fault.what;
  out["meaning"] = console.T(fault.meaning, fault.meaning_id);
  return out;
}

// Any that a witness may write: at most 2^63 - 1, of which not all are microseconds, too.
std::string TimeOf(const verify::Cosigner& cosigner) {
  return FormatSeconds(static_cast<int64_t>(cosigner.time_seconds)) + "Z";
}

Json ReportObject(const Console& console, const verify::Report& report, double seconds) {
  Json out;
  out["ok"] = !report.fault.has_value();
  out["anchor"] = report.anchor;
  out["election"] = ToHex(report.election);
  out["size"] = report.size.value;
  out["root"] = ToHex(report.root);
  out["accepted"] = report.accepted;
  out["refused"] = report.refused;
  out["signatures"] = report.signatures;
  out["commitments"] = report.commitments;
  if (report.since) {
    out["since"] = {{"size", report.since->size.value},
                    {"root", ToHex(report.since->root)},
                    {"consistent", report.since->consistent},
                    {"signed", report.since->is_signed}};
  }
  if (report.witnessed) {
    Json by = Json::array();
    for (const verify::Cosigner& cosigner : report.witnessed->by)
      by.push_back({{"name", cosigner.name}, {"time", TimeOf(cosigner)}});
    out["witnessed"] = {{"size", report.witnessed->size.value}, {"by", std::move(by)}};
  }
  out["seconds"] = seconds;
  if (report.fault) out["fault"] = FaultObject(console, *report.fault);
  return out;
}

void ShowFault(const Console& console, const verify::Fault& fault) {
  console.Line(fmt::format("{} {}", console.T("NOT VERIFIED:", "TIDAK LOLOS:"), fault.what));
  if (fault.index)
    console.Line(fmt::format("{} {}", console.T("entry", "entri"), fault.index->value));
  console.Line(console.T(fault.meaning, fault.meaning_id));
}

void ShowAnchors(const Console& console, const verify::Report& report) {
  if (report.since) {
    console.Line(fmt::format("{} ({} {})",
                             console.T("continues the checkpoint you kept",
                                       "melanjutkan checkpoint yang Anda simpan"),
                             console.Number(report.since->size.value),
                             console.T("entries", "entri")));
  }
  if (report.witnessed) {
    for (const verify::Cosigner& cosigner : report.witnessed->by) {
      console.Line(fmt::format("{} {}, {} {} {}",
                               console.T("cosigned by", "ikut ditandatangani"), cosigner.name,
                               console.Number(report.witnessed->size.value),
                               console.T("entries, at", "entri, pada"), TimeOf(cosigner)));
    }
  }
  if (report.anchor == "self") {
    console.Line(
        console.T("checked only against itself: give --election or --key, got from elsewhere",
                  "hanya diperiksa terhadap dirinya sendiri: berikan --election atau --key dari "
                  "sumber lain"));
  } else {
    console.Line(fmt::format("{} {}", console.T("anchored by", "berpijak pada"), report.anchor));
  }
}

void Show(const Globals& globals, const verify::Report& report, double seconds) {
  const Console& console = globals.console;
  if (console.json) return console.Print(ReportObject(console, report, seconds));
  if (report.fault) return ShowFault(console, *report.fault);
  console.Line(fmt::format("{}: {} {}, {} {}, {} {}", console.T("verified", "lolos verifikasi"),
                           console.Number(report.size.value), console.T("entries", "entri"),
                           console.Number(report.accepted), console.T("accepted", "diterima"),
                           console.Number(report.refused), console.T("refused", "ditolak")));
  console.Line(fmt::format("{} {}, {} {}", console.Number(report.signatures),
                           console.T("signatures hold", "tanda tangan sah"),
                           console.Number(report.commitments),
                           console.T("commitments to the tallies are the sums of the entries",
                                     "komitmen rekapitulasi sesuai jumlah entri")));
  console.Line(fmt::format("root {}", ToHex(report.root)));
  ShowAnchors(console, report);
}

// Of entries and tiles in one pass; a wrong tile is named after a wrong entry.
Result<verify::Report> VerifyWithTiles(const verify::LogSource& source,
                                       const merkle::TileSource& tiles, verify::Options options,
                                       RowStore* rows) {
  merkle::TileChecker checker(&tiles);
  options.entry = [&](LogIndex, ByteView, const Hash& leaf) { return checker.Add(leaf); };
  JEJAK_ASSIGN_OR_RETURN(verify::Report report, verify::VerifyInto(source, options, rows));
  if (report.fault) return report;
  JEJAK_RETURN_IF_ERROR(checker.Finish());
  if (checker.wrong()) {
    report.fault = verify::MakeFault(verify::FaultKind::kTileDiffers, std::nullopt,
                                     std::string_view(*checker.wrong()));
  }
  return report;
}

Status CheckPeople(const KeyValueReader& rows,
                   const std::function<Status(const PersonVisitor&)>& people,
                   verify::Report* report) {
  if (report->fault) return OkStatus();
  JEJAK_ASSIGN_OR_RETURN(const auto wrong, FindWrongPerson(rows, people));
  if (wrong) {
    report->fault = verify::MakeFault(verify::FaultKind::kPersonDiffers, std::nullopt,
                                      std::string_view(*wrong));
  }
  return OkStatus();
}

Status CheckPeopleFile(const VerifyOptions& options, const KeyValueReader& rows,
                       verify::Report* report) {
  if (options.people.empty()) return OkStatus();
  return CheckPeople(
      rows, [&](const PersonVisitor& visit) { return ReadPeopleFile(options.people, visit); },
      report);
}

// A tile that the tree doesn't have would be read by nobody, and is damage all the same.
Result<std::optional<verify::Fault>> FindTileBeyond(const engine::View& view) {
  uint64_t expected = 0;
  for (uint64_t hashes = view.size().value; hashes > 0; hashes /= merkle::kTileWidth)
    expected += (hashes + merkle::kTileWidth - 1) / merkle::kTileWidth;
  uint64_t stored = 0;
  const auto cursor = view.rows().NewCursor(engine::kTiles);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) ++stored;
  JEJAK_RETURN_IF_ERROR(view.rows().status());
  if (stored == expected) return std::optional<verify::Fault>();
  return std::optional(
      verify::MakeFault(verify::FaultKind::kTileDiffers, std::nullopt,
                        fmt::format("{} tiles, where the entries give {}", stored, expected)));
}

// Likewise an entry, which those would meet who read the table from end to end.
Result<std::optional<verify::Fault>> FindEntryBeyond(const engine::View& view) {
  uint64_t at = 0;
  const auto cursor = view.rows().NewCursor(engine::kEntries);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next(), ++at) {
    if (cursor->key() == ByteView(projection::IndexKey(LogIndex(at)))) continue;
    return std::optional(verify::MakeFault(verify::FaultKind::kProjectionDiffers, std::nullopt,
                                           "entries: key " + ToHex(cursor->key())));
  }
  JEJAK_RETURN_IF_ERROR(view.rows().status());
  return std::optional<verify::Fault>();
}

// The ledger's files, its log and tiles, its rows against what the log gives, and its names.
Result<verify::Report> VerifyLedger(const Globals& globals, const VerifyOptions& options,
                                    const verify::Options& verify_options) {
  if (globals.ledger.empty())
    return Status(Reason::kUsage, "nothing named: give --ledger DIR, --dir DIR or --server");
  engine::OpenOptions open;
  open.store.read_only = true;
  open.store.cache_bytes = kReadCacheBytes;
  JEJAK_ASSIGN_OR_RETURN(const auto ledger, engine::Ledger::Open(globals.ledger, std::move(open)));
  if (ledger->RebuildNeeded()) return engine::RebuildFirst(globals.ledger);
  JEJAK_RETURN_IF_ERROR(ledger->VerifyChecksums(nullptr));
  const auto newest = ledger->Newest();
  const engine::View& view = *newest;
  JEJAK_ASSIGN_OR_RETURN(const auto rows, Rows::For(view.size().value, options.scratch));
  const LedgerSource source(&view);
  JEJAK_ASSIGN_OR_RETURN(verify::Report report,
                         VerifyWithTiles(source, view, verify_options, rows->get()));
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, FindTileBeyond(view));
  }
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, FindEntryBeyond(view));
  }
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, CompareRows(rows->reader(), view.rows()));
  }
  JEJAK_RETURN_IF_ERROR(CheckPeople(
      view.rows(), [&](const PersonVisitor& visit) { return VisitPeople(view.rows(), visit); },
      &report));
  JEJAK_RETURN_IF_ERROR(CheckPeopleFile(options, view.rows(), &report));
  return report;
}

// An export: its log, and that its tiles are what its entries give.
Result<verify::Report> VerifyExport(const Globals&, const VerifyOptions& options,
                                    const verify::Options& verify_options) {
  JEJAK_ASSIGN_OR_RETURN(const auto reader, publish::ExportReader::Open(options.dir));
  JEJAK_ASSIGN_OR_RETURN(const auto rows, Rows::For(reader->size().value, options.scratch));
  const ExportSource source(reader.get());
  JEJAK_ASSIGN_OR_RETURN(verify::Report report,
                         VerifyWithTiles(source, *reader, verify_options, rows->get()));
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(const auto wrong, reader->FindWrongPartial());
    if (wrong)
      report.fault = verify::MakeFault(verify::FaultKind::kTileDiffers, std::nullopt, *wrong);
  }
  JEJAK_RETURN_IF_ERROR(CheckPeopleFile(options, rows->reader(), &report));
  return report;
}

// A daemon: its log, as it replays it.
Result<verify::Report> VerifyServer(const Globals& globals, const VerifyOptions& options,
                                    const verify::Options& verify_options) {
  JEJAK_ASSIGN_OR_RETURN(const auto source, ServerSource::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(const auto rows, Rows::For(source->size().value, options.scratch));
  JEJAK_ASSIGN_OR_RETURN(verify::Report report,
                         verify::VerifyInto(*source, verify_options, rows->get()));
  JEJAK_RETURN_IF_ERROR(CheckPeopleFile(options, rows->reader(), &report));
  return report;
}

Status RunVerify(const Globals& globals, const VerifyOptions& options, Run* run) {
  if (!options.dir.empty() && globals.named) {
    return Status(Reason::kUsage, "--dir names what is verified: give it without --ledger or "
                                  "--server");
  }
  verify::Options verify_options;
  JEJAK_ASSIGN_OR_RETURN(verify_options.anchor, AnchorOf(options));
  Progress progress("verify", 0);
  verify_options.progress = [&](uint64_t done, uint64_t total) {
    progress.Show(done, total);
    return true;
  };
  const auto start = std::chrono::steady_clock::now();
  const auto verify = !options.dir.empty()      ? &VerifyExport
                      : !globals.server.empty() ? &VerifyServer
                                                : &VerifyLedger;
  JEJAK_ASSIGN_OR_RETURN(const verify::Report report, verify(globals, options, verify_options));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  Show(globals, report, seconds.count());
  run->shown = true;
  if (!report.fault) return {};
  return Status(Reason::kVerificationFailed, report.fault->what);
}

struct RebuildOptions {};

Status RunRebuild(const Globals& globals, const RebuildOptions&, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const auto session,
                         Session::Write(globals, 0, kReadCacheBytes, /*rebuilds=*/true));
  // Rows of another release are not compared with anything.
  std::optional<Hash> before, root_before;
  if (!session->ledger().RebuildNeeded()) {
    JEJAK_ASSIGN_OR_RETURN(before, session->ledger().ProjectionDigest());
    JEJAK_ASSIGN_OR_RETURN(root_before, session->ledger().TallyRoot());
  }
  Progress progress("rebuild", session->view().size().value);
  const auto start = std::chrono::steady_clock::now();
  JEJAK_RETURN_IF_ERROR(session->ledger().Rebuild([&](uint64_t done, uint64_t total) {
    progress.Show(done, total);
    return true;
  }));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  JEJAK_ASSIGN_OR_RETURN(const Hash after, session->ledger().ProjectionDigest());
  JEJAK_ASSIGN_OR_RETURN(const Hash root_after, session->ledger().TallyRoot());
  const uint64_t size = session->view().size().value;
  if (globals.console.json) {
    Json out;
    const auto hex = [](const std::optional<Hash>& hash) {
      return hash ? Json(ToHex(*hash)) : Json(nullptr);
    };
    out["before"] = hex(before);
    out["after"] = ToHex(after);
    out["identical"] = before ? Json(*before == after) : Json(nullptr);
    out["tally_root_before"] = hex(root_before);
    out["tally_root_after"] = ToHex(root_after);
    out["size"] = size;
    out["seconds"] = seconds.count();
    globals.console.Print(out);
  } else {
    globals.console.Line(fmt::format("{} {}", globals.console.T("before", "sebelum"),
                                     before ? ToHex(*before) : "-"));
    globals.console.Line(
        fmt::format("{} {}", globals.console.T("after ", "sesudah"), ToHex(after)));
    globals.console.Line(fmt::format("tally root {} → {}", root_before ? ToHex(*root_before) : "-",
                                     ToHex(root_after)));
  }
  JEJAK_RETURN_IF_ERROR(session->Close());
  if (!before || *before == after) return {};
  run->shown = globals.console.json;
  return Status(Reason::kVerificationFailed,
                "the rows before the rebuild were not what the log gives; they are now");
}

}  // namespace

void AddVerifyCommands(Program* program) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verify =
      program->Add(program->app(), "verify", "check everything: tree, signatures, verdicts, rows",
                   options, RunVerify);
  verify->add_option("--key", options->key, "the log's verifier key, got from elsewhere");
  verify->add_option("--election", options->election,
                     "hash of the genesis event, got from elsewhere");
  verify->add_option("--since", options->since, "a checkpoint kept from before");
  verify->add_option("--dir", options->dir, "an exported folder instead of a ledger");
  AddWitnessOptions(verify, &options->witnesses);
  verify->add_option("--people", options->people, "file of names to check against the log");
  verify->add_option("--scratch", options->scratch,
                     "folder for the rows of a large log while it is checked (TMPDIR, /var/tmp)");
  AddVerifyProofCommand(program);
  const auto rebuild = std::make_shared<RebuildOptions>();
  program->Add(program->app(), "rebuild", "rebuild the projections from the log", rebuild,
               RunRebuild);
}

}  // namespace jejak::cli
