#include "ledger/witness/history.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "ledger/merkle/tree_reader.h"

namespace jejak::witness {

Result<merkle::Path> TileHistory::Proof(TreeSize first, TreeSize second) const {
  return merkle::ConsistencyProof(*tiles_, first, second);
}

Result<Hash> TileHistory::RootAt(TreeSize size) const { return merkle::RootAt(*tiles_, size); }

std::optional<merkle::SplitView> FindSplitView(const merkle::Note& a, const merkle::Note& b,
                                               const History& larger) {
  const auto one = merkle::ParseCheckpoint(a.text);
  const auto other = merkle::ParseCheckpoint(b.text);
  if (!one.ok() || !other.ok()) return std::nullopt;
  const TreeSize small = std::min(one->size, other->size);
  const TreeSize large = std::max(one->size, other->size);
  merkle::Path nodes;
  if (small != large && small.value != 0) {
    auto proof = larger.Proof(small, large);
    if (!proof.ok()) return std::nullopt;
    nodes = std::move(*proof);
    // A proof from a size that is a power of two leaves its first node out.
    if (std::has_single_bit(small.value)) {
      const auto first = larger.RootAt(small);
      if (!first.ok()) return std::nullopt;
      nodes.insert(nodes.begin(), *first);
    }
  }
  return merkle::FindSplitView(a, b, std::span<const Hash>(nodes));
}

merkle::Note OnlyBy(const merkle::Note& note, std::span<const merkle::VerifierKey> keys) {
  merkle::Note out{note.text, {}};
  for (const merkle::VerifierKey& key : keys) {
    const auto own =
        std::find_if(note.signatures.begin(), note.signatures.end(),
                     [&](const auto& s) { return s.name == key.name && s.id == key.id(); });
    if (own != note.signatures.end()) out.signatures.push_back(*own);
  }
  return out;
}

}  // namespace jejak::witness
