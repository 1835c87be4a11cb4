// One entry: decoded, with its author's enrolment back to the root, and its proof.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct EntryOptions {
  std::string entry, proof;
  bool effect = false;
};

Result<LogIndex> Find(const engine::View& view, const std::string& text) {
  if (IsDigits(text) && text.size() < 20) {
    uint64_t index = 0;
    std::from_chars(text.data(), text.data() + text.size(), index);
    return LogIndex(index);
  }
  const auto hash = FixedFromHex<Hash>(text);
  if (!hash)
    return Status(Reason::kInvalidArgument,
                  "name an entry by its index or by the 64 hex digits of its event");
  const auto index = view.FindEvent(*hash);
  if (!index) return Status(Reason::kNotFound, fmt::format("no event {} in the log", text));
  return *index;
}

Result<Json> ChainOf(const Session& session, const PublicKey& key) {
  Json out = Json::array();
  JEJAK_ASSIGN_OR_RETURN(const auto chain, session.queries().EnrolmentOf(key));
  for (const projection::Enrolment& link : chain) {
    const auto person = session.view().PersonOf(link.id);
    Json one;
    one["official"] = link.id;
    one["name"] = person ? Json(person->name) : Json();
    one["role"] = std::string(Name(link.official.role));
    one["body"] = link.official.body;
    one["decree"] = link.official.decree;
    one["jurisdiction"] = link.official.jurisdiction.display();
    one["enrolled_at_index"] = link.official.enrolled_at.value;
    // Genesis names its three officials; nobody enrolled them.
    one["enrolled_by"] = link.ByGenesis() ? Json() : Json(link.official.enrolled_by);
    out.push_back(std::move(one));
  }
  return out;
}

// The votes of one level before or after the entry, by choice.
Json VotesAt(const projection::TallyRow& row) {
  Json out = Json::object();
  for (const projection::SumCell& cell : row.sums) {
    if (cell.key.kind == election::FieldKind::kVotes) out[std::to_string(cell.key.id)] = cell.sum;
  }
  return out;
}

Json EffectToJson(const std::vector<projection::LevelEffect>& effect) {
  Json out = Json::array();
  for (const projection::LevelEffect& level : effect) {
    Json one = RegionToJson(level.region);
    one["before"] = VotesAt(level.before);
    one["after"] = VotesAt(level.after);
    out.push_back(std::move(one));
  }
  return out;
}

void PrintEffect(const Console& console, const std::vector<projection::LevelEffect>& effect) {
  if (effect.empty()) {
    return console.Line(console.T("it changed no total", "tidak mengubah jumlah apa pun"));
  }
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft});
  table.Row(
      {"", "", std::string(console.T("votes before and after", "suara sebelum dan sesudah"))});
  for (const projection::LevelEffect& level : effect) {
    std::string words;
    for (const projection::SumCell& after : level.after.sums) {
      if (after.key.kind != election::FieldKind::kVotes) continue;
      const auto before = std::find_if(level.before.sums.begin(), level.before.sums.end(),
                                       [&](const auto& cell) { return cell.key == after.key; });
      words += fmt::format("{}{}: {} → {}", words.empty() ? "" : ", ", after.key.id,
                           before == level.before.sums.end() ? "-" : console.Number(before->sum),
                           console.Number(after.sum));
    }
    table.Row({level.region.code.display(), level.region.name, words});
  }
  table.Print(console);
}

Status EntryCommand(const Globals& globals, const EntryOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex index, Find(session->view(), options.entry));
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, session->view().Entry(index));
  if (!options.proof.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const std::string proof, session->view().TlogProof(index));
    JEJAK_RETURN_IF_ERROR(WriteTextFile(options.proof, proof));
  }
  LocalAuthors authors(session.get());
  JEJAK_ASSIGN_OR_RETURN(const Json chain, ChainOf(*session, entry.event.author));
  std::vector<projection::LevelEffect> effect;
  if (options.effect) {
    JEJAK_ASSIGN_OR_RETURN(effect, session->queries().EffectOf(entry));
  }
  const Console& console = globals.console;
  if (console.json) {
    Json out;
    if (options.effect) out["effect"] = EffectToJson(effect);
    out["entry"] = EntryToJson(console, entry, &authors);
    out["signature"] = ToHex(entry.entry.signature);
    out["enrolment"] = chain;
    console.Print(out);
    return OkStatus();
  }
  console.Line(EntryWords(console, entry, *session, &authors));
  if (const std::string mode = ModeWords(*session, console); !mode.empty()) console.Line(mode);
  console.Line(fmt::format("{} {}", console.T("event", "event"), ToHex(entry.hash)));
  console.Line(fmt::format("{} {}, {} {}", console.T("sequence", "nomor urut"),
                           entry.event.sequence,
                           console.T("by the author's clock", "menurut jam penulis"),
                           FormatTime(entry.event.occurred_at)));
  if (entry.entry.refusal) {
    const ReasonInfo& info = InfoOf(entry.entry.refusal->reason);
    console.Line(fmt::format("{}: {}", info.name, console.T(info.text_en, info.text_id)));
  }
  for (const Json& link : chain) {
    console.Line(fmt::format("  {} ({}), {} #{}", link["official"].get<std::string>(),
                             link["role"].get<std::string>(),
                             console.T("enrolled by entry", "didaftarkan oleh entri"),
                             link["enrolled_at_index"].get<uint64_t>()));
  }
  console.Line(DumpPretty(BodyToJson(entry.event.body)));
  if (options.effect) PrintEffect(console, effect);
  return OkStatus();
}

}  // namespace

void AddEntryCommands(Program* program) {
  const auto options = std::make_shared<EntryOptions>();
  CLI::App* command =
      program->Add(program->app(), "entry", "one entry of the log", options, &EntryCommand);
  command->add_option("entry", options->entry, "index, or hash of the event")->required();
  command->add_option("--proof", options->proof, "write its tlog-proof to this file");
  command->add_flag("--effect", options->effect, "totals before and after it");
  AddReplayCommand(program);
}

}  // namespace jejak::cli
