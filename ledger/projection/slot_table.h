// Values by short keys, that stay where they are: an open hash table of places. A look-up costs two
// misses of the processor's cache, where a table of nodes with their keys elsewhere costs four.
//
// Thread rule: one thread, reads too.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/check.h"

namespace jejak::projection {

template <typename Value>
class SlotTable {
 public:
  // Bytes of a key: at most the contest's id, a code, and what stands around them.
  static constexpr size_t kKeyBytesMax = 40;

  class Slot {
   public:
    ByteView key() const { return {key_.data(), key_size_}; }
    Value value;

   private:
    friend class SlotTable;
    std::array<char, kKeyBytesMax> key_;
    uint8_t key_size_ = 0;
  };

  static uint64_t HashOf(ByteView key) { return std::hash<ByteView>{}(key); }

  // Null when there is none. `hash` is HashOf(key): whoever looks into two tables makes it once.
  Slot* Find(ByteView key, uint64_t hash) {
    if (places_.empty()) return nullptr;
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t at = hash & mask_; places_[at].slot != 0; at = (at + 1) & mask_) {
      if (places_[at].tag != tag) continue;
      Slot& slot = slots_[places_[at].slot - 1];
      if (slot.key() == key) return &slot;
    }
    return nullptr;
  }
  // For a key that isn't there.
  Slot* Add(ByteView key, uint64_t hash) {
    JEJAK_CHECK(key.size() <= kKeyBytesMax);
    if (2 * (slots_.size() + 1) > places_.size()) Grow();
    Slot& slot = slots_.emplace_back();
    std::copy(key.begin(), key.end(), slot.key_.begin());
    slot.key_size_ = static_cast<uint8_t>(key.size());
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
    for (uint32_t i = 0; i < slots_.size(); ++i) Place(HashOf(slots_[i].key()), i + 1);
  }

  std::deque<Slot> slots_;
  std::vector<Where> places_;
  size_t mask_ = 0;
};

}  // namespace jejak::projection
