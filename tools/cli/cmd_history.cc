// Every version of a station's figures.
#include <fmt/format.h>

#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/json_parts.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct HistoryOptions {
  std::string contest, tps, as_of;
};

event::Evidence ReadEvidence(const jejak::v1::Evidence& evidence) {
  event::Evidence out;
  out.page = static_cast<uint16_t>(evidence.page());
  out.media_type = evidence.media_type();
  out.sha256 = Hash::From(evidence.sha256());
  out.url = evidence.url();
  return out;
}

std::vector<event::Evidence> EvidenceOf(const jejak::v1::FormVersion& version) {
  std::vector<event::Evidence> out;
  for (const jejak::v1::Evidence& evidence : version.evidence())
    out.push_back(ReadEvidence(evidence));
  return out;
}

std::string PageName(const jejak::v1::EvidenceChange& change) {
  return fmt::format("evidence.{}", change.page());
}

Json ChangesToJson(const jejak::v1::FormVersion& version) {
  Json out = Json::array();
  for (const jejak::v1::FieldChange& change : version.changes()) {
    Json one;
    one["field"] = change.field();
    one["before"] = OrNull(change.has_before(), change.before());
    one["after"] = OrNull(change.has_after(), change.after());
    out.push_back(std::move(one));
  }
  for (const jejak::v1::EvidenceChange& edit : version.evidence_changes()) {
    Json one;
    one["field"] = PageName(edit);
    one["before"] = edit.has_before() ? EvidenceToJson(ReadEvidence(edit.before())) : Json();
    one["after"] = edit.has_after() ? EvidenceToJson(ReadEvidence(edit.after())) : Json();
    out.push_back(std::move(one));
  }
  return out;
}

std::set<std::string> RulesOf(const jejak::v1::FormVersion& version) {
  std::set<std::string> out;
  for (const jejak::v1::FormFinding& finding : version.findings()) out.insert(finding.rule());
  return out;
}

Result<Json> VersionToJson(const jejak::v1::FormVersion& version) {
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(version.entry()));
  JEJAK_ASSIGN_OR_RETURN(const auto values, ReadValues(version.values()));
  const event::Event& event = entry.event;
  // What only one of the two bodies has comes from the body's own shape.
  const Json body = BodyToJson(event.body);
  const auto member = [&](const char* name) { return body.contains(name) ? body[name] : Json(); };
  const auto text = [&](const char* name) {
    Json value = member(name);
    return value.is_string() && value.get_ref<const std::string&>().empty() ? Json() : value;
  };
  Json out;
  out["index"] = entry.index.value;
  out["event"] = ToHex(entry.hash);
  out["kind"] = std::string(event::BodyName(event.kind()));
  out["round"] = version.round();
  out["author"] = AuthorToJson(version.author());
  out["occurred_at"] = FormatTime(event.occurred_at);
  out["received_at"] = FormatTime(entry.entry.received_at);
  out["reason"] = member("reason");
  out["explanation"] = text("explanation");
  out["ground"] = member("ground") == "none" ? Json() : member("ground");
  out["legal_basis"] = text("legal_basis");
  out["minutes"] = member("minutes");
  out["other_tps"] = member("other_tps");
  out["refers_to"] = body.contains("refers_to") ? body["refers_to"] : Json::array();
  out["supersedes"] = member("supersedes");
  out["changes"] = ChangesToJson(version);
  out["votes"] = VotesOfValues(values);
  out["figures"] = FiguresOfValues(values);
  out["machine_read"] = member("machine_read");
  out["findings"] = Json::array();
  for (const std::string& rule : RulesOf(version)) out["findings"].push_back(rule);
  out["evidence"] = EvidenceToJson(EvidenceOf(version));
  out["source"] = member("source");
  return out;
}

void PrintChanges(const Console& console, const jejak::v1::FormVersion& version, bool first) {
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft});
  for (const jejak::v1::FieldChange& change : version.changes()) {
    const std::string before = change.has_before() ? std::to_string(change.before()) : "-";
    table.Row({"   ", change.field(), first ? "" : before, first ? "" : "→",
               change.has_after() ? std::to_string(change.after()) : "-"});
  }
  for (const jejak::v1::EvidenceChange& edit : version.evidence_changes()) {
    table.Row({"   ", PageName(edit), first ? "" : (edit.has_before() ? "…" : "-"),
               first ? "" : "→", edit.has_after() ? edit.after().url() : "-"});
  }
  table.Print(console);
}

Status PrintVersion(const Console& console, const jejak::v1::FormVersion& version) {
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(version.entry()));
  const event::Event& event = entry.event;
  const auto* corrected = std::get_if<event::ResultCorrected>(&event.body);
  console.Line(fmt::format(
      "#{}  {}  {}  {} {}", entry.index.value, FormatTime(entry.entry.received_at),
      AuthorWords(version.author()),
      corrected == nullptr ? console.T("submitted", "hasil") : console.T("corrected", "pembetulan"),
      corrected == nullptr ? std::string_view() : Name(corrected->reason)));
  console.Line(fmt::format(
      "    {} {}, {} {}", console.T("by the author's clock", "menurut jam penulis"),
      FormatTime(event.occurred_at), console.T("event", "event"), ShortHash(entry.hash)));
  if (corrected != nullptr && !corrected->explanation.empty())
    console.Line("    " + corrected->explanation);
  if (corrected != nullptr && !corrected->legal_basis.empty())
    console.Line("    " + corrected->legal_basis);
  PrintChanges(console, version, corrected == nullptr);
  std::string rules;
  for (const std::string& rule : RulesOf(version)) rules += " " + rule;
  if (!rules.empty())
    console.Line(fmt::format("    {}:{}", console.T("findings", "temuan"), rules));
  console.Line("");
  return {};
}

Status HistoryCommand(const Globals& globals, const HistoryOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode tps, ParseRegion(options.tps));
  if (!tps.IsStation()) return Status(Reason::kInvalidArgument, "--tps is the 13 digits of a TPS");
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetHistoryRequest request;
  JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, request.mutable_read()->mutable_as_of()));
  request.set_contest(options.contest);
  request.set_tps(tps.str());
  JEJAK_ASSIGN_OR_RETURN(const jejak::v1::GetHistoryResponse answer,
                         AskWholeHistory(asker.get(), std::move(request)));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  const Console& console = globals.console;
  if (!console.json) {
    console.Line(fmt::format("{}  TPS {}: {} {}", options.contest, tps.str(),
                             answer.versions_size(), console.T("versions", "versi")));
    JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
    console.Line(AsOfWords(as_of, console));
    console.Line("");
    for (const auto& version : answer.versions())
      JEJAK_RETURN_IF_ERROR(PrintVersion(console, version));
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["tps"] = tps.str();
  out["as_of"] = AsOfToJson(as_of);
  out["versions"] = Json::array();
  for (const auto& version : answer.versions()) {
    JEJAK_ASSIGN_OR_RETURN(Json one, VersionToJson(version));
    out["versions"].push_back(std::move(one));
  }
  console.Print(out);
  return OkStatus();
}

}  // namespace

void AddHistoryCommands(Program* program) {
  const auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = program->Add(program->app(), "history", "every version of a TPS's figures",
                                   options, &HistoryCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--tps", options->tps, "13 digits of the TPS")->required();
  command->add_option("--as-of", options->as_of, "log size or time");
  AddTraceCommand(program);
  AddExplainCommand(program);
}

}  // namespace jejak::cli
