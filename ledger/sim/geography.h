// Where a simulated election takes place: regions and polling stations by index, in code order at
// each level, so that a nation needs no memory for them.
//
// Thread rule: immutable after it is made; safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ledger/election/codes.h"
#include "ledger/election/vocabulary.h"

namespace jejak::sim {

using election::Level;
using election::RegionCode;
using election::StationCode;

// Half-open range of indexes.
struct IndexRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t size() const { return end - begin; }
};

// The part of 0 .. children-1 that belongs to parent `index` when they are split evenly over
// `parents`, and the parent of a child under that split.
inline IndexRange Share(uint64_t index, uint64_t parents, uint64_t children) {
  return {index * children / parents, (index + 1) * children / parents};
}
inline uint64_t ShareOf(uint64_t child, uint64_t parents, uint64_t children) {
  return ((child + 1) * parents + children - 1) / children - 1;
}

// A region at some level, from province to village.
struct Place {
  RegionCode code;
  std::string name;
  election::RegionKind kind{};
  std::optional<int16_t> utc_offset;  // minutes; of provinces
};

struct Station {
  uint64_t index = 0;
  StationCode code;
  election::StationKind kind{};
  // Indexes of the regions it lies in.
  uint32_t village = 0;
  uint32_t district = 0;
  uint32_t regency = 0;
  uint32_t province = 0;
  bool abroad() const { return code.IsAbroad(); }
};

class Geography {
 public:
  virtual ~Geography() = default;

  // Number of regions at a level from province to village, or of stations.
  virtual uint64_t Count(Level level) const = 0;
  // The region with that index. Requires index < Count(level).
  virtual Place At(Level level, uint64_t index) const = 0;
  // What lies directly in the region: indexes at the next level.
  virtual IndexRange Children(Level level, uint64_t index) const = 0;
  virtual Station StationAt(uint64_t index) const = 0;

  // What lies in the region at `inner`, which is below `level`.
  IndexRange Inside(Level level, uint64_t index, Level inner) const;
  uint64_t stations() const { return Count(Level::kStation); }
};

// Minutes ahead of UTC in the province with that code.
int16_t UtcOffsetOf(std::string_view province_code);

// Kabupaten Bulungan (6501) as it is: 10 kecamatan, 81 desa and kelurahan, 484 TPS. Public
// geography of the 2024 election. The four other regencies of its province are there without
// stations.
std::unique_ptr<const Geography> MakeBulungan();

// A nation of `stations` stations with invented names. At 823,236 it has 38 provinces, 514
// regencies and cities, 7,277 districts and 83,731 villages, and 3,075 stations in 128 areas
// abroad; other sizes keep the proportions. Requires stations > 0.
inline constexpr uint64_t kNationStations = 823'236;
std::unique_ptr<const Geography> MakeNation(uint64_t seed, uint64_t stations);

}  // namespace jejak::sim
