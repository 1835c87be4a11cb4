// One TPS a line.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct StationsOptions {
  std::string contest, region, as_of, page_token;
  size_t page_size = 0;  // 0: all
  bool csv = false;
};

using projection::StationLine;
using Visit = std::function<void(const StationLine&)>;

// Calls `visit` for each line of a page, or of all; returns the next page's token.
Result<std::string> Walk(const Session& session, const StationsOptions& options,
                         const election::RegionCode& region, const Visit& visit) {
  JEJAK_ASSIGN_OR_RETURN(const projection::PageStart start,
                         projection::ParsePageToken(options.page_token));
  std::string from = start.at;
  size_t left = options.page_size == 0 ? std::numeric_limits<size_t>::max() : options.page_size;
  while (left > 0) {
    std::string next;
    const size_t chunk = std::min<size_t>(left, limits::kPageSizeMax);
    JEJAK_ASSIGN_OR_RETURN(const auto lines,
                           session.queries().Stations(options.contest, region, from, chunk, &next));
    for (const StationLine& line : lines) visit(line);
    left -= lines.size();
    from = next;
    if (next.empty()) break;
  }
  return projection::FormatPageToken(from, session.queries().size());
}

// The columns of figures: every one of the form, then the choices of the region's ballot.
std::vector<election::FieldKey> ColumnsOf(const Session& session, const std::string& contest,
                                          const election::RegionCode& region) {
  std::vector<election::FieldKey> out;
  const projection::ContestEntry& entry = *session.queries().registry().Contest(contest);
  std::map<election::ChoiceId, event::Choice> choices;
  if (const auto ballot = entry.OnlyBallotOf(region)) {
    for (const event::Choice& choice : ballot->ballot->choices) choices[choice.id] = choice;
  } else {
    for (const auto& [id, choice] : entry.meanings) choices[id] = choice;
  }
  for (const auto& [id, choice] : choices) {
    out.push_back(election::FieldKey::Votes(id));
    if (choice.kind == election::ChoiceKind::kParty)
      out.push_back(election::FieldKey::PartyTotal(id));
  }
  for (uint16_t f = 0; f < election::kFigures; ++f) {
    out.push_back(election::FieldKey::Of(static_cast<election::Figure>(f)));
  }
  return out;
}

std::string ValueOf(const StationLine& line, const election::FieldKey& key) {
  const auto at = std::lower_bound(line.values.begin(), line.values.end(), key,
                                   [](const auto& v, const auto& k) { return v.key < k; });
  return at != line.values.end() && at->key == key ? std::to_string(at->value) : std::string();
}

