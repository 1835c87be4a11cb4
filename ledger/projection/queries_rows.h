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
#include "ledger/projection/tables.h"

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

// A row of kRegistry as it was at `size`, where it changed since; as ReadRow, when no size is
// given. A region that was not registered then has none.
template <typename Row>
Result<std::optional<Row>> ReadRegistered(const KeyValueReader& rows, ByteView key,
                                          std::optional<TreeSize> size, std::string_view what) {
  if (size) {
    const Bytes next = RegistryPastKey(key, LogIndex(size->value));
    const auto cursor = rows.NewCursor(kRegistryPast);
    cursor->Seek(next);
    JEJAK_RETURN_IF_ERROR(rows.status());
    const ByteView same = ByteView(next).substr(0, next.size() - 8);
    if (cursor->Valid() && cursor->key().size() == next.size() &&
        cursor->key().starts_with(same)) {
      if (cursor->value().empty()) return std::optional<Row>();
      auto row = Decode<Row>(cursor->value());
      if (!row) return DamagedRow(what, cursor->key());
      return std::optional<Row>(std::move(*row));
    }
  }
  return ReadRow<Row>(rows, kRegistry, key, what);
}

// The registry with the texts and deadlines that were in force at `size`; `newest` itself when they
// are still. Ballots registered since are not in it, nor are their choices; contests are.
Result<std::shared_ptr<const Registry>> RegistryAt(const KeyValueReader& rows,
                                                   std::shared_ptr<const Registry> newest,
                                                   TreeSize size);

Status UnknownContest(std::string_view contest);
// Whether some part of `region` lies in the contest's scope.
bool Touches(const admission::ContestState& contest, const RegionCode& region);
// The round of the station whose figures are shown.
Result<RoundRow> ReadShownRound(const KeyValueReader& rows, std::string_view contest,
                                const StationCode& tps, const ResultRow& row);
// Refuses what is no number of the region.
Status CheckField(const ContestEntry& contest, const RegionCode& region, const FieldKey& field);

}  // namespace jejak::projection
