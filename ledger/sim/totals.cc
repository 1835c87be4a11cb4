#include "ledger/sim/totals.h"

namespace jejak::sim {

void SimTotals::Set(const std::string& contest, const election::StationCode& tps,
                    election::Form form) {
  forms_.insert_or_assign({contest, tps}, std::move(form));
}

const election::Form* SimTotals::Find(const std::string& contest,
                                      const election::StationCode& tps) const {
  const auto at = forms_.find({contest, tps});
  return at != forms_.end() ? &at->second : nullptr;
}

RegionTotals SimTotals::Of(const std::string& contest, const election::RegionCode& region) const {
  RegionTotals totals;
  for (const auto& [place, form] : forms_) {
    if (place.first != contest || !region.Contains(place.second)) continue;
    for (const election::FieldValue& value : form.values) {
      NaiveSum& sum = totals.fields[value.key];
      sum.sum += value.value;
      ++sum.present;
    }
    if (!form.view().votes().empty()) ++totals.reported;
  }
  return totals;
}

}  // namespace jejak::sim
