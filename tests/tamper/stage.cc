#include "tests/tamper/stage.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/base/encoding.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/note.h"
#include "ledger/sim/generator.h"
#include "ledger/store/store.h"

namespace jejak::tamper {
namespace {

// One seed for the program and for the keys that the attacks sign with.
constexpr uint64_t kSeed = 3;

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// The reasons in a sentence for auditors, such as "the rules say refused as KEY_REVOKED (0)": of a
// verdict, those that the rules give.
std::string ReasonsIn(std::string meaning) {
  if (const size_t rules = meaning.find("the rules say"); rules != meaning.npos)
    meaning = meaning.substr(rules);
  std::string out, word;
  for (const char c : meaning + " ") {
    if ((c >= 'A' && c <= 'Z') || c == '_') {
      word += c;
      continue;
    }
    if (word.find('_') != word.npos && word.size() > 4) out += " " + word;
    word.clear();
  }
  return out;
}

// The reason in what the program printed with --json.
std::string ReasonIn(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return "no JSON: " + text.substr(0, 200);
  if (json.contains("fault")) {
    const auto& fault = json["fault"];
    std::string out = fault["what"];
    if (!fault["index"].is_null()) out += fmt::format("@{}", fault["index"].get<uint64_t>());
    return out + ReasonsIn(fault["meaning"]);
  }
  if (json.contains("error")) return json["error"]["reason"];
  return "no reason: " + text.substr(0, 200);
}

}  // namespace

void Broken(const std::string& why) {
  std::cerr << "tamper: " << why << "\n";
  std::exit(2);
}

void Must(const Status& status) {
  if (!status.ok()) Broken(status.ToString());
}

Result<std::unique_ptr<Stage>> Stage::Make(const fs::path& program, const fs::path& work) {
  auto out = std::make_unique<Stage>();
  out->program_ = program;
  out->work_ = work;
  out->ledger_ = work / "honest";
  out->export_ = work / "export";
  out->kept_ = work / "kept";
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"simulate", "--ledger", out->ledger_, "--scenario", "bulungan-night", "--seed",
            std::to_string(kSeed), "--stop-after", "night"},
           {"verify", "--ledger", out->ledger_},
           {"export", "--ledger", out->ledger_, "--out", out->export_}}) {
    const std::string said = out->Run(arguments);
    if (said != "OK") Broken(arguments[0] + " of the honest ledger: " + said);
  }
  const auto simulation = std::make_shared<sim::Simulation>(
      std::move(*sim::Simulation::Create(*sim::Scenario::ByName("bulungan-night"), kSeed)));
  // Keys exist once the setup was made.
  std::map<Hash, std::string> authors;
  while (const auto step = simulation->Next()) authors.emplace(step->hash, step->author);
  JEJAK_ASSIGN_OR_RETURN(Book honest,
                         Book::Read(out->ledger_, [simulation](const std::string& official) {
                           auto key = simulation->KeyOf(official);
                           Must(key.status());
                           return std::move(*key);
                         }));
  out->honest_ = std::make_unique<Book>(std::move(honest));
  for (size_t i = 0; i < out->honest_->size(); ++i) {
    const auto author = authors.find(event::EventHash(out->honest_->At(i).event));
    out->authors_.push_back(author == authors.end() ? "ledger" : author->second);
  }
  std::ofstream(out->kept_) << out->honest_->Checkpoint();
  const crypto::SecretKey key = out->honest_->ledger_key();
  const event::Event genesis = out->honest_->EventAt(0);
  out->vkey_ = merkle::FormatVerifierKey({std::get<event::ElectionOpened>(genesis.body).origin,
                                          merkle::KeyType::kEd25519, key.public_key()});
  return out;
}

std::string Stage::election() const { return ToHex(honest_->election()); }

fs::path Stage::Fresh(const std::string& name) {
  return work_ / fmt::format("{}-{}", ++fresh_, name);
}

fs::path Stage::CopyOf(const fs::path& folder) {
  const fs::path out = Fresh("copy");
  fs::copy(folder, out, fs::copy_options::recursive);
  return out;
}

