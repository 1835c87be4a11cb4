// Checking a proof of figures, or of one entry, with nothing but the file and the log's key.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/event/signing.h"
#include "ledger/merkle/note.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/projection/event_facts.h"
#include "ledger/projection/tally_proof.h"
#include "tools/cli/asker.h"
#include "tools/cli/present.h"
#include "tools/cli/witness_options.h"

namespace jejak::cli {
namespace {

struct ProofOptions {
  std::string file, key;
  std::vector<std::string> expect;
  WitnessOptions witnesses;
};

Result<Bytes> ReadProofFile(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Status(Reason::kFileMissing, fmt::format("{}: {}", path, error.message()));
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
  if (claim.sum) {
    out["left_out"] = Json::array();
    for (const auto& key : claim.left_out) out["left_out"].push_back(FieldName(key));
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
  if (claim.left_out.empty()) return;
  std::string names;
  for (const auto& key : claim.left_out) names += " " + FieldName(key);
  console.Line(fmt::format(
      "{}{}",
      console.T("not summed here, as is right where several ballots are used, though the parts "
                "have:",
                "tidak dijumlahkan di sini, yang benar bila ada beberapa surat suara, walaupun "
                "bagiannya memuat:"),
      names));
}

// What an entry that is in the log says of itself, by its bytes alone.
Json EntryClaim(const projection::ReadEntry& entry, const merkle::Checkpoint& checkpoint,
                const Json& cosigned_by) {
  const auto contest = projection::ContestOf(entry.event.body);
  const auto place = projection::PlaceOf(entry.event.body);
  const auto& refusal = entry.entry.refusal;
  Json out;
  out["kind"] = "entry";
  out["index"] = entry.index.value;
  out["leaf"] = ToHex(merkle::LeafHash(entry.bytes));
  out["event"] = ToHex(entry.hash);
  out["event_kind"] = std::string(event::BodyName(entry.event.kind()));
  out["election"] = ToHex(entry.event.election);
  out["author"] = ToHex(entry.event.author);
  out["contest"] = contest ? Json(*contest) : Json();
  out["region"] = place ? Json(place->display()) : Json();
  out["received_at"] = FormatTime(entry.entry.received_at);
  out["accepted"] = !refusal;
  out["refusal"] = refusal ? Json(std::string(InfoOf(refusal->reason).name)) : Json();
  out["origin"] = checkpoint.origin;
  out["checkpoint_size"] = checkpoint.size.value;
  out["cosigned_by"] = cosigned_by;
  return out;
}

// The names of the trusted witnesses that cosigned, enough of them.
Result<Json> CosignedBy(const merkle::SignedCheckpoint& checkpoint,
                        const TrustedWitnesses& trusted) {
  Json names = Json::array();
  for (const merkle::Cosignature& one : checkpoint.cosignatures)
    names.push_back(trusted.keys[one.witness].name);
  if (names.size() >= trusted.needed) return names;
  return Status(Reason::kNoteUnverified,
                fmt::format("{} of the {} witnesses that are needed cosigned the checkpoint",
                            names.size(), trusted.needed));
}

Status ExpectOfEntry(const Json& claim, const std::string& expected) {
  const size_t equals = expected.find('=');
  if (equals == expected.npos)
    return Status(Reason::kUsage, "--expect takes KEY=VALUE, such as index=12");
  const auto at = claim.find(expected.substr(0, equals));
  const std::string value = expected.substr(equals + 1);
  if (at == claim.end())
    return Status(Reason::kUsage, "no such key in the claim of an entry: " + expected);
  const std::string have = at->is_string() ? at->get<std::string>() : at->dump();
  if (have == value) return OkStatus();
  return Status(Reason::kClaimDiffers, fmt::format("{} is {}", expected.substr(0, equals), have));
}

// A tlog-proof that `entry --proof` wrote: the entry stands in `extra`, and is vouched for by being
// the leaf that the path leads from.
Status VerifyEntryProof(const Globals& globals, const ProofOptions& options,
                        const merkle::VerifierKey& key, const Bytes& text) {
  const auto proof = merkle::ParseTlogProof(text);
  if (!proof.ok()) return InFile(options.file, proof.status());
  if (!proof->extra) {
    return InFile(options.file,
                  Status(Reason::kProofMalformed, "it does not hold the entry that it proves"));
  }
  JEJAK_ASSIGN_OR_RETURN(const TrustedWitnesses trusted, ReadWitnesses(options.witnesses));
  const auto checkpoint =
      merkle::VerifyTlogProof(*proof, merkle::LeafHash(*proof->extra), key, trusted.keys);
  if (!checkpoint.ok()) return InFile(options.file, checkpoint.status());
  const auto cosigned_by = CosignedBy(*checkpoint, trusted);
  if (!cosigned_by.ok()) return InFile(options.file, cosigned_by.status());
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry,
                         ReadEntryOf(proof->index, *proof->extra));
  if (!event::VerifySignature({entry.entry.event, entry.entry.signature}, entry.event.author))
    return InFile(options.file, Status(Reason::kSignatureInvalid, "the author didn't sign it"));
  const Json claim = EntryClaim(entry, checkpoint->checkpoint, *cosigned_by);
  for (const std::string& expected : options.expect)
    JEJAK_RETURN_IF_ERROR(ExpectOfEntry(claim, expected));
  if (globals.console.json) {
    globals.console.Print({{"ok", true}, {"claim", claim}});
    return OkStatus();
  }
  globals.console.Line(
      globals.console.T("proof of an entry: the log has it, and its author signed it",
                        "bukti entri: log memuatnya, dan penulisnya menandatanganinya"));
  globals.console.Text(DumpPretty(claim));
  return OkStatus();
}

Status RunVerifyProof(const Globals& globals, const ProofOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const merkle::VerifierKey key, merkle::ParseVerifierKey(options.key));
  JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadProofFile(options.file));
  if (text.starts_with("c2sp.org/tlog-proof@"))
    return VerifyEntryProof(globals, options, key, text);
  if (!options.witnesses.keys.empty())
    return Status(Reason::kUsage, "--witness is for what entry --proof --cosigned wrote");
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
                                   "check a proof alone, with no ledger", options,
                                   &RunVerifyProof);
  command
      ->add_option("file", options->file, "a file that tally --proof or entry --proof wrote")
      ->required();
  command->add_option("--key", options->key, "the log's verifier key, got from elsewhere")
      ->required();
  command->add_option("--expect", options->expect,
                      "KEY=VALUE that the claim must say, such as votes.100025=13850");
  AddWitnessOptions(command, &options->witnesses);
}

}  // namespace jejak::cli
