#include "ledger/service/workers.h"

#include <algorithm>

namespace jejak::service {

Workers::Workers(size_t threads, size_t queue_max) : queue_max_(queue_max) {
  for (size_t i = 0; i < std::max<size_t>(1, threads); ++i)
    threads_.emplace_back([this] { Run(); });
}

Workers::~Workers() { Stop(); }

bool Workers::TryPost(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (let_in_ >= queue_max_) return false;
    ++let_in_;
    jobs_.emplace_back([this, job = std::move(job)] {
      {
        const std::lock_guard begun(mutex_);
        --let_in_;
      }
      job();
    });
  }
  work_.notify_one();
  return true;
}

void Workers::Post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  work_.notify_one();
}

void Workers::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace jejak::service
