// A call that is refused for its name, or before its request, until its client has been told.
//
// Thread rule: as gRPC calls it.
#pragma once

#include "ledger/service/shared.h"

namespace jejak::service {

class Refused final : public RawReactor, private Waiting::Call {
 public:
  // Lives until gRPC is done with it.
  Refused(Shared* shared, grpc::CallbackServerContext* call, const grpc::Status& status)
      : shared_(shared), call_(call) {
    shared_->begun.Add(this, kCallBytes);
    Finish(status);
  }

 private:
  ~Refused() override = default;
  void OnDone() override {
    shared_->begun.Remove(this);
    delete this;
  }
  void GiveWay() override { call_->TryCancel(); }

  Shared* const shared_;
  grpc::CallbackServerContext* const call_;
};

}  // namespace jejak::service
