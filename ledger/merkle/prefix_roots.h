// What a consistency proof computes before anything is compared.
//
// Thread rule: pure functions and values. Spec: RFC 9162, section 2.1.4.2.
#pragma once

#include <span>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"

namespace jejak::merkle {

// What a consistency proof says of one tree: its own root, and that of its first leaves.
struct PrefixRoots {
  Hash old_root;
  Hash new_root;
};
// The two roots that `nodes` give, which are those of a consistency proof, with the first one
// stated even where the proof leaves it out because it is the older root. Whoever knows that the
// tree of `new_size` has this new root knows then that its first `old_size` leaves have this old
// one. PROOF_INVALID unless 0 < old_size < new_size and the number of nodes is right.
Result<PrefixRoots> RootsOfNodes(TreeSize old_size, TreeSize new_size,
                                 std::span<const Hash> nodes);

}  // namespace jejak::merkle
