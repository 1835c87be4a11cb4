#include "ledger/base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/base/text.h"

namespace jejak {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

std::optional<int> Number(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size() || !IsDigits(text.substr(at, digits))) return std::nullopt;
  int out = 0;
  for (size_t i = 0; i < digits; ++i) out = out * 10 + (text[at + i] - '0');
  return out;
}

// Seconds since the epoch of "YYYY-MM-DD?HH:MM:SS" read as UTC.
std::optional<int64_t> ParseSeconds(std::string_view text, std::string_view separators) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
      separators.find(text[10]) == std::string_view::npos) {
    return std::nullopt;
  }
  const auto y = Number(text, 0, 4), mo = Number(text, 5, 2), d = Number(text, 8, 2);
  const auto h = Number(text, 11, 2), mi = Number(text, 14, 2), s = Number(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*y),
                                         std::chrono::month(static_cast<unsigned>(*mo)),
                                         std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *h) * 60 + *mi) * 60 + *s;
}

}  // namespace

std::string FormatSeconds(int64_t seconds) {
  constexpr int64_t kDay = 86'400, kEraDays = 146'097;  // an era is 400 years
  const int64_t rest = (seconds % kDay + kDay) % kDay;
  // Days since 0000-03-01, so that a leap day ends its year. std::chrono's years end at 32767.
  const int64_t days = (seconds - rest) / kDay + 719'468;
  const int64_t era = (days >= 0 ? days : days - kEraDays + 1) / kEraDays;
  const int64_t day = days - era * kEraDays;
  const int64_t year = (day - day / 1'460 + day / 36'524 - day / 146'096) / 365;
  const int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;  // 0 is March
  const int64_t y = year + era * 400 + (month >= 10 ? 1 : 0);
  const std::string shown = y >= 0 && y <= 9'999 ? fmt::format("{:04}", y)
                                                 : fmt::format("{:+05}", y);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}", shown, month < 10 ? month + 3 : month - 9,
                     day_of_year - (153 * month + 2) / 5 + 1, rest / 3'600, rest / 60 % 60,
                     rest % 60);
}

std::string FormatTime(UnixMicros time) {
  int64_t seconds = time.value / kMicrosPerSecond;
  int64_t micros = time.value % kMicrosPerSecond;
  if (micros < 0) micros += kMicrosPerSecond, --seconds;
  std::string out = FormatSeconds(seconds);
  if (micros % 1000 != 0) {
    out += fmt::format(".{:06}", micros);
  } else if (micros != 0) {
    out += fmt::format(".{:03}", micros / 1000);
  }
  return out + "Z";
}

std::optional<UnixMicros> ParseTime(std::string_view text) {
  const auto seconds = ParseSeconds(text, "Tt");
  if (!seconds) return std::nullopt;
  text.remove_prefix(19);
  int64_t micros = 0;
  if (!text.empty() && text[0] == '.') {
    size_t digits = 0;
    while (digits + 1 < text.size() && text[digits + 1] >= '0' && text[digits + 1] <= '9') ++digits;
    if (digits == 0 || digits > 9) return std::nullopt;
    micros = *Number(text, 1, std::min<size_t>(digits, 6));
    for (size_t i = digits; i < 6; ++i) micros *= 10;
    text.remove_prefix(1 + digits);
  }
  int64_t offset = 0;
  if (text != "Z" && text != "z") {
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
      return std::nullopt;
    const auto h = Number(text, 1, 2), m = Number(text, 4, 2);
    if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
    offset = (*h * 60 + *m) * 60 * (text[0] == '-' ? -1 : 1);
  }
  return UnixMicros((*seconds - offset) * kMicrosPerSecond + micros);
}

std::optional<UnixMicros> ParseLocalTime(std::string_view text, int offset_minutes) {
  const auto seconds = ParseSeconds(text, " ");
  if (!seconds || text.size() != 19) return std::nullopt;
  return UnixMicros((*seconds - int64_t{offset_minutes} * 60) * kMicrosPerSecond);
}

bool IsDate(uint32_t yyyymmdd) {
  const auto year = std::chrono::year(static_cast<int>(yyyymmdd / 10000));
  return yyyymmdd >= 1000'00'00 && yyyymmdd <= 9999'99'99 &&
         std::chrono::year_month_day(year, std::chrono::month(yyyymmdd / 100 % 100),
                                     std::chrono::day(yyyymmdd % 100))
             .ok();
}

std::string FormatDate(uint32_t yyyymmdd) {
  return fmt::format("{:04}-{:02}-{:02}", yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100);
}

std::optional<uint32_t> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = Number(text, 0, 4), m = Number(text, 5, 2), d = Number(text, 8, 2);
  if (!y || !m || !d) return std::nullopt;
  const auto date = static_cast<uint32_t>(*y * 10000 + *m * 100 + *d);
  if (!IsDate(date)) return std::nullopt;
  return date;
}

}  // namespace jejak
