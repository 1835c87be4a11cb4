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

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json EntryToJson(const projection::TraceEntry& e, Authors* authors) {
  Json out;
  out["tps"] = e.tps.str();
  out["round"] = e.round;
  out["value"] = e.value;
  out["index"] = e.index.value;
  out["event"] = ToHex(e.event);
  out["author"] = authors->Object(e.author);
  out["received_at"] = FormatTime(e.received_at);
  out["reason"] = e.reason.empty() ? Json() : Json(e.reason);
  out["original_value"] = OrNull(e.original_value);
  out["original_index"] = e.original_index.value;
  out["original_author"] = authors->Object(e.original_author);
  out["edits"] = Json::array();
  for (const projection::TraceEdit& edit : e.edits) {
    Json one;
    one["index"] = edit.index.value;
    one["before"] = OrNull(edit.before);
    one["after"] = OrNull(edit.after);
    one["reason"] = edit.reason;
    one["author"] = authors->Object(edit.author);
    out["edits"].push_back(std::move(one));
  }
  return out;
}

void PrintPage(const Session& session, const Console& console, const projection::TracePage& page,
               const std::string& title, const AsOf& as_of, Authors* authors) {
  console.Line(title);
  if (const std::string mode = ModeWords(session, console); !mode.empty()) console.Line(mode);
  console.Line(fmt::format("{}; {} {}; {}", console.Number(page.value), page.missing,
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
  for (const projection::TraceEntry& e : page.entries) {
    std::string edits;
    for (const projection::TraceEdit& edit : e.edits) {
      edits += fmt::format("{}{}→{} ({}, #{})", edits.empty() ? "" : ", ",
                           edit.before ? std::to_string(*edit.before) : "-",
                           edit.after ? std::to_string(*edit.after) : "-", edit.reason,
                           edit.index.value);
    }
    if (!e.edits.empty()) {
      edits += fmt::format("; {} #{} {}", console.T("original", "asal"), e.original_index.value,
                           authors->Words(e.original_author));
    }
    table.Row({e.tps.str(), std::to_string(e.value), std::to_string(e.index.value),
               authors->Words(e.author), FormatTime(e.received_at), edits});
  }
  table.Print(console);
  if (!page.next.empty())
    console.Line(fmt::format("{}: --page-token {}", console.T("more", "berikutnya"), page.next));
}

Status TraceCommand(const Globals& globals, const TraceOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field,
                         ParseNumber(options.choice, options.figure));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(
      const projection::PageStart start,
      GoToPage(session.get(), options.page_size, options.page_token, options.as_of));
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  JEJAK_ASSIGN_OR_RETURN(
      projection::TracePage page,
      session->queries().Trace(options.contest, region, field, start.at, options.page_size));
  page.next = projection::FormatPageToken(page.next, as_of.size);
  JEJAK_ASSIGN_OR_RETURN(const projection::RegionName name, session->queries().Region(region));
  LocalAuthors authors(session.get());
  const Console& console = globals.console;
  if (!console.json) {
    PrintPage(*session, console, page,
              fmt::format("{}  {} {}  {}", options.contest, region.display(), name.name,
                          election::FieldName(field)),
              as_of, &authors);
    return OkStatus();
  }
  Json out;
  out["contest"] = options.contest;
  out["region"] = RegionToJson(name);
  out["field"] = election::FieldName(field);
  out["value"] = OrNull(page.value);
  out["missing"] = page.missing;
  out["as_of"] = AsOfToJson(as_of);
  out["entries"] = Json::array();
  for (const projection::TraceEntry& entry : page.entries)
    out["entries"].push_back(EntryToJson(entry, &authors));
  out["next_page_token"] = page.next;
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
