// What the end-to-end benchmarks share: clocks, and what libsodium alone verifies.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/crypto/ed25519.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::bench {

using Clock = std::chrono::steady_clock;

// Paces a client: nobody notifies.
inline void PauseUntil(Clock::time_point time) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, time, [] { return false; });
}

inline double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

inline double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// Events a second that libsodium verifies on all cores, with nothing else.
inline double VerifyRate(const std::vector<event::SignedEvent>& events,
                  const std::vector<PublicKey>& authors) {
  const size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Bytes> messages;
  for (const auto& e : events) messages.push_back(event::SigningMessage(e.bytes));
  std::atomic<size_t> next{0};
  std::atomic<size_t> bad{0};
  const auto start = Clock::now();
  std::vector<std::thread> workers;
  for (size_t t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (size_t at = next++; at < events.size(); at = next++) {
        if (!crypto::Verify(authors[at], messages[at], events[at].signature)) ++bad;
      }
    });
  }
  for (auto& w : workers) w.join();
  JEJAK_CHECK(bad == 0);
  return static_cast<double>(events.size()) / Seconds(start);
}

}  // namespace jejak::bench
