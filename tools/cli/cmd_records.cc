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

// "open" and after it accepted, rejected or carried, as the newest resolution says.
std::string StatusOfObjection(const RecordLine& line) {
  if (line.steps.empty()) return "open";
  return std::string(Name(static_cast<election::Outcome>(line.steps.back().what)));
}

std::string StatusOfRound(const RecordLine& line, const projection::RoundProgress& progress) {
  if (!line.steps.empty()) return "cancelled";
  return progress.stations > 0 && progress.held == progress.stations ? "held" : "opened";
}

Json IndexOf(const Session& session, const std::optional<Hash>& event) {
  if (!event) return Json();
  const auto index = session.view().FindEvent(*event);
  return index ? Json(index->value) : Json();
}

// Every field of the certification that the tally has otherwise now.
Result<Json> DifferencesOf(const Session& session, const event::RecapCertified& body) {
  // The tally that it was made at, whatever came since.
  JEJAK_ASSIGN_OR_RETURN(const auto then, projection::Queries::Open(&session.view().rows(),
                                                                    &session.view(), body.size));
  JEJAK_ASSIGN_OR_RETURN(const auto tally, then->TallyOf(body.contest, body.region));
  Json out = Json::array();
  const auto compare = [&](const election::FieldKey& key, uint64_t certified,
                           const std::optional<uint64_t>& now) {
    if (!now || *now == certified) return;
    out.push_back({{"field", FieldName(key)}, {"certified", certified}, {"tally", *now}});
  };
  for (const auto& f : body.figures) {
    for (const auto& sum : tally.figures) {
      if (sum.figure == f.figure) compare(election::FieldKey::Of(f.figure), f.value, sum.value);
    }
  }
  for (const auto& sum : tally.votes) {
    for (const auto& v : body.votes) {
      if (v.choice == sum.choice.id)
        compare(election::FieldKey::Votes(v.choice), v.value, sum.votes);
    }
    for (const auto& v : body.party_totals) {
      if (v.choice == sum.choice.id)
        compare(election::FieldKey::PartyTotal(v.choice), v.value, sum.party_total);
    }
  }
  return out;
}

// What came of the record, beside its own words. `all` are the records that were found.
Result<Json> OutcomeOf(const Session& session, const RecordOptions& options,
                       const RecordLine& line, const ReadEntry& entry) {
  Json out = Json::object();
  if (options.kind == RecordKind::kObjection) {
    out["status"] = StatusOfObjection(line);
    out["resolved_by"] = Json::array();
    for (const auto& step : line.steps) out["resolved_by"].push_back(step.by.value);
  } else if (const auto* round = std::get_if<event::RoundOpened>(&entry.event.body)) {
    JEJAK_ASSIGN_OR_RETURN(const auto progress,
                           projection::ProgressOfRound(session.view().rows(), entry));
    out["status"] = StatusOfRound(line, progress);
    out["stations"] = progress.stations;
    out["held"] = progress.held;
    out["decision"] = IndexOf(session, round->decision);
    out["cancelled_by"] = line.steps.empty() ? Json() : Json(line.steps.back().by.value);
  } else if (const auto* recap = std::get_if<event::RecapCertified>(&entry.event.body)) {
    out["size"] = recap->size.value;
    out["replaces"] = IndexOf(session, recap->replaces);
    out["replaced_by"] = line.steps.empty() ? Json() : Json(line.steps.back().by.value);
    JEJAK_ASSIGN_OR_RETURN(out["differences"], DifferencesOf(session, *recap));
  }
  return out;
}

// How many of each status there are, over all pages.
Result<Json> CountsOf(const Session& session, const RecordOptions& options,
                      const std::vector<RecordLine>& lines) {
  Json out = {{"total", lines.size()}};
  const bool round = options.kind == RecordKind::kRound;
  if (!round && options.kind != RecordKind::kObjection) return out;
  const std::vector<const char*> objections = {"open", "accepted", "rejected", "carried"};
  const std::vector<const char*> rounds = {"recommended", "opened", "held", "cancelled"};
  for (const char* status : round ? rounds : objections) out[status] = 0;
  for (const RecordLine& line : lines) {
    std::string status;
    if (round) {
      JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, session.view().Entry(line.index));
      JEJAK_ASSIGN_OR_RETURN(const auto progress,
                             projection::ProgressOfRound(session.view().rows(), entry));
      status = StatusOfRound(line, progress);
      const auto* body = std::get_if<event::RoundOpened>(&entry.event.body);
      if (body != nullptr && body->decision)
        out["recommended"] = out["recommended"].get<uint64_t>() + 1;
    } else {
      status = StatusOfObjection(line);
    }
    out[status] = out[status].get<uint64_t>() + 1;
  }
  return out;
}

Status RecordsCommand(const Globals& globals, const RecordOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, PageStart(options.page_size, options.page_token));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  const auto contest = options.contest.empty() ? std::nullopt : std::optional(options.contest);
  JEJAK_ASSIGN_OR_RETURN(const auto lines,
                         RecordsIn(session->view().rows(), session->queries(), options.kind,
                                   contest, region));
  Json out;
  out["as_of"] = AsOfToJson(as_of);
  JEJAK_ASSIGN_OR_RETURN(out["counts"], CountsOf(*session, options, lines));
  out[options.name] = Json::array();
  const Console& console = globals.console;
  Authors authors(session.get());
  std::string next;
  std::vector<std::string> words;
  for (const RecordLine& line : lines) {
    if (line.index < from) continue;
    if (out[options.name].size() == options.page_size) {
      next = std::to_string(line.index.value);
      break;
    }
    JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, session->view().Entry(line.index));
    JEJAK_ASSIGN_OR_RETURN(const Json outcome, OutcomeOf(*session, options, line, entry));
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
