// What an event is about, for filters and lists: its contest and its place.
#pragma once

#include <optional>
#include <string>

#include "ledger/event/bodies.h"

namespace jejak::projection {

// The one contest the body names; none for bodies of no contest or several.
std::optional<std::string> ContestOf(const event::Body& body);
// The one place the body names: TPS or region; none for bodies of no place or several.
std::optional<election::RegionCode> PlaceOf(const event::Body& body);

}  // namespace jejak::projection
