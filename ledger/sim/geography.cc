#include "ledger/sim/geography.h"

#include <algorithm>
#include <array>

#include "ledger/base/check.h"

namespace jejak::sim {

IndexRange Geography::Inside(Level level, uint64_t index, Level inner) const {
  JEJAK_CHECK(level < inner);
  IndexRange range = Children(level, index);
  for (auto at = static_cast<uint8_t>(level) + 1; at < static_cast<uint8_t>(inner); ++at) {
    if (range.size() == 0) return {0, 0};
    const auto here = static_cast<Level>(at);
    range = {Children(here, range.begin).begin, Children(here, range.end - 1).end};
  }
  return range;
}

int16_t UtcOffsetOf(std::string_view province_code) {
  constexpr std::array<std::string_view, 12> kCentral = {"51", "52", "53", "63", "64", "65",
                                                         "71", "72", "73", "74", "75", "76"};
  if (std::find(kCentral.begin(), kCentral.end(), province_code) != kCentral.end()) return 8 * 60;
  const bool eastern =
      province_code[0] == '8' || (province_code[0] == '9' && province_code[1] != '9');
  return eastern ? 9 * 60 : 7 * 60;
}

}  // namespace jejak::sim
