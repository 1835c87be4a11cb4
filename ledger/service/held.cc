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

void Waiting::Add(Call* call, size_t bytes) {
  const std::lock_guard lock(mutex_);
  call->bytes_ = bytes;
  call->gives_way_ = false;
  call->at_ = calls_.insert(calls_.end(), call);
  bytes_ += bytes;
  // The newest stays whatever its size: its client may go on at once.
  while (bytes_ > bytes_max_ && calls_.front() != call) GiveWay(calls_.front());
  if (stopped_) GiveWay(call);
}

void Waiting::GiveWay(Call* call) {
  leaving_.splice(leaving_.end(), calls_, call->at_);
  call->gives_way_ = true;
  bytes_ -= call->bytes_;
  call->GiveWay();
}

void Waiting::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  while (!calls_.empty()) GiveWay(calls_.front());
}

void Waiting::Remove(Call* call) {
  const std::lock_guard lock(mutex_);
  if (call->bytes_ == 0) return;
  (call->gives_way_ ? leaving_ : calls_).erase(call->at_);
  if (!call->gives_way_) bytes_ -= call->bytes_;
  call->bytes_ = 0;
}

}  // namespace jejak::service
