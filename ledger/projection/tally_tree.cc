#include "ledger/projection/tally_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

// Exactly as long: of what is kept by the hundred thousand, no byte lies idle.
void Keep(ByteView bytes, Bytes* out) {
  if (bytes.size() > out->capacity()) {
    *out = Bytes(bytes);
  } else {
    out->assign(bytes);
  }
}

}  // namespace

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
    const Slot* slot = Find(contest, region);
    if (slot == nullptr) continue;
    if (!Unpack(region, slot->value)) return;
    TallyDelta lost;
    for (const SumCell& cell : node_.row.tally.sums) {
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

// From the villages up: each level's changes are those of the level below and its own. In code
// order, so that the nodes above stay at hand.
void TallyTree::RefreshContest(const ContestEntry& contest, PendingRegions pending) {
  const std::string& id = contest.state->id;
  std::map<RegionCode, Pending> levels[election::kLevels];
  while (!pending.empty()) {
    auto node = pending.extract(pending.begin());
    levels[static_cast<size_t>(node.key().level())].emplace(node.key(), std::move(node.mapped()));
  }
  for (size_t level = static_cast<size_t>(election::Level::kVillage) + 1; level-- > 0;) {
    for (auto& [region, change] : levels[level]) {
      Slot* slot = FindOrMake(id, region);
      RefreshNode(contest, region, &change, slot);
      if (!status_.ok()) return;
      if (!slot->value.staged) staged_.push_back({id, region, slot});
      slot->value.staged = true;
      if (level == 0) continue;
      Pending& above = levels[level - 1][region.Parent()];
      above.delta.Add(change.delta);
      above.children.emplace_back(region, node_.row.node);
    }
    levels[level].clear();
  }
}

void TallyTree::RefreshNode(const ContestEntry& contest, const RegionCode& region, Pending* pending,
                            Slot* slot) {
  if (!Unpack(region, slot->value)) return;
  NodeRow& row = node_.row;
  if (contest.OnlyBallotOf(region) == nullptr) {
    const auto lost = [&](const auto& cell) { return !KeptWhenMixed(contest, cell.key); };
    std::erase_if(pending->delta.sums, lost);
    std::erase_if(row.tally.sums, lost);
  }
  if (!ApplyDelta(pending->delta, &row.tally)) {
    return Damage(fmt::format("a sum of region {} in {} leaves its range", region.display(),
                              contest.state->id));
  }
  node_.children.Put(std::move(pending->children));
  row.children = static_cast<uint32_t>(node_.children.size());
  row.children_root = node_.children.Root();
  SetRegionTally(contest.state->id, region, row, &region_);
  if (!event::EncodeTo(region_, &value_).ok())
    return Damage("the sums of region " + region.display() + " make no node");
  row.node = event::RegionNodeHash(value_);
  Pack(slot);
}

bool TallyTree::Unpack(const RegionCode& region, const Packed& packed) {
  auto children = TallyChildren::Parse(region.level(), packed.children);
  if (packed.row.empty()) {  // just made
    node_ = {{}, TallyChildren(region.level())};
    return true;
  }
  auto row = Decode<NodeRow>(packed.row);
  if (row && children) {
    node_ = {std::move(*row), std::move(*children)};
    return true;
  }
  Damage("a node of region " + region.display() + " does not decode");
  return false;
}

void TallyTree::Pack(Slot* slot) {
  value_.clear();
  EncodeTo(node_.row, &value_);
  const size_t before = slot->value.row.size() + slot->value.children.size();
  Keep(value_, &slot->value.row);
  Keep(node_.children.packed(), &slot->value.children);
  const size_t after = slot->value.row.size() + slot->value.children.size();
  young_bytes_ += after - std::min(before, after);
}

TallyTree::Slot* TallyTree::Find(const std::string& contest, const RegionCode& region) {
  SetPlaceKey(contest, region, &key_);
  const uint64_t hash = Nodes::HashOf(key_);
  if (Slot* slot = young_.Find(key_, hash)) return slot;
  Packed packed;
  if (Slot* old = old_.Find(key_, hash); old != nullptr && !old->value.row.empty()) {
    packed = std::exchange(old->value, {});
  } else {
    auto read = Read(contest, region);
    if (!read) return nullptr;
    packed = std::move(*read);
    SetPlaceKey(contest, region, &key_);
  }
  Slot* slot = young_.Add(key_, hash);
  slot->value = std::move(packed);
  young_bytes_ += sizeof(Slot) + slot->value.row.size() + slot->value.children.size();
  return slot;
}

TallyTree::Slot* TallyTree::FindOrMake(const std::string& contest, const RegionCode& region) {
  if (Slot* slot = Find(contest, region)) return slot;
  young_bytes_ += sizeof(Slot);
  SetPlaceKey(contest, region, &key_);
  return young_.Add(key_, Nodes::HashOf(key_));
}

// The parent knows it, and whether there is one at all: a new region costs no look at the rows.
std::optional<LogIndex> TallyTree::NewestVersion(const std::string& contest,
                                                 const RegionCode& region) {
  if (!region.IsNation()) {
    const Slot* parent = Find(contest, region.Parent());
    if (parent == nullptr) return std::nullopt;
    const auto children =
        TallyChildren::Parse(region.Parent().level(), parent->value.children);
    return children ? children->VersionOf(region) : std::nullopt;
  }
  const Bytes prefix = TallyNodePrefix(contest, region.level(), region);
  const auto cursor = base_->NewCursor(kTallyNodes);
  cursor->SeekBefore(prefix + Bytes(9, '\xff'));
  if (!cursor->Valid() || cursor->key().size() != prefix.size() + 8 ||
      !cursor->key().starts_with(prefix)) {
    return std::nullopt;
  }
  return LogIndex(Reader(cursor->key().substr(prefix.size())).Be64());
}

std::optional<TallyTree::Packed> TallyTree::Read(const std::string& contest,
                                                 const RegionCode& region) {
  const auto version = NewestVersion(contest, region);
  if (!version) return std::nullopt;
  Packed packed;
  SetTallyNodeKey(contest, region, *version, &key_);
  const bool node = base_->Get(kTallyNodes, key_, &packed.row);
  SetPlaceKey(contest, region, &key_);
  if (!node || !base_->Get(kTallyChildren, key_, &packed.children)) {
    Damage(fmt::format("no node of region {} in {}", region.display(), contest));
    return std::nullopt;
  }
  if (!Unpack(region, packed)) return std::nullopt;
  if (node_.children.size() != node_.row.children ||
      node_.children.Root() != node_.row.children_root) {
    Damage(fmt::format("the children of region {} in {} are not those of its node",
                       region.display(), contest));
    return std::nullopt;
  }
  return packed;
}

Hash TallyTree::Root() {
  if (root_) return *root_;
  Refresh();
  std::vector<Hash> nations;
  for (const auto& [id, contest] : registry_->contests()) {
    const Slot* slot = Find(id, RegionCode());
    if (slot == nullptr || !Unpack(RegionCode(), slot->value)) continue;
    nations.push_back(merkle::LeafHash(node_.row.node.view()));
  }
  root_ = merkle::RootOf(nations);
  return *root_;
}

// That their children's newest versions will be those of this commitment.
void TallyTree::TellParents(LogIndex index) {
  for (size_t i = 0; i < staged_.size();) {
    const auto& [contest, first, _] = staged_[i];
    if (first.IsNation()) {
      ++i;
      continue;
    }
    const RegionCode region = first.Parent();
    Slot* parent = Find(contest, region);  // staged, as its child is
    auto children = parent == nullptr ? std::nullopt
                                      : TallyChildren::Parse(region.level(),
                                                             std::move(parent->value.children));
    if (!children) return Damage("a node that was brought up to date is gone");
    for (; i < staged_.size() && staged_[i].contest == contest &&
           !staged_[i].region.IsNation() && staged_[i].region.Parent() == region;
         ++i) {
      children->SetVersion(staged_[i].region, index);
    }
    parent->value.children = std::move(*children).Take();
  }
}

void TallyTree::Commit(LogIndex index, const Hash& root) {
  Refresh();
  TellParents(index);
  for (const Staged& staged : staged_) {
    Packed& packed = staged.slot->value;
    packed.staged = false;
    SetTallyNodeKey(staged.contest, staged.region, index, &key_);
    rows_->Append(kTallyNodes, key_, packed.row);
    rows_->Append(kTallyChildren, staged.slot->key(), packed.children);
  }
  rows_->Put(kCommitments, IndexKey(index), Bytes(root.view()));
  staged_.clear();
  state_ = {index, 0};
}

void TallyTree::MakeRoom() {
  if (young_bytes_ <= bytes_max_ / 2) return;
  old_ = std::exchange(young_, {});
  young_bytes_ = 0;
}

void TallyTree::Flush() {
  if (staged_.empty()) MakeRoom();
  if (state_ == written_) return;
  rows_->Put(kRegistry, TallyStateKey(), Encode(state_));
  written_ = state_;
}

}  // namespace jejak::projection
