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

// When a marker asks for a commitment to the tallies without being asked for: in microseconds since
// the last event came, and since the first that no marker followed (kNever: not), and before the
// end. None() for a log that depends on what is proposed alone, as that of a simulation whose clock
// is given.
struct Markers {
  static constexpr int64_t kNever = INT64_MAX;
  int64_t idle_us = 100'000;
  int64_t interval_us = 1'000'000;
  bool at_end = true;
  static constexpr Markers None() { return {kNever, kNever, false}; }
};

class LocalJournal final : public Journal {
 public:
  // `last` is the receivedAt of the newest entry.
  LocalJournal(Clocks clocks, UnixMicros last, Markers markers = {});

  Status Propose(std::vector<Proposal> proposals) override;
  Result<std::vector<Ordered>> Next(size_t events_max, size_t bytes_max) override;
  void Stop() override;

 private:
  // The wall clock, checked against the monotonic clock and the newest entry.
  Result<UnixMicros> Now();

  const Clocks clocks_;
  const int64_t offset_;  // wall minus monotonic at the start
  const Markers markers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Proposal> queue_;
  bool stopped_ = false;
  UnixMicros last_;
  // Since when, by the monotonic clock, there are events that no marker followed.
  std::optional<int64_t> unmarked_since_us_;
};

}  // namespace jejak::journal
