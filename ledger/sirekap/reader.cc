#include "ledger/sirekap/reader.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/sirekap/lines.h"
#include "ledger/sirekap/parse.h"

namespace jejak::sirekap {
namespace {

namespace fs = std::filesystem;
using election::ContestKind;

enum class Shape : uint8_t { kOther, kLines, kStation };

// The TPS that a file `NNNNNNNNNNNNN.json` is about.
std::optional<election::StationCode> StationOf(const fs::path& path) {
  const auto code = election::StationCode::Parse(path.stem().string());
  return code && code->IsStation() ? code : std::nullopt;
}

Shape ShapeOf(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")) return Shape::kLines;
  return name.ends_with(".json") && StationOf(path) ? Shape::kStation : Shape::kOther;
}

void Skip(const Sink& sink, Origin origin, std::string why) {
  sink.skipped({std::move(origin), std::move(why)});
}

void Take(const Sink& sink, Origin origin, Result<Version> version) {
  if (!version.ok()) return Skip(sink, std::move(origin), version.status().message());
  version->origin = std::move(origin);
  sink.version(std::move(version).value());
}

void ReadLines(const std::string& path, ContestKind kind, const Sink& sink) {
  const auto file = std::make_shared<const std::string>(path);
  auto reader = LineReader::Open(path, limits::kJsonLineBytesMax);
  if (!reader.ok()) return Skip(sink, {file, 0}, reader.status().message());
  std::string line;
  while (true) {
    const auto got = (*reader)->Next(&line);
    const Origin origin{file, (*reader)->number()};
    if (!got.ok()) return Skip(sink, origin, got.status().message());
    if (*got == LineReader::Got::kEnd) return;
    if (*got == LineReader::Got::kTooLong) {
      Skip(sink, origin, "the line is too long");
    } else if (line.find_first_not_of(" \t") != std::string::npos) {
      Take(sink, origin, ParseVersion(line, kind, std::nullopt));
    }
  }
}

void ReadStation(const std::string& path, ContestKind kind, const Sink& sink) {
  const Origin origin{std::make_shared<const std::string>(path), 0};
  auto reader = LineReader::Open(path, limits::kJsonLineBytesMax);
  if (!reader.ok()) return Skip(sink, origin, reader.status().message());
  std::string text, line;
  while (true) {
    const auto got = (*reader)->Next(&line);
    if (!got.ok()) return Skip(sink, origin, got.status().message());
    if (*got == LineReader::Got::kEnd) break;
    if (*got == LineReader::Got::kTooLong ||
        text.size() + line.size() > limits::kJsonLineBytesMax) {
      return Skip(sink, origin, "the file is too long");
    }
    text.append(line).push_back('\n');
  }
  Take(sink, origin, ParseVersion(text, kind, StationOf(path)));
}

void ReadFile(const fs::path& path, ContestKind kind, const Sink& sink) {
  if (ShapeOf(path) == Shape::kLines) return ReadLines(path.string(), kind, sink);
  if (ShapeOf(path) == Shape::kStation) return ReadStation(path.string(), kind, sink);
}

// Every file below `folder`, ascending by path. Links to folders are not followed, so there are no
// circles.
Result<std::vector<fs::path>> FilesIn(const std::string& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code unreadable;
    if (at->is_regular_file(unreadable) && ShapeOf(at->path()) != Shape::kOther) {
      out.push_back(at->path());
    }
  }
  if (error)
    return Status(Reason::kFileMissing, "can't read all of " + folder).With("file", folder);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Status ReadVersions(const std::string& path, ContestKind kind, const Sink& sink) {
  std::error_code error;
  const auto type = fs::status(path, error).type();
  if (type == fs::file_type::directory) {
    JEJAK_ASSIGN_OR_RETURN(const auto files, FilesIn(path));
    for (const fs::path& file : files) ReadFile(file, kind, sink);
    return {};
  }
  if (type == fs::file_type::none || type == fs::file_type::not_found) {
    return Status(Reason::kFileMissing, "nothing at " + path).With("file", path);
  }
  if (ShapeOf(path) == Shape::kOther) {
    return Status(Reason::kInvalidArgument,
                  path + " is neither NNNNNNNNNNNNN.json nor .jsonl nor .jsonl.gz")
        .With("file", path);
  }
  ReadFile(path, kind, sink);
  return {};
}

}  // namespace jejak::sirekap
