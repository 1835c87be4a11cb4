// What a ledger stores beside its entries and projections, checked against them: the tree's tiles
// and the names of persons. For `verify` of a local ledger whose entries and rows hold already.
#pragma once

#include <optional>

#include "ledger/engine/view.h"
#include "ledger/verify/verify.h"

namespace jejak::cli {

// TILE_DIFFERS at the first tile that is not what the entries give: proofs made from it fail. Takes
// the view's root for right, and reads entries only when a tile is wrong.
Result<std::optional<verify::Fault>> CheckStoredTiles(const engine::View& view);
// NAME_DIFFERS at the first name that is not the one which the official's enrolment commits to. A
// name that is missing is no fault: the law may have it erased.
Result<std::optional<verify::Fault>> CheckStoredNames(const engine::View& view,
                                                      const verify::State& state);

}  // namespace jejak::cli
