// Bulungan in 2024: codes and names of its regions by Kemendagri, and the number of TPS in each, as
// KPU published them. No figure, photo or person is here.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/sim/geography.h"

namespace jejak::sim {
namespace {

using election::RegionKind;
using election::StationKind;

struct Named {
  std::string_view code;
  std::string_view name;
};
struct Village {
  std::string_view code;
  std::string_view name;
  uint32_t stations;
  uint32_t special;  // of these, numbered from 901
};

constexpr std::array<Named, 5> kRegencies = {{
    {"6501", "BULUNGAN"},
    {"6502", "MALINAU"},
    {"6503", "NUNUKAN"},
    {"6504", "TANA TIDUNG"},
    {"6571", "KOTA TARAKAN"},
}};

constexpr std::array<Named, 10> kDistricts = {{
    {"650101", "TANJUNG PALAS"},
    {"650102", "TANJUNG PALAS BARAT"},
    {"650103", "TANJUNG PALAS UTARA"},
    {"650104", "TANJUNG PALAS TIMUR"},
    {"650105", "TANJUNG SELOR"},
    {"650106", "TANJUNG PALAS TENGAH"},
    {"650107", "PESO"},
    {"650108", "PESO HILIR"},
    {"650109", "SEKATAK"},
    {"650110", "BUNYU"},
}};

constexpr std::array<Village, 81> kVillages = {{
    {"6501011001", "TANJUNG PALAS HULU", 4, 0},
    {"6501011002", "TANJUNG PALAS TENGAH", 7, 0},
    {"6501011003", "TANJUNG PALAS HILIR", 13, 0},
    {"6501011004", "KARANG ANYAR", 4, 0},
    {"6501012005", "GUNUNG PUTIH", 9, 0},
    {"6501012006", "PEJALIN", 3, 0},
    {"6501012007", "ANTUTAN", 8, 0},
    {"6501012008", "TERAS BARU", 3, 0},
    {"6501012009", "TERAS NAWANG", 3, 0},
    {"6501022001", "LONG BELUAH", 9, 0},
    {"6501022002", "LONG SAM", 4, 0},
    {"6501022003", "MARA I", 5, 0},
    {"6501022004", "MARA HILIR", 2, 0},
    {"6501022005", "LONG PARI", 2, 0},
    {"6501032001", "KARANG AGUNG", 8, 0},
    {"6501032002", "PIMPING", 7, 0},
    {"6501032003", "PANCA AGUNG", 7, 0},
    {"6501032004", "RUHUI RAHAYU", 5, 0},
    {"6501032005", "ARDI MULYO", 2, 0},
    {"6501032006", "KELUBIR", 4, 0},
    {"6501042001", "TANAH KUNING", 10, 0},
    {"6501042002", "MANGKUPADI", 10, 0},
    {"6501042003", "SAJAU", 8, 0},
    {"6501042004", "WONOMULYO", 5, 0},
    {"6501042005", "TANJUNG AGUNG", 4, 0},
    {"6501042006", "BINAI", 6, 0},
    {"6501042007", "SAJAU HILIR", 6, 0},
    {"6501042008", "PURA SAJAU", 3, 0},
    {"6501051001", "TANJUNG SELOR HULU", 19, 0},
    {"6501051002", "TANJUNG SELOR HILIR", 97, 0},
    {"6501051008", "TANJUNG SELOR TIMUR", 19, 0},
    {"6501052003", "JELARAI SELOR", 20, 0},
    {"6501052004", "GUNUNG SERIANG", 4, 0},
    {"6501052005", "BUMI RAHAYU", 5, 0},
    {"6501052006", "GUNUNG SARI", 5, 0},
    {"6501052007", "APUNG", 10, 0},
    {"6501052009", "TENGKAPAK", 4, 0},
    {"6501062001", "SALIMBATU", 18, 0},
    {"6501062002", "SILVA RAHAYU", 3, 0},
    {"6501062003", "TANJUNG BUKA", 16, 0},
    {"6501072001", "LEPAK ARU", 2, 0},
    {"6501072002", "LONG LASAN", 2, 0},
    {"6501072003", "LONG PESO", 2, 0},
    {"6501072004", "LONG BIA", 2, 0},
    {"6501072005", "MUARA PANGEAN", 2, 0},
    {"6501072006", "LONG LIAN", 1, 0},
    {"6501072007", "LONG PELAAH", 1, 0},
    {"6501072008", "LONG LEJUH", 1, 0},
    {"6501072009", "LONG PELBAN", 1, 0},
    {"6501072010", "LONG BUANG", 1, 0},
    {"6501082001", "LONG TUNGU", 4, 0},
    {"6501082002", "LONG BANG", 3, 0},
    {"6501082003", "LONG TELENJAU", 2, 0},
    {"6501082004", "NAHA AYA", 3, 0},
    {"6501082005", "LONG LEMBU", 2, 0},
    {"6501082006", "LONG BANG HULU", 2, 0},
    {"6501092001", "SEKATAK BUJI", 11, 2},
    {"6501092002", "PARU ABANG", 1, 0},
    {"6501092003", "BUNAU", 1, 0},
    {"6501092004", "UJANG", 1, 0},
    {"6501092005", "TENGGILING", 1, 0},
    {"6501092006", "KELEMBUNAN", 1, 0},
    {"6501092007", "TURUNG", 1, 0},
    {"6501092008", "TERINDAK", 1, 0},
    {"6501092009", "KELISING", 1, 0},
    {"6501092010", "AMBALAT", 1, 0},
    {"6501092011", "KERITING", 1, 0},
    {"6501092012", "KENDARI", 1, 0},
    {"6501092013", "BAMBANG", 1, 0},
    {"6501092014", "MARITAM", 1, 0},
    {"6501092015", "PENTIAN", 1, 0},
    {"6501092016", "PUNAN DULAU", 1, 0},
    {"6501092017", "KELINCAUAN", 2, 0},
    {"6501092018", "BEKILIU", 1, 0},
    {"6501092019", "SEKATAK BENGARA", 3, 0},
    {"6501092020", "PUNGIT", 2, 0},
    {"6501092021", "ANJAR ARIP", 1, 0},
    {"6501092022", "LIAGU", 3, 0},
    {"6501102001", "BUNYU BARAT", 17, 0},
    {"6501102002", "BUNYU SELATAN", 9, 0},
    {"6501102003", "BUNYU TIMUR", 8, 0},
}};

constexpr std::string_view kBulungan = "6501";
constexpr uint32_t kFirstSpecial = 901;

RegionCode Code(std::string_view digits) {
  const auto code = RegionCode::Parse(digits);
  JEJAK_CHECK(code.has_value());
  return *code;
}

// Indexes of the rows whose codes begin with `prefix`, which stand together.
template <typename Rows>
IndexRange Under(const Rows& rows, std::string_view prefix) {
  const auto inside = [prefix](const auto& row) { return row.code.starts_with(prefix); };
  const auto begin = std::find_if(rows.begin(), rows.end(), inside);
  const auto end = std::find_if_not(begin, rows.end(), inside);
  return {static_cast<uint64_t>(begin - rows.begin()), static_cast<uint64_t>(end - rows.begin())};
}

class Bulungan final : public Geography {
 public:
  Bulungan() {
    for (uint32_t village = 0; village < kVillages.size(); ++village) {
      first_station_.push_back(village_of_.size());
      village_of_.insert(village_of_.end(), kVillages[village].stations, village);
    }
    first_station_.push_back(village_of_.size());
  }

