#include "ledger/base/text.h"

#include <algorithm>
#include <cstdint>

namespace jejak {
namespace {

// Decodes one code point at `*at` and moves past it. Returns a negative number on bad UTF-8.
int32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(*at);
  if (first < 0x80) {
    ++*at;
    return first;
  }
  size_t length = 0;
  int32_t value = 0;
  int32_t smallest = 0;
  if ((first & 0xe0) == 0xc0) {
    length = 2, value = first & 0x1f, smallest = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, value = first & 0x0f, smallest = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, value = first & 0x07, smallest = 0x10000;
  } else {
    return -1;
  }
  if (*at + length > text.size()) return -1;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(*at + i) & 0xc0) != 0x80) return -1;
    value = (value << 6) | (byte(*at + i) & 0x3f);
  }
  if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return -1;
  *at += length;
  return value;
}

bool IsRefusedCodePoint(int32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
         (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (NextCodePoint(text, &at) < 0) return false;
  }
  return true;
}

bool IsPlainText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<uint8_t>(text[at]) >= 0x20 && static_cast<uint8_t>(text[at]) < 0x7f) {
      ++at;
      continue;
    }
    const int32_t c = NextCodePoint(text, &at);
    if (c < 0 || IsRefusedCodePoint(c)) return false;
  }
  return true;
}

bool IsIdentifier(std::string_view text) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || !alnum(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return alnum(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '/';
  });
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace jejak
