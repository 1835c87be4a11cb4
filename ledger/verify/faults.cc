#include "ledger/verify/faults.h"

#include <fmt/format.h>

#include <array>

namespace jejak::verify {
namespace {

struct Row {
  std::string_view name, english, indonesian;
};
constexpr auto kRows = std::to_array<Row>({
#define JEJAK_FAULT(enumerant, name, english, indonesian) {name, english, indonesian},
#include "ledger/verify/faults.def"
#undef JEJAK_FAULT
});

std::string With(std::string_view text, const std::string& detail) {
  return detail.empty() ? std::string(text) : fmt::format("{} ({})", text, detail);
}

}  // namespace

Fault MakeFault(FaultKind kind, std::optional<LogIndex> index, const Detail& detail) {
  const Row& row = kRows[static_cast<size_t>(kind)];
  return {index, std::string(row.name), With(row.english, detail.english),
          With(row.indonesian, detail.indonesian)};
}

Fault MakeFault(FaultKind kind, std::optional<LogIndex> index, std::string_view detail) {
  return MakeFault(kind, index, Detail{std::string(detail), std::string(detail)});
}

std::string RenderFaults() {
  std::string out =
      "# What verification can find\n\n"
      "`jejak verify` names the first thing that is wrong, with the index of the entry where it is "
      "one entry's.\n"
      "Rendered from `ledger/verify/faults.def`: run the tests of `verify` with "
      "`JEJAK_WRITE_DOCS=1` after a change.\n\n"
      "| Fault | Means | Artinya |\n|---|---|---|\n";
  for (const Row& row : kRows)
    out += fmt::format("| `{}` | {} | {} |\n", row.name, row.english, row.indonesian);
  return out;
}

}  // namespace jejak::verify
