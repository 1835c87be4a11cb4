// Names and salts of officials as a file beside an export: JSON lines in the order of their ids, so
// that one can be taken out where the law wants it. Spec: docs/reference/log.md.
//
// Thread rule: any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ledger/base/kv.h"
#include "ledger/engine/ledger.h"

namespace jejak::cli {

// Everything that the people table of `rows` holds; replaces the file at once and durably.
Result<uint64_t> WritePeopleFile(const KeyValueReader& rows, const std::string& file);
// Calls `visit` for each line in turn. INPUT_MALFORMED, with the line; the visitor's own failure.
using PersonVisitor = std::function<Status(const std::string& official, engine::Person)>;
Status ReadPeopleFile(const std::string& file, const PersonVisitor& visit);

// The first official whose name is not the one that was enrolled, or who is not enrolled at all.
// `rows` holds the registry.
Result<std::optional<std::string>> FindWrongPerson(
    const KeyValueReader& rows, const std::function<Status(const PersonVisitor&)>& people);
// The people table of `rows`, for FindWrongPerson.
Status VisitPeople(const KeyValueReader& rows, const PersonVisitor& visit);

}  // namespace jejak::cli
