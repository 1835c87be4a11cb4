// Vector files under tests/vectors: lines of columns with tabs between, '#' before a remark. A test
// makes the lines again and compares. With JEJAK_WRITE_VECTORS=1 in the environment it writes the
// file instead, which is how vectors are added; a line that is there already must never change.
//
// Thread rule: gtest's.
#pragma once

#include <string>

namespace jejak::event {

void ExpectVectors(const std::string& file, const std::string& content);

}  // namespace jejak::event
