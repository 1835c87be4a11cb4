// Rows of one table as values, in front of an overlay: a row is decoded once, however often it is
// looked at, and encoded once a batch, however often it changed. Rows stay in memory from batch to
// batch, absent ones too, as far as there is room.
//
// A pointer to a row is good until the next MakeRoom. Changes reach the overlay with WriteBack: call
// it before the table is read in any other way. Rows of the table must change through here alone.
//
// Thread rule: one thread, reads too.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

template <typename Row>
class CachedRows {
 public:
  // `rows` is borrowed.
  CachedRows(TableId table, Overlay* rows, size_t bytes_max)
      : table_(table), rows_(rows), bytes_max_(bytes_max) {}

  // Null when there is no such row.
  Row* Find(ByteView key) {
    Slot& slot = Load(key);
    return slot.row ? &*slot.row : nullptr;
  }
  // A new one when there is none; which is no row yet unless it is changed.
  Row& FindOrMake(ByteView key) {
    Slot& slot = Load(key);
    if (!slot.row) slot.row.emplace();
    return *slot.row;
  }
  // For a row of which the caller knows that it isn't there, so that nobody looks for it.
  Row& MakeNew(ByteView key) {
    const auto [at, added] = young_.try_emplace(Bytes(key));
    if (added) Count(&*at, 0);
    if (!at->second.row) at->second.row.emplace();
    last_ = &*at;
    return *at->second.row;
  }
  // After FindOrMake, MakeNew or Find, and a change of the row.
  void Changed(ByteView key) { Change(key, Load(key)); }
  void Put(ByteView key, Row row) {
    Slot& slot = Load(key);
    slot.row = std::move(row);
    Change(key, slot);
  }
  void Erase(ByteView key) {
    Slot& slot = Load(key);
    slot.row.reset();
    Change(key, slot);
  }

  // Brings what changed to the overlay.
  void WriteBack() {
    for (Node* node : changed_) {
      Slot& slot = node->second;
      slot.changed = false;
      if (!slot.row) {
        rows_->Delete(table_, node->first);
        continue;
      }
      encoded_.clear();
      EncodeTo(*slot.row, &encoded_);
      rows_->Append(table_, node->first, encoded_);
      Count(node, encoded_.size());
    }
    changed_.clear();
  }
  // Forgets rows that were not used for long, when there are too many. After WriteBack.
  void MakeRoom() {
    if (young_bytes_ <= bytes_max_ / 2) return;
    JEJAK_CHECK(changed_.empty());
    old_ = std::exchange(young_, {});
    young_bytes_ = 0;
    last_ = nullptr;
  }
  // Damage that was found on the way.
  const Status& status() const { return status_; }

 private:
  struct Slot {
    std::optional<Row> row;
    bool changed = false;
  };
  struct StringHash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using Slots = std::unordered_map<Bytes, Slot, StringHash, std::equal_to<>>;
  using Node = typename Slots::value_type;

  Slot& Load(ByteView key) {
    if (last_ != nullptr && last_->first == key) return last_->second;
    auto at = young_.find(key);
    if (at == young_.end()) {
      if (const auto it = old_.find(key); it != old_.end()) {
        at = young_.insert(old_.extract(it)).position;
        Count(&*at, 0);
      } else {
        at = young_.try_emplace(Bytes(key)).first;
        size_t bytes = 0;
        if (rows_->Get(table_, key, &encoded_)) {
          at->second.row = Decode<Row>(encoded_);
          bytes = encoded_.size();
          if (!at->second.row && status_.ok())
            status_ = Status(Reason::kLedgerDamaged, "a row of a table does not decode");
        }
        Count(&*at, bytes);
      }
    }
    last_ = &*at;
    return at->second;
  }
  void Change(ByteView key, Slot& slot) {
    if (slot.changed) return;
    slot.changed = true;
    JEJAK_CHECK(last_ != nullptr && last_->first == key);
    changed_.push_back(last_);
  }
  // A value takes several times the bytes that it is written as.
  void Count(const Node* node, size_t encoded_bytes) {
    young_bytes_ += sizeof(Node) + 32 + node->first.size() + 3 * encoded_bytes;
  }

  const TableId table_;
  Overlay* const rows_;
  const size_t bytes_max_;
  Slots young_, old_;
  size_t young_bytes_ = 0;
  Node* last_ = nullptr;  // in young_
  std::vector<Node*> changed_;
  Bytes encoded_;  // scratch
  Status status_;
};

}  // namespace jejak::projection
