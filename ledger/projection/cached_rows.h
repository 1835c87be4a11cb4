// Rows of one table as values, in front of an overlay: a row is decoded once, however often it is
// looked at, and encoded once a batch, however often it changed. Rows stay in memory from batch to
// batch, absent ones too, as far as there is room.
//
// A pointer to a row is good until the next MakeRoom. Changes reach the overlay with WriteBack:
// call it before the table is read in any other way. Rows of the table must change through here
// alone.
//
// Thread rule: one thread, reads too.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/projection/row_bytes.h"
#include "ledger/projection/slot_table.h"

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
    return slot.value.row ? &*slot.value.row : nullptr;
  }
  // A new one when there is none; which is no row yet unless it is changed.
  Row& FindOrMake(ByteView key) {
    Slot& slot = Load(key);
    if (!slot.value.row) slot.value.row.emplace();
    return *slot.value.row;
  }
  // For a row of which the caller knows that it isn't there, so that nobody looks for it.
  Row& MakeNew(ByteView key) {
    const uint64_t hash = Slots::HashOf(key);
    Slot* slot = young_.Find(key, hash);
    if (slot == nullptr) {
      slot = young_.Add(key, hash);
      Count(slot);
    }
    if (!slot->value.row) slot->value.row.emplace();
    last_ = slot;
    return *slot->value.row;
  }
  // After FindOrMake, MakeNew or Find, and a change of the row.
  void Changed(ByteView key) { Change(Load(key)); }
  void Put(ByteView key, Row row) {
    Slot& slot = Load(key);
    slot.value.row = std::move(row);
    Change(slot);
  }
  void Erase(ByteView key) {
    Slot& slot = Load(key);
    slot.value.row.reset();
    Change(slot);
  }

  // Brings what changed to the overlay.
  void WriteBack() {
    for (Slot* slot : changed_) {
      slot->value.changed = false;
      if (!slot->value.row) {
        rows_->Delete(table_, slot->key());
        continue;
      }
      encoded_.clear();
      EncodeTo(*slot->value.row, &encoded_);
      rows_->Append(table_, slot->key(), encoded_);
      Count(slot);
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
  struct Cached {
    bool changed = false;
    uint32_t counted = 0;  // of young_bytes_
    std::optional<Row> row;
  };
  using Slots = SlotTable<Cached>;
  using Slot = typename Slots::Slot;

  Slot& Load(ByteView key) {
    if (last_ != nullptr && last_->key() == key) return *last_;
    const uint64_t hash = Slots::HashOf(key);
    Slot* slot = young_.Find(key, hash);
    if (slot == nullptr) {
      slot = young_.Add(key, hash);
      if (Slot* old = old_.Find(key, hash)) {
        slot->value.row = std::move(old->value.row);
      } else if (rows_->Get(table_, key, &encoded_)) {
        slot->value.row = Decode<Row>(encoded_);
        if (!slot->value.row && status_.ok())
          status_ = Status(Reason::kLedgerDamaged, "a row of a table does not decode");
      }
      Count(slot);
    }
    last_ = slot;
    return *slot;
  }
  void Change(Slot& slot) {
    if (slot.value.changed) return;
    slot.value.changed = true;
    changed_.push_back(&slot);
  }
  // Anew, after its row changed.
  void Count(Slot* slot) {
    const auto& row = slot->value.row;
    const size_t bytes = sizeof(Slot) + 2 * kAllocationBytes + (row ? HeapBytes(*row) : 0);
    young_bytes_ += bytes - slot->value.counted;
    slot->value.counted = static_cast<uint32_t>(bytes);
  }

  const TableId table_;
  Overlay* const rows_;
  const size_t bytes_max_;
  Slots young_, old_;
  size_t young_bytes_ = 0;
  Slot* last_ = nullptr;  // in young_
  std::vector<Slot*> changed_;
  Bytes encoded_;  // scratch
  Status status_;
};

}  // namespace jejak::projection
