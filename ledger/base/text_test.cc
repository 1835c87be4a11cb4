// Text in events must show what was signed: bad UTF-8 and invisible or reordering characters are
// refused.
#include "ledger/base/text.h"

#include <gtest/gtest.h>

namespace jejak {
namespace {

TEST(Text, AcceptsOrdinaryText) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(IsPlainText("TPS 001 Désa \xe2\x80\x93 \xf0\x9f\x97\xb3"));
}

TEST(Text, RefusesBadUtf8) {
  const std::string_view bad[] = {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                                  "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xff"};
  for (const auto text : bad) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_FALSE(IsPlainText(text));
  }
}

TEST(Text, RefusesControlsAndBidi) {
  using std::string_view_literals::operator""sv;
  const std::string_view bad[] = {"\0"sv,           "a\nb"sv,         "\x1f"sv,
                                  "\x7f"sv,         "\xc2\x85"sv,     "\xd8\x9c"sv,
                                  "\xe2\x80\x8e"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xae"sv,
                                  "\xe2\x81\xa6"sv, "\xef\xbb\xbf"sv, "\xef\xbf\xbe"sv};
  for (const auto text : bad) {
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_FALSE(IsPlainText(text));
  }
}

TEST(Text, Identifiers) {
  EXPECT_TRUE(IsIdentifier("kpps.6501011001001.1"));
  EXPECT_FALSE(IsIdentifier(""));
  EXPECT_FALSE(IsIdentifier(".x"));
  EXPECT_FALSE(IsIdentifier("A"));
  EXPECT_TRUE(IsDigits("0123"));
  EXPECT_FALSE(IsDigits("12a"));
  EXPECT_FALSE(IsDigits(""));
}

}  // namespace
}  // namespace jejak
