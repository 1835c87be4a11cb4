// Figures of regions, dapil and stations.
#include <fmt/format.h>

#include <cstdio>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct TallyOptions {
  std::string contest, region, dapil, as_of, proof;
  bool children = false, sum = false;
};

std::string SumWords(const Console& console, const projection::ChoiceSum& sum) {
  const bool party = sum.choice.kind == election::ChoiceKind::kParty;
  return console.Number(party ? sum.party_total : sum.votes);
}

void PrintHead(const Session& session, const Console& console, const std::string& contest,
               const projection::Tally& tally, const AsOf& as_of) {
  const auto& c = tally.stations;
  const std::string place =
      tally.region.code.IsNation() && tally.region.name != "INDONESIA"
          ? fmt::format("dapil {}", tally.region.name)
          : fmt::format("{} {} ({})", tally.region.code.display(), tally.region.name,
                        election::LevelName(tally.region.code));
  console.Line(fmt::format("{}  {}", contest, place));
  if (const std::string mode = ModeWords(session, console); !mode.empty()) console.Line(mode);
  console.Line(fmt::format(
      "{} {} {} TPS {}{}; {}", console.Number(static_cast<uint64_t>(c.reported)),
      console.T("of", "dari"), console.Number(static_cast<uint64_t>(c.total)),
      console.T("in", "masuk"),
      tally.expected ? fmt::format(" ({} {})", console.Number(uint64_t{*tally.expected}),
                                   console.T("expected", "seharusnya"))
                     : "",
      AsOfWords(as_of, console)));
  console.Line(fmt::format("{} {}, {} {}, {} {}, {} {}", console.T("corrected", "dibetulkan"),
                           c.corrected, console.T("completed", "dilengkapi"), c.completed,
                           console.T("photo replaced", "foto diganti"), c.evidence_replaced,
                           console.T("with findings", "dengan temuan"), c.with_findings));
  console.Line("");
}

void PrintFigures(const Console& console, const projection::Tally& tally) {
  Table votes(
      {Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight});
  votes.Row({"", "", std::string(console.T("votes", "suara")), "TPS"});
  for (const projection::ChoiceSum& sum : tally.votes) {
    const bool party = sum.choice.kind == election::ChoiceKind::kParty;
    const std::string indent = sum.choice.party != 0 ? "  " : "";
    votes.Row({std::to_string(sum.choice.number), indent + sum.choice.name, SumWords(console, sum),
               console.Number(uint64_t{party ? sum.party_total_present : sum.present})});
  }
  votes.Print(console);
  console.Line("");
  Table figures({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight});
  figures.Row(
      {std::string(console.T("figure", "angka")), std::string(console.T("sum", "jumlah")), "TPS"});
  for (const projection::FigureSum& sum : tally.figures) {
    if (!sum.value) continue;
    figures.Row({std::string(Name(sum.figure)), console.Number(*sum.value),
                 console.Number(uint64_t{sum.present})});
  }
  figures.Print(console);
}

void PrintChildren(const Console& console, const std::vector<projection::Tally>& children) {
  if (children.empty()) return;
  std::vector<Table::Align> columns = {Table::Align::kLeft, Table::Align::kLeft,
                                       Table::Align::kRight};
  std::vector<std::string> head = {"", "", "TPS"};
  for (const projection::ChoiceSum& sum : children.front().votes) {
    if (sum.choice.party != 0) continue;  // candidates would make the table too wide
    head.push_back(fmt::format("({})", sum.choice.number));
    columns.push_back(Table::Align::kRight);
  }
  Table table(columns);
  table.Row(head);
  for (const projection::Tally& child : children) {
    std::vector<std::string> row = {
        child.region.code.str(), child.region.name,
        fmt::format("{}/{}", child.stations.reported, child.stations.total)};
    for (const projection::ChoiceSum& sum : child.votes) {
      if (sum.choice.party == 0 && row.size() < columns.size())
        row.push_back(SumWords(console, sum));
    }
    table.Row(std::move(row));
  }
  console.Line("");
  table.Print(console);
}

Json ChildToJson(const projection::Tally& child) {
  Json out = RegionToJson(child.region);
  out["stations"] = StationsToJson(child);
  out["votes"] = SumsToJson(child);
  out["figures"] = FiguresToJson(child);
  return out;
}

Status WriteProof(const Session& session, const std::string& contest,
                  const election::RegionCode& region, bool sum, const std::string& file) {
  JEJAK_ASSIGN_OR_RETURN(projection::TallyProof proof,
                         session.queries().Prove(contest, region, sum));
  JEJAK_ASSIGN_OR_RETURN(const auto commitment, session.queries().Commitment());
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry genesis, session.view().Entry(LogIndex(0)));
  proof.genesis = genesis.entry.event;
  JEJAK_ASSIGN_OR_RETURN(proof.commitment, session.view().EntryBytes(*commitment));
  JEJAK_ASSIGN_OR_RETURN(proof.tlog_proof, session.view().TlogProof(*commitment));
  return WriteTextFile(file, projection::FormatTallyProof(proof));
}

