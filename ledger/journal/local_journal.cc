#include "ledger/journal/local_journal.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "ledger/base/limits.h"
#include "ledger/base/time.h"

namespace jejak::journal {

Clocks Clocks::System() {
  return {[] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return UnixMicros(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
          },
          [] {
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
          }};
}

LocalJournal::LocalJournal(Clocks clocks, UnixMicros last, Markers markers)
    : clocks_(std::move(clocks)),
      offset_(clocks_.wall().value - clocks_.monotonic_us()),
      markers_(markers),
      last_(last) {}

Status LocalJournal::Propose(std::vector<Proposal> proposals) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Status(Reason::kStopped, "the journal takes no more events");
    for (Proposal& proposal : proposals) queue_.push_back(std::move(proposal));
  }
  arrived_.notify_one();
  return {};
}

Result<UnixMicros> LocalJournal::Now() {
  const UnixMicros now = clocks_.wall();
  const int64_t parted = now.value - clocks_.monotonic_us() - offset_;
  if (std::abs(parted) > limits::kClockSkewMicrosMax) {
    return Status(Reason::kClockSkewed, "wall clock and monotonic clock have parted by " +
                                            std::to_string(parted / 1'000'000) + " s");
  }
  if (now.value < last_.value - limits::kClockSkewMicrosMax) {
    return Status(Reason::kClockSkewed, "the clock says " + FormatTime(now) +
                                            ", before the newest entry at " + FormatTime(last_));
  }
  return std::max(now, last_);
}

Result<std::vector<Ordered>> LocalJournal::Next(size_t events_max, size_t bytes_max) {
  std::vector<Proposal> taken;
  std::optional<UnixMicros> now;  // read once a batch
  {
    std::unique_lock lock(mutex_);
    const auto something = [&] { return stopped_ || !queue_.empty(); };
    if (unmarked_since_us_ && markers_.idle_us != Markers::kNever) {
      arrived_.wait_for(lock, std::chrono::microseconds(markers_.idle_us), something);
    } else {
      arrived_.wait(lock, something);
    }
    if (queue_.empty()) {
      // Idle, or the end.
      if (!unmarked_since_us_ || (stopped_ && !markers_.at_end)) return std::vector<Ordered>();
      unmarked_since_us_.reset();
      return std::vector<Ordered>{{Proposal{}, last_}};
    }
    size_t n = 0;
    for (size_t bytes = 0; n < std::min(events_max, queue_.size()); ++n) {
      bytes += queue_[n].event == nullptr ? 0 : queue_[n].event->bytes.size();
      if (n != 0 && bytes > bytes_max) break;
    }
    // Before anything is taken, so that a clock that can't be trusted loses nobody's event. After
    // Stop what is left is only handed back, and needs no clock.
    const bool asks = std::any_of(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n),
                                  [](const Proposal& p) { return p.event && !p.received_at; });
    if (asks && !stopped_) {
      JEJAK_ASSIGN_OR_RETURN(now, Now());
    }
    taken.reserve(n);
    for (size_t i = 0; i < n; ++i) {
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  std::vector<Ordered> out;
  out.reserve(taken.size());
  for (Proposal& proposal : taken) {
    last_ = std::max(last_, proposal.received_at ? *proposal.received_at : now.value_or(last_));
    out.push_back({std::move(proposal), last_});
  }
  const int64_t monotonic = clocks_.monotonic_us();
  if (!unmarked_since_us_) unmarked_since_us_ = monotonic;
  if (markers_.interval_us != Markers::kNever &&
      monotonic - *unmarked_since_us_ >= markers_.interval_us) {
    unmarked_since_us_.reset();
    out.push_back({Proposal{}, last_});
  }
  return out;
}

void LocalJournal::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  arrived_.notify_all();
}

}  // namespace jejak::journal
