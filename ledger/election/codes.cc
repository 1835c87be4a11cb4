#include "ledger/election/codes.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/text.h"

namespace jejak::election {

std::optional<RegionCode> RegionCode::Parse(std::string_view digits) {
  if (std::find(kCodeDigits.begin(), kCodeDigits.end(), digits.size()) == kCodeDigits.end()) {
    return std::nullopt;
  }
  if (!digits.empty() && !IsDigits(digits)) return std::nullopt;
  RegionCode out;
  std::copy(digits.begin(), digits.end(), out.digits_.begin());
  out.size_ = static_cast<uint8_t>(digits.size());
  return out;
}

Level RegionCode::level() const {
  const auto at = std::find(kCodeDigits.begin(), kCodeDigits.end(), size_t{size_});
  return static_cast<Level>(at - kCodeDigits.begin());
}

RegionCode RegionCode::At(Level level) const {
  const size_t digits = kCodeDigits[static_cast<size_t>(level)];
  JEJAK_CHECK(digits <= size_);
  RegionCode out = *this;
  std::fill(out.digits_.begin() + static_cast<std::ptrdiff_t>(digits), out.digits_.end(), '\0');
  out.size_ = static_cast<uint8_t>(digits);
  return out;
}

RegionCode RegionCode::Parent() const {
  JEJAK_CHECK(size_ != 0);
  return At(static_cast<Level>(static_cast<uint8_t>(level()) - 1));
}

std::string_view LevelName(const RegionCode& code) {
  switch (code.level()) {
    case Level::kNation: return "nation";
    case Level::kProvince: return code.IsAbroad() ? "abroad" : "province";
    case Level::kRegency:
      if (code.IsAbroad()) return "abroad";
      return code.view()[2] >= '7' ? "city" : "regency";
    case Level::kDistrict: return code.IsAbroad() ? "abroad" : "district";
    case Level::kVillage: return code.IsAbroad() ? "abroad" : "village";
    case Level::kStation: return "station";
  }
  return "";
}

}  // namespace jejak::election
