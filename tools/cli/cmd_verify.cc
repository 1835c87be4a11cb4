// Checking everything: a ledger against the rules, its signatures and its own rows; and rebuilding
// the projections.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/note.h"
#include "ledger/projection/tables.h"
#include "ledger/publish/export_reader.h"
#include "ledger/verify/verify.h"
#include "tools/cli/commands.h"
#include "tools/cli/verify_stored.h"

namespace jejak::cli {
namespace {

struct VerifyOptions {
  std::string key, election, since, dir;
};

// The local ledger as the verifier sees it: entries and checkpoint, nothing else.
class LedgerSource final : public verify::LogSource {
 public:
  explicit LedgerSource(const engine::View* view) : view_(view) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const engine::View* view_;
};

// A folder that somebody exported.
class ExportSource final : public verify::LogSource {
 public:
  explicit ExportSource(const publish::ExportReader* reader) : reader_(reader) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return reader_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return reader_->Checkpoint(); }

 private:
  const publish::ExportReader* reader_;
};

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
    std::ifstream file(options.since, std::ios::binary);
    if (!file) return Status(Reason::kNotFound, options.since);
    std::stringstream text;
    text << file.rdbuf();
    anchor.since = text.str();
  }
  return anchor;
}

std::string Describe(TableId table, ByteView key) {
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.id == table) return fmt::format("{} of table {}", ToHex(key), spec.name);
  }
  return ToHex(key);
}

// The first row in which the ledger's table is not what the entries give.
std::optional<verify::Fault> CompareTable(TableId table, const verify::State& state,
                                          const KeyValueReader& rows) {
  const auto fault = [&](ByteView key, std::string_view how) {
    return verify::Fault{
        std::nullopt, "PROJECTION_DIFFERS",
        fmt::format("row {} {}: figures shown from it are not what the entries say",
                    Describe(table, key), how)};
  };
  const auto expected = state.NewCursor(table);
  const auto actual = rows.NewCursor(table);
  expected->Seek("");
  actual->Seek("");
  for (; expected->Valid() || actual->Valid(); expected->Next(), actual->Next()) {
    if (!actual->Valid() || (expected->Valid() && expected->key() < actual->key()))
      return fault(expected->key(), "is missing");
    if (!expected->Valid() || actual->key() < expected->key())
      return fault(actual->key(), "does not follow from the log");
    if (expected->value() != actual->value()) return fault(actual->key(), "was altered");
  }
  return std::nullopt;
}

// What the ledger shows from, compared with what its own entries give.
Result<std::optional<verify::Fault>> CompareRows(const verify::State& state,
                                                 const KeyValueReader& rows) {
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.kind != store::TableKind::kProjection && spec.id != projection::kEventIndex) continue;
    auto fault = CompareTable(spec.id, state, rows);
    JEJAK_RETURN_IF_ERROR(rows.status());
    if (fault) return fault;
  }
  return std::optional<verify::Fault>();
}

Json FaultObject(const verify::Fault& fault) {
  Json out;
  out["index"] = fault.index ? Json(fault.index->value) : Json(nullptr);
  out["what"] = fault.what;
  out["meaning"] = fault.meaning;
  return out;
}

void Show(const Globals& globals, const verify::Report& report, double seconds) {
  const Console& console = globals.console;
  if (console.json) {
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
    out["seconds"] = seconds;
    if (report.fault) out["fault"] = FaultObject(*report.fault);
    console.Print(out);
    return;
  }
  if (report.fault) {
    console.Line(
        fmt::format("{} {}", console.T("NOT VERIFIED:", "TIDAK LOLOS:"), report.fault->what));
    if (report.fault->index)
      console.Line(fmt::format("{} {}", console.T("entry", "entri"), report.fault->index->value));
    console.Line(report.fault->meaning);
    return;
  }
  console.Line(fmt::format("{}: {} {}, {} {}, {} {}", console.T("verified", "lolos verifikasi"),
                           console.Number(report.size.value), console.T("entries", "entri"),
                           console.Number(report.accepted), console.T("accepted", "diterima"),
                           console.Number(report.refused), console.T("refused", "ditolak")));
  console.Line(fmt::format("root {}", ToHex(report.root)));
  if (report.anchor == "self") {
    console.Line(
        console.T("checked only against itself: give --election or --key, got from elsewhere",
                  "hanya diperiksa terhadap dirinya sendiri: berikan --election atau --key dari "
                  "sumber lain"));
  } else {
    console.Line(fmt::format("{} {}", console.T("anchored by", "berpijak pada"), report.anchor));
  }
}

