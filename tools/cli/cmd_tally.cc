// Figures of regions, dapil and stations.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/merkle/note.h"
#include "ledger/projection/tally_proof.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct TallyOptions {
  std::string contest, region, dapil, as_of, proof;
  bool children = false, sum = false;
};

std::string SumWords(const Console& console, const jejak::v1::ChoiceSum& sum) {
  const bool party = sum.choice().kind() == "party";
  return console.Number(party ? If(sum.has_party_total(), sum.party_total())
                              : If(sum.has_votes(), sum.votes()));
}

Status PrintHead(Asker* asker, const Console& console, const std::string& contest,
                 const jejak::v1::Tally& tally, const AsOf& as_of) {
  const auto& c = tally.stations();
  const auto& region = tally.region();
  console.Line(fmt::format("{}  {}", contest,
                           region.level() == "dapil"
                               ? fmt::format("dapil {}", region.name())
                               : fmt::format("{} {} ({})", region.code(), region.name(),
                                             region.level())));
  JEJAK_RETURN_IF_ERROR(PrintMode(asker, console));
  console.Line(fmt::format(
      "{} {} {} TPS {}{}; {}", console.Number(static_cast<uint64_t>(c.reported())),
      console.T("of", "dari"), console.Number(static_cast<uint64_t>(c.total())),
      console.T("in", "masuk"),
      c.has_expected() ? fmt::format(" ({} {})", console.Number(uint64_t{c.expected()}),
                                     console.T("expected", "seharusnya"))
                       : "",
      AsOfWords(as_of, console)));
  console.Line(fmt::format("{} {}, {} {}, {} {}, {} {}", console.T("corrected", "dibetulkan"),
                           c.corrected(), console.T("completed", "dilengkapi"), c.completed(),
                           console.T("photo replaced", "foto diganti"), c.evidence_replaced(),
                           console.T("with findings", "dengan temuan"), c.with_findings()));
  console.Line("");
  return {};
}

void PrintFigures(const Console& console, const jejak::v1::Tally& tally) {
  Table votes(
      {Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight});
  votes.Row({"", "", std::string(console.T("votes", "suara")), "TPS"});
  for (const jejak::v1::ChoiceSum& sum : tally.votes()) {
    const bool party = sum.choice().kind() == "party";
    const std::string indent = sum.choice().party().empty() ? "" : "  ";
    votes.Row({std::to_string(sum.choice().number()), indent + sum.choice().name(),
               SumWords(console, sum),
               console.Number(uint64_t{party ? sum.party_total_present() : sum.present()})});
  }
  votes.Print(console);
  console.Line("");
  Table figures({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight});
  figures.Row(
      {std::string(console.T("figure", "angka")), std::string(console.T("sum", "jumlah")), "TPS"});
  for (const jejak::v1::FigureSum& sum : tally.figures()) {
    if (!sum.has_value()) continue;
    figures.Row(
        {sum.figure(), console.Number(sum.value()), console.Number(uint64_t{sum.present()})});
  }
  figures.Print(console);
}

void PrintChildren(const Console& console, const jejak::v1::GetTallyResponse& answer) {
  if (answer.children().empty()) return;
  std::vector<Table::Align> columns = {Table::Align::kLeft, Table::Align::kLeft,
                                       Table::Align::kRight};
  std::vector<std::string> head = {"", "", "TPS"};
  for (const jejak::v1::ChoiceSum& sum : answer.children(0).votes()) {
    if (!sum.choice().party().empty()) continue;  // candidates would make the table too wide
    head.push_back(fmt::format("({})", sum.choice().number()));
    columns.push_back(Table::Align::kRight);
  }
  Table table(columns);
  table.Row(head);
  for (const jejak::v1::Tally& child : answer.children()) {
    std::vector<std::string> row = {
        child.region().code(), child.region().name(),
        fmt::format("{}/{}", child.stations().reported(), child.stations().total())};
    for (const jejak::v1::ChoiceSum& sum : child.votes()) {
      if (sum.choice().party().empty() && row.size() < columns.size())
        row.push_back(SumWords(console, sum));
    }
    table.Row(std::move(row));
  }
  console.Line("");
  table.Print(console);
}

Json ChildToJson(const jejak::v1::Tally& child) {
  Json out = RegionToJson(child.region());
  out["stations"] = StationsToJson(child.stations());
  out["votes"] = SumsToJson(child);
  out["figures"] = FiguresToJson(child);
  return out;
}

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

// A proof that was made, not yet written: first it is seen to be of the figures shown.
struct MadeProof {
  std::string text;
  projection::TallyClaim claim;
};

Status NotAsAsked(const Status& why) {
  return Status(Reason::kProofInvalid, why.ToString());
}

