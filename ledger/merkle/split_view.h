// Evidence that a log showed two histories: two checkpoints that it signed, of which no one log can
// be both. Either they are of one size with different roots; or of two sizes, and with them come
// nodes of the tree behind the larger one, which give its root, but for its first leaves another
// than the smaller one states. Whoever has the log's key is convinced by signatures and hashes
// alone.
//
// Thread rule: pure functions and values. Spec: docs/reference/witness.md.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::merkle {

struct SplitView {
  Path nodes;          // as for RootsOfNodes; none for one size
  std::string first;   // signed note of the smaller size; of one size, of the lesser root
  std::string second;  // signed note
};

// What it shows.
struct SplitViewClaim {
  Checkpoint first;
  Checkpoint second;
  // Root that the log of `second` has at the size of `first`.
  Hash second_prefix;
};

// The notes' rules are the caller's duty.
std::string FormatSplitView(const SplitView& view);
// PROOF_MALFORMED on anything that FormatSplitView doesn't make. Checks no hash and no signature.
Result<SplitView> ParseSplitView(ByteView text);

// A checkpoint that one of the log's keys signed; they all have the log's origin as name. Errors:
// those of OpenCheckpoint.
Result<SignedCheckpoint> OpenByAnyKey(ByteView note, std::span<const VerifierKey> log_keys);

// That the log of these keys (several where it has changed its key) signed two histories. Errors:
// those of OpenCheckpoint, and PROOF_INVALID when the two can be of one log.
Result<SplitViewClaim> CheckSplitView(const SplitView& view, std::span<const VerifierKey> log_keys);

// The evidence that two signed checkpoints of a log are, if they are. `nodes` are those of
// RootsOfNodes for the two sizes, as somebody gave them; they are not trusted.
std::optional<SplitView> FindSplitView(const Note& a, const Note& b, std::span<const Hash> nodes);

}  // namespace jejak::merkle
