// Remembers the first failure that makes the store unusable. Thread-safe.
#pragma once

#include <atomic>
#include <mutex>

#include "ledger/base/status.h"

namespace jejak::store {

class Stopper {
 public:
  // Later failures are consequences, and not kept.
  void Stop(const Status& first) {
    const std::lock_guard lock(mutex_);
    if (first_.ok()) first_ = first;
    stopped_.store(true, std::memory_order_release);
  }
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  // STOPPED, which opening again may mend; after damage LEDGER_DAMAGED, which it will not.
  Status status() const {
    if (!stopped()) return {};
    const std::lock_guard lock(mutex_);
    const bool damaged = first_.reason() == Reason::kLedgerDamaged;
    return Status(damaged ? Reason::kLedgerDamaged : Reason::kStopped,
                  "the store has stopped after " + first_.ToString());
  }

 private:
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  Status first_;
};

}  // namespace jejak::store
