// Hex and base64 (RFC 4648 section 4, padded), strict in reading: one text per value.
#pragma once

#include <optional>
#include <string>

#include "ledger/base/bytes.h"

namespace jejak {

// Lower-case hex, two digits a byte.
std::string ToHex(ByteView bytes);
template <size_t N, typename Tag>
std::string ToHex(const FixedBytes<N, Tag>& value) {
  return ToHex(value.view());
}
// Lower-case only; no value on odd length or any other character.
std::optional<Bytes> FromHex(std::string_view text);
template <typename T>
std::optional<T> FixedFromHex(std::string_view text) {
  auto bytes = FromHex(text);
  if (!bytes) return std::nullopt;
  return T::From(*bytes);
}

std::string ToBase64(ByteView bytes);
// No value on wrong padding, wrong characters, white space or non-zero trailing bits.
std::optional<Bytes> FromBase64(std::string_view text);

}  // namespace jejak
