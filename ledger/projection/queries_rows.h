// What the answers of queries.h share: reading rows, and the figures of a station as the rules take
// them.
//
// Thread rule: pure functions over the reader they are given. Private to this module.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/encoding.h"
#include "ledger/base/kv.h"
#include "ledger/base/status.h"
#include "ledger/election/rules.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

inline Status DamagedRow(std::string_view what, ByteView key) {
  return Status(Reason::kLedgerDamaged,
                fmt::format("a row of {} does not decode: key {}", what, ToHex(key)));
}

// The row, or none when it is absent. LEDGER_DAMAGED, or the reader's own failure.
template <typename Row>
Result<std::optional<Row>> ReadRow(const KeyValueReader& rows, TableId table, ByteView key,
                                   std::string_view what) {
  Bytes value;
  if (!rows.Get(table, key, &value)) {
    JEJAK_RETURN_IF_ERROR(rows.status());
    return std::optional<Row>();
  }
  auto row = Decode<Row>(value);
  if (!row) return DamagedRow(what, key);
  return std::optional<Row>(std::move(*row));
}

Status UnknownContest(std::string_view contest);
// Whether some part of `region` lies in the contest's scope.
bool Touches(const admission::ContestState& contest, const RegionCode& region);
// The round of the station whose figures are shown.
Result<RoundRow> ReadShownRound(const KeyValueReader& rows, std::string_view contest,
                                const StationCode& tps, const ResultRow& row);
// Refuses what is no number of the region.
Status CheckField(const ContestEntry& contest, const RegionCode& region, const FieldKey& field);

}  // namespace jejak::projection
