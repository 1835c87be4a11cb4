// Bytes of keys and rows: big-endian for keys (byte order is number order), varints for rows, one
// encoding per value. Not for signed bytes: those are Cap'n Proto (ledger/event).
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "ledger/base/bytes.h"

namespace jejak {

class Writer {
 public:
  explicit Writer(Bytes* out) : out_(out) {}
  void U8(uint8_t v) { out_->push_back(static_cast<char>(v)); }
  void Be16(uint16_t v);
  void Be32(uint32_t v);
  void Be64(uint64_t v);
  void Varint(uint64_t v);
  void Raw(ByteView bytes) { out_->append(bytes); }
  template <size_t N, typename Tag>
  void Fixed(const FixedBytes<N, Tag>& v) {
    Raw(v.view());
  }
  // Length as varint, then the bytes.
  void Sized(ByteView bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }
  // Zig-zag, so that small negative numbers are short.
  void Signed(int64_t v) {
    Varint((static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63));
  }

 private:
  Bytes* out_;
};

// Reads what Writer wrote. Running past the end, or a varint longer than needed, makes every later
// read return zero and ok() false; callers look once, at the end.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  uint8_t U8();
  uint16_t Be16();
  uint32_t Be32();
  uint64_t Be64();
  uint64_t Varint();
  // A greater number fails, as one that runs past the end does: it is another encoding of a small
  // one once it is put into T.
  uint64_t VarintUpTo(uint64_t max);
  template <typename T>
  T VarintOf() {
    return static_cast<T>(VarintUpTo(std::numeric_limits<T>::max()));
  }
  int64_t Signed() {
    const uint64_t v = Varint();
    return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
  }
  ByteView Raw(size_t n);
  ByteView Sized() { return Raw(static_cast<size_t>(Varint())); }
  template <typename T>
  T Fixed() {
    const auto v = T::From(Raw(T::kSize));
    return v ? *v : T{};
  }
  size_t remaining() const { return in_.size(); }
  bool ok() const { return ok_; }
  // Everything was read, and nothing ran past the end.
  bool Done() const { return ok_ && in_.empty(); }

 private:
  ByteView in_;
  bool ok_ = true;
};

}  // namespace jejak
