// How many TPS are in, over time; which are not, since when they are late, and what is known about
// why.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/projection/queries_records.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct ProgressOptions {
  std::string contest, region, as_of, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

// Who is late is judged at the time asked for; at a size, when its last entry was received.
UnixMicros JudgedAt(const std::string& text, const AsOf& as_of) {
  constexpr std::string_view kObserved = "observed:";
  std::string_view time = text;
  if (time.starts_with(kObserved)) time.remove_prefix(kObserved.size());
  return IsDigits(text) || text.empty() ? as_of.time : ParseTime(time).value_or(as_of.time);
}

// The page of missing TPSs, and where the next one starts.
std::vector<projection::MissingStation> PageOf(const projection::RegionProgress& progress,
                                               const ProgressOptions& options,
                                               const std::string& from, std::string* next) {
  std::vector<projection::MissingStation> page;
  for (const auto& missing : progress.missing) {
    if (missing.tps.view() < from) continue;
    if (page.size() == options.page_size) {
      *next = missing.tps.str();
      break;
    }
    page.push_back(missing);
  }
  return page;
}

Result<Json> IncidentToJson(const Session& session, LogIndex index) {
  JEJAK_ASSIGN_OR_RETURN(const auto entry, session.view().Entry(index));
  Json out;
  out["index"] = index.value;
  out["received_at"] = FormatTime(entry.entry.received_at);
  if (const auto* body = std::get_if<event::IncidentRecorded>(&entry.event.body)) {
    out["region"] = body->place.display();
    out["kind"] = std::string(Name(body->kind));
    out["text"] = body->text;
  }
  return out;
}

Result<Json> ProgressToJson(const Session& session, const projection::RegionProgress& progress,
                            const std::vector<projection::MissingStation>& page) {
  Json out;
  out["stations"] = {{"total", progress.total},
                     {"expected", progress.expected ? Json(*progress.expected) : Json()},
                     {"reported", progress.reported},
                     {"missing", progress.missing.size()},
                     {"late", progress.late}};
  out["series"] = Json::array();
  for (const auto& point : progress.series)
    out["series"].push_back({{"time", FormatTime(point.time)}, {"reported", point.reported}});
  out["children"] = Json::array();
  for (const auto& child : progress.children) {
    JEJAK_ASSIGN_OR_RETURN(const auto name, session.queries().Region(child.code));
    Json line = RegionToJson(name);
    line["total"] = child.total;
    line["reported"] = child.reported;
    out["children"].push_back(std::move(line));
  }
  std::map<LogIndex, Json> incidents;
  out["missing"] = Json::array();
  for (const auto& missing : page) {
    Json line;
    line["tps"] = missing.tps.str();
    line["deadline"] = missing.deadline ? Json(FormatTime(*missing.deadline)) : Json();
    line["late"] = missing.late ? Json(*missing.late) : Json();
    line["incidents"] = Json::array();
    for (const LogIndex index : missing.incidents) {
      line["incidents"].push_back(index.value);
      if (incidents.contains(index)) continue;
      JEJAK_ASSIGN_OR_RETURN(incidents[index], IncidentToJson(session, index));
    }
    out["missing"].push_back(std::move(line));
  }
  out["incidents"] = Json::array();
  for (auto& [index, incident] : incidents) out["incidents"].push_back(std::move(incident));
  return out;
}

void PrintProgress(const Console& console, const Json& progress) {
  const Json& stations = progress["stations"];
  console.Line(fmt::format("{} {} {}; {} {}, {} {}", stations["reported"].get<uint64_t>(),
                           console.T("of", "dari"), stations["total"].get<uint64_t>(),
                           stations["missing"].get<uint64_t>(), console.T("missing", "belum masuk"),
                           stations["late"].get<uint64_t>(), console.T("late", "terlambat")));
  using enum Table::Align;
  Table children({kLeft, kLeft, kRight, kRight});
  for (const Json& child : progress["children"]) {
    children.Row({child["code"].get<std::string>(), child["name"].get<std::string>(),
                  std::to_string(child["reported"].get<uint64_t>()),
                  std::to_string(child["total"].get<uint64_t>())});
  }
  children.Print(console);
  for (const Json& incident : progress["incidents"]) {
    console.Line(fmt::format("#{}  {}  {}  {}", incident["index"].get<uint64_t>(),
                             incident.value("region", ""), incident.value("kind", ""),
                             incident.value("text", "")));
  }
  for (const Json& missing : progress["missing"]) {
    std::string text = missing["tps"].get<std::string>();
    if (missing["late"] == Json(true)) text += fmt::format("  {}", console.T("late", "terlambat"));
    for (const Json& index : missing["incidents"])
      text += fmt::format("  #{}", index.get<uint64_t>());
    console.Line(text);
  }
}

Status ProgressCommand(const Globals& globals, const ProgressOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(
      const projection::PageStart start,
      GoToPage(session.get(), options.page_size, options.page_token, options.as_of));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  const projection::Moment at{as_of.size, JudgedAt(options.as_of, as_of)};
  JEJAK_ASSIGN_OR_RETURN(const auto progress,
                         ProgressOf(session->view().rows(), session->queries(), options.contest,
                                    region, at));
  std::string next;
  const auto page = PageOf(progress, options, start.at, &next);
  next = projection::FormatPageToken(next, as_of.size);
  JEJAK_ASSIGN_OR_RETURN(const Json shown, ProgressToJson(*session, progress, page));
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    out["contest"] = options.contest;
    JEJAK_ASSIGN_OR_RETURN(const auto name, session->queries().Region(region));
    out["region"] = RegionToJson(name);
    out["as_of"] = AsOfToJson(as_of);
    out["judged_at"] = FormatTime(at.time);
    out.update(shown);
    out["next_page_token"] = next;
    console.Print(out);
    return OkStatus();
  }
  if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
  console.Line(AsOfWords(as_of, console));
  PrintProgress(console, shown);
  if (!next.empty())
    console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), next));
  return OkStatus();
}

}  // namespace

void AddProgressCommand(Program* program) {
  const auto options = std::make_shared<ProgressOptions>();
  CLI::App* command = program->Add(program->app(), "progress", "TPS in, of how many, over time",
                                   options, &ProgressCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--region", options->region, "code of a region or TPS; 0 is the nation")
      ->required();
  command->add_option("--as-of", options->as_of, "log size or time");
  command->add_option("--page-size", options->page_size, "missing TPS of a page (100)");
  command->add_option("--page-token", options->page_token, "where the page before ended");
}

}  // namespace jejak::cli
