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

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

template <typename Row>
class CachedRows {
 public:
  // Bytes of a key: at most the contest's id, a code, and what stands around them.
  static constexpr size_t kKeyBytesMax = 40;

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
    const uint64_t hash = HashOf(key);
    Slot* slot = young_.Find(key, hash);
    if (slot == nullptr) {
      slot = young_.Add(key, hash);
      Count(0);
    }
    if (!slot->row) slot->row.emplace();
    last_ = slot;
    return *slot->row;
  }
  // After FindOrMake, MakeNew or Find, and a change of the row.
  void Changed(ByteView key) { Change(Load(key)); }
  void Put(ByteView key, Row row) {
    Slot& slot = Load(key);
    slot.row = std::move(row);
    Change(slot);
  }
  void Erase(ByteView key) {
    Slot& slot = Load(key);
    slot.row.reset();
    Change(slot);
  }

  // Brings what changed to the overlay.
  void WriteBack() {
    for (Slot* slot : changed_) {
      slot->changed = false;
      if (!slot->row) {
        rows_->Delete(table_, slot->Key());
        continue;
      }
      encoded_.clear();
      EncodeTo(*slot->row, &encoded_);
      rows_->Append(table_, slot->Key(), encoded_);
      Count(encoded_.size());
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
    std::array<char, kKeyBytesMax> key;
    uint8_t key_size = 0;
    bool changed = false;
    std::optional<Row> row;
    ByteView Key() const { return {key.data(), key_size}; }
  };
  // Slots that stay where they are, and an open hash table of their places: two misses of the
  // processor's cache a look-up, where a table of nodes with their keys elsewhere takes four.
  class Slots {
   public:
    Slot* Find(ByteView key, uint64_t hash) {
      if (places_.empty()) return nullptr;
      const auto tag = static_cast<uint32_t>(hash >> 32);
      for (size_t at = hash & mask_; places_[at].slot != 0; at = (at + 1) & mask_) {
        if (places_[at].tag != tag) continue;
        Slot& slot = slots_[places_[at].slot - 1];
        if (slot.Key() == key) return &slot;
      }
      return nullptr;
    }
    Slot* Add(ByteView key, uint64_t hash) {
      if (2 * (slots_.size() + 1) > places_.size()) Grow();
      Slot& slot = slots_.emplace_back();
      std::copy(key.begin(), key.end(), slot.key.begin());
      slot.key_size = static_cast<uint8_t>(key.size());
      Place(hash, static_cast<uint32_t>(slots_.size()));
      return &slot;
    }

   private:
    struct Where {
      uint32_t tag = 0;
      uint32_t slot = 0;  // its number from 1; 0 for none
    };
    void Place(uint64_t hash, uint32_t slot) {
      size_t at = hash & mask_;
      while (places_[at].slot != 0) at = (at + 1) & mask_;
      places_[at] = {static_cast<uint32_t>(hash >> 32), slot};
    }
    void Grow() {
      places_.assign(std::max<size_t>(64, 2 * places_.size()), {});
      mask_ = places_.size() - 1;
      for (uint32_t i = 0; i < slots_.size(); ++i) Place(HashOf(slots_[i].Key()), i + 1);
    }

    std::deque<Slot> slots_;
    std::vector<Where> places_;
    size_t mask_ = 0;
  };

  static uint64_t HashOf(ByteView key) { return std::hash<ByteView>{}(key); }

  Slot& Load(ByteView key) {
    if (last_ != nullptr && last_->Key() == key) return *last_;
    JEJAK_CHECK(key.size() <= kKeyBytesMax);
    const uint64_t hash = HashOf(key);
    Slot* slot = young_.Find(key, hash);
    if (slot == nullptr) {
      slot = young_.Add(key, hash);
      size_t bytes = 0;
      if (Slot* old = old_.Find(key, hash)) {
        slot->row = std::move(old->row);
      } else if (rows_->Get(table_, key, &encoded_)) {
        slot->row = Decode<Row>(encoded_);
        bytes = encoded_.size();
        if (!slot->row && status_.ok())
          status_ = Status(Reason::kLedgerDamaged, "a row of a table does not decode");
      }
      Count(bytes);
    }
    last_ = slot;
    return *slot;
  }
  void Change(Slot& slot) {
    if (slot.changed) return;
    slot.changed = true;
    changed_.push_back(&slot);
  }
  // A value takes several times the bytes that it is written as.
  void Count(size_t encoded_bytes) { young_bytes_ += sizeof(Slot) + 16 + 3 * encoded_bytes; }

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
