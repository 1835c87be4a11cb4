// A few threads that do what may take time, so that gRPC's own threads never wait.
//
// Thread rule: all methods from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace jejak::service {

class Workers {
 public:
  using Job = std::function<void()>;
  // `queue_max` bounds the jobs that TryPost takes in and nobody has begun.
  Workers(size_t threads, size_t queue_max);
  ~Workers();

  // False when too many wait.
  bool TryPost(Job job);
  // For steps of what was let in before, which is bounded elsewhere.
  void Post(Job job);
  // Ends the threads after what is queued is done.
  void Stop();

 private:
  void Run();

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> jobs_;
  size_t let_in_ = 0;  // by TryPost, not begun
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jejak::service
