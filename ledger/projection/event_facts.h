// What an event is about, for filters and lists: its contest and its place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/event/bodies.h"

namespace jejak::projection {

// The one contest the body names; none for bodies of no contest or several.
std::optional<std::string> ContestOf(const event::Body& body);
// The one place the body names: TPS or region; none for bodies of no place or several.
std::optional<election::RegionCode> PlaceOf(const event::Body& body);

// Every contest and place that the body names, in its order; not those of an event that it only
// refers to (ReferredBy), nor where an official may act.
std::vector<std::string> ContestsOf(const event::Body& body);
std::vector<election::RegionCode> PlacesOf(const event::Body& body);
// The round or objection that the body ends.
std::optional<Hash> ReferredBy(const event::Body& body);

}  // namespace jejak::projection
