#include "ledger/projection/tally_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

using Children = std::vector<std::pair<RegionCode, Hash>>;

Bytes CacheKey(const std::string& contest, const RegionCode& region) {
  return PlaceKey(contest, region);
}

// Of each child only the newest hash, in code order.
void KeepLast(Children* children) {
  std::stable_sort(children->begin(), children->end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Children out;
  out.reserve(children->size());
  for (const auto& child : *children) {
    if (!out.empty() && out.back().first == child.first) {
      out.back() = child;
    } else {
      out.push_back(child);
    }
  }
  *children = std::move(out);
}

}  // namespace

bool TallyTree::Node::Has(const RegionCode& child) const {
  return std::binary_search(codes.begin(), codes.end(), child);
}

size_t TallyTree::Node::bytes() const {
  return sizeof(Node) + 128 + row.tally.sums.size() * sizeof(SumCell) +
         codes.size() * (sizeof(RegionCode) + 2 * Hash::kSize);
}

// A child that is there is replaced; when new ones come, the list is made anew.
void TallyTree::Node::Put(Children children) {
  KeepLast(&children);
  for (auto& [code, hash] : children) hash = merkle::LeafHash(hash.view());
  const bool all_there = std::all_of(children.begin(), children.end(),
                                     [&](const auto& child) { return Has(child.first); });
  if (all_there) {
    for (const auto& [code, hash] : children) {
      const auto at = std::lower_bound(codes.begin(), codes.end(), code);
      hashes.Set(static_cast<size_t>(at - codes.begin()), hash);
    }
    return;
  }
  std::vector<RegionCode> merged;
  std::vector<Hash> leaves;
  merged.reserve(codes.size() + children.size());
  leaves.reserve(codes.size() + children.size());
  size_t old = 0;
  const auto keep_before = [&](const RegionCode* code) {
    for (; old < codes.size() && (code == nullptr || codes[old] < *code); ++old) {
      merged.push_back(codes[old]);
      leaves.push_back(hashes[old]);
    }
  };
  for (const auto& [code, hash] : children) {
    keep_before(&code);
    if (old < codes.size() && codes[old] == code) ++old;
    merged.push_back(code);
    leaves.push_back(hash);
  }
  keep_before(nullptr);
  codes = std::move(merged);
  hashes.Assign(std::move(leaves));
}

void TallyTree::Damage(std::string what) {
  if (status_.ok()) status_ = Status(Reason::kLedgerDamaged, std::move(what));
}

Hash TallyTree::StationHash(const std::string& contest, const StationCode& tps,
                            const RoundRow& shown) {
  SetStationTally(contest, tps, shown, &station_);
  const Status encoded = event::EncodeTo(station_, &value_);
  if (!encoded.ok()) {
    Damage("the figures of TPS " + tps.str() + " make no node: " + encoded.message());
    return {};
  }
  return event::StationNodeHash(value_);
}

Status TallyTree::Load() {
  Bytes value;
  if (!rows_->Get(kRegistry, TallyStateKey(), &value)) return rows_->status();
  const auto state = Decode<TallyStateRow>(value);
  if (!state) return Status(Reason::kLedgerDamaged, "the tally tree's row does not decode");
  state_ = written_ = *state;
  recovered_ = false;
  return {};
}

