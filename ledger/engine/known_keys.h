// The enrolled keys that somebody has asked for or that were enrolled since the ledger was opened,
// in memory: the verifying threads look up every event's author before they spend a curve
// operation on it. A key once enrolled stays known, whatever becomes of it; what it may still do
// is decided later, in the order of the log.
//
// Thread rule: any thread.
#pragma once

#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_set>

#include "ledger/base/types.h"

namespace jejak::engine {

class KnownKeys {
 public:
  bool Contains(const PublicKey& key) const {
    const Shard& shard = ShardOf(key);
    const std::shared_lock lock(shard.mutex);
    return shard.keys.contains(key);
  }
  void Insert(const PublicKey& key) {
    Shard& shard = ShardOf(key);
    const std::unique_lock lock(shard.mutex);
    shard.keys.insert(key);
  }

 private:
  // Only enrolled keys come in, whose enrolment cost a proof of possession; so nobody can choose
  // keys cheaply enough to make one bucket long.
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_set<PublicKey> keys;
  };
  const Shard& ShardOf(const PublicKey& key) const { return shards_[key.data()[0] % 16]; }
  Shard& ShardOf(const PublicKey& key) { return shards_[key.data()[0] % 16]; }

  std::array<Shard, 16> shards_;
};

}  // namespace jejak::engine
