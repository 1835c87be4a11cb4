#include "ledger/service/pulse.h"

#include <algorithm>
#include <chrono>

namespace jejak::service {

Pulse::Pulse() : thread_([this] { Run(); }) {}

Pulse::~Pulse() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void Pulse::Committed(TreeSize size) {
  {
    const std::lock_guard lock(mutex_);
    size_.store(size.value, std::memory_order_release);
    grown_ = true;
  }
  changed_.notify_one();
}

bool Pulse::Add(const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& weak) { return weak.expired(); });
  if (stopping_) return false;
  listeners_.push_back(listener);
  return true;
}

size_t Pulse::listeners() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(listeners_.begin(), listeners_.end(),
                                           [](const auto& weak) { return !weak.expired(); }));
}

std::vector<std::shared_ptr<Listener>> Pulse::Living() {
  std::vector<std::shared_ptr<Listener>> out;
  for (const auto& weak : listeners_) {
    if (auto listener = weak.lock()) out.push_back(std::move(listener));
  }
  return out;
}

void Pulse::Stop() {
  std::vector<std::shared_ptr<Listener>> living;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    living = Living();
  }
  changed_.notify_one();
  for (const auto& listener : living) listener->Stop();
}

void Pulse::Run() {
  auto next_tick = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_until(lock, next_tick, [&] { return stopping_ || grown_; });
    const bool grown = grown_;
    grown_ = false;
    const bool tick = std::chrono::steady_clock::now() >= next_tick;
    if (tick) next_tick += std::chrono::seconds(1);
    const auto living = Living();
    lock.unlock();
    for (const auto& listener : living) {
      if (grown) listener->Grown();
      if (tick) listener->Tick();
    }
    lock.lock();
  }
}

}  // namespace jejak::service
