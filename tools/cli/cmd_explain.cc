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

Json PointToJson(const AsOf& as_of, const std::optional<uint64_t>& value) {
  Json out = AsOfToJson(as_of);
  out["value"] = value ? Json(*value) : Json();
  return out;
}

// What was asked, and what was answered.
struct Shown {
  jejak::v1::ExplainChangeResponse answer;
  AsOf from, to;
  std::optional<uint64_t> before, after;
  std::vector<projection::ReadEntry> entries;  // of answer.changes, one each

  int64_t Delta() const {
    return static_cast<int64_t>(after.value_or(0)) - static_cast<int64_t>(before.value_or(0));
  }
};

Result<Shown> Look(Asker* asker, const jejak::v1::ExplainChangeRequest& request) {
  Shown out;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &out.answer));
  JEJAK_ASSIGN_OR_RETURN(out.from, ReadAsOf(out.answer.from()));
  JEJAK_ASSIGN_OR_RETURN(out.to, ReadAsOf(out.answer.to()));
  out.before = If<uint64_t>(out.answer.has_from_value(), out.answer.from_value());
  out.after = If<uint64_t>(out.answer.has_to_value(), out.answer.to_value());
  for (const jejak::v1::ExplainedChange& change : out.answer.changes()) {
    JEJAK_ASSIGN_OR_RETURN(out.entries.emplace_back(), ReadEntryOf(change.entry()));
  }
  return out;
}

Json ChangeToJson(const jejak::v1::ExplainedChange& change, const projection::ReadEntry& entry) {
  Json out;
  out["index"] = entry.index.value;
  out["event"] = ToHex(entry.hash);
  out["tps"] = change.tps();
  out["delta"] = change.delta();
  out["before"] = OrNull(change.has_before(), change.before());
  out["after"] = OrNull(change.has_after(), change.after());
  out["kind"] = std::string(event::BodyName(entry.event.kind()));
  out["reason"] = OrNull(change.reason());
  out["author"] = AuthorToJson(change.author());
  out["received_at"] = FormatTime(entry.entry.received_at);
  return out;
}

void Print(const Console& console, const Shown& shown) {
  console.Line(fmt::format("{} ({}) → {} ({}): {:+}", console.Number(shown.before),
                           AsOfWords(shown.from, console), console.Number(shown.after),
                           AsOfWords(shown.to, console), shown.Delta()));
  console.Line("");
  Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft, Table::Align::kLeft});
  table.Row({std::string(console.T("entry", "entri")), "TPS",
             std::string(console.T("change", "perubahan")), "",
             std::string(console.T("reason", "alasan")), std::string(console.T("by", "oleh"))});
  for (size_t i = 0; i < shown.entries.size(); ++i) {
    const jejak::v1::ExplainedChange& change = shown.answer.changes(static_cast<int>(i));
    const std::string kind(event::BodyName(shown.entries[i].event.kind()));
    table.Row({std::to_string(shown.entries[i].index.value), change.tps(),
               fmt::format("{:+}", change.delta()),
               fmt::format("{}→{}", change.has_before() ? std::to_string(change.before()) : "-",
                           change.has_after() ? std::to_string(change.after()) : "-"),
               change.reason().empty() ? kind : change.reason(), AuthorWords(change.author())});
  }
  table.Print(console);
  PrintMore(console, shown.answer.next_page_token());
}

Status ExplainCommand(const Globals& globals, const ExplainOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field,
                         ParseNumber(options.choice, options.figure));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::ExplainChangeRequest request;
  JEJAK_RETURN_IF_ERROR(SetPoint(options.from, request.mutable_from()));
  JEJAK_RETURN_IF_ERROR(SetPoint(options.to, request.mutable_to()));
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  request.set_contest(options.contest);
  request.set_region(region.display());
  request.set_field(election::FieldName(field));
  JEJAK_ASSIGN_OR_RETURN(const Shown shown, Look(asker.get(), request));
  const Console& console = globals.console;
  if (!console.json) {
    console.Line(fmt::format("{}  {}  {}", options.contest, region.display(), request.field()));
    JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
    Print(console, shown);
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["region"] = region.display();
  out["field"] = request.field();
  out["from"] = PointToJson(shown.from, shown.before);
  out["to"] = PointToJson(shown.to, shown.after);
  out["delta"] = shown.Delta();
  out["changes"] = Json::array();
  for (size_t i = 0; i < shown.entries.size(); ++i) {
    out["changes"].push_back(
        ChangeToJson(shown.answer.changes(static_cast<int>(i)), shown.entries[i]));
  }
  out["next_page_token"] = shown.answer.next_page_token();
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
