// One TPS a line.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "tools/cli/answer_checks.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct StationsOptions {
  std::string contest, region, as_of, page_token;
  size_t page_size = 0;  // 0: all
  bool csv = false;
};

constexpr size_t kChunk = 1'000;  // lines asked for at once

using jejak::v1::Station;
using Visit = std::function<Status(const Station&)>;

// The lines of a page, or of all, as they come.
class Walker {
 public:
  Walker(Asker* asker, const StationsOptions& options, const election::RegionCode& region)
      : asker_(asker), region_(region) {
    request_.set_contest(options.contest);
    request_.set_region(region.display());
    left_ = options.page_size == 0 ? std::numeric_limits<size_t>::max() : options.page_size;
  }

  // Asks for the first lines.
  Status Start(const StationsOptions& options) {
    JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, request_.mutable_read()->mutable_as_of()));
    JEJAK_RETURN_IF_ERROR(Ask(options.page_token));
    JEJAK_ASSIGN_OR_RETURN(as_of_, ReadAsOf(answer_.as_of()));
    return {};
  }

  const AsOf& as_of() const { return as_of_; }
  // Where the page after it starts, once Each is through.
  const std::string& next() const { return answer_.next_page_token(); }

  Status Each(const Visit& visit) {
    while (true) {
      for (const Station& station : answer_.stations()) {
        JEJAK_RETURN_IF_ERROR(CheckPlace(station));
        JEJAK_RETURN_IF_ERROR(visit(station));
      }
      left_ -= std::min(left_, static_cast<size_t>(answer_.stations_size()));
      if (left_ == 0 || next().empty()) return {};
      JEJAK_RETURN_IF_ERROR(Ask(std::string(next())));
    }
  }

 private:
  Status Ask(const std::string& token) {
    JEJAK_RETURN_IF_ERROR(SetPage(std::min(left_, kChunk), token, request_.mutable_page()));
    answer_.Clear();
    JEJAK_RETURN_IF_ERROR(asker_->Ask(request_, &answer_));
    return pages_.Take(answer_.next_page_token(), answer_.as_of());
  }

  Status CheckPlace(const Station& station) {
    const auto code = election::RegionCode::Parse(station.tps());
    if (!code || !region_.Contains(*code))
      return client::WrongAnswer(
          fmt::format("sent TPS {}, which was not asked for", station.tps()));
    return pages_.Row(station.tps());
  }

  Asker* asker_;
  const election::RegionCode region_;
  Pages pages_;
  jejak::v1::ListStationsRequest request_;
  jejak::v1::ListStationsResponse answer_;
  AsOf as_of_;
  size_t left_ = 0;
};

using Choices = std::map<election::ChoiceId, jejak::v1::Choice>;