std::string Stage::Run(const std::vector<std::string>& arguments) const {
  std::string command = Quoted(program_);
  for (const std::string& argument : arguments) command += " " + Quoted(argument);
  FILE* pipe = popen((command + " --json 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) Broken("cannot run the program");
  std::string text;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 125)
    return fmt::format("died, status {}", status);
  return WEXITSTATUS(status) == 0 ? "OK" : ReasonIn(text);
}

std::string Stage::Open(const fs::path& ledger) const {
  return Run({"tally", "--ledger", ledger, "--contest", "ppwp", "--region", "6501"});
}

std::string Stage::Verify(const fs::path& ledger) const {
  return Run({"verify", "--ledger", ledger, "--election", election()});
}

std::string Stage::VerifyExport(const fs::path& folder) const {
  return Run({"verify", "--dir", folder, "--election", election()});
}

std::string Stage::Tell(const Book& lie, bool since) {
  const fs::path ledger = Fresh("ledger"), folder = Fresh("export");
  Must(lie.WriteLedger(ledger));
  Must(lie.WriteExport(folder));
  const std::string opened = Open(ledger);
  if (opened != "OK") return "does not open: " + opened;
  std::string of_ledger = Verify(ledger), of_export = VerifyExport(folder);
  if (since) {
    if (of_ledger != "OK" || of_export != "OK")
      return "without a kept checkpoint: " + of_ledger + ", " + of_export;
    of_ledger = Run({"verify", "--ledger", ledger, "--since", kept_});
    of_export = Run({"verify", "--dir", folder, "--since", kept_});
  }
  return of_ledger == of_export ? of_ledger : "ledger: " + of_ledger + ", export: " + of_export;
}

std::string Stage::TellInExport(const Book& lie, const std::string& checkpoint) {
  const fs::path folder = Fresh("export");
  Must(lie.WriteExport(folder, checkpoint));
  return VerifyExport(folder);
}

fs::path Stage::Edited(const std::vector<StoredRow>& changes) {
  const fs::path copy = CopyOf(ledger_);
  auto store = store::Store::Open(copy, engine::AllTables(), {});
  Must(store.status());
  Must((*store)->ConfirmHead());
  store::WriteSet rows = (*store)->NewWriteSet();
  for (const StoredRow& row : changes) {
    row.value ? rows.Put(row.table, row.key, *row.value) : rows.Delete(row.table, row.key);
  }
  store::HeadRecord head = (*store)->head();
  ++head.commit;
  Must((*store)->Commit(std::move(rows), head));
  Must((*store)->Close());
  return copy;
}

std::string Stage::Edit(const std::vector<StoredRow>& changes) {
  const fs::path copy = Edited(changes);
  const std::string opened = Open(copy);
  return opened == "OK" ? Verify(copy) : "does not open: " + opened;
}

StoredRow Stage::Row(TableId table, ByteView prefix) const {
  store::OpenOptions options;
  options.read_only = true;
  const auto store = store::Store::Open(ledger_, engine::AllTables(), options);
  Must(store.status());
  const auto cursor = (*store)->Snapshot()->NewCursor(table);
  cursor->Seek(prefix);
  if (!cursor->Valid() || !cursor->key().starts_with(prefix)) Broken("there is no such row");
  return {table, Bytes(cursor->key()), Bytes(cursor->value())};
}

size_t Stage::Find(const Fits& fits, size_t from) const {
  for (size_t i = from; i < honest_->size(); ++i)
    if (fits(honest_->At(i), honest_->EventAt(i))) return i;
  Broken("the ledger has no such entry");
}

size_t Stage::FindLast(const Fits& fits) const {
  for (size_t i = honest_->size(); i > 0; --i)
    if (fits(honest_->At(i - 1), honest_->EventAt(i - 1))) return i - 1;
  Broken("the ledger has no such entry");
}

std::optional<size_t> Stage::NextOf(size_t index) const {
  const PublicKey author = honest_->EventAt(index).author;
  for (size_t i = index + 1; i < honest_->size(); ++i)
    if (honest_->EventAt(i).author == author) return i;
  return std::nullopt;
}

size_t Stage::Form(bool more) const {
  for (size_t i = 0; i < honest_->size(); ++i) {
    const event::Event event = honest_->EventAt(i);
    if (!std::holds_alternative<event::ResultSubmitted>(event.body) || honest_->At(i).refusal)
      continue;
    if (std::get<event::ResultSubmitted>(event.body).votes.empty()) continue;
    if (NextOf(i).has_value() == more) return i;
  }
  Broken("the ledger has no such result");
}

std::string Stage::AuthorOf(size_t index) const { return authors_[index]; }

}  // namespace jejak::tamper
