// The ledger's side of witnessing, and evidence against a ledger.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/merkle/split_view.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/publish/cosigned.h"
#include "ledger/publish/export_reader.h"
#include "ledger/witness/cosign.h"
#include "tools/cli/commands.h"
#include "tools/cli/log_keys.h"

namespace jejak::cli {
namespace {

struct CosignOptions {
  std::string folder, policy;
  bool check = false;
};

Json ReplyToJson(const witness::WitnessReply& reply) {
  Json out;
  out["name"] = reply.name;
  out["ok"] = reply.status.ok();
  if (reply.against != witness::Against::kNothing)
    out["evidence"] = reply.against == witness::Against::kEvidence;
  out["holds"] = reply.holds ? Json(reply.holds->value) : Json();
  out["time"] = reply.time_seconds == 0
                    ? Json()
                    : Json(FormatSeconds(static_cast<int64_t>(reply.time_seconds)) + "Z");
  if (!reply.status.ok()) {
    out["reason"] = InfoOf(reply.status.reason()).name;
    out["message"] = reply.status.message();
  }
  return out;
}

void ShowReplies(const Console& console, const std::vector<witness::WitnessReply>& replies,
                 Json document) {
  if (console.json) {
    document["witnesses"] = Json::array();
    for (const auto& reply : replies) document["witnesses"].push_back(ReplyToJson(reply));
    console.Print(document);
    return;
  }
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft});
  for (const auto& reply : replies) {
    table.Row({reply.name, reply.holds ? console.Number(reply.holds->value) : "-",
               reply.status.ok() ? std::string(console.T("ok", "baik")) : reply.status.ToString()});
  }
  table.Print(console);
}

// Why the quorum isn't met: a witness that holds another history before all else.
Status WhyTooFew(const witness::Cosigner& cosigner,
                 const std::vector<witness::WitnessReply>& replies) {
  JEJAK_RETURN_IF_ERROR(cosigner.MayStillSign(replies));
  for (const auto& reply : replies) {
    if (reply.status.ok()) continue;
    return Status(reply.status.reason(), fmt::format("the quorum of the policy is not met; {}: {}",
                                                     reply.name, reply.status.message()));
  }
  return Status(Reason::kVerificationFailed,
                "the quorum of the policy needs witnesses that it gives no URL for");
}

Result<witness::Policy> ReadPolicy(const std::string& path) {
  JEJAK_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, witness::kPolicyBytesMax));
  auto policy = witness::Policy::Parse(text);
  if (!policy.ok()) return InFile(path, policy.status());
  return policy;
}

Status CosignCommand(const Globals& globals, const CosignOptions& options, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(witness::Policy policy, ReadPolicy(options.policy));
  JEJAK_ASSIGN_OR_RETURN(const auto reader, publish::ExportReader::Open(options.folder));
  const std::string checkpoint = reader->Checkpoint().value();
  const auto logs = policy.LogKeys();
  if (!logs.empty()) JEJAK_RETURN_IF_ERROR(merkle::OpenByAnyKey(checkpoint, logs).status());
  const auto transport = witness::MakeHttpTransport();
  // Whose log it is, the policy says: without its key nothing is evidence.
  witness::Cosigner cosigner(std::move(policy), {}, transport.get());
  Json document;
  document["origin"] = reader->origin();
  document["size"] = reader->size().value;
  document["root"] = ToHex(reader->root());
  Status status;
  if (options.check) {
    JEJAK_ASSIGN_OR_RETURN(const auto replies, cosigner.AskWhatTheyHold(checkpoint, *reader));
    status = cosigner.MayStillSign(replies);
    document["may_sign"] = status.ok();
    ShowReplies(globals.console, replies, std::move(document));
  } else {
    JEJAK_ASSIGN_OR_RETURN(const auto report, cosigner.AskWitnesses(checkpoint, *reader));
    JEJAK_ASSIGN_OR_RETURN(const bool published,
                           publish::PutCosigned(options.folder, report.checkpoint));
    if (report.quorum)
      JEJAK_RETURN_IF_ERROR(publish::PutNewestCosigned(options.folder, report.checkpoint));
    document["quorum"] = report.quorum;
    document["published"] = published;
    if (!report.quorum) status = WhyTooFew(cosigner, report.replies);
    ShowReplies(globals.console, report.replies, std::move(document));
  }
  run->shown = globals.console.json;
  return status;
}

struct EvidenceOptions {
  std::string file;
  std::vector<std::string> keys;
};

Json CheckpointToJson(const merkle::Checkpoint& checkpoint) {
  return {{"size", checkpoint.size.value}, {"root", ToHex(checkpoint.root)}};
}

void ShowClaim(const Console& console, const merkle::SplitViewClaim& claim) {
  const bool one_size = claim.first.size == claim.second.size;
  if (console.json) {
    Json out;
    out["ok"] = true;
    out["kind"] = one_size ? "one_size" : "two_sizes";
    out["origin"] = claim.first.origin;
    out["first"] = CheckpointToJson(claim.first);
    out["second"] = CheckpointToJson(claim.second);
    out["second_prefix_root"] = ToHex(claim.second_prefix);
    console.Print(out);
    return;
  }
  console.Line(fmt::format("{} {}", claim.first.origin,
                           console.T("showed two histories, and signed both:",
                                     "menunjukkan dua riwayat, dan menandatangani keduanya:")));
  for (const merkle::Checkpoint* c : {&claim.first, &claim.second}) {
    console.Line(fmt::format("{} {}, root {}", console.Number(c->size.value),
                             console.T("entries", "entri"), ToHex(c->root)));
  }
  if (one_size) return;
  console.Line(fmt::format("{} {}: root {}",
                           console.T("the first entries of the second, of the size of the first",
                                     "entri pertama riwayat kedua, seukuran yang pertama"),
                           console.Number(claim.first.size.value), ToHex(claim.second_prefix)));
}

Status EvidenceCommand(const Globals& globals, const EvidenceOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto keys, ReadLogKeys(options.keys));
  JEJAK_ASSIGN_OR_RETURN(const std::string text,
                         ReadTextFile(options.file, merkle::kProofBytesMax));
  const auto view = merkle::ParseSplitView(text);
  if (!view.ok()) return InFile(options.file, view.status());
  const auto claim = merkle::CheckSplitView(*view, keys);
  if (!claim.ok()) return InFile(options.file, claim.status());
  ShowClaim(globals.console, *claim);
  return OkStatus();
}

}  // namespace

void AddCosignCommands(Program* program) {
  const auto cosign = std::make_shared<CosignOptions>();
  CLI::App* command =
      program->Add(program->app(), "cosign", "ask witnesses to cosign what an export publishes",
                   cosign, &CosignCommand);
  command->add_option("--dir", cosign->folder, "the exported folder")->required();
  command->add_option("--policy", cosign->policy,
                      "which witnesses, and how many of them: C2SP tlog-policy")
      ->required();
  command->add_flag("--check", cosign->check,
                    "only compare what the witnesses hold, and sign and change nothing");

  const auto evidence = std::make_shared<EvidenceOptions>();
  command = program->Add(program->app(), "verify-evidence",
                         "check alone that a log showed two histories", evidence,
                         &EvidenceCommand);
  command->add_option("file", evidence->file, "a .split-view file")->required();
  command->add_option("--key", evidence->keys, "verifier key of the log, or a file of them")
      ->required();
}

}  // namespace jejak::cli
