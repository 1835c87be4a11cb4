#include "tools/cli/people_file.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "ledger/base/encoding.h"
#include "ledger/base/files.h"
#include "ledger/engine/tables.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/tables.h"
#include "tools/cli/console.h"
#include "tools/cli/json.h"

namespace jejak::cli {
namespace {

std::optional<std::pair<std::string, engine::Person>> ParseLine(const std::string& line) {
  const auto json = ParseJson(line, "a line of names");
  if (!json.ok() || !json->is_object() || json->size() != 3) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto at = json->find(key);
    return at != json->end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto salt = FixedFromHex<crypto::Salt>(text("salt"));
  std::pair<std::string, engine::Person> out{text("official"), {}};
  out.second.name = text("name");
  if (!salt || out.first.empty() || out.second.name.empty()) return std::nullopt;
  out.second.salt = *salt;
  return out;
}

}  // namespace

Status VisitPeople(const KeyValueReader& rows, const PersonVisitor& visit) {
  const auto cursor = rows.NewCursor(engine::kPeople);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    auto person = engine::DecodePerson(cursor->value());
    if (!person) {
      return Status(Reason::kLedgerDamaged,
                    fmt::format("the name of {} does not read", cursor->key()));
    }
    JEJAK_RETURN_IF_ERROR(visit(std::string(cursor->key()), std::move(*person)));
  }
  return rows.status();
}

Result<uint64_t> WritePeopleFile(const KeyValueReader& rows, const std::string& file) {
  uint64_t count = 0;
  std::string text;
  JEJAK_RETURN_IF_ERROR(
      VisitPeople(rows, [&](const std::string& official, const engine::Person& person) {
        text += DumpLine(
            {{"official", official}, {"salt", ToHex(person.salt)}, {"name", person.name}});
        text += '\n';
        ++count;
        return OkStatus();
      }));
  static constexpr std::array<std::string_view, 1> kNames = {"{\"official\":"};
  JEJAK_RETURN_IF_ERROR(MayWriteOver(file, kNames));
  const std::filesystem::path parent = std::filesystem::absolute(file).parent_path();
  JEJAK_RETURN_IF_ERROR(MakeFolder(parent));
  JEJAK_RETURN_IF_ERROR(ReplaceFile(file, text));
  JEJAK_RETURN_IF_ERROR(SyncFolder(parent));
  return count;
}

Status ReadPeopleFile(const std::string& file, const PersonVisitor& visit) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Status(Reason::kFileMissing, file);
  const auto wrong = [&](uint64_t number) {
    return Status(Reason::kInputMalformed, fmt::format("{}:{}: not a line of names", file, number))
        .With("file", file)
        .With("line", std::to_string(number));
  };
  std::string line, last;
  for (uint64_t number = 1; std::getline(in, line); ++number) {
    // A last line without its end was torn off.
    if (in.eof()) return wrong(number);
    auto parsed = ParseLine(line);
    if (!parsed || parsed->first <= last) return wrong(number);
    last = parsed->first;
    JEJAK_RETURN_IF_ERROR(visit(parsed->first, std::move(parsed->second)));
  }
  if (in.bad()) return Status(Reason::kIoError, file);
  return {};
}

Result<std::optional<std::string>> FindWrongPerson(
    const KeyValueReader& rows, const std::function<Status(const PersonVisitor&)>& people) {
  std::optional<std::string> wrong;
  JEJAK_RETURN_IF_ERROR(people([&](const std::string& official, const engine::Person& person) {
    if (wrong) return OkStatus();
    Bytes value;
    const bool there = rows.Get(projection::kRegistry, projection::OfficialKey(official), &value);
    const auto enrolled =
        there ? projection::Decode<admission::OfficialState>(value) : std::nullopt;
    if (!enrolled || crypto::NameCommitment(person.salt, person.name) != enrolled->name)
      wrong = official;
    return rows.status();
  }));
  return wrong;
}

}  // namespace jejak::cli
