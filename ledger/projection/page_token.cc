#include "ledger/projection/page_token.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/text.h"

namespace jejak::projection {
namespace {

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status NotOurs() {
  return Status(Reason::kInvalidArgument, "the page token is not one that was given here")
      .With("field", "page.token");
}

}  // namespace

std::string FormatPageToken(std::string_view at, TreeSize size) {
  return at.empty() ? std::string() : fmt::format("{}.{}", at, size.value);
}

Result<PageStart> ParsePageToken(std::string_view token) {
  PageStart out;
  if (token.empty()) return out;
  const size_t dot = token.find('.');
  if (dot == std::string_view::npos || dot == 0 || !IsDigits(token.substr(0, dot)))
    return NotOurs();
  const auto size = Number(token.substr(dot + 1));
  if (!size || *size == 0) return NotOurs();
  out.at = std::string(token.substr(0, dot));
  out.size = TreeSize(*size);
  if (FormatPageToken(out.at, *out.size) != token) return NotOurs();  // one writing per meaning
  return out;
}

Result<LogIndex> IndexOfPage(const PageStart& start) {
  if (start.at.empty()) return LogIndex(0);
  const auto index = Number(start.at);
  if (!index) return NotOurs();
  return LogIndex(*index);
}

}  // namespace jejak::projection
