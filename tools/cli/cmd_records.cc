// Objections, incidents, copies, rounds, decisions and certifications, with what came of each.
#include <fmt/format.h>


#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/projection/queries_records.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

using projection::ReadEntry;
using projection::RecordKind;
using projection::RecordLine;

struct RecordOptions {
  RecordKind kind{};
  std::string name;
  std::string contest, region = "0", page_token;
  size_t page_size = limits::kPageSizeDefault;
};

Json OrNull(const std::optional<LogIndex>& index) { return index ? Json(index->value) : Json(); }

// What came of the record, beside its own words.
Json OutcomeToJson(RecordKind kind, const projection::RecordOutcome& outcome) {
  Json out = Json::object();
  if (kind == RecordKind::kObjection) {
    out["status"] = outcome.status;
    out["resolved_by"] = Json::array();
    for (const LogIndex by : outcome.resolved_by) out["resolved_by"].push_back(by.value);
  } else if (kind == RecordKind::kRound && !outcome.status.empty()) {
    out["status"] = outcome.status;
    out["stations"] = outcome.progress.stations;
    out["held"] = outcome.progress.held;
    out["decision"] = OrNull(outcome.decision);
    out["cancelled_by"] = OrNull(outcome.cancelled_by);
  } else if (outcome.certified_size) {
    out["size"] = outcome.certified_size->value;
    out["replaces"] = OrNull(outcome.replaces);
    out["replaced_by"] = OrNull(outcome.replaced_by);
    out["differences"] = Json::array();
    for (const projection::CertifiedDifference& difference : outcome.differences) {
      out["differences"].push_back({{"field", FieldName(difference.field)},
                                    {"certified", difference.certified},
                                    {"tally", difference.tally}});
    }
  }
  return out;
}

Status RecordsCommand(const Globals& globals, const RecordOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const projection::PageStart page,
                         GoToPage(session.get(), options.page_size, options.page_token));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(page));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  const auto contest = options.contest.empty() ? std::nullopt : std::optional(options.contest);
  JEJAK_ASSIGN_OR_RETURN(auto lines,
                         RecordsIn(session->view().rows(), session->queries(), options.kind,
                                   contest, region));
  std::erase_if(lines,
                [&](const auto& line) { return line.index.value >= as_of.size.value; });
  Json out;
  out["as_of"] = AsOfToJson(as_of);
  JEJAK_ASSIGN_OR_RETURN(
      const auto counts,
      CountsOf(session->view().rows(), session->view(), options.kind, lines));
  for (const auto& [status, count] : counts) out["counts"][status] = count;
  out[options.name] = Json::array();
  const Console& console = globals.console;
  LocalAuthors authors(session.get());
  std::string next;
  std::vector<std::string> words;
  for (const RecordLine& line : lines) {
    if (line.index < from) continue;
    if (out[options.name].size() == options.page_size) {
      next = projection::FormatPageToken(std::to_string(line.index.value), as_of.size);
      break;
    }
    JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, session->view().Entry(line.index));
    JEJAK_ASSIGN_OR_RETURN(
        const projection::RecordOutcome came,
        OutcomeOf(session->view().rows(), session->view(), options.kind, line, entry));
    const Json outcome = OutcomeToJson(options.kind, came);
    Json shown = EntryToJson(console, entry, &authors);
    for (const char* name : {"leaf", "raw", "previous", "sequence"}) shown.erase(name);
    shown.update(outcome);
    out[options.name].push_back(std::move(shown));
    words.push_back(EntryWords(console, entry, *session, &authors) +
                    (outcome.empty() ? "" : "  " + DumpLine(outcome)));
  }
  out["next_page_token"] = next;
  if (console.json) {
    console.Print(out);
    return OkStatus();
  }
  if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
  console.Line(fmt::format("{}; {}", DumpLine(out["counts"]), AsOfWords(as_of, console)));
  for (const std::string& line : words) console.Line(line);
  if (!next.empty())
    console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), next));
  return OkStatus();
}

}  // namespace

void AddRecordCommands(Program* program) {
  const auto add = [&](const char* name, RecordKind kind, const char* text) {
    const auto options = std::make_shared<RecordOptions>();
    options->kind = kind;
    options->name = name;
    CLI::App* command = program->Add(program->app(), name, text, options, &RecordsCommand);
    command->add_option("--contest", options->contest, "only of this contest, or of all");
    command->add_option("--region", options->region, "only in this region");
    command->add_option("--page-size", options->page_size, "entries of a page (100)");
    command->add_option("--page-token", options->page_token, "where the page before ended");
  };
  add("objections", RecordKind::kObjection, "objections, and what became of them");
  add("incidents", RecordKind::kIncident, "what happened at a place");
  add("copies", RecordKind::kCopy, "copies of forms that witnesses and supervisors hold");
  add("rounds", RecordKind::kRound, "votes that were held again");
  add("decisions", RecordKind::kDecision, "advice, recommendations and rulings");
  add("certifications", RecordKind::kCertification, "certified recapitulations beside the tally");
}

}  // namespace jejak::cli
