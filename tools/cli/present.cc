#include "tools/cli/present.h"

#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "tools/cli/json_parts.h"

namespace jejak::cli {

Json AuthorToJson(const jejak::v1::Author& author) {
  Json out;
  out["key"] = ToHex(author.key());
  out["official"] = author.official();
  out["name"] = OrNull(author.has_name(), author.name());
  out["role"] = author.role();
  out["body"] = author.body();
  out["decree"] = author.decree();
  out["enrolled_at_index"] = author.enrolled_at_index();
  return out;
}

std::string AuthorWords(const jejak::v1::Author& author) {
  return fmt::format("{} ({}){}", author.official(), author.role(),
                     author.has_name() ? ", " + author.name() : "");
}

void Authors::Learn(const jejak::v1::Author& author) {
  if (const auto key = PublicKey::From(author.key())) known_[*key] = author;
}

const std::optional<jejak::v1::Author>& Authors::Find(const PublicKey& key) {
  const auto [at, added] = known_.try_emplace(key);
  if (added) {
    jejak::v1::GetKeyRequest request;
    request.set_key(std::string(key.view()));
    jejak::v1::GetKeyResponse answer;
    if (asker_->Ask(request, &answer).ok() && answer.has_author()) at->second = answer.author();
  }
  return at->second;
}

Json Authors::Of(const PublicKey& key) {
  const auto& author = Find(key);
  return author ? AuthorToJson(*author) : Json();
}

std::string Authors::Words(const PublicKey& key) {
  const auto& author = Find(key);
  return author ? AuthorWords(*author) : ToHex(key);
}

Json RefusalToJson(const Console& console, const std::optional<event::Refusal>& refusal) {
  if (!refusal) return Json();
  const ReasonInfo& info = InfoOf(refusal->reason);
  Json out;
  out["reason"] = std::string(info.name);
  out["message"] = std::string(console.T(info.text_en, info.text_id));
  out["number"] = refusal->number;
  return out;
}

Json ReceiptToJson(const engine::Receipt& receipt) {
  Json out;
  out["index"] = receipt.index.value;
  out["event"] = ToHex(receipt.event);
  out["received_at"] = FormatTime(receipt.received_at);
  out["accepted"] = !receipt.refusal;
  out["refusal"] = RefusalToJson(Console(), receipt.refusal);
  out["leaf"] = ToHex(receipt.leaf);
  out["proof"] = receipt.proof.empty() ? Json() : Json(receipt.proof);
  return out;
}

Status ShowReceipt(const Console& console, const engine::Receipt& receipt, Run* run) {
  Status refused = RefusalOf(receipt);
  if (console.json) {
    Json out = ReceiptToJson(receipt);
    out["refusal"] = RefusalToJson(console, receipt.refusal);
    if (!refused.ok()) out["error"] = console.ErrorObject(refused);
    console.Print(out);
    run->shown = true;
    return refused;
  }
  if (!refused.ok()) return refused;
  console.Line(fmt::format("{} {}, {} {}", console.T("accepted: entry", "diterima: entri"),
                           receipt.index.value, console.T("event", "event"), ToHex(receipt.event)));
  return refused;
}

Status SignAndAppend(const Globals& globals, crypto::SecretKey key, event::Body body,
                     UnixMicros occurred_at, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const auto desk, Desk::Open(globals));
  JEJAK_ASSIGN_OR_RETURN(Signer signer, Signer::For(desk.get(), std::move(key)));
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent event,
                         signer.Sign(std::move(body), occurred_at));
  JEJAK_ASSIGN_OR_RETURN(const engine::Receipt receipt, Append(desk.get(), event));
  JEJAK_RETURN_IF_ERROR(desk->Close());
  return ShowReceipt(globals.console, receipt, run);
}

Status ShowReceipts(const Console& console, Desk* desk, const Registrar& registrar,
                    const Status& done, Run* run) {
  JEJAK_RETURN_IF_ERROR(desk->Close());
  if (console.json) {
    Json out;
    out["receipts"] = Json::array();
    for (const engine::Receipt& receipt : registrar.receipts())
      out["receipts"].push_back(ReceiptToJson(receipt));
    if (!done.ok()) out["error"] = console.ErrorObject(done);
    console.Print(out);
    run->shown = true;
    return done;
  }
  for (const engine::Receipt& receipt : registrar.receipts()) {
    if (receipt.refusal) continue;
    console.Line(fmt::format("{} {}, {} {}", console.T("accepted: entry", "diterima: entri"),
                             receipt.index.value, console.T("event", "event"),
                             ToHex(receipt.event)));
  }
  return done;
}

Json RegionToJson(const jejak::v1::Region& region) {
  Json out;
  out["code"] = region.code();
  out["name"] = region.name();
  out["level"] = region.level();
  return out;
}

Json StationsToJson(const jejak::v1::StationCounts& stations) {
  Json out;
  out["total"] = stations.total();
  out["expected"] = OrNull(stations.has_expected(), stations.expected());
  out["reported"] = stations.reported();
  out["corrected"] = stations.corrected();
  out["completed"] = stations.completed();
  out["evidence_replaced"] = stations.evidence_replaced();
  out["with_findings"] = stations.with_findings();
  return out;
}

