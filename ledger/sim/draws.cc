#include "ledger/sim/draws.h"

#include "ledger/base/check.h"

namespace jejak::sim {
namespace {

constexpr uint64_t kStep = 0x9e3779b97f4a7c15;
constexpr uint32_t kRounds = 4;

uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// FNV-1a.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

Draws::Draws(uint64_t seed, std::string_view purpose, uint64_t a, uint64_t b)
    : state_(Mix(Mix(Mix(Mix(seed + kStep) ^ HashOf(purpose)) + a * kStep) ^ Mix(b + kStep))) {}

uint64_t Draws::Next() {
  state_ += kStep;
  return Mix(state_);
}

uint32_t Draws::Below(uint32_t n) {
  JEJAK_CHECK(n > 0);
  return static_cast<uint32_t>(((Next() >> 32) * n) >> 32);
}

Permutation::Permutation(uint64_t size, uint64_t seed, std::string_view purpose)
    : size_(size), key_(Draws(seed, purpose).Next()) {
  while (half_bits_ < 31 && (uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
  JEJAK_CHECK((uint64_t{1} << (2 * half_bits_)) >= size);
}

uint64_t Permutation::Once(uint64_t value) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_;
  uint64_t right = value & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const uint64_t next = left ^ (Mix(key_ + right * kStep + round) & mask);
    left = right;
    right = next;
  }
  return (left << half_bits_) | right;
}

uint64_t Permutation::operator()(uint64_t index) const {
  JEJAK_CHECK(index < size_);
  // At most four values in all lie outside for each inside, so that the walk is short.
  do index = Once(index);
  while (index >= size_);
  return index;
}

}  // namespace jejak::sim
