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

Json ChangesToJson(const projection::Version& version) {
  Json out = Json::array();
  for (const projection::FieldChange& change : version.changes) {
    Json one;
    one["field"] = election::FieldName(change.field);
    one["before"] = change.before ? Json(*change.before) : Json();
    one["after"] = change.after ? Json(*change.after) : Json();
    out.push_back(std::move(one));
  }
  for (const projection::EvidenceEdit& edit : version.evidence_changes) {
    Json one;
    one["field"] = election::FieldName(election::FieldKey::Evidence(edit.page));
    one["before"] = edit.before ? EvidenceToJson(*edit.before) : Json();
    one["after"] = edit.after ? EvidenceToJson(*edit.after) : Json();
    out.push_back(std::move(one));
  }
  return out;
}

Json RulesToJson(const std::vector<election::Finding>& findings) {
  Json out = Json::array();
  std::set<election::Rule> rules;
  for (const election::Finding& finding : findings) rules.insert(finding.rule);
  for (const election::Rule rule : rules) out.push_back(std::string(election::InfoOf(rule).id));
  return out;
}

Json VersionToJson(const projection::Version& version, Authors* authors) {
  const event::Event& event = version.entry.event;
  // What only one of the two bodies has comes from the body's own shape.
  const Json body = BodyToJson(event.body);
  const auto member = [&](const char* name) { return body.contains(name) ? body[name] : Json(); };
  const auto text = [&](const char* name) {
    Json value = member(name);
    return value.is_string() && value.get_ref<const std::string&>().empty() ? Json() : value;
  };
  Json out;
  out["index"] = version.entry.index.value;
  out["event"] = ToHex(version.entry.hash);
  out["kind"] = std::string(event::BodyName(event.kind()));
  out["round"] = version.round;
  out["author"] = authors->Object(version.author);
  out["occurred_at"] = FormatTime(event.occurred_at);
  out["received_at"] = FormatTime(version.entry.entry.received_at);
  out["reason"] = member("reason");
  out["explanation"] = text("explanation");
  out["ground"] = member("ground") == "none" ? Json() : member("ground");
  out["legal_basis"] = text("legal_basis");
  out["minutes"] = member("minutes");
  out["other_tps"] = member("other_tps");
  out["refers_to"] = body.contains("refers_to") ? body["refers_to"] : Json::array();
  out["supersedes"] = member("supersedes");
  out["changes"] = ChangesToJson(version);
  out["votes"] = VotesOfValues(version.values);
  out["figures"] = FiguresOfValues(version.values);
  out["machine_read"] = member("machine_read");
  out["findings"] = RulesToJson(version.findings);
  out["evidence"] = EvidenceToJson(version.evidence);
  out["source"] = member("source");
  return out;
}

void PrintVersion(const Console& console, const projection::Version& version, Authors* authors) {
  const event::Event& event = version.entry.event;
  const auto* corrected = std::get_if<event::ResultCorrected>(&event.body);
  console.Line(fmt::format(
      "#{}  {}  {}  {} {}", version.entry.index.value, FormatTime(version.entry.entry.received_at),
      authors->Words(version.author),
      corrected == nullptr ? console.T("submitted", "hasil") : console.T("corrected", "pembetulan"),
      corrected == nullptr ? std::string_view() : Name(corrected->reason)));
  console.Line(fmt::format(
      "    {} {}, {} {}", console.T("by the author's clock", "menurut jam penulis"),
      FormatTime(event.occurred_at), console.T("event", "event"), ShortHash(version.entry.hash)));
  if (corrected != nullptr && !corrected->explanation.empty())
    console.Line("    " + corrected->explanation);
  if (corrected != nullptr && !corrected->legal_basis.empty())
    console.Line("    " + corrected->legal_basis);
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft});
  const auto show = [](const std::optional<uint32_t>& value) {
    return value ? std::to_string(*value) : "-";
  };
  const bool first = corrected == nullptr;
  for (const projection::FieldChange& change : version.changes) {
    table.Row({"   ", election::FieldName(change.field), first ? "" : show(change.before),
               first ? "" : "→", show(change.after)});
  }
  for (const projection::EvidenceEdit& edit : version.evidence_changes) {
    table.Row({"   ", fmt::format("evidence.{}", edit.page), first ? "" : (edit.before ? "…" : "-"),
               first ? "" : "→", edit.after ? edit.after->url : "-"});
  }
  table.Print(console);
  std::string rules;
  for (const Json& rule : RulesToJson(version.findings)) rules += " " + rule.get<std::string>();
  if (!rules.empty())
    console.Line(fmt::format("    {}:{}", console.T("findings", "temuan"), rules));
  console.Line("");
}

Status HistoryCommand(const Globals& globals, const HistoryOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode tps, ParseRegion(options.tps));
  if (!tps.IsStation()) return Status(Reason::kInvalidArgument, "--tps is the 13 digits of a TPS");
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, GoTo(session.get(), options.as_of));
  JEJAK_ASSIGN_OR_RETURN(const auto versions, session->queries().History(options.contest, tps));
  LocalAuthors authors(session.get());
  const Console& console = globals.console;
  if (!console.json) {
    console.Line(fmt::format("{}  TPS {}: {} {}", options.contest, tps.str(), versions.size(),
                             console.T("versions", "versi")));
    if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
    console.Line(AsOfWords(as_of, console));
    console.Line("");
    for (const projection::Version& version : versions) PrintVersion(console, version, &authors);
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["tps"] = tps.str();
  out["as_of"] = AsOfToJson(as_of);
  out["versions"] = Json::array();
  for (const projection::Version& version : versions)
    out["versions"].push_back(VersionToJson(version, &authors));
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
