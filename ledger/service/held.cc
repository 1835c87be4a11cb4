#include "ledger/service/held.h"

namespace jejak::service {

std::shared_ptr<const void> Budget::Take(size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (taken_ != 0 && taken_ + bytes > bytes_max_) return nullptr;
    taken_ += bytes;
  }
  return {static_cast<const void*>(this), [this, bytes](const void*) {
            const std::lock_guard lock(mutex_);
            taken_ -= bytes;
          }};
}

void Unread::Add(Answer* answer, size_t bytes) {
  const std::lock_guard lock(mutex_);
  answer->bytes_ = bytes;
  answer->at_ = answers_.insert(answers_.end(), answer);
  bytes_ += bytes;
  // The newest stays whatever its size: it may be taken at once.
  for (Answer* const oldest : answers_) {
    if (bytes_ <= bytes_max_ || oldest == answer) return;
    if (oldest->gives_way_) continue;
    oldest->gives_way_ = true;
    bytes_ -= oldest->bytes_;
    oldest->GiveWay();
  }
}

void Unread::Remove(Answer* answer) {
  const std::lock_guard lock(mutex_);
  if (answer->bytes_ == 0) return;
  answers_.erase(answer->at_);
  if (!answer->gives_way_) bytes_ -= answer->bytes_;
  answer->bytes_ = 0;
}

}  // namespace jejak::service
