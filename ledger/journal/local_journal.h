// The order of one process: first come, first served, by this machine's clock.
//
// Thread rule: as journal.h. Durability: none; what is queued and not committed is lost with the
// process, and nobody was told otherwise.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "ledger/journal/journal.h"

namespace jejak::journal {

struct Clocks {
  std::function<UnixMicros()> wall;       // time of day
  std::function<int64_t()> monotonic_us;  // microseconds that never jump
  static Clocks System();
};

class LocalJournal final : public Journal {
 public:
  // `last` is the receivedAt of the newest entry.
  LocalJournal(Clocks clocks, UnixMicros last);

  Status Propose(std::vector<Proposal> proposals) override;
  Result<std::vector<Ordered>> Next(size_t events_max, size_t bytes_max) override;
  void Stop() override;

 private:
  // The wall clock, checked against the monotonic clock and the newest entry.
  Result<UnixMicros> Now();

  const Clocks clocks_;
  const int64_t offset_;  // wall minus monotonic at the start
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Proposal> queue_;
  bool stopped_ = false;
  UnixMicros last_;
};

}  // namespace jejak::journal
