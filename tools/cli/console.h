// What the program says: documents and tables on stdout, diagnostics on stderr, in Indonesian or
// English.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/status.h"
#include "tools/cli/json.h"

namespace jejak::cli {

enum class Language : uint8_t { kEnglish, kIndonesian };
// "id" or "en"; anything else is none. From LC_ALL, LC_MESSAGES, LANG: Indonesian where they say
// so.
std::optional<Language> ParseLanguage(std::string_view text);
Language LanguageOfEnvironment();

// The text as a terminal may have it: what IsPlainText refuses, as \xNN. It may come from a server.
std::string ForTerminal(std::string_view text);

// Whatever is printed for people goes through ForTerminal.
class Console {
 public:
  bool json = false;
  Language language = Language::kEnglish;

  // The text in the language.
  std::string_view T(std::string_view english, std::string_view indonesian) const {
    return language == Language::kIndonesian ? indonesian : english;
  }
  // With separators of thousands.
  std::string Number(uint64_t value) const;
  // "-" for none.
  std::string Number(const std::optional<uint64_t>& value) const;

  // One document, on one line.
  void Print(const Json& document) const;
  void Line(std::string_view text) const;
  // Several, as they are.
  void Text(std::string_view lines) const;
  // One line on stderr.
  void Note(std::string_view text) const;
  // The error on stdout (--json) or stderr; returns the exit status.
  int Error(const Status& status) const;
  // {"reason","message","action","metadata"}
  Json ErrorObject(const Status& status) const;
  // "REASON: what happened; what to do"
  std::string ErrorLine(const Status& status) const;
};

// Columns of text, aligned.
class Table {
 public:
  enum class Align : uint8_t { kLeft, kRight };
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  void Row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  void Print(const Console& console) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A bar on stderr, only when that is a terminal.
class Progress {
 public:
  Progress(std::string label, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void Show(uint64_t done);
  void Show(uint64_t done, uint64_t total);

 private:
  const std::string label_;
  uint64_t total_;
  const bool terminal_;
  int64_t last_shown_ = 0;
  bool drawn_ = false;
};

// FILE_EXISTS where a file that begins otherwise than what would be written stands at `path`: a
// ledger's, a key, somebody's notes. Pipes and devices may be written to.
Status MayWriteOver(const std::string& path, std::span<const std::string_view> starts);
// Writes a proof that the caller asked for, over another proof if need be.
Status WriteTextFile(const std::string& path, const std::string& text);

}  // namespace jejak::cli
