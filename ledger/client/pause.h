// Waiting where there is nothing to be told by: until a daemon that is full may be asked again, and
// for another process's file lock, which has no deadline of its own.
//
// Thread rule: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace jejak::client {

// Ends early when somebody asks to stop.
inline void Pause(std::chrono::microseconds time, const std::stop_token& stop = {}) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace jejak::client
