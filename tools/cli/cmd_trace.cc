// The entries under a number.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct TraceOptions {
  std::string contest, region, choice, figure, as_of, page_token;
  size_t page_size = limits::kPageSizeDefault;
};

Json EntryToJson(const jejak::v1::TracedStation& e) {
  Json out;
  out["tps"] = e.tps();
  out["round"] = e.round();
  out["value"] = e.value();
  out["index"] = e.index();
  out["event"] = ToHex(e.event());
  out["author"] = AuthorToJson(e.author());
  out["received_at"] = FormatTime(TimeOf(e.received_at()));
  out["reason"] = OrNull(e.reason());
  out["original_value"] = OrNull(e.has_original_value(), e.original_value());
  out["original_index"] = e.original_index();
  out["original_author"] = AuthorToJson(e.original_author());
  out["edits"] = Json::array();
  for (const jejak::v1::TraceEdit& edit : e.edits()) {
    Json one;
    one["index"] = edit.index();
    one["before"] = OrNull(edit.has_before(), edit.before());
    one["after"] = OrNull(edit.has_after(), edit.after());
    one["reason"] = edit.reason();
    one["author"] = AuthorToJson(edit.author());
    out["edits"].push_back(std::move(one));
  }
  return out;
}

void PrintPage(const Console& console, const jejak::v1::TraceFigureResponse& page,
               const AsOf& as_of) {
  console.Line(fmt::format("{}; {} {}; {}",
                           console.Number(If<uint64_t>(page.has_value(), page.value())),
                           page.missing(),
                           console.T("TPS without this figure", "TPS tanpa angka ini"),
                           AsOfWords(as_of, console)));
  console.Line("");
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft, Table::Align::kLeft});
  table.Row({"TPS", std::string(console.T("value", "nilai")),
             std::string(console.T("entry", "entri")),
             std::string(console.T("set by", "ditetapkan oleh")),
             std::string(console.T("received", "diterima")),
             std::string(console.T("edits", "perubahan"))});
  for (const jejak::v1::TracedStation& e : page.entries()) {
    std::string edits;
    for (const jejak::v1::TraceEdit& edit : e.edits()) {
      edits += fmt::format("{}{}→{} ({}, #{})", edits.empty() ? "" : ", ",
                           edit.has_before() ? std::to_string(edit.before()) : "-",
                           edit.has_after() ? std::to_string(edit.after()) : "-", edit.reason(),
                           edit.index());
    }
    if (!e.edits().empty()) {
      edits += fmt::format("; {} #{} {}", console.T("original", "asal"), e.original_index(),
                           AuthorWords(e.original_author()));
    }
    table.Row({e.tps(), std::to_string(e.value()), std::to_string(e.index()),
               AuthorWords(e.author()), FormatTime(TimeOf(e.received_at())), edits});
  }
  table.Print(console);
  PrintMore(console, page.next_page_token());
}

Status TraceCommand(const Globals& globals, const TraceOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field,
                         ParseNumber(options.choice, options.figure));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::TraceFigureRequest request;
  JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, request.mutable_read()->mutable_as_of()));
  JEJAK_RETURN_IF_ERROR(SetPage(options.page_size, options.page_token, request.mutable_page()));
  request.set_contest(options.contest);
  request.set_region(region.display());
  request.set_field(election::FieldName(field));
  jejak::v1::TraceFigureResponse page;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &page));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(page.as_of()));
  const Console& console = globals.console;
  if (!console.json) {
    console.Line(fmt::format("{}  {} {}  {}", options.contest, page.region().code(),
                             page.region().name(), request.field()));
    JEJAK_RETURN_IF_ERROR(PrintMode(asker.get(), console));
    PrintPage(console, page, as_of);
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["region"] = RegionToJson(page.region());
  out["field"] = request.field();
  out["value"] = OrNull(page.has_value(), page.value());
  out["missing"] = page.missing();
  out["as_of"] = AsOfToJson(as_of);
  out["entries"] = Json::array();
  for (const jejak::v1::TracedStation& entry : page.entries())
    out["entries"].push_back(EntryToJson(entry));
  out["next_page_token"] = page.next_page_token();
  console.Print(out);
  return OkStatus();
}

}  // namespace

void AddTraceCommand(Program* program) {
  const auto options = std::make_shared<TraceOptions>();
  CLI::App* command =
      program->Add(program->app(), "trace", "the entries under a number", options, &TraceCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--region", options->region, "code of a region or TPS; 0 is the nation")
      ->required();
  command->add_option("--choice", options->choice, "votes of this choice");
  command->add_option("--figure", options->figure,
                      "a figure of the form, such as valid or voters_total.j");
  command->add_option("--as-of", options->as_of, "log size or time");
  command->add_option("--page-size", options->page_size, "TPS of a page (100)");
  command->add_option("--page-token", options->page_token, "where the page before ended");
}

}  // namespace jejak::cli
