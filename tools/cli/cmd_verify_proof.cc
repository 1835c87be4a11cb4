// Checking a proof of figures with nothing but the file and the log's key.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/merkle/note.h"
#include "ledger/projection/tally_proof.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct ProofOptions {
  std::string file, key;
  std::vector<std::string> expect;
};

Result<Bytes> ReadProofFile(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Status(Reason::kNotFound, fmt::format("{}: {}", path, error.message()));
  // One byte more than may be is enough to say so.
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(std::min<size_t>(size, limits::kTallyProofBytesMax + 1), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) return Status(Reason::kIoError, path + " can't be read");
  return bytes;
}

Json ClaimToJson(const projection::TallyClaim& claim) {
  Json out;
  out["kind"] = claim.sum ? "sum" : "inclusion";
  out["election"] = ToHex(claim.election);
  out["election_name"] = claim.election_name;
  out["mode"] = std::string(Name(claim.mode));
  out["contest"] = claim.contest;
  Json region;
  region["code"] = claim.region.display();
  region["level"] = std::string(election::LevelName(claim.region));
  out["region"] = std::move(region);
  if (claim.round) {
    out["round"] = *claim.round;
    out["event"] = claim.event ? Json(ToHex(*claim.event)) : Json();
  }
  out["stations"] = {{"total", claim.registered}, {"reported", claim.reported}};
  out["fields"] = Json::array();
  for (const event::FieldSum& sum : claim.sums) {
    out["fields"].push_back(
        {{"field", FieldName(sum.key)}, {"value", sum.sum}, {"present", sum.present}});
  }
  out["size"] = claim.size.value;
  out["time"] = FormatTime(claim.time);
  out["origin"] = claim.origin;
  out["checkpoint_size"] = claim.checkpoint_size.value;
  return out;
}

void PrintClaim(const Console& console, const projection::TallyClaim& claim) {
  console.Line(claim.sum
                   ? console.T("sum proof: the ledger committed to these figures, and they are the "
                               "sums of all parts right below",
                               "bukti jumlah: buku besar berkomitmen atas angka ini, dan angka ini "
                               "jumlah semua bagian tepat di bawahnya")
                   : console.T("inclusion proof: the ledger committed to these figures; that they "
                               "add up is not shown",
                               "bukti pemuatan: buku besar berkomitmen atas angka ini; "
                               "penjumlahannya tidak ditunjukkan"));
  console.Line(fmt::format("{} ({}), {} {}", claim.election_name, Name(claim.mode),
                           console.T("election", "pemilihan"), ToHex(claim.election)));
  console.Line(fmt::format("{}  {} ({})", claim.contest, claim.region.display(),
                           election::LevelName(claim.region)));
  console.Line(fmt::format("{} {} {} TPS; {} {}, {}", console.Number(uint64_t{claim.reported}),
                           console.T("of", "dari"), console.Number(uint64_t{claim.registered}),
                           console.T("log size", "ukuran log"), claim.size.value,
                           FormatTime(claim.time)));
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight});
  for (const event::FieldSum& sum : claim.sums) {
    table.Row({FieldName(sum.key), console.Number(sum.sum), console.Number(uint64_t{sum.present})});
  }
  table.Print(console);
}

Status RunVerifyProof(const Globals& globals, const ProofOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const merkle::VerifierKey key, merkle::ParseVerifierKey(options.key));
  JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadProofFile(options.file));
  auto proof = projection::ParseTallyProof(text);
  if (!proof.ok()) return InFile(options.file, proof.status());
  auto claim = projection::CheckTallyProof(*proof, key);
  if (!claim.ok()) return InFile(options.file, claim.status());
  for (const std::string& expected : options.expect) {
    const size_t equals = expected.find('=');
    if (equals == expected.npos)
      return Status(Reason::kUsage, "--expect takes KEY=VALUE, such as region=6501");
    JEJAK_RETURN_IF_ERROR(projection::ExpectClaim(
        *claim, std::string_view(expected).substr(0, equals),
        std::string_view(expected).substr(equals + 1)));
  }
  if (globals.console.json) {
    Json out;
    out["ok"] = true;
    out["claim"] = ClaimToJson(*claim);
    globals.console.Print(out);
  } else {
    PrintClaim(globals.console, *claim);
  }
  return OkStatus();
}

}  // namespace

void AddVerifyProofCommand(Program* program) {
  const auto options = std::make_shared<ProofOptions>();
  CLI::App* command = program->Add(program->app(), "verify-proof",
                                   "check a proof of figures alone, with no ledger", options,
                                   &RunVerifyProof);
  command->add_option("file", options->file, "a file that tally --proof wrote")->required();
  command->add_option("--key", options->key, "the log's verifier key, got from elsewhere")
      ->required();
  command->add_option("--expect", options->expect,
                      "KEY=VALUE that the claim must say, such as votes.100025=13850");
}

}  // namespace jejak::cli
