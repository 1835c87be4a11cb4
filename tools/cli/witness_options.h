// The witnesses whom somebody trusts, as options of a command: --witness and --witnesses-needed.
//
// Thread rule: one thread.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

#include "ledger/merkle/note.h"

namespace jejak::cli {

struct WitnessOptions {
  std::vector<std::string> keys;
  std::optional<size_t> needed;
};

struct TrustedWitnesses {
  std::vector<merkle::VerifierKey> keys;
  size_t needed = 0;  // 0 where there are none
};

void AddWitnessOptions(CLI::App* command, WitnessOptions* options);
// USAGE, INVALID_ARGUMENT for a key of no witness or one that is given twice, and those of keys.
Result<TrustedWitnesses> ReadWitnesses(const WitnessOptions& options);

}  // namespace jejak::cli
