// Findings, what an official did, and what was refused.
#include <fmt/format.h>


#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/projection/event_facts.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct FindingsOptions {
  std::string contest, region = "0", rule, as_of;
  bool open = false;
};

Json FieldNames(const std::vector<election::FieldKey>& fields) {
  Json out = Json::array();
  for (const election::FieldKey& field : fields) out.push_back(election::FieldName(field));
  return out;
}

Json FindingToJson(const projection::FindingLine& line) {
  const election::RuleInfo& info = election::InfoOf(line.rule);
  Json out;
  out["rule"] = std::string(info.id);
  out["severity"] = std::string(Name(info.severity));
  out["contest"] = line.contest;
  out["region"] = line.place.display();
  out["fields"] = FieldNames(line.fields);
  out["opened_by"] = line.opened_by.value;
  out["cleared_by"] = line.cleared_by ? Json(line.cleared_by->value) : Json();
  return out;
}

Status FindingsCommand(const Globals& globals, const FindingsOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  std::optional<election::Rule> rule;
  if (!options.rule.empty()) {
    rule = election::ParseRule(options.rule);
    if (!rule)
      return Status(Reason::kInvalidArgument, fmt::format("--rule {}: no such rule", options.rule));
  }
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, GoTo(session.get(), options.as_of));
  const std::optional<std::string> contest =
      options.contest.empty() ? std::nullopt : std::optional(options.contest);
  JEJAK_ASSIGN_OR_RETURN(auto lines, session->queries().Findings(contest, region, rule));
  if (options.open)
    std::erase_if(lines, [](const auto& line) { return line.cleared_by.has_value(); });
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    out["as_of"] = AsOfToJson(as_of);
    out["findings"] = Json::array();
    for (const projection::FindingLine& line : lines)
      out["findings"].push_back(FindingToJson(line));
    console.Print(out);
    return OkStatus();
  }
  if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
  console.Line(fmt::format("{} {}; {}", lines.size(), console.T("findings", "temuan"),
                           AsOfWords(as_of, console)));
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft,
               Table::Align::kLeft, Table::Align::kLeft});
  for (const projection::FindingLine& line : lines) {
    const election::RuleInfo& info = election::InfoOf(line.rule);
    std::string fields;
    for (const auto& field : line.fields)
      fields += (fields.empty() ? "" : " ") + election::FieldName(field);
    table.Row({std::string(info.id), std::string(Name(info.severity)), line.contest,
               line.place.display(),
               fmt::format("#{}{}", line.opened_by.value,
                           line.cleared_by ? fmt::format("–#{}", line.cleared_by->value) : ""),
               fields});
  }
  table.Print(console);
  return OkStatus();
}

struct PageOptions {
  std::string official, region, reason, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

// What the entry is about, without its body.
Result<Json> SummaryOf(const Console& console, const Session& session, LogIndex index,
                       Authors* authors) {
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, session.view().Entry(index));
  Json out = EntryToJson(console, entry, authors);
  for (const char* name : {"leaf", "raw", "body", "previous", "sequence"}) out.erase(name);
  return out;
}

// The lines of a page and where the next one starts; `lines` has one more than the page when there
// is more.
template <typename Line>
Status ShowPage(const Globals& globals, const Session& session, const PageOptions& options,
                const char* name, std::vector<Line> lines, Json out) {
  const TreeSize size = session.queries().size();
  std::erase_if(lines, [&](const Line& line) { return line.index.value >= size.value; });
  std::string next;
  if (lines.size() > options.page_size) {
    next = projection::FormatPageToken(std::to_string(lines[options.page_size].index.value), size);
    lines.resize(options.page_size);
  }
  LocalAuthors authors(&session);
  const Console& console = globals.console;
  if (!console.json) {
    if (const std::string mode = ModeWords(session, console); !mode.empty()) console.Line(mode);
    for (const Line& line : lines) {
      JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, session.view().Entry(line.index));
      console.Line(EntryWords(console, entry, session, &authors));
    }
    if (!next.empty())
      console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), next));
    return OkStatus();
  }
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(session));
  out["as_of"] = AsOfToJson(as_of);
  out[name] = Json::array();
  for (const Line& line : lines) {
    JEJAK_ASSIGN_OR_RETURN(Json summary, SummaryOf(console, session, line.index, &authors));
    if (!summary["refusal"].is_null()) summary["reason"] = summary["refusal"]["reason"];
    out[name].push_back(std::move(summary));
  }
  out["next_page_token"] = next;
  console.Print(out);
  return OkStatus();
}

