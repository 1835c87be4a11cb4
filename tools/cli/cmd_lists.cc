// Findings, what an official did, and what was refused.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/answer_checks.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct FindingsOptions {
  std::string contest, region = "0", rule, as_of;
  bool open = false;
};

using jejak::v1::Finding;

Json FindingToJson(const Finding& finding) {
  Json out;
  out["rule"] = finding.rule();
  out["severity"] = finding.severity();
  out["contest"] = finding.contest();
  out["region"] = finding.region();
  out["fields"] = Json::array();
  for (const std::string& field : finding.fields()) out["fields"].push_back(field);
  out["opened_by"] = finding.opened_by();
  out["cleared_by"] = OrNull(finding.has_cleared_by(), finding.cleared_by());
  return out;
}

void PrintFindings(const Console& console, const std::vector<Finding>& findings) {
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft,
               Table::Align::kLeft, Table::Align::kLeft});
  for (const Finding& finding : findings) {
    std::string fields;
    for (const std::string& field : finding.fields()) fields += (fields.empty() ? "" : " ") + field;
    table.Row(
        {finding.rule(), finding.severity(), finding.contest(), finding.region(),
         fmt::format("#{}{}", finding.opened_by(),
                     finding.has_cleared_by() ? fmt::format("–#{}", finding.cleared_by()) : ""),
         fields});
  }
  table.Print(console);
}

Status FindingsCommand(const Globals& globals, const FindingsOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::ListFindingsRequest request;
  JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, request.mutable_read()->mutable_as_of()));
  request.set_contest(options.contest);
  request.set_region(region.display());
  request.set_rule(options.rule);
  request.set_open_only(options.open);
  request.mutable_page()->set_size(limits::kPageSizeMax);
  std::vector<Finding> findings;
  jejak::v1::ListFindingsResponse answer;
  Pages pages;
  do {
    answer.Clear();
    JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
    JEJAK_RETURN_IF_ERROR(pages.Take(answer.next_page_token(), answer.as_of()));
    findings.insert(findings.end(), answer.findings().begin(), answer.findings().end());
    request.mutable_page()->set_token(answer.next_page_token());
  } while (!answer.next_page_token().empty());
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    out["as_of"] = AsOfToJson(as_of);
    out["findings"] = Json::array();
    for (const Finding& finding : findings) out["findings"].push_back(FindingToJson(finding));
    console.Print(out);
    return OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
  console.Line(fmt::format("{} {}; {}", findings.size(), console.T("findings", "temuan"),
                           AsOfWords(as_of, console)));
  PrintFindings(console, findings);
  return OkStatus();
}

struct PageOptions {
  std::string official, region, reason, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

// A page of entries, without their bodies. `answer` has entries, authors, as_of and a token.
template <typename Answer>
Status ShowPage(const Console& console, Asker* asker, const Answer& answer, const char* name,
                Json out) {
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  Authors authors(asker);
  authors.Learn(answer.authors());
  if (!console.json) {
    JEJAK_RETURN_IF_ERROR(PrintMode(asker, console));
    for (const jejak::v1::Entry& one : answer.entries()) {
      JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(one));
      console.Line(EntryWords(console, entry, &authors));
    }
    PrintMore(console, answer.next_page_token());
    return OkStatus();
  }
  out["as_of"] = AsOfToJson(as_of);
  out[name] = Json::array();
  for (const jejak::v1::Entry& one : answer.entries()) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(one));
    Json summary = EntryToJson(console, entry, &authors);
    for (const char* long_one : {"leaf", "raw", "body", "previous", "sequence"})
      summary.erase(long_one);
    if (!summary["refusal"].is_null()) summary["reason"] = summary["refusal"]["reason"];
    out[name].push_back(std::move(summary));
  }
  out["next_page_token"] = answer.next_page_token();
  console.Print(out);
  return OkStatus();
}

Status ActivityCommand(const Globals& globals, const PageOptions& options, Run*) {
  jejak::v1::ListActivityRequest request;
  request.set_official(options.official);
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::ListActivityResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  const auto& totals = answer.totals();
  Json out;
  out["official"] = options.official;
  out["totals"] = {{"submitted", totals.submitted()},     {"corrected", totals.corrected()},
                   {"votes_moved", totals.votes_moved()}, {"enrolled", totals.enrolled()},
                   {"refused", totals.refused()}};
  return ShowPage(globals.console, asker.get(), answer, "activity", std::move(out));
}

Status RefusalsCommand(const Globals& globals, const PageOptions& options, Run*) {
  jejak::v1::ListRefusalsRequest request;
  if (!options.region.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
    request.set_region(region.display());
  }
  request.set_official(options.official);
  request.set_reason(options.reason);
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::ListRefusalsResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  return ShowPage(globals.console, asker.get(), answer, "refusals", Json::object());
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
