#include "ledger/projection/page_token.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/text.h"

namespace jejak::projection {
namespace {

std::optional<uint64_t> Number(std::string_view text, int base = 10) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status NotOurs() {
  return Status(Reason::kInvalidArgument, "the page token is not one that was given here")
      .With("field", "page.token");
}

}  // namespace

std::string FormatPageToken(std::string_view at, TreeSize size, uint32_t question) {
  return at.empty() ? std::string() : fmt::format("{}.{}.{:08x}", at, size.value, question);
}

Result<PageStart> ParsePageToken(std::string_view token) {
  PageStart out;
  if (token.empty()) return out;
  const size_t dot = token.find('.');
  if (dot == std::string_view::npos || dot == 0 || !IsDigits(token.substr(0, dot)))
    return NotOurs();
  const size_t second = token.find('.', dot + 1);
  if (second == std::string_view::npos) return NotOurs();
  const auto size = Number(token.substr(dot + 1, second - dot - 1));
  const auto question = Number(token.substr(second + 1), 16);
  if (!size || *size == 0 || !question) return NotOurs();
  out.at = std::string(token.substr(0, dot));
  out.size = TreeSize(*size);
  out.question = static_cast<uint32_t>(*question);
  // One writing per meaning.
  if (FormatPageToken(out.at, *out.size, out.question) != token) return NotOurs();
  return out;
}

Result<LogIndex> IndexOfPage(const PageStart& start) {
  if (start.at.empty()) return LogIndex(0);
  const auto index = Number(start.at);
  if (!index) return NotOurs();
  return LogIndex(*index);
}

}  // namespace jejak::projection
