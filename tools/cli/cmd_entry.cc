// One entry: decoded, with its author's enrolment back to the root, and its proof.
#include <fmt/format.h>

#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/merkle/tlog_proof.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct EntryOptions {
  std::string entry, proof;
  bool effect = false, cosigned = false;
};

Status SetEntry(const std::string& text, jejak::v1::GetEntryRequest* out) {
  if (IsDigits(text) && text.size() < 20) {
    uint64_t index = 0;
    std::from_chars(text.data(), text.data() + text.size(), index);
    out->set_index(index);
    return {};
  }
  const auto hash = FixedFromHex<Hash>(text);
  if (!hash)
    return Status(Reason::kInvalidArgument,
                  "name an entry by its index or by the 64 hex digits of its event");
  out->set_event(std::string(hash->view()));
  return {};
}

Json ChainToJson(const jejak::v1::GetEntryResponse& answer) {
  Json out = Json::array();
  for (const jejak::v1::Enrolment& link : answer.enrolment()) {
    Json one;
    one["official"] = link.official();
    one["name"] = OrNull(link.has_name(), link.name());
    one["role"] = link.role();
    one["body"] = link.body();
    one["decree"] = link.decree();
    one["jurisdiction"] = link.jurisdiction();
    one["enrolled_at_index"] = link.enrolled_at_index();
    // Genesis names its three officials; nobody enrolled them.
    one["enrolled_by"] = OrNull(link.enrolled_by());
    out.push_back(std::move(one));
  }
  return out;
}

// The votes of one level before or after the entry, by choice.
using Votes = google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>;
std::map<election::ChoiceId, uint64_t> ByChoice(const Votes& votes) {
  std::map<election::ChoiceId, uint64_t> out;
  for (const jejak::v1::FieldValue& value : votes) {
    const auto field = election::ParseField(value.field());
    if (field && field->kind == election::FieldKind::kVotes) out[field->id] = value.value();
  }
  return out;
}

Json VotesAt(const Votes& votes) {
  Json out = Json::object();
  for (const auto& [choice, sum] : ByChoice(votes)) out[std::to_string(choice)] = sum;
  return out;
}

Json EffectToJson(const jejak::v1::GetEntryResponse& answer) {
  Json out = Json::array();
  for (const jejak::v1::LevelEffect& level : answer.effect()) {
    Json one = RegionToJson(level.region());
    one["before"] = VotesAt(level.before());
    one["after"] = VotesAt(level.after());
    out.push_back(std::move(one));
  }
  return out;
}

void PrintEffect(const Console& console, const jejak::v1::GetEntryResponse& answer) {
  if (answer.effect().empty()) {
    return console.Line(console.T("it changed no total", "tidak mengubah jumlah apa pun"));
  }
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft});
  table.Row(
      {"", "", std::string(console.T("votes before and after", "suara sebelum dan sesudah"))});
  for (const jejak::v1::LevelEffect& level : answer.effect()) {
    const auto before = ByChoice(level.before());
    std::string words;
    for (const auto& [choice, after] : ByChoice(level.after())) {
      const auto was = before.find(choice);
      words += fmt::format("{}{}: {} → {}", words.empty() ? "" : ", ", choice,
                           was == before.end() ? "-" : console.Number(was->second),
                           console.Number(after));
    }
    table.Row({level.region().code(), level.region().name(), words});
  }
  table.Print(console);
}

Status PrintEntry(Asker* asker, const Console& console, const jejak::v1::GetEntryResponse& answer,
                  const projection::ReadEntry& entry, Authors* authors) {
  console.Line(EntryWords(console, entry, authors));
  JEJAK_RETURN_IF_ERROR(PrintMode(asker, console));
  console.Line(fmt::format("{} {}", console.T("event", "event"), ToHex(entry.hash)));
  console.Line(fmt::format("{} {}, {} {}", console.T("sequence", "nomor urut"),
                           entry.event.sequence,
                           console.T("by the author's clock", "menurut jam penulis"),
                           FormatTime(entry.event.occurred_at)));
  if (entry.entry.refusal) {
    const ReasonInfo& info = InfoOf(entry.entry.refusal->reason);
    console.Line(fmt::format("{}: {}", info.name, console.T(info.text_en, info.text_id)));
  }
  for (const jejak::v1::Enrolment& link : answer.enrolment()) {
    console.Line(fmt::format("  {} ({}), {} #{}", link.official(), link.role(),
                             console.T("enrolled by entry", "didaftarkan oleh entri"),
                             link.enrolled_at_index()));
  }
  console.Text(DumpPretty(BodyToJson(entry.event.body)));
  return {};
}

// With the entry itself, so that the file shows by itself what it is a proof of.
Status WriteProof(const std::string& file, const jejak::v1::GetEntryResponse& answer,
                  const Bytes& entry) {
  JEJAK_ASSIGN_OR_RETURN(merkle::TlogProof proof, merkle::ParseTlogProof(answer.proof()));
  proof.extra = entry;
  return WriteTextFile(file, merkle::FormatTlogProof(proof));
}

Status EntryCommand(const Globals& globals, const EntryOptions& options, Run*) {
  if (options.cosigned && options.proof.empty())
    return Status(Reason::kUsage, "--cosigned is of --proof FILE");
  jejak::v1::GetEntryRequest request;
  JEJAK_RETURN_IF_ERROR(SetEntry(options.entry, &request));
  request.set_proof(!options.proof.empty());
  request.set_effect(options.effect);
  request.set_cosigned(options.cosigned);
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  jejak::v1::GetEntryResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(answer.entry()));
  if (!options.proof.empty()) JEJAK_RETURN_IF_ERROR(WriteProof(options.proof, answer, entry.bytes));
  Authors authors(asker.get());
  if (answer.has_author()) authors.Learn(answer.author());
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    if (options.effect) out["effect"] = EffectToJson(answer);
    out["entry"] = EntryToJson(console, entry, &authors);
    out["signature"] = ToHex(entry.entry.signature);
    out["enrolment"] = ChainToJson(answer);
    console.Print(out);
    return OkStatus();
  }
  JEJAK_RETURN_IF_ERROR(PrintEntry(asker.get(), console, answer, entry, &authors));
  if (options.effect) PrintEffect(console, answer);
  return OkStatus();
}

}  // namespace

void AddEntryCommands(Program* program) {
  const auto options = std::make_shared<EntryOptions>();
  CLI::App* command =
      program->Add(program->app(), "entry", "one entry of the log", options, &EntryCommand);
  command->add_option("entry", options->entry, "index, or hash of the event")->required();
  command->add_option("--proof", options->proof, "write its tlog-proof to this file");
  command->add_flag("--cosigned", options->cosigned,
                    "the proof is of the newest checkpoint that enough witnesses cosigned");
  command->add_flag("--effect", options->effect, "totals before and after it");
  AddReplayCommand(program);
}

}  // namespace jejak::cli
