// Invented names. Persons, parties and places of a nation are put together from syllables that mean
// nothing, so that nobody real is named.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>

namespace jejak::sim {

// "BARUMA", "TELUK SENAWI": upper case, as KPU writes places.
std::string PlaceName(uint64_t seed, uint64_t kind, uint64_t index);
// "Selima Tarowe".
std::string PersonName(uint64_t seed, std::string_view id);
// "Partai Rekaan Sanuma". Rekaan: invented.
std::string PartyName(uint64_t seed, uint64_t number);

}  // namespace jejak::sim
