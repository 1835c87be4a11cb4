// A witness over HTTP.
//
// Thread rule: requests are answered from threads of its own until Stop or the end of the object;
// the witness and the clock must bear that.
// Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ledger/base/status.h"
#include "ledger/witness/witness.h"

namespace jejak::witness {

// What clients may cost.
struct HttpBounds {
  size_t threads = 64;
  // From the first byte of a request to the last of its answer: 256 KiB at the 4 KiB a second of a
  // 2G line, and as much again.
  std::chrono::milliseconds request{130'000};
  std::chrono::milliseconds silence{10'000};
  // What a head can cost in memory, and a whole request in reading.
  size_t head_bytes = size_t{16} << 10;
  size_t request_bytes = size_t{1} << 20;
};

class WitnessServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;  // 0: any that is free
    std::function<uint64_t()> now_seconds;
    std::function<void(const Answer&)> told;  // of every request to cosign; may be null
    HttpBounds bounds;
  };
  // POST /add-checkpoint, GET /<hex SHA-256 of the origin>/checkpoint. UNAVAILABLE when the port
  // can't be had.
  static Result<std::unique_ptr<WitnessServer>> Start(Witness* witness, Options options);
  ~WitnessServer();
  int port() const;
  void Stop();

 private:
  struct Impl;
  explicit WitnessServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::witness
