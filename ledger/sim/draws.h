// Numbers that look random and are a function of a seed and of what they are for, so that any part
// of a simulation can be made again alone. Not for secrets.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string_view>

namespace jejak::sim {

// A stream of numbers (SplitMix64).
class Draws {
 public:
  // The same arguments give the same stream; any other gives one that has nothing to do with it.
  Draws(uint64_t seed, std::string_view purpose, uint64_t a = 0, uint64_t b = 0);

  uint64_t Next();
  // 0 .. n-1. Requires n > 0. Its bias is below 2^-32 n.
  uint32_t Below(uint32_t n);
  // low .. high. Requires low <= high.
  uint32_t Between(uint32_t low, uint32_t high) { return low + Below(high - low + 1); }
  bool Chance(uint32_t in_ten_thousand) { return Below(10'000) < in_ten_thousand; }

 private:
  uint64_t state_;
};

// A permutation of 0 .. size-1 without a table: a four-round Feistel network on the next even
// number of bits, walked until it lands inside.
class Permutation {
 public:
  Permutation(uint64_t size, uint64_t seed, std::string_view purpose);

  uint64_t size() const { return size_; }
  // Where `index` goes. Requires index < size.
  uint64_t operator()(uint64_t index) const;

 private:
  uint64_t Once(uint64_t value) const;

  uint64_t size_;
  uint64_t key_;
  uint32_t half_bits_ = 1;
};

}  // namespace jejak::sim
