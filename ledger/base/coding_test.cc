// Rows must read back exactly, keys must sort as their numbers, and cut or padded rows must be
// noticed.
#include "ledger/base/coding.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace jejak {
namespace {

const std::vector<uint64_t> kNumbers = {0,     1,     127,        128,        300,
                                        16383, 16384, 0xffffffff, 1ULL << 62, ~0ULL};

TEST(Coding, RoundTrips) {
  Bytes bytes;
  Writer w(&bytes);
  for (const uint64_t v : kNumbers) w.Varint(v), w.Be64(v), w.Signed(static_cast<int64_t>(v));
  w.Signed(std::numeric_limits<int64_t>::min());
  w.Sized("abc");
  w.Be16(0x1234), w.Be32(0x12345678), w.U8(9);
  Reader r(bytes);
  for (const uint64_t v : kNumbers) {
    EXPECT_EQ(r.Varint(), v);
    EXPECT_EQ(r.Be64(), v);
    EXPECT_EQ(r.Signed(), static_cast<int64_t>(v));
  }
  EXPECT_EQ(r.Signed(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(r.Sized(), "abc");
  EXPECT_EQ(r.Be16(), 0x1234);
  EXPECT_EQ(r.Be32(), 0x12345678U);
  EXPECT_EQ(r.U8(), 9);
  EXPECT_TRUE(r.Done());
}

TEST(Coding, EveryCutIsNoticed) {
  Bytes bytes;
  Writer w(&bytes);
  w.Varint(1 << 20), w.Sized("hello"), w.Be64(7);
  for (size_t n = 0; n < bytes.size(); ++n) {
    Reader r(ByteView(bytes).substr(0, n));
    r.Varint(), r.Sized(), r.Be64();
    EXPECT_FALSE(r.Done()) << n;
  }
  const Bytes padded = bytes + "x";
  Reader longer(padded);
  longer.Varint(), longer.Sized(), longer.Be64();
  EXPECT_TRUE(longer.ok());
  EXPECT_FALSE(longer.Done());
}

TEST(Coding, VarintsHaveOneEncoding) {
  using std::string_view_literals::operator""sv;
  for (const auto bad : {"\x80\x00"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv, "\x80"sv}) {
    Reader r(bad);
    r.Varint();
    EXPECT_FALSE(r.ok());
  }
}

// A number that its variable can't hold is refused, not cut off: that would be a second encoding.
TEST(Coding, VarintsFitTheirVariable) {
  Bytes bytes;
  Writer(&bytes).Varint(256);
  Reader narrow(bytes), wide(bytes), bounded(bytes);
  EXPECT_EQ(narrow.VarintOf<uint8_t>(), 0);
  EXPECT_FALSE(narrow.ok());
  EXPECT_EQ(wide.VarintOf<uint16_t>(), 256);
  EXPECT_TRUE(wide.Done());
  EXPECT_EQ(bounded.VarintUpTo(255), 0u);
  EXPECT_FALSE(bounded.ok());
}

TEST(Coding, KeysSortAsNumbers) {
  Bytes last;
  for (const uint64_t v : kNumbers) {
    Bytes key;
    Writer(&key).Be64(v);
    EXPECT_LE(last, key);
    last = key;
  }
}

}  // namespace
}  // namespace jejak
