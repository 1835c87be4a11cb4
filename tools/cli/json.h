// JSON documents of the command line: read strictly (a key given twice, invalid UTF-8 and trailing
// text are refused), written in the order in which members were added.
//
// Thread rule: pure functions. The library's exceptions end here.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ledger/base/status.h"

namespace jejak::cli {

using Json = nlohmann::ordered_json;

// INPUT_MALFORMED with where and why; `what` names the text in messages.
Result<Json> ParseJson(std::string_view text, std::string_view what);
// At most limits::kJsonFileBytesMax bytes. NOT_FOUND, INPUT_MALFORMED, IO_ERROR.
Result<Json> ReadJsonFile(const std::string& path);
Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max);

// One line, with U+FFFD for what isn't UTF-8.
std::string DumpLine(const Json& json);
// Indented.
std::string DumpPretty(const Json& json);

// A failure at a JSON pointer: "/votes/0/choice: …", with "pointer" in its metadata.
Status Malformed(const std::string& pointer, std::string_view why);

}  // namespace jejak::cli
