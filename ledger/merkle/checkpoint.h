// Checkpoints: what a log says it is at one size, as the text of a signed note.
//
// Thread rule: pure functions and values. Spec: C2SP tlog-checkpoint.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/merkle/note.h"

namespace jejak::merkle {

struct Checkpoint {
  std::string origin;  // IsKeyName
  TreeSize size;       // at most 2^63 - 1
  Hash root;
  std::vector<std::string> extensions;  // lines, each non-empty; Jejak writes none
  bool operator==(const Checkpoint&) const = default;
};

// The note's text: origin, size, base64 of the root, extension lines. The fields' rules are the
// caller's duty.
std::string FormatCheckpoint(const Checkpoint& checkpoint);
// CHECKPOINT_MALFORMED on anything FormatCheckpoint doesn't make. Any root passes for size 0.
Result<Checkpoint> ParseCheckpoint(std::string_view text);

// The signed note, with the log's signature alone.
Note SignCheckpoint(const Checkpoint& checkpoint, const crypto::SecretKey& log_key);

struct Cosignature {
  size_t witness = 0;  // which of the witnesses handed in
  uint64_t time_seconds = 0;
};

// A checkpoint that its log signed, and who cosigned it.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  std::vector<Cosignature> cosignatures;
};

// Checks a checkpoint against the key of its log, whose name must be its origin, and counts
// cosignatures of `witnesses`; how many are enough is the caller's rule. Errors: NOTE_MALFORMED,
// NOTE_UNVERIFIED, CHECKPOINT_MALFORMED, PROOF_INVALID for an empty log with the root of another.
Result<SignedCheckpoint> OpenCheckpoint(ByteView note, const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses = {});

}  // namespace jejak::merkle
