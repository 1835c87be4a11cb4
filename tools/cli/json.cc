#include "tools/cli/json.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include "ledger/base/limits.h"

namespace jejak::cli {

Status Malformed(const std::string& pointer, std::string_view why) {
  return Status(Reason::kInputMalformed,
                fmt::format("{}: {}", pointer.empty() ? "/" : pointer, why))
      .With("pointer", pointer);
}

Result<Json> ParseJson(std::string_view text, std::string_view what) {
  // The parser takes one for the end, whatever follows.
  if (text.find('\0') != std::string_view::npos) {
    return Status(Reason::kInputMalformed,
                  fmt::format("{} is not JSON: it holds a null byte", what))
        .With("file", std::string(what));
  }
  // Members seen so far in every object that is open.
  std::vector<std::set<std::string>> open;
  std::string repeated;
  const Json::parser_callback_t watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end && !open.empty()) open.pop_back();
    if (event == Json::parse_event_t::key && !open.empty() && repeated.empty()) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!open.back().insert(key).second) repeated = key;
    }
    return true;
  };
  try {
    Json json = Json::parse(text, watch);
    if (!repeated.empty()) {
      return Status(Reason::kInputMalformed,
                    fmt::format("{}: the key \"{}\" is given twice", what, repeated))
          .With("file", std::string(what));
    }
    return json;
  } catch (const nlohmann::json::exception& e) {
    std::string why = e.what();
    if (const size_t at = why.find("] "); at != std::string::npos) why.erase(0, at + 2);
    return Status(Reason::kInputMalformed, fmt::format("{} is not JSON: {}", what, why))
        .With("file", std::string(what));
  }
}

Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  const auto failed = [&](int error) {
    const Reason reason = error == ENOENT   ? Reason::kFileMissing
                          : error == EACCES ? Reason::kPermissionDenied
                                            : Reason::kIoError;
    return Status(reason, fmt::format("{}: {}", path, std::strerror(error))).With("file", path);
  };
  if (!file) return failed(errno);
  std::string text;
  char buffer[1 << 16];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, n);
    if (text.size() > bytes_max) {
      return Status(Reason::kInputMalformed,
                    fmt::format("{} is larger than {} bytes", path, bytes_max))
          .With("file", path);
    }
  }
  if (std::ferror(file.get()) != 0) return failed(errno);
  return text;
}

Result<Json> ReadJsonFile(const std::string& path) {
  JEJAK_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, limits::kJsonFileBytesMax));
  return ParseJson(text, path);
}

std::string DumpLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string DumpPretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace jejak::cli
