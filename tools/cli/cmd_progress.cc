// How many TPS are in, over time; which are not, since when they are late, and what is known about
// why.
#include <fmt/format.h>

#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct ProgressOptions {
  std::string contest, region, as_of, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

Result<Json> IncidentToJson(const jejak::v1::Entry& incident) {
  JEJAK_ASSIGN_OR_RETURN(const auto entry, ReadEntryOf(incident));
  Json out;
  out["index"] = entry.index.value;
  out["received_at"] = FormatTime(entry.entry.received_at);
  if (const auto* body = std::get_if<event::IncidentRecorded>(&entry.event.body)) {
    out["region"] = body->place.display();
    out["kind"] = std::string(Name(body->kind));
    out["text"] = body->text;
  }
  return out;
}

Result<Json> ProgressToJson(const jejak::v1::GetProgressResponse& answer) {
  Json out;
  out["stations"] = {{"total", answer.total()},
                     {"expected", OrNull(answer.has_expected(), answer.expected())},
                     {"reported", answer.reported()},
                     {"missing", answer.missing_count()},
                     {"late", answer.late()}};
  out["series"] = Json::array();
  for (const auto& point : answer.series()) {
    out["series"].push_back(
        {{"time", FormatTime(TimeOf(point.time()))}, {"reported", point.reported()}});
  }
  out["children"] = Json::array();
  for (const auto& child : answer.children()) {
    Json line = RegionToJson(child.region());
    line["total"] = child.total();
    line["reported"] = child.reported();
    out["children"].push_back(std::move(line));
  }
  out["missing"] = Json::array();
  for (const auto& missing : answer.missing()) {
    Json line;
    line["tps"] = missing.tps();
    line["deadline"] =
        missing.has_deadline() ? Json(FormatTime(TimeOf(missing.deadline()))) : Json();
    line["late"] = OrNull(missing.has_late(), missing.late());
    line["incidents"] = Json::array();
    for (const uint64_t index : missing.incidents()) line["incidents"].push_back(index);
    out["missing"].push_back(std::move(line));
  }
  out["incidents"] = Json::array();
  for (const auto& incident : answer.incidents()) {
    JEJAK_ASSIGN_OR_RETURN(Json shown, IncidentToJson(incident));
    out["incidents"].push_back(std::move(shown));
  }
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
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetProgressRequest request;
  JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, request.mutable_read()->mutable_as_of()));
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  request.set_contest(options.contest);
  request.set_region(region.display());
  jejak::v1::GetProgressResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  JEJAK_ASSIGN_OR_RETURN(const Json shown, ProgressToJson(answer));
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    out["contest"] = options.contest;
    out["region"] = RegionToJson(answer.region());
    out["as_of"] = AsOfToJson(as_of);
    out["judged_at"] = FormatTime(TimeOf(answer.judged_at()));
    out.update(shown);
    out["next_page_token"] = answer.next_page_token();
    console.Print(out);
    return OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
  console.Line(AsOfWords(as_of, console));
  PrintProgress(console, shown);
  PrintMore(console, answer.next_page_token());
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
