#include "ledger/sim/totals.h"

#include <utility>
#include <variant>

namespace jejak::sim {
namespace {

using election::FieldKey;

template <typename Body>
election::Form ReadForm(const Body& body) {
  election::Form form;
  for (const auto& f : body.figures) form.values.push_back({FieldKey::Of(f.figure), f.value});
  for (const auto& v : body.votes) form.values.push_back({FieldKey::Votes(v.choice), v.value});
  for (const auto& t : body.party_totals) {
    form.values.push_back({FieldKey::PartyTotal(t.choice), t.value});
  }
  return form;
}

}  // namespace

election::Form FormOf(const event::ResultSubmitted& body) { return ReadForm(body); }
election::Form FormOf(const event::CopyFiled& body) { return ReadForm(body); }

void SimTotals::Take(const event::Body& body) {
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) {
    Set(submitted->contest, submitted->tps, FormOf(*submitted));
  } else if (const auto* corrected = std::get_if<event::ResultCorrected>(&body)) {
    election::Form form = *Find(corrected->contest, corrected->tps);
    for (const event::Change& change : corrected->changes) form.Set(change.field, change.value);
    Set(corrected->contest, corrected->tps, std::move(form));
  }
}

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
