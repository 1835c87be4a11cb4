// For tests: reads the data files of tests/vectors. One record a line, fields parted by one space;
// "#" begins a comment; "-" is the empty field; \n, \s (space), \xHH and \\ are escapes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jejak::merkle {

using VectorRecord = std::vector<std::string>;
// Aborts when the file isn't there.
std::vector<VectorRecord> ReadVectors(std::string_view name);

}  // namespace jejak::merkle
