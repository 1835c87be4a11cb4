// Tells followers that the log grew, and that time passes. The sequencer only leaves a number here;
// a thread of its own wakes the followers.
//
// Thread rule: all methods from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/base/types.h"

namespace jejak::service {

class Listener {
 public:
  virtual ~Listener() = default;
  // The log may have grown. Must be quick.
  virtual void Grown() = 0;
  // About once a second. Must be quick.
  virtual void Tick() = 0;
  // The server stops.
  virtual void Stop() = 0;
};

class Pulse {
 public:
  Pulse();
  ~Pulse();
  // From the sequencer, after a commit.
  void Committed(TreeSize size);
  TreeSize size() const { return TreeSize(size_.load(std::memory_order_acquire)); }
  // Listens until it is destroyed. False when the server stops.
  bool Add(const std::shared_ptr<Listener>& listener);
  size_t listeners() const;
  // Tells every listener to stop, and takes no more.
  void Stop();

 private:
  void Run();
  std::vector<std::shared_ptr<Listener>> Living();

  std::atomic<uint64_t> size_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::weak_ptr<Listener>> listeners_;
  bool grown_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace jejak::service
