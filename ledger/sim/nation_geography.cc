// A nation of any size: every level is split evenly over the one above, so that any region or
// station can be worked out from its index alone.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "ledger/base/check.h"
#include "ledger/sim/geography.h"
#include "ledger/sim/names.h"

namespace jejak::sim {
namespace {

using election::RegionKind;
using election::StationKind;

constexpr std::array<std::string_view, 38> kProvinceCodes = {
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33",
    "34", "35", "36", "51", "52", "53", "61", "62", "63", "64", "65", "71", "72",
    "73", "74", "75", "76", "81", "82", "91", "92", "93", "94", "95", "96"};
constexpr std::string_view kAbroad = "99";

// Of the nation of 2024.
constexpr uint64_t kAbroadStations = 3'075;
constexpr uint64_t kAbroadAreas = 128;
constexpr uint64_t kAbroadAreasPerRegency = 16;
constexpr std::array<uint64_t, election::kLevels> kDomestic = {1, 38, 514, 7'277, 83'731, 820'161};

// One regency in five is a city, with a code from 71 on.
constexpr uint64_t kCityShare = 5;
constexpr uint64_t kFirstCity = 71;
// One village in ten is a kelurahan; in a city all are.
constexpr uint64_t kKelurahanShare = 10;

constexpr size_t Depth(Level level) { return static_cast<size_t>(level); }

constexpr Level Above(Level level) { return static_cast<Level>(Depth(level) - 1); }

std::string Digits(uint64_t value, int width) {
  std::array<char, 24> out{};
  std::snprintf(out.data(), out.size(), "%0*llu", width, static_cast<unsigned long long>(value));
  return out.data();
}

using Counts = std::array<uint64_t, election::kLevels>;

Counts DomesticCounts(uint64_t stations) {
  Counts counts{1, 0, 0, 0, 0, stations};
  for (size_t level = Depth(Level::kProvince); level <= Depth(Level::kVillage); ++level) {
    const uint64_t scaled = stations * kDomestic[level] / kDomestic.back();
    counts[level] = std::clamp<uint64_t>(scaled, 1, kDomestic[level]);
    counts[level] = std::max(counts[level], counts[level - 1]);
  }
  return counts;
}

Counts AbroadCounts(uint64_t stations) {
  if (stations == 0) return Counts{};
  const uint64_t areas = std::min(kAbroadAreas, stations);
  const uint64_t regencies = (areas + kAbroadAreasPerRegency - 1) / kAbroadAreasPerRegency;
  return {1, 1, regencies, areas, areas, stations};
}

class Nation final : public Geography {
 public:
  Nation(uint64_t seed, uint64_t stations)
      : seed_(seed),
        abroad_(AbroadCounts(stations * kAbroadStations / kNationStations)),
        domestic_(DomesticCounts(stations - abroad_.back())) {
    JEJAK_CHECK(stations > 0);
  }

  uint64_t Count(Level level) const override {
    return level == Level::kNation ? 1 : domestic_[Depth(level)] + abroad_[Depth(level)];
  }

  IndexRange Children(Level level, uint64_t index) const override {
    JEJAK_CHECK(level < Level::kStation && index < Count(level));
    if (level == Level::kNation) return {0, Count(Level::kProvince)};
    const size_t here = Depth(level);
    if (index < domestic_[here]) return Share(index, domestic_[here], domestic_[here + 1]);
    const IndexRange range = Share(index - domestic_[here], abroad_[here], abroad_[here + 1]);
    return {range.begin + domestic_[here + 1], range.end + domestic_[here + 1]};
  }

  Place At(Level level, uint64_t index) const override {
    const std::string code = CodeOf(level, index);
    Place place{Code(code), PlaceName(seed_, Depth(level), index), KindOf(level, code), {}};
    if (level == Level::kProvince) place.utc_offset = UtcOffsetOf(code);
    if (code == kAbroad) place.name = "LUAR NEGERI";
    return place;
  }

  Station StationAt(uint64_t index) const override {
    Station station;
    station.index = index;
    station.village = static_cast<uint32_t>(Parent(Level::kStation, index));
    station.district = static_cast<uint32_t>(Parent(Level::kVillage, station.village));
    station.regency = static_cast<uint32_t>(Parent(Level::kDistrict, station.district));
    station.province = static_cast<uint32_t>(Parent(Level::kRegency, station.regency));
    const uint64_t first = Children(Level::kVillage, station.village).begin;
    const std::string village = CodeOf(Level::kVillage, station.village);
    station.code = Code(village + Digits(index - first + 1, 3));
    station.kind = KindOfStation(index);
    return station;
  }

 private:
  static RegionCode Code(std::string_view digits) {
    const auto code = RegionCode::Parse(digits);
    JEJAK_CHECK(code.has_value());
    return *code;
  }

  uint64_t Parent(Level level, uint64_t index) const {
    const size_t here = Depth(level);
    if (index < domestic_[here]) return ShareOf(index, domestic_[here - 1], domestic_[here]);
    return domestic_[here - 1] + ShareOf(index - domestic_[here], abroad_[here - 1], abroad_[here]);
  }

  static bool IsCity(uint64_t nth, uint64_t siblings) {
    return nth >= siblings - siblings / kCityShare;
  }

  // Digits that region `index` adds to its parent's code.
  static std::string OwnDigits(Level level, uint64_t nth, uint64_t siblings,
                               std::string_view parent) {
    const bool abroad = parent.starts_with(kAbroad);
    if (level == Level::kRegency && !abroad && IsCity(nth, siblings)) {
      return Digits(kFirstCity + nth - (siblings - siblings / kCityShare), 2);
    }
    if (level != Level::kVillage) return Digits(nth + 1, 2);
    const bool city = parent[2] >= '7' && !abroad;
    const bool kelurahan = city || nth < siblings / kKelurahanShare;
    return (abroad ? "0" : kelurahan ? "1" : "2") + Digits(nth + 1, 3);
  }

  std::string CodeOf(Level level, uint64_t index) const {
    JEJAK_CHECK(level >= Level::kProvince && level <= Level::kVillage && index < Count(level));
    if (level == Level::kProvince) {
      return std::string(index < domestic_[Depth(level)] ? kProvinceCodes[index] : kAbroad);
    }
    const uint64_t parent = Parent(level, index);
    const IndexRange siblings = Children(Above(level), parent);
    const std::string prefix = CodeOf(Above(level), parent);
    return prefix + OwnDigits(level, index - siblings.begin, siblings.size(), prefix);
  }

  static RegionKind KindOf(Level level, std::string_view code) {
    if (code.starts_with(kAbroad)) return RegionKind::kAbroad;
    switch (level) {
      case Level::kProvince: return RegionKind::kProvince;
      case Level::kRegency: return code[2] >= '7' ? RegionKind::kCity : RegionKind::kRegency;
      case Level::kDistrict: return RegionKind::kDistrict;
      default: return code[6] == '1' ? RegionKind::kKelurahan : RegionKind::kDesa;
    }
  }

  // Abroad: of 3,075 stations 807 are polling stations, 1,582 mobile boxes, 686 post.
  StationKind KindOfStation(uint64_t index) const {
    const uint64_t domestic = domestic_[Depth(Level::kStation)];
    if (index < domestic) return StationKind::kRegular;
    const uint64_t nth = (index - domestic) % kAbroadStations;
    const uint64_t part = nth * 2'503 % kAbroadStations;  // spread over the areas: 2,503 is coprime
    if (part < 807) return StationKind::kTpsln;
    return part < 807 + 1'582 ? StationKind::kKsk : StationKind::kPos;
  }

  uint64_t seed_;
  Counts abroad_;
  Counts domestic_;
};

}  // namespace

std::unique_ptr<const Geography> MakeNation(uint64_t seed, uint64_t stations) {
  return std::make_unique<Nation>(seed, stations);
}

}  // namespace jejak::sim
