// The reference pages that are rendered from the tables of the code, so that they can't say
// something else. A test compares them with the files under docs/reference; JEJAK_WRITE_DOCS=1
// makes it write them.
//
// Thread rule: pure functions.
#pragma once

#include <string>

namespace jejak::admission {

std::string RenderRoles();              // docs/reference/roles.md
std::string RenderCorrectionReasons();  // docs/reference/correction-reasons.md
std::string RenderReasons();            // docs/reference/reasons.md

}  // namespace jejak::admission