void TallyTree::Recover() {
  if (recovered_) return;
  recovered_ = true;
  Bytes prefix;
  Writer(&prefix).Be64(state_.base.value);
  std::map<std::string, std::set<RegionCode>> places;
  const auto cursor = rows_->NewCursor(kTallyDeltas);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
       cursor->Next()) {
    const ByteView key = cursor->key().substr(prefix.size());
    const size_t zero = key.find('\0');
    const auto delta = Decode<TallyDelta>(cursor->value());
    const auto place = zero == key.npos || key.size() < zero + 9
                           ? std::nullopt
                           : RegionCode::Parse(key.substr(zero + 1, key.size() - zero - 9));
    if (!delta || !place) return Damage("a change of the tally does not decode");
    const std::string contest(key.substr(0, zero));
    places[contest].insert(*place);
    if (place->level() >= election::Level::kVillage) {
      Gather(contest, *place, *delta);
    } else {
      pending_[contest][*place];  // it lost sums: what is left shows when it is brought up to date
    }
  }
  // The hashes of the stations behind them, as they are.
  for (const auto& [contest, codes] : places) {
    const ContestEntry* entry = registry_->Contest(contest);
    for (const RegionCode& place : codes) {
      if (place.level() < election::Level::kVillage) continue;
      const RegionCode village = place.IsStation() ? place.Parent() : place;
      for (const StationCode& tps : stations_.in(place)) {
        if (entry == nullptr || !entry->state->Covers(tps)) continue;
        pending_[contest][village].children.emplace_back(
            tps, StationHash(contest, tps, stations_.shown(contest, tps)));
      }
    }
  }
}

void TallyTree::Gather(const std::string& contest, const RegionCode& place,
                       const TallyDelta& delta) {
  const RegionCode village = place.IsStation() ? place.Parent() : place;
  pending_[contest][village].delta.Add(delta);
  root_.reset();
}

TallyDelta& TallyTree::EntryDelta(const std::string& contest, const RegionCode& place) {
  // Nearly always the place that came last.
  const auto at = std::find_if(entry_.rbegin(), entry_.rend(), [&](const Change& change) {
    return change.place == place && change.contest == contest;
  });
  if (at != entry_.rend()) return at->delta;
  entry_.push_back({contest, place, {}});
  return entry_.back().delta;
}

void TallyTree::Register(const std::string& contest, const StationCode& tps) {
  Recover();
  TallyDelta one;
  one.stations.total = 1;
  const RegionCode village = tps.Parent();
  Gather(contest, village, one);
  EntryDelta(contest, village).Add(one);
  entry_changes_ = true;
  pending_[contest][village].children.emplace_back(
      tps, StationHash(contest, tps, RoundRow{}));
}

void TallyTree::Replace(const std::string& contest, const StationCode& tps,
                        const TallyDelta& delta, const RoundRow& shown) {
  Recover();
  Gather(contest, tps, delta);
  EntryDelta(contest, tps).Add(delta);
  entry_changes_ = true;
  pending_[contest][tps.Parent()].children.emplace_back(
      tps, StationHash(contest, tps, shown));
}

void TallyTree::Recount(const std::string& contest, const StationCode& tps,
                        const StationCounts& delta) {
  if (delta.IsZero()) return;
  Recover();
  TallyDelta counts;
  counts.stations = delta;
  Gather(contest, tps, counts);
  EntryDelta(contest, tps).Add(counts);
}

void TallyTree::DropMixed(const std::string& contest, const std::vector<RegionCode>& members) {
  const ContestEntry& entry = *registry_->Contest(contest);
  std::set<RegionCode> regions;
  for (RegionCode member : members) {
    while (!member.IsNation()) {
      member = member.Parent();
      regions.insert(member);
    }
  }
  for (const RegionCode& region : regions) {
    if (entry.OnlyBallotOf(region) != nullptr) continue;
    const Node* node = Find(contest, region);
    if (node == nullptr) continue;
    TallyDelta lost;
    for (const SumCell& cell : node->row.tally.sums) {
      if (KeptWhenMixed(entry, cell.key)) continue;
      lost.sums.push_back(
          {cell.key, -static_cast<int64_t>(cell.sum), -static_cast<int32_t>(cell.present)});
    }
    if (lost.sums.empty()) continue;
    pending_[contest][region];
    root_.reset();
    EntryDelta(contest, region).Add(lost);
    entry_changes_ = true;
  }
}

