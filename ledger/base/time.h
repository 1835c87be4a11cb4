// Times as text (RFC 3339) and as microseconds since the epoch; calendar dates as yyyymmdd numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/types.h"

namespace jejak {

// "2024-02-14T16:21:07Z"; a fraction is written only when it isn't zero, with 3 or 6 digits.
// Years outside of 0 to 9999, which an author may claim, have a sign and as many digits as needed
// (ISO 8601's expanded form); they are shown, and not read.
std::string FormatTime(UnixMicros time);
// "2024-02-14T16:21:07", of seconds since the epoch by any clock; years as above.
std::string FormatSeconds(int64_t seconds);
// RFC 3339 with any offset; of up to 9 digits of fraction 6 are kept. No value on anything else.
std::optional<UnixMicros> ParseTime(std::string_view text);
// "YYYY-MM-DD HH:MM:SS" on a clock `offset_minutes` ahead of UTC.
std::optional<UnixMicros> ParseLocalTime(std::string_view text, int offset_minutes);

// yyyymmdd as a number, the form in which events carry calendar dates; 0 means no date.
bool IsDate(uint32_t yyyymmdd);
std::string FormatDate(uint32_t yyyymmdd);                     // "2024-02-14"
std::optional<uint32_t> ParseDate(std::string_view text);      // from "2024-02-14"

}  // namespace jejak