// The ledger's files, its log, and its rows against what the log gives.
Result<verify::Report> VerifyLedger(const Globals& globals, verify::Options options) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  Progress progress("verify", session->view().size().value);
  options.progress = [&](uint64_t done, uint64_t) {
    progress.Show(done);
    return true;
  };
  JEJAK_RETURN_IF_ERROR(session->ledger().VerifyChecksums(nullptr));
  verify::State state;
  const LedgerSource source(&session->view());
  JEJAK_ASSIGN_OR_RETURN(verify::Report report, verify::Verify(source, options, &state));
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, CompareRows(state, session->view().rows()));
  }
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, CheckStoredTiles(session->view()));
  }
  if (!report.fault) {
    JEJAK_ASSIGN_OR_RETURN(report.fault, CheckStoredNames(session->view(), state));
  }
  return report;
}

// An export: its log, and that its tiles give the root that its entries give.
Result<verify::Report> VerifyExport(const std::string& dir, verify::Options options) {
  JEJAK_ASSIGN_OR_RETURN(const auto reader, publish::ExportReader::Open(dir));
  Progress progress("verify", reader->size().value);
  options.progress = [&](uint64_t done, uint64_t) {
    progress.Show(done);
    return true;
  };
  const ExportSource source(reader.get());
  JEJAK_ASSIGN_OR_RETURN(verify::Report report, verify::Verify(source, options));
  if (report.fault) return report;
  JEJAK_ASSIGN_OR_RETURN(const auto wrong, publish::FindWrongTile(*reader));
  if (wrong) {
    report.fault = verify::Fault{
        std::nullopt, "TILE_DIFFERS",
        fmt::format("the file {} is not what the entries give: proofs made from it don't hold",
                    *wrong)};
  }
  return report;
}

Status RunVerify(const Globals& globals, const VerifyOptions& options, Run* run) {
  verify::Options verify_options;
  JEJAK_ASSIGN_OR_RETURN(verify_options.anchor, AnchorOf(options));
  const auto start = std::chrono::steady_clock::now();
  JEJAK_ASSIGN_OR_RETURN(const verify::Report report,
                         options.dir.empty() ? VerifyLedger(globals, verify_options)
                                             : VerifyExport(options.dir, verify_options));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  Show(globals, report, seconds.count());
  run->shown = true;
  if (!report.fault) return {};
  return Status(Reason::kVerificationFailed, report.fault->what);
}

struct RebuildOptions {};

Status RunRebuild(const Globals& globals, const RebuildOptions&, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Write(globals));
  JEJAK_ASSIGN_OR_RETURN(const Hash before, session->ledger().ProjectionDigest());
  JEJAK_ASSIGN_OR_RETURN(const Hash root_before, session->ledger().TallyRoot());
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
    out["before"] = ToHex(before);
    out["after"] = ToHex(after);
    out["identical"] = before == after;
    out["tally_root_before"] = ToHex(root_before);
    out["tally_root_after"] = ToHex(root_after);
    out["size"] = size;
    out["seconds"] = seconds.count();
    globals.console.Print(out);
  } else {
    globals.console.Line(
        fmt::format("{} {}", globals.console.T("before", "sebelum"), ToHex(before)));
    globals.console.Line(
        fmt::format("{} {}", globals.console.T("after ", "sesudah"), ToHex(after)));
    globals.console.Line(fmt::format("tally root {} → {}", ToHex(root_before), ToHex(root_after)));
  }
  JEJAK_RETURN_IF_ERROR(session->Close());
  if (before == after) return {};
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
  AddVerifyProofCommand(program);
  const auto rebuild = std::make_shared<RebuildOptions>();
  program->Add(program->app(), "rebuild", "rebuild the projections from the log", rebuild,
               RunRebuild);
}

}  // namespace jejak::cli
