// One entry: decoded, with its author's enrolment back to the root, and its proof.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>

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

// Enrolments from the author up to whoever genesis names; a chain is as short as the table of roles
// is deep.
constexpr size_t kChainMax = 32;

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

Json ChainOf(const Session& session, const PublicKey& key) {
  Json out = Json::array();
  const auto author = session.queries().AuthorOf(key);
  if (!author.ok()) return out;
  std::string id = author->official;
  for (size_t i = 0; i < kChainMax && !id.empty(); ++i) {
    const auto official = session.queries().Official(id);
    if (!official.ok()) break;
    const auto person = session.view().PersonOf(id);
    Json one;
    one["official"] = id;
    one["name"] = person ? Json(person->name) : Json();
    one["role"] = std::string(Name(official->role));
    one["body"] = official->body;
    one["decree"] = official->decree;
    one["jurisdiction"] = official->jurisdiction.display();
    one["enrolled_at_index"] = official->enrolled_at.value;
    // Genesis names its three officials; nobody enrolled them.
    const bool first = official->enrolled_at.value == 0;
    one["enrolled_by"] = first ? Json() : Json(official->enrolled_by);
    out.push_back(std::move(one));
    if (first) break;
    id = official->enrolled_by;
  }
  return out;
}

Status WriteProof(const std::string& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    return Status(Reason::kIoError, fmt::format("{} can't be written", path));
  }
  return OkStatus();
}

Status EntryCommand(const Globals& globals, const EntryOptions& options, Run*) {
  if (options.effect) {
    return Status(Reason::kInvalidArgument,
                  "--effect: totals before and after an entry come with the tally tree");
  }
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex index, Find(session->view(), options.entry));
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, session->view().Entry(index));
  if (!options.proof.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const std::string proof, session->view().TlogProof(index));
    JEJAK_RETURN_IF_ERROR(WriteProof(options.proof, proof));
  }
  Authors authors(session.get());
  const Json chain = ChainOf(*session, entry.event.author);
  const Console& console = globals.console;
  if (console.json) {
    Json out;
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
