// Verifier keys of logs, as commands take them.
//
// Thread rule: pure but for reading files.
#pragma once

#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/merkle/note.h"

namespace jejak::cli {

// Each is a verifier key of a log, or a file with one a line ('#' begins a comment line).
// INVALID_ARGUMENT, NOT_FOUND.
Result<std::vector<merkle::VerifierKey>> ReadLogKeys(const std::vector<std::string>& given);

}  // namespace jejak::cli
