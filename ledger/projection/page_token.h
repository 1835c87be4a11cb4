// Tokens of pages. All pages of a list are of one log size and answer one question: the token says
// where the next page starts, what the first one was as of, and which question it was.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::projection {

struct PageStart {
  std::string at;                // a code or an index; empty for the first page
  std::optional<TreeSize> size;  // none for the first page
  uint32_t question = 0;         // a fingerprint; 0 for the first page
};

// "6501011001001.1234.0badcafe"; empty for an empty `at`, which is the end.
std::string FormatPageToken(std::string_view at, TreeSize size, uint32_t question);
// INVALID_ARGUMENT for what FormatPageToken doesn't make; empty is the first page.
Result<PageStart> ParsePageToken(std::string_view token);
// The index that a list in log order goes on from; INVALID_ARGUMENT when it isn't one.
Result<LogIndex> IndexOfPage(const PageStart& start);

}  // namespace jejak::projection
