#include "ledger/service/peers.h"

#include <algorithm>

namespace jejak::service {
namespace {

// Full buckets say nothing, so that they can be dropped.
constexpr size_t kBucketsMax = 65'536;

}  // namespace

int64_t Peers::Take(const std::string& peer, size_t events, int64_t now_us) {
  if (rate_ <= 0) return 0;
  const std::string address = peer.substr(0, peer.rfind(':'));
  const std::lock_guard lock(mutex_);
  const auto refill = [&](Bucket* bucket) {
    const double elapsed = static_cast<double>(now_us - bucket->at_us) / 1e6;
    bucket->tokens = std::min(burst_, bucket->tokens + elapsed * rate_);
    bucket->at_us = now_us;
  };
  if (buckets_.size() >= kBucketsMax && !buckets_.contains(address)) {
    for (auto at = buckets_.begin(); at != buckets_.end();) {
      refill(&at->second);
      at = at->second.tokens >= burst_ ? buckets_.erase(at) : std::next(at);
    }
    if (buckets_.size() >= kBucketsMax) return 1'000'000;
  }
  Bucket& bucket = buckets_.try_emplace(address, Bucket{burst_, now_us}).first->second;
  refill(&bucket);
  // More than a whole burst passes when the bucket is full, and leaves a debt.
  const double wanted = static_cast<double>(events);
  const double needed = std::min(wanted, burst_);
  if (bucket.tokens >= needed) {
    bucket.tokens -= wanted;
    return 0;
  }
  return std::max<int64_t>(1'000, static_cast<int64_t>((needed - bucket.tokens) / rate_ * 1e6));
}

}  // namespace jejak::service
