#include "ledger/sim/names.h"

#include <array>
#include <string_view>

#include "ledger/sim/draws.h"

namespace jejak::sim {
namespace {

constexpr std::array<std::string_view, 40> kSyllables = {
    "ba", "be", "bo", "da", "du", "ga", "gi", "ha", "ja", "je", "ka", "ki", "ku", "la",
    "li", "lo", "ma", "mi", "mu", "na", "ni", "no", "pa", "pe", "pu", "ra", "ri", "ro",
    "sa", "se", "si", "su", "ta", "te", "ti", "to", "wa", "wi", "ya", "yu"};
constexpr std::array<std::string_view, 5> kEndings = {"", "", "n", "r", "ng"};
// Words that stand before the names of many places: bay, hill, estuary …
constexpr std::array<std::string_view, 8> kLandmarks = {"TELUK",  "BUKIT", "MUARA", "TANJUNG",
                                                        "SUNGAI", "PULAU", "RAWA",  "LEMBAH"};

std::string Word(Draws* draws, uint32_t syllables) {
  std::string word;
  for (uint32_t i = 0; i < syllables; ++i) {
    word += kSyllables[draws->Below(static_cast<uint32_t>(kSyllables.size()))];
  }
  word += kEndings[draws->Below(static_cast<uint32_t>(kEndings.size()))];
  return word;
}

char Upper(char c) { return static_cast<char>(c - 'a' + 'A'); }

std::string Capitalised(std::string word) {
  word[0] = Upper(word[0]);
  return word;
}

}  // namespace

std::string PlaceName(uint64_t seed, uint64_t kind, uint64_t index) {
  Draws draws(seed, "place name", kind, index);
  std::string name;
  if (draws.Chance(3'000)) {
    name = kLandmarks[draws.Below(static_cast<uint32_t>(kLandmarks.size()))];
    name += ' ';
  }
  for (const char c : Word(&draws, draws.Between(2, 3))) name += Upper(c);
  return name;
}

std::string PersonName(uint64_t seed, std::string_view id) {
  Draws draws(seed, id);
  const std::string given = Capitalised(Word(&draws, draws.Between(2, 3)));
  return given + " " + Capitalised(Word(&draws, draws.Between(2, 3)));
}

std::string PartyName(uint64_t seed, uint64_t number) {
  Draws draws(seed, "party name", number);
  return "Partai Rekaan " + Capitalised(Word(&draws, 3));
}

}  // namespace jejak::sim
