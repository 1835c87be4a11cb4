#include "ledger/projection/tally.h"

#include <algorithm>
#include <limits>

namespace jejak::projection {
namespace {

bool AddTo(uint64_t* sum, int64_t delta) {
  if (delta < 0 && *sum < static_cast<uint64_t>(-delta)) return false;
  if (delta > 0 && *sum > std::numeric_limits<uint64_t>::max() - static_cast<uint64_t>(delta))
    return false;
  *sum += static_cast<uint64_t>(delta);
  return true;
}

}  // namespace

bool KeptWhenMixed(const ContestEntry& contest, const FieldKey& key) {
  if (key.kind == election::FieldKind::kFigure) return true;
  const auto it = contest.meanings.find(key.id);
  return it != contest.meanings.end() && it->second.kind == election::ChoiceKind::kParty;
}

bool ApplyDelta(const TallyDelta& delta, TallyRow* row) {
  row->stations.Add(delta.stations);
  std::vector<SumCell> merged;
  merged.reserve(row->sums.size() + delta.sums.size());
  auto old = row->sums.begin();
  for (const SumDelta& change : delta.sums) {
    while (old != row->sums.end() && old->key < change.key) merged.push_back(*old++);
    SumCell cell{change.key, 0, 0};
    if (old != row->sums.end() && old->key == change.key) cell = *old++;
    const int64_t present = int64_t{cell.present} + change.present;
    if (!AddTo(&cell.sum, change.sum) || present < 0) return false;
    cell.present = static_cast<uint32_t>(present);
    if (present == 0 && cell.sum != 0) return false;
    if (present != 0) merged.push_back(cell);
  }
  merged.insert(merged.end(), old, row->sums.end());
  row->sums = std::move(merged);
  return true;
}

void TallyDelta::Add(const TallyDelta& other) {
  stations.Add(other.stations);
  if (sums.size() == other.sums.size() &&
      std::equal(sums.begin(), sums.end(), other.sums.begin(),
                 [](const SumDelta& a, const SumDelta& b) { return a.key == b.key; })) {
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i].sum += other.sums[i].sum;
      sums[i].present += other.sums[i].present;
    }
    return;
  }
  std::vector<SumDelta> merged;
  merged.reserve(sums.size() + other.sums.size());
  auto a = sums.begin();
  for (const SumDelta& b : other.sums) {
    while (a != sums.end() && a->key < b.key) merged.push_back(*a++);
    if (a != sums.end() && a->key == b.key) {
      merged.push_back({b.key, a->sum + b.sum, a->present + b.present});
      ++a;
    } else {
      merged.push_back(b);
    }
  }
  merged.insert(merged.end(), a, sums.end());
  sums = std::move(merged);
}

std::vector<SumDelta> CellDeltas(const std::vector<Cell>& before, const std::vector<Cell>& after) {
  std::vector<SumDelta> out;
  out.reserve(after.size());
  auto b = before.begin();
  for (const Cell& a : after) {
    while (b != before.end() && b->key < a.key)
      out.push_back({b->key, -int64_t{b->value}, -1}), ++b;
    if (b != before.end() && b->key == a.key) {
      if (a.value != b->value) out.push_back({a.key, int64_t{a.value} - int64_t{b->value}, 0});
      ++b;
    } else {
      out.push_back({a.key, int64_t{a.value}, 1});
    }
  }
  for (; b != before.end(); ++b) out.push_back({b->key, -int64_t{b->value}, -1});
  return out;
}

std::vector<election::FieldValue> ValuesOf(const std::vector<Cell>& cells) {
  std::vector<election::FieldValue> values;
  values.reserve(cells.size());
  for (const Cell& cell : cells) values.push_back({cell.key, cell.value});
  return values;
}

std::vector<election::BigFieldValue> BigValuesOf(
    const std::vector<event::BigFigureValue>& figures,
    const std::vector<event::BigChoiceValue>& votes,
    const std::vector<event::BigChoiceValue>& party_totals) {
  std::vector<election::BigFieldValue> values;
  for (const auto& f : figures) values.push_back({FieldKey::Of(f.figure), f.value});
  for (const auto& v : votes) values.push_back({FieldKey::Votes(v.choice), v.value});
  for (const auto& t : party_totals) values.push_back({FieldKey::PartyTotal(t.choice), t.value});
  return values;
}

void SetStationTally(std::string_view contest, const StationCode& tps, const RoundRow& shown,
                     event::StationTally* out) {
  out->contest.assign(contest);
  out->tps = tps;
  out->round = shown.round;
  out->values.clear();
  for (const Cell& cell : shown.cells) out->values.push_back({cell.key, cell.value});
  out->event.reset();
  if (shown.HasResult()) out->event = shown.newest_event;
}

event::StationTally StationTallyOf(std::string_view contest, const StationCode& tps,
                                   const RoundRow& shown) {
  event::StationTally out;
  SetStationTally(contest, tps, shown, &out);
  return out;
}

void SetRegionTally(std::string_view contest, const RegionCode& region, const NodeRow& node,
                    event::RegionTally* out) {
  out->contest.assign(contest);
  out->region = region;
  out->registered = static_cast<uint32_t>(node.tally.stations.total);
  out->reported = static_cast<uint32_t>(node.tally.stations.reported);
  out->children = node.children;
  out->sums.clear();
  for (const SumCell& cell : node.tally.sums)
    out->sums.push_back({cell.key, cell.sum, cell.present});
  out->children_root = node.children_root;
}

event::RegionTally RegionTallyOf(std::string_view contest, const RegionCode& region,
                                 const NodeRow& node) {
  event::RegionTally out;
  SetRegionTally(contest, region, node, &out);
  return out;
}

}  // namespace jejak::projection
