// A witness over HTTP.
//
// Thread rule: requests are answered from threads of its own until Stop or the end of the object;
// the witness and the clock must bear that.
// Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ledger/base/status.h"
#include "ledger/witness/witness.h"

namespace jejak::witness {

class WitnessServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;  // 0: any that is free
    std::function<uint64_t()> now_seconds;
    std::function<void(const Answer&)> told;  // of every request to cosign; may be null
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