// RFC 4180: quoted where it holds a comma, a quote or a line's end.
std::string CsvText(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string FlagWords(const projection::StationFlags& flags) {
  std::string out;
  const auto add = [&](bool set, const char* word) {
    if (set) out += (out.empty() ? "" : ";") + std::string(word);
  };
  add(flags.reported, "reported");
  add(flags.corrected, "corrected");
  add(flags.completed, "completed");
  add(flags.evidence_replaced, "evidence_replaced");
  add(flags.with_findings, "with_findings");
  return out;
}

Json LineToJson(const StationLine& line) {
  Json out;
  out["tps"] = line.code.str();
  out["name"] = line.name;
  out["round"] = line.round;
  out["reported"] = line.flags.reported;
  out["corrected"] = line.flags.corrected;
  out["completed"] = line.flags.completed;
  out["evidence_replaced"] = line.flags.evidence_replaced;
  out["with_findings"] = line.flags.with_findings;
  out["newest_index"] = line.newest ? Json(line.newest->value) : Json();
  out["votes"] = VotesOfValues(line.values);
  out["figures"] = FiguresOfValues(line.values);
  return out;
}

Status PrintCsv(const Session& session, const Console& console, const StationsOptions& options,
                const election::RegionCode& region, const AsOf& as_of) {
  const auto columns = ColumnsOf(session, options.contest, region);
  console.Line(fmt::format("# election={} mode={} contest={} region={} size={} time={} root={}",
                           ToHex(session.election().state.id), Name(session.election().state.mode),
                           options.contest, region.display(), as_of.size.value,
                           FormatTime(as_of.time), ToHex(as_of.root)));
  std::string head = "tps,name,round,state,newest_index";
  for (const auto& key : columns) head += "," + election::FieldName(key);
  console.Line(head);
  return Walk(session, options, region,
              [&](const StationLine& line) {
                std::string text = fmt::format(
                    "{},{},{},{},{}", line.code.str(), CsvText(line.name), line.round,
                    FlagWords(line.flags), line.newest ? std::to_string(line.newest->value) : "");
                for (const auto& key : columns) text += "," + ValueOf(line, key);
                console.Line(text);
              })
      .status();
}

Status PrintTable(const Session& session, const Console& console, const StationsOptions& options,
                  const election::RegionCode& region, const AsOf& as_of) {
  const auto& contest = *session.queries().registry().Contest(options.contest);
  std::vector<election::FieldKey> columns;
  std::vector<std::string> head = {"TPS", ""};
  for (const auto& key : ColumnsOf(session, options.contest, region)) {
    if (key.kind == election::FieldKind::kFigure) break;
    const event::Choice& choice = contest.meanings.at(key.id);
    const bool party = choice.kind == election::ChoiceKind::kParty;
    if (choice.party != 0 || (party && key.kind == election::FieldKind::kVotes)) continue;
    columns.push_back(key);
    head.push_back(fmt::format("({})", choice.number));
  }
  for (const auto figure :
       {election::Figure::kValid, election::Figure::kInvalid, election::Figure::kTotal}) {
    columns.push_back(election::FieldKey::Of(figure));
    head.emplace_back(Name(figure));
  }
  std::vector<Table::Align> aligns(head.size(), Table::Align::kRight);
  aligns[0] = aligns[1] = Table::Align::kLeft;
  Table table(aligns);
  table.Row(head);
  JEJAK_ASSIGN_OR_RETURN(const std::string next,
                         Walk(session, options, region, [&](const StationLine& line) {
                           std::vector<std::string> row = {line.code.str(), FlagWords(line.flags)};
                           for (const auto& key : columns) row.push_back(ValueOf(line, key));
                           table.Row(std::move(row));
                         }));
  if (const std::string mode = ModeWords(session, console); !mode.empty()) console.Line(mode);
  console.Line(AsOfWords(as_of, console));
  table.Print(console);
  if (!next.empty()) console.Line("--page-token " + next);
  return OkStatus();
}

Status StationsCommand(const Globals& globals, const StationsOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  const size_t page_size = options.page_size == 0 ? limits::kPageSizeMax : options.page_size;
  JEJAK_RETURN_IF_ERROR(GoToPage(session.get(), std::min<size_t>(page_size, limits::kPageSizeMax),
                                 options.page_token, options.as_of)
                            .status());
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  std::string ignored;
  JEJAK_RETURN_IF_ERROR(
      session->queries().Stations(options.contest, region, "", 0, &ignored).status());
  const Console& console = globals.console;
  if (options.csv) return PrintCsv(*session, console, options, region, as_of);
  if (!console.json) return PrintTable(*session, console, options, region, as_of);
  Json out;
  out["election"] = ToHex(session->election().state.id);
  out["mode"] = std::string(Name(session->election().state.mode));
  out["contest"] = options.contest;
  JEJAK_ASSIGN_OR_RETURN(const projection::RegionName name, session->queries().Region(region));
  out["region"] = RegionToJson(name);
  out["as_of"] = AsOfToJson(as_of);
  out["stations"] = Json::array();
  JEJAK_ASSIGN_OR_RETURN(const std::string next,
                         Walk(*session, options, region, [&](const StationLine& line) {
                           out["stations"].push_back(LineToJson(line));
                         }));
  out["next_page_token"] = next;
  console.Print(out);
  return OkStatus();
}

}  // namespace

void AddStationsCommand(Program* program) {
  const auto options = std::make_shared<StationsOptions>();
  CLI::App* command = program->Add(program->app(), "stations", "one TPS a line, in code order",
                                   options, &StationsCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--region", options->region, "code of a region or TPS; 0 is the nation")
      ->required();
  command->add_option("--as-of", options->as_of, "log size or time");
  command->add_flag("--csv", options->csv,
                    "comma-separated; the first line says size, time and root");
  command->add_option("--page-size", options->page_size, "lines of a page; all when not given");
  command->add_option("--page-token", options->page_token, "where the page before ended");
}

}  // namespace jejak::cli
