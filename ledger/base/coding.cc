#include "ledger/base/coding.h"

namespace jejak {

void Writer::Be16(uint16_t v) {
  for (int shift = 8; shift >= 0; shift -= 8) U8(static_cast<uint8_t>(v >> shift));
}

void Writer::Be32(uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) U8(static_cast<uint8_t>(v >> shift));
}

void Writer::Be64(uint64_t v) {
  for (int shift = 56; shift >= 0; shift -= 8) U8(static_cast<uint8_t>(v >> shift));
}

void Writer::Varint(uint64_t v) {
  while (v >= 0x80) {
    U8(static_cast<uint8_t>(v | 0x80));
    v >>= 7;
  }
  U8(static_cast<uint8_t>(v));
}

ByteView Reader::Raw(size_t n) {
  if (!ok_ || n > in_.size()) {
    ok_ = false;
    in_ = {};
    return {};
  }
  const ByteView out = in_.substr(0, n);
  in_.remove_prefix(n);
  return out;
}

uint8_t Reader::U8() {
  const ByteView b = Raw(1);
  return b.empty() ? uint8_t{0} : static_cast<uint8_t>(b[0]);
}

uint16_t Reader::Be16() {
  const auto high = static_cast<uint16_t>(U8() << 8);
  return static_cast<uint16_t>(high | U8());
}

uint32_t Reader::Be32() {
  const uint32_t high = static_cast<uint32_t>(Be16()) << 16;
  return high | Be16();
}

uint64_t Reader::Be64() {
  const uint64_t high = static_cast<uint64_t>(Be32()) << 32;
  return high | Be32();
}

uint64_t Reader::Varint() {
  uint64_t out = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t b = U8();
    if (!ok_) return 0;
    if (shift == 63 && b > 1) break;
    out |= static_cast<uint64_t>(b & 0x7f) << shift;
    if ((b & 0x80) != 0) continue;
    if (b == 0 && shift > 0) break;  // a shorter encoding exists
    return out;
  }
  ok_ = false;
  in_ = {};
  return 0;
}

uint64_t Reader::VarintUpTo(uint64_t max) {
  const uint64_t out = Varint();
  if (out <= max) return out;
  ok_ = false;
  in_ = {};
  return 0;
}

}  // namespace jejak
