#include "tools/cli/present.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "tools/cli/json_parts.h"

namespace jejak::cli {

std::optional<std::string> LocalAuthors::NameOf(const std::string& official) {
  const auto [it, added] = names_.try_emplace(official);
  if (added) {
    if (auto person = session_->view().PersonOf(official)) it->second = std::move(person->name);
  }
  return it->second;
}

std::optional<projection::Author> LocalAuthors::Find(const PublicKey& key) {
  auto author = session_->queries().AuthorOf(key);
  if (!author.ok()) return std::nullopt;
  return std::move(*author);
}

Json Authors::Object(const projection::Author& author) {
  const auto name = NameOf(author.official);
  Json out;
  out["key"] = ToHex(author.key);
  out["official"] = author.official;
  out["name"] = name ? Json(*name) : Json();
  out["role"] = std::string(Name(author.role));
  out["body"] = author.body;
  out["decree"] = author.decree;
  out["enrolled_at_index"] = author.enrolled_at.value;
  return out;
}

Json Authors::Of(const PublicKey& key) {
  const auto [it, added] = objects_.try_emplace(key);
  if (added) {
    if (const auto author = Find(key)) it->second = Object(*author);
  }
  return it->second;
}

std::string Authors::Words(const projection::Author& author) {
  const auto name = NameOf(author.official);
  return fmt::format("{} ({}){}", author.official, Name(author.role), name ? ", " + *name : "");
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

Status ShowReceipts(const Console& console, Session& session, const Registrar& registrar,
                    const Status& done, Run* run) {
  JEJAK_RETURN_IF_ERROR(session.Close());
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

Json RegionToJson(const projection::RegionName& region) {
  Json out;
  out["code"] = region.code.display();
  out["name"] = region.name;
  out["level"] = std::string(election::LevelName(region.code));
  return out;
}

Json StationsToJson(const projection::Tally& tally) {
  Json out;
  out["total"] = tally.stations.total;
  out["expected"] = tally.expected ? Json(*tally.expected) : Json();
  out["reported"] = tally.stations.reported;
  out["corrected"] = tally.stations.corrected;
  out["completed"] = tally.stations.completed;
  out["evidence_replaced"] = tally.stations.evidence_replaced;
  out["with_findings"] = tally.stations.with_findings;
  return out;
}

Json SumsToJson(const projection::Tally& tally) {
  Json out = Json::array();
  for (const projection::ChoiceSum& sum : tally.votes) {
    Json one;
    one["choice"] = std::to_string(sum.choice.id);
    one["kind"] = std::string(Name(sum.choice.kind));
    one["number"] = sum.choice.number;
    one["name"] = sum.choice.name;
    if (sum.choice.party != 0) one["party"] = std::to_string(sum.choice.party);
    one["votes"] = sum.votes ? Json(*sum.votes) : Json();
    one["present"] = sum.present;
    if (sum.choice.kind == election::ChoiceKind::kParty) {
      one["party_total"] = sum.party_total ? Json(*sum.party_total) : Json();
      one["party_total_present"] = sum.party_total_present;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json FiguresToJson(const projection::Tally& tally) {
  FigureList<uint64_t> list;
  for (const projection::FigureSum& sum : tally.figures) {
    if (sum.value) list.emplace_back(sum.figure, *sum.value);
  }
  return FiguresToJson(list, false);
}

Json PresentToJson(const projection::Tally& tally) {
  FigureList<uint64_t> list;
  for (const projection::FigureSum& sum : tally.figures) list.emplace_back(sum.figure, sum.present);
  return FiguresToJson(list, false);
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

Result<AsOf> AsOfNow(const Session& session) {
  return engine::AsOfOf(session.view(), session.queries());
}

Json AsOfToJson(const AsOf& as_of) {
  Json out;
  out["size"] = as_of.size.value;
  out["time"] = FormatTime(as_of.time);
  out["root"] = ToHex(as_of.root);
  out["commitment"] = as_of.commitment ? Json(as_of.commitment->value) : Json();
  return out;
}

Result<TreeSize> ParsePoint(const Session& session, const std::string& text) {
  const TreeSize newest = session.view().size();
  TreeSize size = newest;
  if (IsDigits(text)) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size.value);
    if (error != std::errc() || size > newest) {
      return Status(Reason::kAsOfBeyondEnd,
                    fmt::format("{}: the log has {} entries", text, newest.value))
          .With("size", std::to_string(newest.value));
    }
  } else if (text.starts_with("observed:")) {
    const auto time = ParseTime(std::string_view(text).substr(9));
    if (!time) return Status(Reason::kInvalidArgument, text + ": no RFC 3339 time");
    if (session.election().state.mode != election::Mode::kArchive) {
      return Status(Reason::kInvalidArgument,
                    "observed: is for archives; this ledger says when it received each entry");
    }
    JEJAK_ASSIGN_OR_RETURN(size, session.queries().SizeObservedBy(*time));
  } else if (!text.empty()) {
    const auto time = ParseTime(text);
    if (!time) {
      return Status(
          Reason::kInvalidArgument,
          text + ": neither a log size, nor an RFC 3339 time, nor observed: and a time");
    }
    JEJAK_ASSIGN_OR_RETURN(size, session.view().SizeAt(*time));
  }
  if (size.value == 0)
    return Status(Reason::kAsOfTooEarly, text + ": before the first entry").With("size", "0");
  return size;
}

Result<AsOf> GoTo(Session* session, const std::string& text) {
  JEJAK_ASSIGN_OR_RETURN(const TreeSize size, ParsePoint(*session, text));
  JEJAK_RETURN_IF_ERROR(session->Refocus(size));
  return AsOfNow(*session);
}

Result<projection::PageStart> GoToPage(Session* session, size_t page_size,
                                       const std::string& token, const std::string& as_of) {
  if (page_size == 0 || page_size > limits::kPageSizeMax) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--page-size is from 1 to {}", limits::kPageSizeMax));
  }
  JEJAK_ASSIGN_OR_RETURN(projection::PageStart start, projection::ParsePageToken(token));
  const std::string point = start.size ? std::to_string(start.size->value) : as_of;
  JEJAK_RETURN_IF_ERROR(GoTo(session, point).status());
  return start;
}

std::string ModeWords(const Session& session, const Console& console) {
  switch (session.election().state.mode) {
    case election::Mode::kLive: return "";
    case election::Mode::kArchive:
      return std::string(console.T("ARCHIVE of published data, not an official result",
                                   "ARSIP data yang pernah terbit, bukan hasil resmi"));
    case election::Mode::kSimulation:
      return std::string(
          console.T("SIMULATION: these votes are invented", "SIMULASI: suara ini rekaan"));
  }
  return "";
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
