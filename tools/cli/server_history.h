// What a daemon says of its log, for a witness or monitor, which believe only what they can check.
//
// Thread rule: one thread.
#pragma once

#include <stop_token>
#include <thread>

#include "ledger/witness/history.h"
#include "tools/cli/asker.h"

namespace jejak::cli {

class ServerHistory final : public witness::History {
 public:
  // Borrowed.
  explicit ServerHistory(Asker* asker) : asker_(asker) {}
  Result<merkle::Path> Proof(TreeSize first, TreeSize second) const override;
  Result<Hash> RootAt(TreeSize size) const override;

 private:
  Asker* const asker_;
};

// Signals that end a command that goes on; every thread that is made later blocks them too.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  // Asked to stop once one has come.
  std::stop_token token() const { return stop_.get_token(); }
  // Waits for one, and at most that long where it isn't 0; whether one came.
  bool Wait(uint64_t seconds) const;

 private:
  std::stop_source stop_;
  std::thread waits_;
};

}  // namespace jejak::cli
