// Why a number changed between two points.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct ExplainOptions {
  std::string contest, region, choice, figure, from, to, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

std::string Words(const std::optional<uint32_t>& value) {
  return value ? std::to_string(*value) : "-";
}

struct Point {
  AsOf as_of;
  std::optional<uint64_t> value;
};

Json PointToJson(const Point& point) {
  Json out = AsOfToJson(point.as_of);
  out["value"] = OrNull(point.value);
  return out;
}

Json ChangeToJson(const projection::ExplainedChange& change, Authors* authors) {
  Json out;
  out["index"] = change.entry.index.value;
  out["event"] = ToHex(change.entry.hash);
  out["tps"] = change.tps.str();
  out["delta"] = change.delta;
  out["before"] = OrNull(change.before);
  out["after"] = OrNull(change.after);
  out["kind"] = std::string(event::BodyName(change.entry.event.kind()));
  out["reason"] = change.reason.empty() ? Json() : Json(change.reason);
  out["author"] = authors->Object(change.author);
  out["received_at"] = FormatTime(change.entry.entry.received_at);
  return out;
}

int64_t Difference(const Point& from, const Point& to) {
  return static_cast<int64_t>(to.value.value_or(0)) - static_cast<int64_t>(from.value.value_or(0));
}

std::string TokenOf(const projection::Explanation& explanation, const Point& to) {
  return projection::FormatPageToken(
      explanation.next ? std::to_string(explanation.next->value) : "", to.as_of.size);
}

void Print(const Console& console, const Point& from, const Point& to,
           const projection::Explanation& explanation, Authors* authors) {
  console.Line(fmt::format("{} ({}) → {} ({}): {:+}", console.Number(from.value),
                           AsOfWords(from.as_of, console), console.Number(to.value),
                           AsOfWords(to.as_of, console), Difference(from, to)));
  console.Line("");
  Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft, Table::Align::kLeft});
  table.Row({std::string(console.T("entry", "entri")), "TPS",
             std::string(console.T("change", "perubahan")), "",
             std::string(console.T("reason", "alasan")), std::string(console.T("by", "oleh"))});
  for (const projection::ExplainedChange& change : explanation.changes) {
    const std::string why = change.reason.empty()
                                ? std::string(event::BodyName(change.entry.event.kind()))
                                : change.reason;
    table.Row({std::to_string(change.entry.index.value), change.tps.str(),
               fmt::format("{:+}", change.delta),
               fmt::format("{}→{}", Words(change.before), Words(change.after)), why,
               authors->Words(change.author)});
  }
  table.Print(console);
  if (const std::string next = TokenOf(explanation, to); !next.empty())
    console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), next));
}

Status ExplainCommand(const Globals& globals, const ExplainOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field,
                         ParseNumber(options.choice, options.figure));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  Point from, to;
  JEJAK_ASSIGN_OR_RETURN(from.as_of, GoTo(session.get(), options.from));
  JEJAK_ASSIGN_OR_RETURN(
      const projection::PageStart page,
      GoToPage(session.get(), options.page_size, options.page_token, options.to));
  JEJAK_ASSIGN_OR_RETURN(to.as_of, AsOfNow(*session));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex start, projection::IndexOfPage(page));
  if (from.as_of.size > to.as_of.size) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--from lies after --to: size {}, then {}", from.as_of.size.value,
                              to.as_of.size.value));
  }
  JEJAK_ASSIGN_OR_RETURN(
      const projection::Explanation explanation,
      session->queries().Explain(options.contest, region, field, from.as_of.size, to.as_of.size,
                                 start, options.page_size));
  from.value = explanation.from;
  to.value = explanation.to;
  LocalAuthors authors(session.get());
  const Console& console = globals.console;
  if (!console.json) {
    console.Line(fmt::format("{}  {}  {}", options.contest, region.display(), FieldName(field)));
    if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
    Print(console, from, to, explanation, &authors);
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["region"] = region.display();
  out["field"] = FieldName(field);
  out["from"] = PointToJson(from);
  out["to"] = PointToJson(to);
  out["delta"] = Difference(from, to);
  out["changes"] = Json::array();
  for (const projection::ExplainedChange& change : explanation.changes)
    out["changes"].push_back(ChangeToJson(change, &authors));
  out["next_page_token"] = TokenOf(explanation, to);
  console.Print(out);
  return OkStatus();
}

}  // namespace

void AddExplainCommand(Program* program) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = program->Add(program->app(), "explain", "why a number changed", options,
                                   &ExplainCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--region", options->region, "code of a region or TPS; 0 is the nation")
      ->required();
  command->add_option("--choice", options->choice, "votes of this choice");
  command->add_option("--figure", options->figure, "a figure of the form");
  command->add_option("--from", options->from, "log size or time")->required();
  command->add_option("--to", options->to, "log size or time; else the newest");
  command->add_option("--page-size", options->page_size, "changes of one page");
  command->add_option("--page-token", options->page_token, "where the page before ended");
}

}  // namespace jejak::cli
