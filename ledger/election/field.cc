#include "ledger/election/field.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "ledger/base/check.h"

namespace jejak::election {
namespace {

constexpr std::array<std::string_view, kFigures> kNames = {
#define JEJAK_FIGURE(id, number, name, row) name,
    JEJAK_FIGURES(JEJAK_FIGURE)
#undef JEJAK_FIGURE
};
constexpr std::array<std::string_view, kFigures> kRows = {
#define JEJAK_FIGURE(id, number, name, row) row,
    JEJAK_FIGURES(JEJAK_FIGURE)
#undef JEJAK_FIGURE
};

constexpr std::string_view kPrefixes[] = {"", "votes.", "party_total.", "evidence."};

}  // namespace

std::string_view Name(Figure figure) {
  JEJAK_CHECK(static_cast<uint16_t>(figure) < kFigures);
  return kNames[static_cast<uint16_t>(figure)];
}

std::string_view RowOf(Figure figure) {
  JEJAK_CHECK(static_cast<uint16_t>(figure) < kFigures);
  return kRows[static_cast<uint16_t>(figure)];
}

std::string FieldName(const FieldKey& key) {
  if (key.kind == FieldKind::kFigure) return std::string(Name(static_cast<Figure>(key.id)));
  return fmt::format("{}{}", kPrefixes[static_cast<size_t>(key.kind)], key.id);
}

std::optional<FieldKey> ParseField(std::string_view name) {
  for (uint16_t i = 0; i < kFigures; ++i) {
    if (kNames[i] == name) return FieldKey::Of(static_cast<Figure>(i));
  }
  for (const FieldKind kind : {FieldKind::kVotes, FieldKind::kPartyTotal, FieldKind::kEvidence}) {
    const std::string_view prefix = kPrefixes[static_cast<size_t>(kind)];
    if (!name.starts_with(prefix)) continue;
    const std::string_view digits = name.substr(prefix.size());
    uint32_t id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc() || end != digits.data() + digits.size() || id == 0 ||
        digits[0] == '0') {
      return std::nullopt;
    }
    return FieldKey{kind, id};
  }
  return std::nullopt;
}

}  // namespace jejak::election
