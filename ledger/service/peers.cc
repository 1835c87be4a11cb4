#include "ledger/service/peers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

namespace jejak::service {
namespace {

// Full buckets say nothing, so that they can be dropped.
constexpr size_t kBucketsMax = 65'536;

// Of 16 bytes: the network of one subscriber.
constexpr size_t kNetworkBytes = 8;

}  // namespace

std::string AddressOf(const std::string& peer) {
  const std::string address = peer.substr(0, peer.rfind(':'));
  std::string_view host = address;
  if (!host.starts_with("ipv6:")) return address;
  host.remove_prefix(5);
  for (const std::string_view open : {"[", "%5B"}) {
    if (host.starts_with(open)) host.remove_prefix(open.size());
  }
  host = host.substr(0, host.find_first_of("]%"));  // a zone, too
  in6_addr bytes{};
  if (inet_pton(AF_INET6, std::string(host).c_str(), &bytes) != 1) return address;
  return std::string(reinterpret_cast<const char*>(bytes.s6_addr), kNetworkBytes);
}

int64_t Peers::Take(const std::string& peer, size_t tokens, int64_t now_us) {
  if (rate_ <= 0) return 0;
  const std::string address = AddressOf(peer);
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
  const double wanted = static_cast<double>(tokens);
  const double needed = std::min(wanted, burst_);
  if (bucket.tokens >= needed) {
    bucket.tokens -= wanted;
    return 0;
  }
  return std::max<int64_t>(1'000, static_cast<int64_t>((needed - bucket.tokens) / rate_ * 1e6));
}

Slots::Slot::~Slot() {
  const std::lock_guard lock(slots_->mutex_);
  --slots_->taken_;
  const auto of = slots_->taken_by_.find(address_);
  if (--of->second == 0) slots_->taken_by_.erase(of);
}

std::unique_ptr<Slots::Slot> Slots::Take(const std::string& peer) {
  std::string address = AddressOf(peer);
  const std::lock_guard lock(mutex_);
  if (taken_ >= max_) return nullptr;
  size_t& of = taken_by_[address];
  if (peer_max_ != 0 && of >= peer_max_) return nullptr;
  ++of;
  ++taken_;
  return std::make_unique<Slot>(this, std::move(address));
}

}  // namespace jejak::service
