// One log entry as JSON and in words.
//
// Thread rule: one thread.
#pragma once

#include "tools/cli/present.h"

namespace jejak::cli {

// {"index","leaf","received_at","event","author","sequence","previous","occurred_at","kind",
//  "contest","region","accepted","refusal","body","raw"}
Json EntryToJson(const Console& console, const projection::ReadEntry& entry, Authors* authors);
// "#12  2024-…  resultSubmitted  ppwp 6501011001001  kpps-… (kpps), Siti  accepted"
std::string EntryWords(const Console& console, const projection::ReadEntry& entry,
                       Authors* authors);

}  // namespace jejak::cli