void TallyTree::EndEntry(LogIndex index) {
  for (const Change& change : entry_) {
    SetTallyDeltaKey(state_.base, change.contest, change.place, index, &key_);
    value_.clear();
    EncodeTo(change.delta, &value_);
    rows_->Append(kTallyDeltas, key_, value_);
  }
  entry_.clear();
  if (entry_changes_) ++state_.changes;
  entry_changes_ = false;
}

void TallyTree::Refresh() {
  Recover();
  auto pending = std::move(pending_);
  pending_.clear();
  for (auto& [id, regions] : pending) {
    const ContestEntry* contest = registry_->Contest(id);
    contest != nullptr ? RefreshContest(*contest, std::move(regions))
                       : Damage("a tally of a contest that is not registered");
  }
}

// From the villages up: each level's changes are those of the level below and its own.
void TallyTree::RefreshContest(const ContestEntry& contest, PendingRegions pending) {
  const std::string& id = contest.state->id;
  PendingRegions levels[election::kLevels];
  while (!pending.empty()) {
    auto node = pending.extract(pending.begin());
    levels[static_cast<size_t>(node.key().level())].insert(std::move(node));
  }
  for (size_t level = static_cast<size_t>(election::Level::kVillage) + 1; level-- > 0;) {
    for (auto& [region, change] : levels[level]) {
      Node* node = FindOrMake(id, region);
      RefreshNode(contest, region, &change, node);
      if (!status_.ok()) return;
      staged_[id].insert(region);
      if (level == 0) continue;
      Pending& above = levels[level - 1][region.Parent()];
      above.delta.Add(change.delta);
      above.children.emplace_back(region, node->row.node);
    }
  }
}

void TallyTree::RefreshNode(const ContestEntry& contest, const RegionCode& region, Pending* pending,
                            Node* node) {
  const size_t before = node->bytes();
  NodeRow& row = node->row;
  if (contest.OnlyBallotOf(region) == nullptr) {
    const auto lost = [&](const auto& cell) { return !KeptWhenMixed(contest, cell.key); };
    std::erase_if(pending->delta.sums, lost);
    std::erase_if(row.tally.sums, lost);
  }
  if (!ApplyDelta(pending->delta, &row.tally)) {
    return Damage(fmt::format("a sum of region {} in {} leaves its range", region.display(),
                              contest.state->id));
  }
  node->Put(std::move(pending->children));
  row.children = static_cast<uint32_t>(node->codes.size());
  row.children_root = node->hashes.Root();
  SetRegionTally(contest.state->id, region, row, &region_);
  if (!event::EncodeTo(region_, &value_).ok())
    return Damage("the sums of region " + region.display() + " make no node");
  row.node = event::RegionNodeHash(value_);
  young_bytes_ += node->bytes() - std::min(before, node->bytes());
}

TallyTree::Node* TallyTree::Find(const std::string& contest, const RegionCode& region) {
  const std::string key = CacheKey(contest, region);
  if (const auto it = young_.find(key); it != young_.end()) return it->second.get();
  std::unique_ptr<Node> node;
  if (const auto it = old_.find(key); it != old_.end()) {
    node = std::move(it->second);
    old_.erase(it);
  } else {
    // Its parent knows whether there is one, and spares a look at the rows for each new region.
    if (!region.IsNation()) {
      const Node* parent = Find(contest, region.Parent());
      if (parent == nullptr || !parent->Has(region)) return nullptr;
    }
    node = Read(contest, region);
    if (node == nullptr) return nullptr;
  }
  young_bytes_ += node->bytes();
  return young_.emplace(key, std::move(node)).first->second.get();
}

TallyTree::Node* TallyTree::FindOrMake(const std::string& contest, const RegionCode& region) {
  if (Node* node = Find(contest, region)) return node;
  young_bytes_ += sizeof(Node);
  return young_.emplace(CacheKey(contest, region), std::make_unique<Node>()).first->second.get();
}

