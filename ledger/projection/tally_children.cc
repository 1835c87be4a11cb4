#include "ledger/projection/tally_children.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/coding.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::projection {

using election::kCodeDigits;

TallyChildren::TallyChildren(election::Level level) {
  const auto at = static_cast<size_t>(level);
  JEJAK_CHECK(at + 1 < election::kLevels);
  digits_ = kCodeDigits[at + 1] - kCodeDigits[at];
  version_bytes_ = at + 1 == static_cast<size_t>(election::Level::kStation) ? 0 : sizeof(uint64_t);
  width_ = digits_ + Hash::kSize + version_bytes_;
}

std::optional<TallyChildren> TallyChildren::Parse(election::Level level, Bytes packed) {
  TallyChildren out(level);
  out.packed_ = std::move(packed);
  if (out.packed_.size() % out.width_ != 0) return std::nullopt;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t i = 0; i < out.size(); ++i) {
    const ByteView digits = out.DigitsAt(i);
    if (!std::all_of(digits.begin(), digits.end(), digit)) return std::nullopt;
    if (i > 0 && out.DigitsAt(i - 1) >= digits) return std::nullopt;
  }
  return out;
}

ByteView TallyChildren::Digits(const election::RegionCode& child) const {
  return child.view().substr(child.view().size() - digits_);
}

// The first child whose digits are not less.
size_t TallyChildren::LowerBound(ByteView digits) const {
  size_t low = 0;
  for (size_t n = size(); n > 0;) {
    const size_t half = n / 2;
    if (DigitsAt(low + half) < digits) {
      low += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return low;
}

std::optional<LogIndex> TallyChildren::VersionOf(const election::RegionCode& child) const {
  const ByteView digits = Digits(child);
  const size_t at = LowerBound(digits);
  if (at == size() || DigitsAt(at) != digits) return std::nullopt;
  if (version_bytes_ == 0) return LogIndex(0);
  const ByteView version = ByteView(packed_).substr(LeafAt(at) + Hash::kSize, version_bytes_);
  return LogIndex(Reader(version).Be64());
}

void TallyChildren::SetVersion(const election::RegionCode& child, LogIndex commitment) {
  const ByteView digits = Digits(child);
  const size_t at = LowerBound(digits);
  JEJAK_CHECK(version_bytes_ != 0 && at < size() && DigitsAt(at) == digits);
  Bytes version;
  Writer(&version).Be64(commitment.value);
  version.copy(packed_.data() + LeafAt(at) + Hash::kSize, version_bytes_);
}

void TallyChildren::Put(std::vector<Change> changes) {
  const auto by_code = [](const Change& a, const Change& b) { return a.first < b.first; };
  if (!std::is_sorted(changes.begin(), changes.end(), by_code))
    std::stable_sort(changes.begin(), changes.end(), by_code);
  Bytes added;  // new ones, packed, in order
  for (size_t i = 0; i < changes.size(); ++i) {
    const auto& [code, node] = changes[i];
    if (i + 1 < changes.size() && changes[i + 1].first == code) continue;
    const Hash leaf = merkle::LeafHash(node.view());
    const ByteView digits = Digits(code);
    const size_t at = LowerBound(digits);
    if (at < size() && DigitsAt(at) == digits) {
      leaf.view().copy(packed_.data() + LeafAt(at), Hash::kSize);
    } else {
      added.append(digits).append(leaf.view()).append(version_bytes_, '\0');
    }
  }
  if (added.empty()) return;
  Bytes merged;
  merged.reserve(packed_.size() + added.size());
  size_t old = 0;  // of packed_, what is merged
  for (size_t at = 0; at < added.size(); at += width_) {
    const size_t end = width_ * LowerBound(ByteView(added).substr(at, digits_));
    merged.append(packed_, old, end - old).append(added, at, width_);
    old = end;
  }
  merged.append(packed_, old, packed_.size() - old);
  packed_ = std::move(merged);
}

Hash TallyChildren::Root() const {
  merkle::RootBuilder root;
  for (size_t i = 0; i < size(); ++i) {
    Hash leaf;
    std::copy_n(packed_.data() + LeafAt(i), Hash::kSize, leaf.bytes.data());
    root.Append(leaf);
  }
  return root.Root();
}

}  // namespace jejak::projection
