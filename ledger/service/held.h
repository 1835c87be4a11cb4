// What calls hold all together, and its bounds: events that wait to be decided, requests that are
// not there yet, and answers that nobody has taken.
//
// Thread rule: all methods from any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace jejak::service {

// Bytes that many hold. Must outlive what was taken.
class Budget {
 public:
  explicit Budget(size_t bytes_max) : bytes_max_(bytes_max) {}
  // Held until the last copy is gone. Null when there is no room; one alone always finds it.
  std::shared_ptr<const void> Take(size_t bytes);

 private:
  const size_t bytes_max_;
  std::mutex mutex_;
  size_t taken_ = 0;
};

// Calls that hold memory until their clients go on: those whose request is not there yet, and those
// whose answer is not taken. A client that doesn't can't keep the others from theirs, nor fill the
// memory: when all are too much, those that have waited longest give way.
class Waiting {
 public:
  class Call {
   public:
    virtual ~Call() = default;
    // Ends the call. Called once at most for each Add, under the lock, until it is removed: must be
    // quick, and call nothing of Waiting.
    virtual void GiveWay() = 0;

   private:
    friend class Waiting;
    std::list<Call*>::iterator at_;
    size_t bytes_ = 0;  // 0: not counted
    bool gives_way_ = false;
  };

  explicit Waiting(size_t bytes_max) : bytes_max_(bytes_max) {}
  // A call is in one at a time.
  void Add(Call* call, size_t bytes);
  // Nothing when it was not added.
  void Remove(Call* call);
  // All give way, and who is added later does at once.
  void Stop();

 private:
  void GiveWay(Call* call);

  const size_t bytes_max_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::list<Call*> calls_;    // the oldest first
  std::list<Call*> leaving_;  // those that give way
  size_t bytes_ = 0;          // of calls_
};

}  // namespace jejak::service
