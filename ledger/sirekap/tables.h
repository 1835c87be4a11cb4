// The tables beside an import: the regions with their names, and how many TPS are expected in each
// desa. Text with tabs and a header line, plain or gzip. A row that can't be understood is named in
// `skipped` and left out (KPU gave Zagreb the code 99BE); a file that is no such table is refused.
//
// Thread rule: pure functions of the files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/election/codes.h"
#include "ledger/sirekap/version.h"

namespace jejak::sirekap {

// `kode<TAB>nama<TAB>tingkat`: level 1 province, 2 regency or city, 3 district, 4 desa or
// kelurahan.
struct RegionRow {
  election::RegionCode code;
  std::string name;
};
// In the order of the file. Fails with NOT_FOUND, or INPUT_MALFORMED with "file" and "line".
Result<std::vector<RegionRow>> ReadRegions(const std::string& path, std::vector<Skipped>* skipped);

// `kode<TAB>jumlah_tps`.
struct StationCount {
  election::RegionCode desa;
  uint32_t stations = 0;
};
Result<std::vector<StationCount>> ReadStationCounts(const std::string& path,
                                                    std::vector<Skipped>* skipped);

}  // namespace jejak::sirekap