// Of what was asked for, under the key that the ledger itself names: whose key that is, whoever
// uses the proof finds out. `as_of` becomes what it proves, so that the figures shown are of that
// size too.
Result<MadeProof> MakeProof(Asker* asker, const TallyOptions& options, const std::string& region,
                            jejak::v1::Point* as_of) {
  jejak::v1::GetTallyProofRequest request;
  *request.mutable_read()->mutable_as_of() = *as_of;
  request.set_contest(options.contest);
  request.set_region(region);
  request.set_sum(options.sum);
  jejak::v1::GetTallyProofResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  jejak::v1::GetCheckpointResponse newest;
  JEJAK_RETURN_IF_ERROR(asker->Ask(jejak::v1::GetCheckpointRequest(), &newest));
  const auto key = merkle::ParseVerifierKey(newest.vkey());
  if (!key.ok()) return NotAsAsked(key.status());
  const auto proof = projection::ParseTallyProof(answer.proof());
  const auto claim = proof.ok() ? projection::CheckTallyProof(*proof, *key) : proof.status();
  if (!claim.ok()) return NotAsAsked(claim.status());
  as_of->set_size(answer.as_of().size());
  const std::pair<const char*, std::string> expected[] = {
      {"kind", options.sum ? "sum" : "inclusion"}, {"contest", options.contest}, {"region", region},
      {"size", std::to_string(as_of->size())}};
  for (const auto& [name, value] : expected) {
    if (const Status status = projection::ExpectClaim(*claim, name, value); !status.ok())
      return NotAsAsked(status);
  }
  return MadeProof{answer.proof(), *claim};
}

// That the proof shows the same figures.
Status CheckFigures(const projection::TallyClaim& claim, const jejak::v1::Tally& tally) {
  std::map<std::string, uint64_t> shown, proved;
  const auto put = [&](bool has, const std::string& field, uint64_t value) {
    if (has) shown[field] = value;
  };
  for (const jejak::v1::ChoiceSum& sum : tally.votes()) {
    put(sum.has_votes(), "votes." + sum.choice().id(), sum.votes());
    put(sum.has_party_total(), "party_total." + sum.choice().id(), sum.party_total());
  }
  for (const jejak::v1::FigureSum& sum : tally.figures())
    put(sum.has_value(), sum.figure(), sum.value());
  for (const event::FieldSum& sum : claim.sums) {
    if (sum.present > 0) proved[election::FieldName(sum.key)] = sum.sum;
  }
  if (shown == proved) return {};
  const auto [here, there] = std::mismatch(shown.begin(), shown.end(), proved.begin(),
                                           proved.end());
  const std::string field = here != shown.end() ? here->first : there->first;
  return Status(Reason::kProofInvalid,
                fmt::format("{} is not what the proof of the figures shows", field));
}

Json ShownToJson(const jejak::v1::GetElectionResponse& election, const TallyOptions& options,
                 const jejak::v1::GetTallyResponse& answer, const AsOf& as_of) {
  const jejak::v1::Tally& tally = answer.tally();
  Json out;
  out["election"] = ToHex(election.election());
  out["mode"] = election.mode();
  out["contest"] = options.contest;
  if (options.dapil.empty()) {
    out["region"] = RegionToJson(tally.region());
  } else {
    out["region"] = Json();
    out["dapil"] = options.dapil;
  }
  out["as_of"] = AsOfToJson(as_of);
  out["stations"] = StationsToJson(tally.stations());
  out["votes"] = SumsToJson(tally);
  out["figures"] = FiguresToJson(tally);
  out["present"] = PresentToJson(tally);
  if (options.children) {
    out["children"] = Json::array();
    for (const jejak::v1::Tally& child : answer.children())
      out["children"].push_back(ChildToJson(child));
  }
  return out;
}

Status TallyCommand(const Globals& globals, const TallyOptions& options, Run*) {
  JEJAK_RETURN_IF_ERROR(CheckOptions(options));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetTallyRequest request;
  request.set_contest(options.contest);
  request.set_dapil(options.dapil);
  request.set_children(options.children);
  jejak::v1::Point* point = request.mutable_read()->mutable_as_of();
  JEJAK_RETURN_IF_ERROR(SetPoint(options.as_of, point));
  if (!options.region.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
    request.set_region(region.display());
  }
  std::optional<MadeProof> proof;
  if (!options.proof.empty()) {
    JEJAK_ASSIGN_OR_RETURN(proof, MakeProof(asker.get(), options, request.region(), point));
  }
  jejak::v1::GetTallyResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  if (proof) {
    JEJAK_RETURN_IF_ERROR(CheckFigures(proof->claim, answer.tally()));
    JEJAK_RETURN_IF_ERROR(WriteTextFile(options.proof, proof->text));
  }
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, ReadAsOf(answer.as_of()));
  const Console& console = globals.console;
  if (console.json) {
    JEJAK_ASSIGN_OR_RETURN(const auto* election, asker->Election());
    console.Print(ShownToJson(*election, options, answer, as_of));
    return OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(PrintHead(asker.get(), console, options.contest, answer.tally(), as_of));
  PrintFigures(console, answer.tally());
  PrintChildren(console, answer);
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