std::unique_ptr<TallyTree::Node> TallyTree::Read(const std::string& contest,
                                                 const RegionCode& region) {
  const Bytes prefix = TallyNodePrefix(contest, region.level(), region);
  const auto cursor = base_->NewCursor(kTallyNodes);
  cursor->SeekBefore(prefix + Bytes(9, '\xff'));
  if (!cursor->Valid() || cursor->key().size() != prefix.size() + 8 ||
      !cursor->key().starts_with(prefix)) {
    return nullptr;
  }
  auto row = Decode<NodeRow>(cursor->value());
  if (!row) {
    Damage("a node of region " + region.display() + " does not decode");
    return nullptr;
  }
  auto node = std::make_unique<Node>();
  node->row = std::move(*row);
  ReadChildren(contest, region, node.get());
  // Stations are read as they are by now, regions as of the commitment.
  if (region.level() != election::Level::kVillage &&
      node->hashes.Root() != node->row.children_root) {
    Damage(fmt::format("the children of region {} in {} are not those of its node",
                       region.display(), contest));
  }
  return node;
}

// As of the newest commitment.
void TallyTree::ReadChildren(const std::string& contest, const RegionCode& region, Node* node) {
  Children children;
  if (region.level() == election::Level::kVillage) {
    const ContestEntry* entry = registry_->Contest(contest);
    for (const StationCode& tps : stations_.in(region)) {
      if (entry == nullptr || !entry->state->Covers(tps)) continue;
      children.emplace_back(tps, StationHash(contest, tps, stations_.shown(contest, tps)));
    }
  } else {
    const auto below = static_cast<election::Level>(static_cast<size_t>(region.level()) + 1);
    const size_t digits = election::kCodeDigits[static_cast<size_t>(below)];
    const Bytes prefix = TallyNodePrefix(contest, below, region);
    const size_t code_at = contest.size() + 2;
    const auto cursor = base_->NewCursor(kTallyNodes);
    cursor->Seek(prefix);
    while (cursor->Valid() && cursor->key().starts_with(prefix)) {
      const auto code = RegionCode::Parse(cursor->key().substr(code_at, digits));
      if (!code) return Damage("a key of the tally's nodes does not read");
      const Bytes end = TallyNodePrefix(contest, below, *code) + Bytes(9, '\xff');
      cursor->SeekBefore(end);
      const auto row = Decode<NodeRow>(cursor->value());
      if (!row) return Damage("a node of region " + code->display() + " does not decode");
      children.emplace_back(*code, row->node);
      cursor->Seek(end);
    }
  }
  node->Put(std::move(children));
}

Hash TallyTree::Root() {
  if (root_) return *root_;
  Refresh();
  std::vector<Hash> nations;
  for (const auto& [id, contest] : registry_->contests()) {
    if (const Node* node = Find(id, RegionCode()))
      nations.push_back(merkle::LeafHash(node->row.node.view()));
  }
  root_ = merkle::RootOf(nations);
  return *root_;
}

void TallyTree::Commit(LogIndex index, const Hash& root) {
  Refresh();
  for (const auto& [contest, regions] : staged_) {
    for (const RegionCode& region : regions) {
      const Node* node = Find(contest, region);
      if (node == nullptr) return Damage("a node that was brought up to date is gone");
      value_.clear();
      EncodeTo(node->row, &value_);
      rows_->Append(kTallyNodes, TallyNodeKey(contest, region, index), value_);
    }
  }
  rows_->Put(kCommitments, IndexKey(index), Bytes(root.view()));
  staged_.clear();
  state_ = {index, 0};
}

void TallyTree::MakeRoom() {
  if (young_bytes_ <= limits::kTallyCacheBytesMax / 2) return;
  old_ = std::move(young_);
  young_.clear();
  young_bytes_ = 0;
}

void TallyTree::Flush() {
  if (staged_.empty()) MakeRoom();
  if (state_ == written_) return;
  rows_->Put(kRegistry, TallyStateKey(), Encode(state_));
  written_ = state_;
}

}  // namespace jejak::projection
