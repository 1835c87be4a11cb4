// Codes of regions and polling stations: 2, 4, 6, 10 or 13 digits for province, regency or city,
// district, village and station; the nation's code is empty. Codes are strings: digits are
// compared, never counted. Source: Kemendagri and KPU codes, docs/reference/domain.md.
//
// Thread rule: values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace jejak::election {

enum class Level : uint8_t { kNation, kProvince, kRegency, kDistrict, kVillage, kStation };
inline constexpr size_t kLevels = 6;
// Digits of a code at each level.
inline constexpr std::array<size_t, kLevels> kCodeDigits = {0, 2, 4, 6, 10, 13};

class RegionCode {
 public:
  // The nation.
  constexpr RegionCode() = default;
  // No value unless `digits` has 0, 2, 4, 6, 10 or 13 characters, all '0'..'9'.
  static std::optional<RegionCode> Parse(std::string_view digits);

  std::string_view view() const { return {digits_.data(), size_}; }
  std::string str() const { return std::string(view()); }
  // The code as people see it: "0" for the nation.
  std::string display() const { return size_ == 0 ? "0" : str(); }
  Level level() const;
  bool IsNation() const { return size_ == 0; }
  bool IsStation() const { return size_ == 13; }
  // Abroad is coded as province 99.
  bool IsAbroad() const { return size_ >= 2 && digits_[0] == '9' && digits_[1] == '9'; }

  // The enclosing region at `level`; *this when it is at that level. Requires level <=
  // this->level().
  RegionCode At(Level level) const;
  // The next enclosing region. Requires that it isn't the nation.
  RegionCode Parent() const;
  // True when `other` lies in this region or is it.
  bool Contains(const RegionCode& other) const { return other.view().starts_with(view()); }

  std::strong_ordering operator<=>(const RegionCode& other) const {
    return view() <=> other.view();
  }
  bool operator==(const RegionCode& other) const { return view() == other.view(); }

 private:
  std::array<char, 13> digits_{};
  uint8_t size_ = 0;
};

// The 13-digit code of a polling station.
using StationCode = RegionCode;

// "nation", "province", "regency", "city", "district", "village", "station", "abroad": the word
// shown for a place. A regency-level code whose last two digits are 71 to 99 is a city.
std::string_view LevelName(const RegionCode& code);

}  // namespace jejak::election

template <>
struct std::hash<jejak::election::RegionCode> {
  size_t operator()(const jejak::election::RegionCode& code) const {
    return std::hash<std::string_view>{}(code.view());
  }
};
