// Objections, incidents, copies, rounds, decisions and certifications, with what came of each.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct RecordOptions {
  jejak::v1::RecordKind kind{};
  std::string name;
  std::string contest, region = "0", page_token;
  size_t page_size = limits::kPageSizeDefault;
};

// What came of the record, beside its own words.
Json OutcomeToJson(jejak::v1::RecordKind kind, const jejak::v1::Record& record) {
  Json out = Json::object();
  if (kind == jejak::v1::RECORD_KIND_OBJECTION) {
    out["status"] = record.status();
    out["resolved_by"] = Json::array();
    for (const uint64_t by : record.resolved_by()) out["resolved_by"].push_back(by);
  } else if (kind == jejak::v1::RECORD_KIND_ROUND && !record.status().empty()) {
    out["status"] = record.status();
    out["stations"] = record.stations();
    out["held"] = record.held();
    out["decision"] = OrNull(record.has_decision(), record.decision());
    out["cancelled_by"] = OrNull(record.has_cancelled_by(), record.cancelled_by());
  } else if (kind == jejak::v1::RECORD_KIND_CERTIFICATION && record.has_certified_size()) {
    out["size"] = record.certified_size();
    out["replaces"] = OrNull(record.has_replaces(), record.replaces());
    out["replaced_by"] = OrNull(record.has_replaced_by(), record.replaced_by());
    out["differences"] = Json::array();
    for (const auto& difference : record.differences()) {
      out["differences"].push_back({{"field", difference.field()},
                                    {"certified", difference.certified()},
                                    {"tally", OrNull(difference.has_tally(), difference.tally())}});
    }
  }
  return out;
}

Status RecordsCommand(const Globals& globals, const RecordOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  jejak::v1::ListRecordsRequest request;
  request.set_kind(options.kind);
  request.set_contest(options.contest);
  request.set_region(region.display());
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::ListRecordsResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  Json out;
  out["as_of"] = AsOfToJson(as_of);
  for (const auto& count : answer.counts()) out["counts"][count.status()] = count.count();
  out[options.name] = Json::array();
  const Console& console = globals.console;
  Authors authors(asker.get());
  authors.Learn(answer.authors());
  std::vector<std::string> words;
  for (const jejak::v1::Record& record : answer.records()) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(record.entry()));
    const Json outcome = OutcomeToJson(options.kind, record);
    Json shown = EntryToJson(console, entry, &authors);
    for (const char* name : {"leaf", "raw", "previous", "sequence"}) shown.erase(name);
    shown.update(outcome);
    out[options.name].push_back(std::move(shown));
    words.push_back(EntryWords(console, entry, &authors) +
                    (outcome.empty() ? "" : "  " + DumpLine(outcome)));
  }
  out["next_page_token"] = answer.next_page_token();
  if (console.json) {
    console.Print(out);
    return OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
  console.Line(fmt::format("{}; {}", DumpLine(out["counts"]), AsOfWords(as_of, console)));
  for (const std::string& line : words) console.Line(line);
  PrintMore(console, answer.next_page_token());
  return OkStatus();
}

}  // namespace

void AddRecordCommands(Program* program) {
  const auto add = [&](const char* name, jejak::v1::RecordKind kind, const char* text) {
    const auto options = std::make_shared<RecordOptions>();
    options->kind = kind;
    options->name = name;
    CLI::App* command = program->Add(program->app(), name, text, options, &RecordsCommand);
    command->add_option("--contest", options->contest, "only of this contest, or of all");
    command->add_option("--region", options->region, "only in this region");
    command->add_option("--page-size", options->page_size, "entries of a page (100)");
    command->add_option("--page-token", options->page_token, "where the page before ended");
  };
  add("objections", jejak::v1::RECORD_KIND_OBJECTION, "objections, and what became of them");
  add("incidents", jejak::v1::RECORD_KIND_INCIDENT, "what happened at a place");
  add("copies", jejak::v1::RECORD_KIND_COPY,
      "copies of forms that witnesses and supervisors hold");
  add("rounds", jejak::v1::RECORD_KIND_ROUND, "votes that were held again");
  add("decisions", jejak::v1::RECORD_KIND_DECISION, "advice, recommendations and rulings");
  add("certifications", jejak::v1::RECORD_KIND_CERTIFICATION,
      "certified recapitulations beside the tally");
}

}  // namespace jejak::cli
