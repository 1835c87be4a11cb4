#include "tools/cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "ledger/base/text.h"

namespace jejak::cli {
namespace {

// Characters as a terminal counts them, near enough: code points.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

void Write(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fputc('\n', file);
}

}  // namespace

std::optional<Language> ParseLanguage(std::string_view text) {
  if (text == "id") return Language::kIndonesian;
  if (text == "en") return Language::kEnglish;
  return std::nullopt;
}

Language LanguageOfEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("id") ? Language::kIndonesian : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string ForTerminal(std::string_view text) {
  if (IsPlainText(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    size_t size = 1;
    while (size < text.size() && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80) ++size;
    const std::string_view one = text.substr(0, size);
    if (IsPlainText(one)) {
      out += one;
    } else {
      for (const char c : one) out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string Console::Number(uint64_t value) const {
  std::string digits = std::to_string(value);
  const char separator = language == Language::kIndonesian ? '.' : ',';
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, separator);
  return digits;
}

std::string Console::Number(const std::optional<uint64_t>& value) const {
  return value ? Number(*value) : std::string("-");
}

void Console::Print(const Json& document) const { Write(stdout, DumpLine(document)); }
void Console::Line(std::string_view text) const { Write(stdout, ForTerminal(text)); }
void Console::Text(std::string_view lines) const {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    Line(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}
void Console::Note(std::string_view text) const {
  std::fflush(stdout);
  Write(stderr, ForTerminal(text));
}

std::string Console::ErrorLine(const Status& status) const {
  const ReasonInfo& info = InfoOf(status.reason());
  const std::string detail = status.message().empty() ? "" : fmt::format(" ({})", status.message());
  return fmt::format("{}: {}{}; {}", info.name, T(info.text_en, info.text_id), detail,
                     T(info.action_en, info.action_id));
}

Json Console::ErrorObject(const Status& status) const {
  const ReasonInfo& info = InfoOf(status.reason());
  Json error;
  error["reason"] = std::string(info.name);
  const std::string text(T(info.text_en, info.text_id));
  error["message"] =
      status.message().empty() ? text : fmt::format("{}: {}", text, status.message());
  error["action"] = std::string(T(info.action_en, info.action_id));
  error["metadata"] = Json::object();
  for (const auto& [key, value] : status.metadata()) error["metadata"][key] = value;
  return error;
}

int Console::Error(const Status& status) const {
  if (json) {
    Print(Json{{"error", ErrorObject(status)}});
  } else {
    Note(ErrorLine(status));
  }
  return InfoOf(status.reason()).exit_status;
}

void Table::Row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = ForTerminal(cell);
  rows_.push_back(std::move(cells));
}

void Table::Print(const Console& console) const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths[c] - Width(row[c]), ' ');
      if (c > 0) line += "  ";
      line += columns_[c] == Align::kRight ? pad + row[c] : row[c] + pad;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    console.Line(line);
  }
}

Progress::Progress(std::string label, uint64_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::Show(uint64_t done, uint64_t total) {
  total_ = total;
  Show(done);
}

void Progress::Show(uint64_t done) {
  if (!terminal_) return;
  const int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::steady_clock::now().time_since_epoch())
                          .count();
  if (drawn_ && now - last_shown_ < 100 && done != total_) return;
  last_shown_ = now;
  drawn_ = true;
  constexpr uint64_t kCells = 30;
  const uint64_t part = total_ == 0 ? 0 : std::min(kCells, done * kCells / total_);
  fmt::print(stderr, "\r\033[K{} [{}{}] {}/{}", label_, std::string(part, '#'),
             std::string(kCells - part, '.'), done, total_);
  std::fflush(stderr);
}

Status MayWriteOver(const std::string& path, std::span<const std::string_view> starts) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return OkStatus();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  char begin[64] = {};
  const size_t bytes = file ? std::fread(begin, 1, sizeof begin, file.get()) : 0;
  const std::string_view there(begin, bytes);
  const bool ours = std::any_of(starts.begin(), starts.end(), [&](std::string_view start) {
    return there.starts_with(start);
  });
  if ((file && there.empty()) || ours) return OkStatus();
  return Status(Reason::kFileExists, path + " is something else than what would be written")
      .With("file", path);
}

Status WriteTextFile(const std::string& path, const std::string& text) {
  static constexpr std::array<std::string_view, 2> kProofs = {"jejak/tally-proof/",
                                                              "c2sp.org/tlog-proof@"};
  JEJAK_RETURN_IF_ERROR(MayWriteOver(path, kProofs));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    return Status(Reason::kIoError, fmt::format("{} can't be written", path));
  }
  return OkStatus();
}

}  // namespace jejak::cli
