#include "tools/cli/compare_rows.h"

#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/engine/tables.h"
#include "ledger/projection/tables.h"

namespace jejak::cli {
namespace {

std::string Describe(TableId table, ByteView key) {
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.id == table) return fmt::format("{} of table {}", ToHex(key), spec.name);
  }
  return ToHex(key);
}

// The first row in which the ledger's table is not what the entries give.
std::optional<verify::Fault> CompareTable(TableId table, const KeyValueReader& state,
                                          const KeyValueReader& rows) {
  const auto fault = [&](ByteView key, std::string_view english, std::string_view indonesian) {
    const std::string row = Describe(table, key);
    return verify::MakeFault(verify::FaultKind::kProjectionDiffers, std::nullopt,
                             verify::Detail{fmt::format("row {} {}", row, english),
                                            fmt::format("baris {} {}", row, indonesian)});
  };
  const auto expected = state.NewCursor(table);
  const auto actual = rows.NewCursor(table);
  expected->Seek("");
  actual->Seek("");
  for (; expected->Valid() || actual->Valid(); expected->Next(), actual->Next()) {
    if (!actual->Valid() || (expected->Valid() && expected->key() < actual->key()))
      return fault(expected->key(), "is missing", "hilang");
    if (!expected->Valid() || actual->key() < expected->key())
      return fault(actual->key(), "does not follow from the log", "tidak berasal dari log");
    if (expected->value() != actual->value())
      return fault(actual->key(), "was altered", "diubah");
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<verify::Fault>> CompareRows(const KeyValueReader& expected,
                                                 const KeyValueReader& actual) {
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.kind != store::TableKind::kProjection && spec.id != projection::kEventIndex) continue;
    auto fault = CompareTable(spec.id, expected, actual);
    JEJAK_RETURN_IF_ERROR(actual.status());
    JEJAK_RETURN_IF_ERROR(expected.status());
    if (fault) return fault;
  }
  return std::optional<verify::Fault>();
}

}  // namespace jejak::cli
