// Which keys were ever written: a Bloom filter over all tables of a generation that is being built,
// so that what isn't there is not looked for in each of its many files.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "ledger/base/kv.h"

namespace jejak::engine {

class WrittenKeys {
 public:
  void Add(TableId table, ByteView key) {
    const auto [first, second] = Places(table, key);
    bits_[first / 64] |= uint64_t{1} << (first % 64);
    bits_[second / 64] |= uint64_t{1} << (second % 64);
  }
  // False only for what was never added.
  bool MayHave(TableId table, ByteView key) const {
    const auto [first, second] = Places(table, key);
    return Has(first) && Has(second);
  }

 private:
  // 32 MiB: of a nation's rows, a twentieth of those that aren't there are looked for.
  static constexpr uint64_t kBits = uint64_t{1} << 28;

  static std::pair<uint64_t, uint64_t> Places(TableId table, ByteView key) {
    const uint64_t hash =
        std::hash<ByteView>{}(key) ^ (static_cast<uint64_t>(table) * 0x9e3779b97f4a7c15);
    return {hash % kBits, (hash >> 32) * 31 % kBits};
  }
  bool Has(uint64_t place) const { return (bits_[place / 64] >> (place % 64) & 1) != 0; }

  std::vector<uint64_t> bits_ = std::vector<uint64_t>(kBits / 64);
};

}  // namespace jejak::engine
