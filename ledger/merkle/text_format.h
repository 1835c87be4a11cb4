// What the text formats of a transparency log share: lines, and numbers in ASCII decimal, one text
// per value.
//
// Thread rule: pure functions.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jejak::merkle {

// Largest number in these formats; readers in other languages hold them in signed 64-bit integers.
inline constexpr uint64_t kDecimalMax = (uint64_t{1} << 63) - 1;

// No value on a sign, leading zero, any other character, or more than kDecimalMax.
inline std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value > kDecimalMax) return std::nullopt;
  return value;
}

// Takes the next line off the front of `text` and returns it without its newline; no value when no
// newline is left.
inline std::optional<std::string_view> TakeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return line;
}

}  // namespace jejak::merkle
