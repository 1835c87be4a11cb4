// A log as one reads it oneself: where consistency proofs, and evidence against the log, come from.
// Nothing that it says is trusted.
//
// Thread rule: a History says its own.
#pragma once

#include <optional>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/split_view.h"
#include "ledger/merkle/tile.h"

namespace jejak::witness {

class History {
 public:
  virtual ~History() = default;
  // RFC 6962 consistency proof; 0 <= first <= second.
  virtual Result<merkle::Path> Proof(TreeSize first, TreeSize second) const = 0;
  virtual Result<Hash> RootAt(TreeSize size) const = 0;
};

// As safe as its tiles.
class TileHistory final : public History {
 public:
  explicit TileHistory(const merkle::TileSource* tiles) : tiles_(tiles) {}
  Result<merkle::Path> Proof(TreeSize first, TreeSize second) const override;
  Result<Hash> RootAt(TreeSize size) const override;

 private:
  const merkle::TileSource* tiles_;
};

// The evidence that two signed checkpoints are, where they are; `larger` is the history behind the
// one of the larger size.
std::optional<merkle::SplitView> FindSplitView(const merkle::Note& a, const merkle::Note& b,
                                               const History& larger);

// The note with the signatures of these keys, one of each: what can be checked with them alone.
merkle::Note OnlyBy(const merkle::Note& note, std::span<const merkle::VerifierKey> keys);

}  // namespace jejak::witness