Json SumsToJson(const jejak::v1::Tally& tally) {
  Json out = Json::array();
  for (const jejak::v1::ChoiceSum& sum : tally.votes()) {
    Json one;
    one["choice"] = sum.choice().id();
    one["kind"] = sum.choice().kind();
    one["number"] = sum.choice().number();
    one["name"] = sum.choice().name();
    if (!sum.choice().party().empty()) one["party"] = sum.choice().party();
    one["votes"] = OrNull(sum.has_votes(), sum.votes());
    one["present"] = sum.present();
    if (sum.choice().kind() == "party") {
      one["party_total"] = OrNull(sum.has_party_total(), sum.party_total());
      one["party_total_present"] = sum.party_total_present();
    }
    out.push_back(std::move(one));
  }
  return out;
}

namespace {

template <typename ValueOf>
Json FigureSums(const jejak::v1::Tally& tally, ValueOf value_of) {
  FigureList<uint64_t> list;
  for (const jejak::v1::FigureSum& sum : tally.figures()) {
    const auto field = election::ParseField(sum.figure());
    const std::optional<uint64_t> value = value_of(sum);
    if (field && field->kind == election::FieldKind::kFigure && value)
      list.emplace_back(static_cast<election::Figure>(field->id), *value);
  }
  return FiguresToJson(list, false);
}

}  // namespace

Json FiguresToJson(const jejak::v1::Tally& tally) {
  return FigureSums(tally, [](const auto& sum) {
    return If<uint64_t>(sum.has_value(), sum.value());
  });
}

Json PresentToJson(const jejak::v1::Tally& tally) {
  return FigureSums(tally, [](const auto& sum) { return std::optional<uint64_t>(sum.present()); });
}

Json FiguresOfValues(const std::vector<election::FieldValue>& values) {
  FigureList<uint64_t> list;
  for (const auto& v : values) {
    if (v.key.kind == election::FieldKind::kFigure) {
      list.emplace_back(static_cast<election::Figure>(v.key.id), v.value);
    }
  }
  return FiguresToJson(list, false);
}

Json VotesOfValues(const std::vector<election::FieldValue>& values) {
  std::map<election::ChoiceId, VoteLine> lines;
  for (const auto& v : values) {
    if (v.key.kind != election::FieldKind::kVotes && v.key.kind != election::FieldKind::kPartyTotal)
      continue;
    VoteLine& line = lines[v.key.id];
    line.choice = v.key.id;
    (v.key.kind == election::FieldKind::kVotes ? line.votes : line.party_total) = v.value;
  }
  std::vector<VoteLine> list;
  for (const auto& [id, line] : lines) list.push_back(line);
  return VotesToJson(list);
}

Json AsOfToJson(const AsOf& as_of) {
  Json out;
  out["size"] = as_of.size.value;
  out["time"] = FormatTime(as_of.time);
  out["root"] = ToHex(as_of.root);
  out["commitment"] = as_of.commitment ? Json(as_of.commitment->value) : Json();
  return out;
}

Status PrintMode(Asker* asker, const Console& console) {
  JEJAK_ASSIGN_OR_RETURN(const auto* election, asker->Election());
  if (election->mode() == "archive") {
    console.Line(console.T("ARCHIVE of published data, not an official result",
                           "ARSIP data yang pernah terbit, bukan hasil resmi"));
  } else if (election->mode() == "simulation") {
    console.Line(console.T("SIMULATION: these votes are invented", "SIMULASI: suara ini rekaan"));
  }
  return {};
}

void PrintMore(const Console& console, const std::string& token) {
  if (!token.empty())
    console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), token));
}

std::string AsOfWords(const AsOf& as_of, const Console& console) {
  return fmt::format("{} {}, {} {}", console.T("as of", "per"), FormatTime(as_of.time),
                     console.Number(as_of.size.value),
                     console.T("entries in the log", "entri dalam log"));
}

Result<election::RegionCode> ParseRegion(const std::string& text) {
  if (text == "0") return election::RegionCode();
  const auto code = election::RegionCode::Parse(text);
  if (!code || text.empty()) {
    return Status(
        Reason::kInvalidArgument,
        fmt::format("\"{}\" is no code: 0 for the nation, or 2, 4, 6, 10 or 13 digits", text));
  }
  return *code;
}

Result<election::FieldKey> ParseNumber(const std::string& choice, const std::string& figure) {
  if (choice.empty() == figure.empty())
    return Status(Reason::kUsage, "give either --choice ID or --figure NAME");
  const auto field = election::ParseField(choice.empty() ? figure : "votes." + choice);
  if (!field || field->IsEvidence()) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("\"{}\" is no {}", choice.empty() ? figure : choice,
                              choice.empty() ? "figure of a form" : "choice's id"));
  }
  return *field;
}

std::string ShortHash(const Hash& hash) { return ToHex(hash).substr(0, 12); }

}  // namespace jejak::cli
