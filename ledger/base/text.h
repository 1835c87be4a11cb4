// What counts as text in an event: valid UTF-8 without control or bidirectional characters, so that
// what an auditor sees is what was signed.
#pragma once

#include <string_view>

namespace jejak {

// Valid UTF-8 (shortest form, no surrogates, at most U+10FFFF).
bool IsUtf8(std::string_view text);

// IsUtf8, and free of C0 and C1 controls, DEL, U+2028, U+2029, bidirectional controls (U+061C,
// U+200E, U+200F, U+202A..U+202E, U+2066..U+2069), the byte order mark and noncharacters.
bool IsPlainText(std::string_view text);

// 'a'..'z', '0'..'9', '_' , '-', '.', ':', '/', starting with a letter or digit: ids of officials.
bool IsIdentifier(std::string_view text);

// All characters are '0'..'9', and there is at least one.
bool IsDigits(std::string_view text);

}  // namespace jejak
