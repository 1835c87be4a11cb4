#include "ledger/sirekap/tables.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/sirekap/lines.h"

namespace jejak::sirekap {
namespace {

using election::Level;
using election::RegionCode;
using Cells = std::vector<std::string_view>;

// TPS in one desa: their numbers have three digits.
constexpr uint32_t kStationsPerDesaMax = 999;

Cells Split(std::string_view line) {
  Cells out;
  while (true) {
    const size_t tab = line.find('\t');
    out.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return out;
    line.remove_prefix(tab + 1);
  }
}

Status Malformed(const std::string& path, uint64_t line, std::string_view what) {
  return Status(Reason::kInputMalformed, fmt::format("{}:{}: {}", path, line, what))
      .With("file", path)
      .With("line", fmt::format("{}", line));
}

// Takes a row's cells, and says what is wrong with it, or nothing.
using TakeRow = std::function<std::string_view(const RegionCode&, const Cells&)>;

// Gives each row below a header of exactly `header` to `take`. A code may stand there once.
Status ReadTable(const std::string& path, const Cells& header, const TakeRow& take,
                 std::vector<Skipped>* skipped) {
  JEJAK_ASSIGN_OR_RETURN(const auto reader, LineReader::Open(path, limits::kTextBytesMax));
  const auto file = std::make_shared<const std::string>(path);
  std::unordered_set<RegionCode> codes;
  const auto row = [&](std::string_view line) -> std::string_view {
    const Cells cells = Split(line);
    if (cells.size() != header.size()) return "wrong number of columns";
    const auto code = RegionCode::Parse(cells[0]);
    if (!code) return "not the code of a region";
    if (!codes.insert(*code).second) return "the code is given twice";
    return take(*code, cells);
  };
  std::string line;
  while (true) {
    const auto got = reader->Next(&line);
    const uint64_t number = reader->number();
    if (!got.ok()) return Malformed(path, number, got.status().message());
    if (*got == LineReader::Got::kEnd) {
      return number == 0 ? Malformed(path, 1, "the header is missing") : Status();
    }
    if (number == 1) {
      if (Split(line) != header) return Malformed(path, number, "not the header of this table");
      continue;
    }
    const bool too_long = *got == LineReader::Got::kTooLong;
    const std::string_view wrong = too_long ? "the line is too long" : row(line);
    if (!wrong.empty()) skipped->push_back({{file, number}, std::string(wrong)});
  }
}

std::optional<uint32_t> Number(std::string_view digits) {
  uint32_t out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

}  // namespace

Result<std::vector<RegionRow>> ReadRegions(const std::string& path, std::vector<Skipped>* skipped) {
  std::vector<RegionRow> out;
  JEJAK_RETURN_IF_ERROR(ReadTable(
      path, {"kode", "nama", "tingkat"},
      [&](const RegionCode& code, const Cells& cells) {
        const auto level = Number(cells[2]);
        if (code.IsNation() || code.IsStation() || level != static_cast<uint32_t>(code.level())) {
          return std::string_view("the level is not that of the code");
        }
        const std::string_view name = cells[1];
        if (name.empty() || name.size() > limits::kNameBytesMax || !IsPlainText(name)) {
          return std::string_view("not a name");
        }
        out.push_back({code, std::string(name)});
        return std::string_view();
      },
      skipped));
  return out;
}

Result<std::vector<StationCount>> ReadStationCounts(const std::string& path,
                                                    std::vector<Skipped>* skipped) {
  std::vector<StationCount> out;
  JEJAK_RETURN_IF_ERROR(ReadTable(
      path, {"kode", "jumlah_tps"},
      [&](const RegionCode& code, const Cells& cells) {
        const auto stations = Number(cells[1]);
        if (code.level() != Level::kVillage) return std::string_view("not the code of a desa");
        if (!stations || *stations > kStationsPerDesaMax)
          return std::string_view("not a number of TPS");
        out.push_back({code, *stations});
        return std::string_view();
      },
      skipped));
  return out;
}

}  // namespace jejak::sirekap
