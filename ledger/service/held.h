// What calls hold all together, and its bounds: requests that wait to be decided, and answers that
// nobody has taken yet.
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

// Answers on their way. A client that takes none can't keep the others from theirs, nor fill the
// memory: when all are too much, those that have waited longest give way.
class Unread {
 public:
  class Answer {
   public:
    virtual ~Answer() = default;
    // Ends the call. Called once at most, under the lock, until it is removed: must be quick, and
    // call nothing of Unread.
    virtual void GiveWay() = 0;

   private:
    friend class Unread;
    std::list<Answer*>::iterator at_;
    size_t bytes_ = 0;  // 0: not counted
    bool gives_way_ = false;
  };

  explicit Unread(size_t bytes_max) : bytes_max_(bytes_max) {}
  void Add(Answer* answer, size_t bytes);
  // Nothing when it was not added.
  void Remove(Answer* answer);

 private:
  const size_t bytes_max_;
  std::mutex mutex_;
  std::list<Answer*> answers_;  // the oldest first
  size_t bytes_ = 0;            // of those that don't give way
};

}  // namespace jejak::service