// What the command shows.
struct Shown {
  AsOf as_of;
  projection::Tally tally;
  std::vector<projection::Tally> children;
};

Status CheckOptions(const TallyOptions& options) {
  if (options.region.empty() == options.dapil.empty())
    return Status(Reason::kUsage, "give either --region CODE or --dapil CODE");
  if (options.sum && options.proof.empty())
    return Status(Reason::kUsage, "--sum makes a proof: give --proof FILE too");
  if (!options.proof.empty() && options.region.empty()) {
    return Status(Reason::kInvalidArgument,
                  "a dapil's figures are the sum of its member regions: prove each of them");
  }
  return OkStatus();
}

Result<Shown> Look(Session* session, const TallyOptions& options) {
  Shown out;
  JEJAK_ASSIGN_OR_RETURN(out.as_of, GoTo(session, options.as_of));
  if (!options.proof.empty()) {
    // What is proven is what the ledger committed to: the figures shown are of that size too.
    if (!out.as_of.commitment)
      return Status(Reason::kNotCommitted, fmt::format("size {}", out.as_of.size.value));
    JEJAK_ASSIGN_OR_RETURN(out.as_of,
                           GoTo(session, std::to_string(out.as_of.commitment->value)));
  }
  const projection::Queries& queries = session->queries();
  std::vector<election::RegionCode> below;
  if (!options.dapil.empty()) {
    JEJAK_ASSIGN_OR_RETURN(out.tally, queries.TallyOfDapil(options.contest, options.dapil));
    below = queries.registry()
                .Contest(options.contest)
                ->ballots.find(options.dapil)
                ->second->ballot->members;
  } else {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
    JEJAK_ASSIGN_OR_RETURN(out.tally, queries.TallyOf(options.contest, region));
    if (options.children) {
      JEJAK_ASSIGN_OR_RETURN(below, queries.Children(options.contest, region));
    }
  }
  if (!options.children) below.clear();
  for (const election::RegionCode& code : below) {
    JEJAK_ASSIGN_OR_RETURN(out.children.emplace_back(), queries.TallyOf(options.contest, code));
  }
  return out;
}

Json ShownToJson(const Session& session, const TallyOptions& options, const Shown& shown) {
  Json out;
  out["election"] = ToHex(session.election().state.id);
  out["mode"] = std::string(Name(session.election().state.mode));
  out["contest"] = options.contest;
  if (options.dapil.empty()) {
    out["region"] = RegionToJson(shown.tally.region);
  } else {
    out["region"] = Json();
    out["dapil"] = options.dapil;
  }
  out["as_of"] = AsOfToJson(shown.as_of);
  out["stations"] = StationsToJson(shown.tally);
  out["votes"] = SumsToJson(shown.tally);
  out["figures"] = FiguresToJson(shown.tally);
  out["present"] = PresentToJson(shown.tally);
  if (options.children) {
    out["children"] = Json::array();
    for (const projection::Tally& child : shown.children)
      out["children"].push_back(ChildToJson(child));
  }
  return out;
}

Status TallyCommand(const Globals& globals, const TallyOptions& options, Run*) {
  JEJAK_RETURN_IF_ERROR(CheckOptions(options));
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const Shown shown, Look(session.get(), options));
  if (!options.proof.empty()) {
    JEJAK_RETURN_IF_ERROR(WriteProof(*session, options.contest, shown.tally.region.code,
                                     options.sum, options.proof));
  }
  const Console& console = globals.console;
  if (console.json) {
    console.Print(ShownToJson(*session, options, shown));
    return OkStatus();
  }
  PrintHead(*session, console, options.contest, shown.tally, shown.as_of);
  PrintFigures(console, shown.tally);
  PrintChildren(console, shown.children);
  return OkStatus();
}

}  // namespace

void AddTallyCommands(Program* program) {
  const auto options = std::make_shared<TallyOptions>();
  CLI::App* command =
      program->Add(program->app(), "tally", "figures of a region or dapil", options, &TallyCommand);
  command->add_option("--contest", options->contest, "contest, such as ppwp")->required();
  command->add_option("--region", options->region, "code of a region or TPS; 0 is the nation");
  command->add_option("--dapil", options->dapil, "code of an electoral district");
  command->add_option("--as-of", options->as_of, "log size or time");
  command->add_flag("--children", options->children, "also what lies right below");
  command->add_option("--proof", options->proof, "write a proof of the figures to this file");
  command->add_flag("--sum", options->sum, "a proof that also shows that they add up");
  AddStationsCommand(program);
}

}  // namespace jejak::cli
