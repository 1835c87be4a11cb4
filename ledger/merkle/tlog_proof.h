// A proof of one entry in one text file: its index, the inclusion path, and the signed checkpoint
// that the path leads to. Extension .tlog-proof.
//
// Thread rule: pure functions and values. Spec: C2SP tlog-proof.
#pragma once

#include <optional>
#include <string>

#include "ledger/base/limits.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::merkle {

// Bytes of `extra`, and of the whole text.
inline constexpr size_t kProofExtraBytesMax = limits::kNoteBytesMax;
inline constexpr size_t kProofBytesMax = 3 * limits::kNoteBytesMax;
// Hashes of a path in a tree of at most 2^63 - 1 leaves.
inline constexpr size_t kProofPathMax = 63;

struct TlogProof {
  std::optional<Bytes> extra;  // for the application, non-empty; nothing vouches for it
  LogIndex index;              // at most 2^63 - 1
  Path path;
  std::string checkpoint;      // the signed note, byte for byte
};

// The fields' rules are the caller's duty.
std::string FormatTlogProof(const TlogProof& proof);
// PROOF_MALFORMED on anything FormatTlogProof doesn't make; NOTE_MALFORMED when the checkpoint is
// no note. Checks no hash and no signature.
Result<TlogProof> ParseTlogProof(ByteView text);

// That the entry with leaf hash `leaf` stands at proof.index under a checkpoint of `log`. Which
// witnesses are enough is the caller's rule. Errors: those of OpenCheckpoint, PROOF_INVALID.
Result<SignedCheckpoint> VerifyTlogProof(const TlogProof& proof, const Hash& leaf,
                                         const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses = {});

}  // namespace jejak::merkle
