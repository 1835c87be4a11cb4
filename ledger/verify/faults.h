// What verification can find, each with a text for an auditor in both languages. The table is
// faults.def; docs/reference/faults.md is rendered from it.
//
// Thread rule: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/types.h"

namespace jejak::verify {

enum class FaultKind : uint8_t {
#define JEJAK_FAULT(enumerant, name, english, indonesian) enumerant,
#include "ledger/verify/faults.def"
#undef JEJAK_FAULT
};

// The first thing that is wrong.
struct Fault {
  std::optional<LogIndex> index;  // entry; none for faults of the checkpoint or the whole
  std::string what;               // UPPER_SNAKE
  std::string meaning;            // for an auditor
  std::string meaning_id;         // the same in Indonesian
};

// What belongs to this case alone, in both languages.
struct Detail {
  std::string english, indonesian;
};

Fault MakeFault(FaultKind kind, std::optional<LogIndex> index, const Detail& detail = {});
// With a detail that is the same in both languages: a hash, a name, a file.
Fault MakeFault(FaultKind kind, std::optional<LogIndex> index, std::string_view detail);

// The page docs/reference/faults.md.
std::string RenderFaults();

}  // namespace jejak::verify
