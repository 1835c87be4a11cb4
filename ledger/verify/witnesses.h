// Inside of the module: which of the trusted witnesses cosigned a checkpoint.
//
// Thread rule: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ledger/merkle/note.h"
#include "ledger/verify/verify.h"

namespace jejak::verify {

struct Cosigned {
  std::vector<Cosigner> by;              // in the order of `witnesses`
  std::optional<std::string> forged_by;  // a witness whose signature does not hold
};

Cosigned FindCosigners(const merkle::Note& note, std::span<const merkle::VerifierKey> witnesses);

}  // namespace jejak::verify
