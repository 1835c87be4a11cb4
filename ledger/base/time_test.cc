// Times and dates must read and write exactly, with offsets, fractions and before the epoch.
#include "ledger/base/time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace jejak {
namespace {

TEST(Time, RoundTrips) {
  for (const char* text :
       {"2024-02-14T16:21:07Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z",
        "2024-02-29T00:00:00.500Z", "2024-03-20T11:00:02.000001Z"}) {
    const auto time = ParseTime(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatTime(*time), text);
  }
  EXPECT_EQ(ParseTime("2024-03-16T17:27:24+07:00"), ParseTime("2024-03-16T10:27:24Z"));
  EXPECT_EQ(ParseLocalTime("2024-02-15 08:00:00", 480), ParseTime("2024-02-15T00:00:00Z"));
}

// An author may claim any time: it is shown as it is, and not taken for another one.
TEST(Time, ShowsTheEndsOfTime) {
  EXPECT_EQ(FormatTime(UnixMicros(INT64_MAX)), "+294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(FormatTime(UnixMicros(INT64_MIN)), "-290308-12-21T19:59:05.224192Z");
  EXPECT_EQ(FormatSeconds(-62'167'219'200), "0000-01-01T00:00:00");
  EXPECT_EQ(FormatSeconds(-62'167'219'201), "-0001-12-31T23:59:59");
  EXPECT_EQ(FormatSeconds(253'402'300'799), "9999-12-31T23:59:59");
  EXPECT_EQ(FormatSeconds(253'402'300'800), "+10000-01-01T00:00:00");
  EXPECT_EQ(FormatSeconds(INT64_MAX), "+292277026596-12-04T15:30:07");
  // Every day of 800 years, by the calendar of the standard library.
  for (int64_t day = -146'097; day < 146'097; ++day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    ASSERT_EQ(FormatSeconds(day * 86'400 + 86'399),
              fmt::format("{:04}-{:02}-{:02}T23:59:59", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())));
  }
  EXPECT_FALSE(ParseTime("+10000-01-01T00:00:00Z"));
}

TEST(Time, RefusesWhatIsNotATime) {
  for (const char* text :
       {"", "2024-02-30T00:00:00Z", "2024-02-14", "2024-02-14T16:21:07", "2024-02-14T24:00:00Z",
        "2024-02-14T16:21:07.Z", "2024-02-14T16:21:07.1234567890Z", "2016-12-31T23:59:60Z",
        "2024-02-14T16:21:07+7:00",
        "2024-02-14 16:21:07Z", "x024-02-14T16:21:07Z"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
  EXPECT_FALSE(ParseLocalTime("2024-02-15T08:00:00", 0));
}

TEST(Time, Dates) {
  EXPECT_TRUE(IsDate(20240229));
  EXPECT_FALSE(IsDate(20230229));
  EXPECT_FALSE(IsDate(0));
  EXPECT_EQ(ParseDate("2024-02-14"), 20240214U);
  EXPECT_EQ(FormatDate(20240214), "2024-02-14");
  EXPECT_FALSE(ParseDate("2024-2-14"));
}

}  // namespace
}  // namespace jejak
