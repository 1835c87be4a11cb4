// Roots and proofs of a tree stored as tiles. Each call reads every tile that it needs once, O(log
// n) of them.
//
// Thread rule: pure functions over a TileSource; as safe as that source. Errors: INVALID_ARGUMENT
// for an index or size outside the tree, LEDGER_DAMAGED for a tile that is too short, and whatever
// the source answers. Damaged hashes give a wrong proof, which does not verify.
#pragma once

#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile.h"

namespace jejak::merkle {

Result<Hash> RootAt(const TileSource& source, TreeSize size);
// Path from leaf `index` to the root at `size`; index < size.
Result<Path> InclusionProof(const TileSource& source, LogIndex index, TreeSize size);
// old_size <= new_size. Empty for equal sizes and for an old size of 0.
Result<Path> ConsistencyProof(const TileSource& source, TreeSize old_size, TreeSize new_size);

}  // namespace jejak::merkle
