#include "ledger/verify/witnesses.h"

#include <algorithm>

namespace jejak::verify {

Cosigned FindCosigners(const merkle::Note& note, std::span<const merkle::VerifierKey> witnesses) {
  Cosigned out;
  for (const merkle::VerifierKey& witness : witnesses) {
    const auto verified = merkle::VerifyNote(note, std::span(&witness, 1));
    if (verified.ok()) {
      out.by.push_back({witness.name, verified->front().time_seconds});
      continue;
    }
    const bool there = std::any_of(
        note.signatures.begin(), note.signatures.end(), [&](const merkle::NoteSignature& s) {
          return s.name == witness.name && s.id == witness.id();
        });
    if (there && !out.forged_by) out.forged_by = witness.name;
  }
  return out;
}

}  // namespace jejak::verify