  uint64_t Count(Level level) const override {
    switch (level) {
      case Level::kNation:
      case Level::kProvince: return 1;
      case Level::kRegency: return kRegencies.size();
      case Level::kDistrict: return kDistricts.size();
      case Level::kVillage: return kVillages.size();
      case Level::kStation: return village_of_.size();
    }
    return 0;
  }

  Place At(Level level, uint64_t index) const override {
    JEJAK_CHECK(index < Count(level));
    switch (level) {
      case Level::kProvince:
        return {Code("65"), "KALIMANTAN UTARA", RegionKind::kProvince, UtcOffsetOf("65")};
      case Level::kRegency: {
        const Named& row = kRegencies[index];
        const RegionKind kind = row.code[2] >= '7' ? RegionKind::kCity : RegionKind::kRegency;
        return {Code(row.code), std::string(row.name), kind, {}};
      }
      case Level::kDistrict: {
        const Named& row = kDistricts[index];
        return {Code(row.code), std::string(row.name), RegionKind::kDistrict, {}};
      }
      default: break;
    }
    JEJAK_CHECK(level == Level::kVillage);
    const Village& row = kVillages[index];
    const RegionKind kind = row.code[6] == '1' ? RegionKind::kKelurahan : RegionKind::kDesa;
    return {Code(row.code), std::string(row.name), kind, {}};
  }

  IndexRange Children(Level level, uint64_t index) const override {
    switch (level) {
      case Level::kNation: return {0, 1};
      case Level::kProvince: return {0, kRegencies.size()};
      case Level::kRegency:
        if (kRegencies[index].code == kBulungan) return {0, kDistricts.size()};
        return {kDistricts.size(), kDistricts.size()};
      case Level::kDistrict: return Under(kVillages, kDistricts[index].code);
      default: break;
    }
    JEJAK_CHECK(level == Level::kVillage);
    return {first_station_[index], first_station_[index + 1]};
  }

  Station StationAt(uint64_t index) const override {
    JEJAK_CHECK(index < village_of_.size());
    const uint32_t village = village_of_[index];
    const Village& row = kVillages[village];
    const auto nth = static_cast<uint32_t>(index - first_station_[village]);
    const uint32_t regular = row.stations - row.special;
    const uint32_t number = nth < regular ? nth + 1 : kFirstSpecial + nth - regular;
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), "%03u", number);
    const auto district = std::find_if(kDistricts.begin(), kDistricts.end(), [&](const Named& d) {
      return row.code.starts_with(d.code);
    });
    Station station;
    station.index = index;
    station.code = Code(std::string(row.code) + digits.data());
    station.kind = nth < regular ? StationKind::kRegular : StationKind::kSpecial;
    station.village = village;
    station.district = static_cast<uint32_t>(district - kDistricts.begin());
    return station;
  }

 private:
  std::vector<uint64_t> first_station_;  // of each village, and the number of all
  std::vector<uint32_t> village_of_;     // of each station
};

}  // namespace

std::unique_ptr<const Geography> MakeBulungan() { return std::make_unique<Bulungan>(); }

}  // namespace jejak::sim
