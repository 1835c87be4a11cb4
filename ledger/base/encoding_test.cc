// Hex and base64 must read back what they wrote, and refuse every second spelling of the same
// bytes.
#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

namespace jejak {
namespace {

TEST(Encoding, RoundTripsEveryLength) {
  Bytes bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(FromHex(ToHex(bytes)), bytes);
    EXPECT_EQ(FromBase64(ToBase64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Encoding, KnownTexts) {
  // RFC 4648 section 10.
  EXPECT_EQ(ToBase64("f"), "Zg==");
  EXPECT_EQ(ToBase64("fo"), "Zm8=");
  EXPECT_EQ(ToBase64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(ToHex("\x01\xff"), "01ff");
}

TEST(Encoding, RefusesSecondSpellings) {
  for (const char* bad :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm8 ", "=m8=", "Z===", "Zm-_"}) {
    EXPECT_EQ(FromBase64(bad), std::nullopt) << bad;
  }
  for (const char* bad : {"0", "0g", "AB", " 00"}) EXPECT_EQ(FromHex(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace jejak
