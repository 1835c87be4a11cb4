// What one address may do: a bucket of tokens for what it asks or hands in, and slots for the
// streams that it has open. The addresses of one IPv6 /64, which is what a subscriber has, are one.
//
// Thread rule: all methods from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace jejak::service {

// The address of gRPC's "ipv4:192.0.2.1:5000" or "ipv6:%5B2001:db8::1%5D:5000".
std::string AddressOf(const std::string& peer);

class Peers {
 public:
  // Tokens a second, and at once; a rate of 0 limits nobody.
  Peers(double rate, double burst) : rate_(rate), burst_(burst) {}

  // Takes `tokens` of the peer's at `now_us` of a monotonic clock. Returns 0 when it may, else
  // after how many microseconds it may ask again.
  int64_t Take(const std::string& peer, size_t tokens, int64_t now_us);

 private:
  struct Bucket {
    double tokens = 0;
    int64_t at_us = 0;
  };
  const double rate_, burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // by address
};

class Slots {
 public:
  // Held while a stream is open. Must not outlive its Slots.
  class Slot {
   public:
    Slot(Slots* slots, std::string address) : slots_(slots), address_(std::move(address)) {}
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    Slots* const slots_;
    const std::string address_;
  };

  // Of all addresses, and of each; 0 limits no single one.
  Slots(size_t max, size_t peer_max) : max_(max), peer_max_(peer_max) {}

  // Null when all are taken, or all of this peer's.
  std::unique_ptr<Slot> Take(const std::string& peer);

 private:
  const size_t max_, peer_max_;
  std::mutex mutex_;
  size_t taken_ = 0;
  std::unordered_map<std::string, size_t> taken_by_;  // by address; no zeros
};

}  // namespace jejak::service
