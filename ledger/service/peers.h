// How many events a peer may hand in: a bucket of tokens for each address.
//
// Thread rule: all methods from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace jejak::service {

class Peers {
 public:
  // Events a second, and at once; a rate of 0 limits nobody.
  Peers(double rate, double burst) : rate_(rate), burst_(burst) {}

  // Takes `events` tokens of the peer at `now_us` of a monotonic clock. Returns 0 when it may, else
  // after how many microseconds it may ask again. `peer` is gRPC's "ipv4:192.0.2.1:5000".
  int64_t Take(const std::string& peer, size_t events, int64_t now_us);

 private:
  struct Bucket {
    double tokens = 0;
    int64_t at_us = 0;
  };
  const double rate_, burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // by address without the port
};

}  // namespace jejak::service