Status ActivityCommand(const Globals& globals, const PageOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const projection::PageStart page,
                         GoToPage(session.get(), options.page_size, options.page_token));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(page));
  JEJAK_ASSIGN_OR_RETURN(
      auto lines, session->queries().Activity(options.official, from, options.page_size + 1));
  Json out;
  out["official"] = options.official;
  JEJAK_ASSIGN_OR_RETURN(const auto totals, session->queries().ActivityTotalsOf(options.official));
  out["totals"] = {{"submitted", totals.submitted},     {"corrected", totals.corrected},
                   {"votes_moved", totals.votes_moved}, {"enrolled", totals.enrolled},
                   {"refused", totals.refused}};
  return ShowPage(globals, *session, options, "activity", std::move(lines), std::move(out));
}

Status RefusalsCommand(const Globals& globals, const PageOptions& options, Run*) {
  std::optional<election::RegionCode> region;
  if (!options.region.empty()) {
    JEJAK_ASSIGN_OR_RETURN(region, ParseRegion(options.region));
  }
  std::optional<Reason> reason;
  if (!options.reason.empty()) {
    reason = ReasonByName(options.reason);
    if (!reason || InfoOf(*reason).logged_number == 0) {
      return Status(Reason::kInvalidArgument,
                    fmt::format("--reason {}: no reason that is logged", options.reason));
    }
  }
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const projection::PageStart page,
                         GoToPage(session.get(), options.page_size, options.page_token));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(page));
  std::optional<std::string> official;
  if (!options.official.empty()) {
    JEJAK_RETURN_IF_ERROR(session->queries().Official(options.official).status());
    official = options.official;
  }
  JEJAK_ASSIGN_OR_RETURN(auto lines, session->queries().Refusals(region, official, reason, from,
                                                                 options.page_size + 1));
  return ShowPage(globals, *session, options, "refusals", std::move(lines), Json::object());
}

void AddPaging(CLI::App* command, const std::shared_ptr<PageOptions>& options) {
  command->add_option("--page-size", options->page_size, "entries of a page (100)");
  command->add_option("--page-token", options->page_token, "where the page before ended");
}

}  // namespace

void AddListCommands(Program* program) {
  const auto findings = std::make_shared<FindingsOptions>();
  CLI::App* command = program->Add(program->app(), "findings", "rules that forms break", findings,
                                   &FindingsCommand);
  command->add_option("--contest", findings->contest, "only this contest");
  command->add_option("--region", findings->region, "only in this region");
  command->add_option("--rule", findings->rule, "only this rule, such as C09");
  command->add_option("--as-of", findings->as_of, "log size or time");
  command->add_flag("--open", findings->open, "without those that were cleared");

  const auto activity = std::make_shared<PageOptions>();
  command = program->Add(program->app(), "activity", "everything an official did", activity,
                         &ActivityCommand);
  command->add_option("--official", activity->official, "id of the official")->required();
  AddPaging(command, activity);

  const auto refusals = std::make_shared<PageOptions>();
  command = program->Add(program->app(), "refusals", "attempts that were refused", refusals,
                         &RefusalsCommand);
  command->add_option("--region", refusals->region, "only in this region");
  command->add_option("--official", refusals->official, "only by this official");
  command->add_option("--reason", refusals->reason, "only for this reason, such as STAGE_SEALED");
  AddPaging(command, refusals);
}

}  // namespace jejak::cli
