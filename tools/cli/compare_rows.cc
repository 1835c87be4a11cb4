#include "tools/cli/compare_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

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
  std::vector<TableId> tables;
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.kind == store::TableKind::kProjection || spec.id == projection::kEventIndex)
      tables.push_back(spec.id);
  }
  std::vector<std::optional<verify::Fault>> faults(tables.size());
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < tables.size(); at = next++)
        faults[at] = CompareTable(tables[at], expected, actual);
    });
  }
  for (std::thread& thread : threads) thread.join();
  JEJAK_RETURN_IF_ERROR(actual.status());
  JEJAK_RETURN_IF_ERROR(expected.status());
  const auto first = std::find_if(faults.begin(), faults.end(),
                                  [](const auto& fault) { return fault.has_value(); });
  return first == faults.end() ? std::nullopt : std::move(*first);
}

}  // namespace jejak::cli
