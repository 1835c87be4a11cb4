// `--new-election pemilu-2024`: a complete local election of mode archive around published data.
// Every step looks at what is there already, so that a run that was cut off is completed by the
// next.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/sirekap/version.h"
#include "tools/cli/registrar.h"

namespace jejak::cli {

struct SetupOptions {
  std::string contest;
  std::string regions;   // TSV of region codes and names
  std::string stations;  // TSV of expected TPS per desa; may be empty
  size_t batch = 0;
};

// Opens the election's ledger, or makes it. LEDGER_EXISTS for any other ledger in that place.
Result<std::unique_ptr<Session>> OpenPemilu2024(const Globals& globals,
                                                const SetupOptions& options);
// Registers contest, importer, and the regions and TPS of `stations` that aren't yet.
Status PreparePemilu2024(const Globals& globals, const SetupOptions& options,
                         const std::set<election::StationCode>& stations, Session* session);
// The importer's key of that election.
std::string ImporterKeyPath(const Globals& globals);

}  // namespace jejak::cli
