// The tables of a ledger's store. docs/reference/storage.md has their rows.
#pragma once

#include <span>

#include "ledger/base/kv.h"
#include "ledger/store/store.h"

namespace jejak::engine {

inline constexpr TableId kEntries{1};      // index Be64 -> entry bytes
inline constexpr TableId kTiles{2};        // merkle::TileKey -> hashes
inline constexpr TableId kCheckpoints{3};  // "latest" -> signed checkpoint of the newest commit
inline constexpr TableId kPeople{4};       // official -> salt, name

// All of them, with those of the projections.
std::span<const store::TableSpec> AllTables();

}  // namespace jejak::engine