// The choices of the region's ballot; where it has several, those of all.
Result<Choices> ChoicesOf(Asker* asker, const std::string& contest,
                          const election::RegionCode& region) {
  jejak::v1::ListBallotsRequest request;
  request.set_contest(contest);
  request.set_region(region.display());
  jejak::v1::ListBallotsResponse answer;
  Status status = asker->Ask(request, &answer);
  if (status.reason() == Reason::kNotFound) {
    JEJAK_ASSIGN_OR_RETURN(answer, AskAllBallots(asker, contest));
    status = OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(status);
  Choices out;
  for (const auto& ballot : answer.ballots()) {
    for (const auto& choice : ballot.choices()) {
      const auto field = election::ParseField("votes." + choice.id());
      if (field) out[field->id] = choice;
    }
  }
  return out;
}

// The columns of figures: the choices, then every figure of the form.
std::vector<election::FieldKey> ColumnsOf(const Choices& choices) {
  std::vector<election::FieldKey> out;
  for (const auto& [id, choice] : choices) {
    out.push_back(election::FieldKey::Votes(id));
    if (choice.kind() == "party") out.push_back(election::FieldKey::PartyTotal(id));
  }
  for (uint16_t f = 0; f < election::kFigures; ++f) {
    out.push_back(election::FieldKey::Of(static_cast<election::Figure>(f)));
  }
  return out;
}

using Values = std::vector<election::FieldValue>;

std::string ValueOf(const Values& values, const election::FieldKey& key) {
  const auto at = std::find_if(values.begin(), values.end(),
                               [&](const auto& value) { return value.key == key; });
  return at == values.end() ? std::string() : std::to_string(at->value);
}

// RFC 4180: quoted where it holds a comma, a quote or a line's end.
std::string CsvText(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string FlagWords(const Station& station) {
  std::string out;
  const auto add = [&](bool set, const char* word) {
    if (set) out += (out.empty() ? "" : ";") + std::string(word);
  };
  add(station.reported(), "reported");
  add(station.corrected(), "corrected");
  add(station.completed(), "completed");
  add(station.evidence_replaced(), "evidence_replaced");
  add(station.with_findings(), "with_findings");
  return out;
}

Result<Json> LineToJson(const Station& station) {
  JEJAK_ASSIGN_OR_RETURN(const Values values, ReadValues(station.values()));
  Json out;
  out["tps"] = station.tps();
  out["name"] = station.name();
  out["round"] = station.round();
  out["reported"] = station.reported();
  out["corrected"] = station.corrected();
  out["completed"] = station.completed();
  out["evidence_replaced"] = station.evidence_replaced();
  out["with_findings"] = station.with_findings();
  out["newest_index"] = OrNull(station.has_newest_index(), station.newest_index());
  out["votes"] = VotesOfValues(values);
  out["figures"] = FiguresOfValues(values);
  return out;
}

Status PrintCsv(const jejak::v1::GetElectionResponse& election, const Console& console,
                const StationsOptions& options, const election::RegionCode& region,
                const Choices& choices, Walker* walker) {
  const auto columns = ColumnsOf(choices);
  const AsOf& as_of = walker->as_of();
  console.Line(fmt::format("# election={} mode={} contest={} region={} size={} time={} root={}",
                           ToHex(election.election()), election.mode(), options.contest,
                           region.display(), as_of.size.value, FormatTime(as_of.time),
                           ToHex(as_of.root)));
  std::string head = "tps,name,round,state,newest_index";
  for (const auto& key : columns) head += "," + election::FieldName(key);
  console.Line(head);
  return walker->Each([&](const Station& station) -> Status {
    JEJAK_ASSIGN_OR_RETURN(const Values values, ReadValues(station.values()));
    std::string text =
        fmt::format("{},{},{},{},{}", station.tps(), CsvText(station.name()), station.round(),
                    FlagWords(station),
                    station.has_newest_index() ? std::to_string(station.newest_index()) : "");
    for (const auto& key : columns) text += "," + ValueOf(values, key);
    console.Line(text);
    return {};
  });
}

Status PrintTable(Asker* asker, const Console& console, const Choices& choices, Walker* walker) {
  std::vector<election::FieldKey> columns;
  std::vector<std::string> head = {"TPS", ""};
  for (const auto& key : ColumnsOf(choices)) {
    if (key.kind == election::FieldKind::kFigure) break;
    const jejak::v1::Choice& choice = choices.at(key.id);
    const bool party = choice.kind() == "party";
    if (!choice.party().empty() || (party && key.kind == election::FieldKind::kVotes)) continue;
    columns.push_back(key);
    head.push_back(fmt::format("({})", choice.number()));
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
  JEJAK_RETURN_IF_ERROR(walker->Each([&](const Station& station) -> Status {
    JEJAK_ASSIGN_OR_RETURN(const Values values, ReadValues(station.values()));
    std::vector<std::string> row = {station.tps(), FlagWords(station)};
    for (const auto& key : columns) row.push_back(ValueOf(values, key));
    table.Row(std::move(row));
    return {};
  }));
  JEJAK_RETURN_IF_ERROR(PrintMode(asker, console));
  console.Line(AsOfWords(walker->as_of(), console));
  table.Print(console);
  PrintMore(console, walker->next());
  return OkStatus();
}

Status StationsCommand(const Globals& globals, const StationsOptions& options, Run*) {
  if (options.csv && globals.console.json)
    return Status(Reason::kUsage, "--csv contradicts --json");
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  Walker walker(asker.get(), options, region);
  JEJAK_RETURN_IF_ERROR(walker.Start(options));
  JEJAK_ASSIGN_OR_RETURN(const auto* election, asker->Election());
  const Console& console = globals.console;
  if (options.csv || !console.json) {
    JEJAK_ASSIGN_OR_RETURN(const Choices choices,
                           ChoicesOf(asker.get(), options.contest, region));
    if (!options.csv) return PrintTable(asker.get(), console, choices, &walker);
    JEJAK_RETURN_IF_ERROR(PrintCsv(*election, console, options, region, choices, &walker));
    // Not among the lines, which are all of one shape.
    if (!walker.next().empty()) console.Note("--page-token " + walker.next());
    return OkStatus();
  }
  jejak::v1::GetRegionRequest named;
  named.set_code(region.display());
  jejak::v1::GetRegionResponse place;
  JEJAK_RETURN_IF_ERROR(asker->Ask(named, &place));
  Json out;
  out["election"] = ToHex(election->election());
  out["mode"] = election->mode();
  out["contest"] = options.contest;
  out["region"] = RegionToJson(place.region());
  out["as_of"] = AsOfToJson(walker.as_of());
  out["stations"] = Json::array();
  JEJAK_RETURN_IF_ERROR(walker.Each([&](const Station& station) -> Status {
    JEJAK_ASSIGN_OR_RETURN(Json line, LineToJson(station));
    out["stations"].push_back(std::move(line));
    return {};
  }));
  out["next_page_token"] = walker.next();
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
