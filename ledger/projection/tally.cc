#include "ledger/projection/tally.h"

#include <algorithm>
#include <limits>

#include "ledger/projection/tables.h"

namespace jejak::projection {
namespace {

// Whether a region that votes on several ballots keeps the sum of this field.
bool KeptWhenMixed(const ContestEntry& contest, const FieldKey& key) {
  if (key.kind == election::FieldKind::kFigure) return true;
  const auto it = contest.meanings.find(key.id);
  return it != contest.meanings.end() && it->second.kind == election::ChoiceKind::kParty;
}

bool AddTo(uint64_t* sum, int64_t delta) {
  if (delta < 0 && *sum < static_cast<uint64_t>(-delta)) return false;
  if (delta > 0 && *sum > std::numeric_limits<uint64_t>::max() - static_cast<uint64_t>(delta))
    return false;
  *sum += static_cast<uint64_t>(delta);
  return true;
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

bool UpdateRow(const std::string& contest, const RegionCode& region, const TallyDelta& delta,
               Overlay* rows) {
  const Bytes key = PlaceKey(contest, region);
  TallyRow row;
  Bytes value;
  if (rows->Get(kTallies, key, &value)) {
    auto decoded = Decode<TallyRow>(value);
    if (!decoded) return false;
    row = std::move(*decoded);
  }
  if (!ApplyDelta(delta, &row)) return false;
  rows->Put(kTallies, key, Encode(row));
  return true;
}

}  // namespace

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

void TallyAccumulator::Add(const std::string& contest, const RegionCode& place,
                           const TallyDelta& delta) {
  const RegionCode village =
      place.IsStation() ? place.At(election::Level::kVillage) : place;
  pending_[contest][village].Add(delta);
}

bool TallyAccumulator::Flush(const Registry& registry, Overlay* rows) {
  for (auto& [contest_id, regions] : pending_) {
    const ContestEntry* contest = registry.Contest(contest_id);
    if (contest == nullptr) return false;
    // From the villages up: each level's changes are the sums of those below.
    std::map<RegionCode, TallyDelta> level = std::move(regions);
    while (!level.empty()) {
      std::map<RegionCode, TallyDelta> above;
      for (auto& [region, delta] : level) {
        if (contest->OnlyBallotOf(region) == nullptr) {
          std::erase_if(delta.sums,
                        [&](const SumDelta& d) { return !KeptWhenMixed(*contest, d.key); });
        }
        if (!UpdateRow(contest_id, region, delta, rows)) return false;
        if (!region.IsNation()) above[region.Parent()].Add(delta);
      }
      level = std::move(above);
    }
  }
  pending_.clear();
  return true;
}

bool DropMixedSums(const ContestEntry& contest, const admission::BallotState& added,
                   Overlay* rows) {
  std::vector<RegionCode> regions;
  for (RegionCode member : added.members) {
    while (!member.IsNation()) {
      member = member.Parent();
      regions.push_back(member);
    }
  }
  std::sort(regions.begin(), regions.end());
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  for (const RegionCode& region : regions) {
    if (contest.OnlyBallotOf(region) != nullptr) continue;
    const Bytes key = PlaceKey(contest.state->id, region);
    Bytes value;
    if (!rows->Get(kTallies, key, &value)) continue;
    auto row = Decode<TallyRow>(value);
    if (!row) return false;
    const size_t before = row->sums.size();
    std::erase_if(row->sums, [&](const SumCell& c) { return !KeptWhenMixed(contest, c.key); });
    if (row->sums.size() != before) rows->Put(kTallies, key, Encode(*row));
  }
  return true;
}

}  // namespace jejak::projection
