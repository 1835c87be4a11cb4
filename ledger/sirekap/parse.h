// Reads the JSON of one version. Strict about what it uses (types, ranges, codes, times, a key
// given twice), and blind to keys that it doesn't know.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/base/status.h"
#include "ledger/election/codes.h"
#include "ledger/election/vocabulary.h"
#include "ledger/sirekap/version.h"

namespace jejak::sirekap {

// Jakarta's clock against UTC, in which `ts` is presumed to be.
inline constexpr int kJakartaOffsetMinutes = 7 * 60;

// The version in `json`, without its origin. `kind` says how `chart` is shaped: votes by choice, or
// for party contests an object per party with `caleg` beside it. With `tps`, the text is a file
// that is named by the station, and need not say `kode`; without, it must. Fails with
// INPUT_MALFORMED, saying which key.
Result<Version> ParseVersion(std::string_view json, election::ContestKind kind,
                             const std::optional<election::StationCode>& tps);

}  // namespace jejak::sirekap
