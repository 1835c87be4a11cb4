// The children of a region's node, packed as their row has them: for each, in code order, the
// digits that its code adds to the region's, the leaf that stands for it under the region
// (merkle::LeafHash of its node's hash), and, unless it is a station, the commitment of its newest
// node: whoever has a node finds those below without a search. docs/reference/tally-tree.md.
//
// Thread rule: values and pure functions.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"

namespace jejak::projection {

class TallyChildren {
 public:
  using Change = std::pair<election::RegionCode, Hash>;  // a child, and its node's hash

  // Of a region at this level, not of a station. No value unless the bytes are whole children, in
  // code order, each once.
  static std::optional<TallyChildren> Parse(election::Level level, Bytes packed);
  explicit TallyChildren(election::Level level);

  size_t size() const { return packed_.size() / width_; }
  ByteView packed() const { return packed_; }
  Bytes Take() && { return std::move(packed_); }
  // Replaces children, or adds them. Of two changes of one child the later one counts.
  void Put(std::vector<Change> changes);
  // The commitment of a child's newest node, 0 when there is none yet or the child is a station.
  // No value when there is no such child.
  std::optional<LogIndex> VersionOf(const election::RegionCode& child) const;
  // Of a child that is there, and no station.
  void SetVersion(const election::RegionCode& child, LogIndex commitment);
  // The RFC 6962 tree hash over them.
  Hash Root() const;

 private:
  size_t LeafAt(size_t index) const { return index * width_ + digits_; }
  ByteView Digits(const election::RegionCode& child) const;
  ByteView DigitsAt(size_t index) const { return {packed_.data() + index * width_, digits_}; }
  size_t LowerBound(ByteView digits) const;

  size_t digits_;  // of a child that its parent hasn't
  size_t version_bytes_;
  size_t width_;  // bytes of a child
  Bytes packed_;
};

}  // namespace jejak::projection
