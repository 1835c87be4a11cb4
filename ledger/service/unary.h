// A unary call, until its client has taken the answer.
//
// Thread rule: one thread ends it, once, and touches it no more.
#pragma once

#include "ledger/service/held.h"
#include "ledger/service/shared.h"

namespace jejak::service {

class Unary final : public grpc::ServerUnaryReactor, private Unread::Answer {
 public:
  // Lives until gRPC is done with it. `response` takes the answer's bytes.
  Unary(Shared* shared, grpc::CallbackServerContext* call, const char* method,
        grpc::ByteBuffer* response)
      : shared_(shared),
        call_(call),
        method_(method),
        response_(response),
        began_(std::chrono::steady_clock::now()) {}

  std::string peer() const { return call_->peer(); }
  bool cancelled() const { return call_->IsCancelled(); }
  // Ends the call: with `answer` when `status` is OK.
  void End(Status status, const google::protobuf::MessageLite* answer = nullptr) {
    if (status.ok()) status = WriteMessage(*answer, response_);
    shared_->Done(method_, status, began_);
    if (status.ok()) shared_->unread.Add(this, response_->Length() + kCallBytes);
    Finish(ToGrpc(status));
  }

 private:
  static constexpr size_t kCallBytes = 4'096;  // of what gRPC keeps for it

  ~Unary() override = default;
  void OnDone() override {
    shared_->unread.Remove(this);
    delete this;
  }
  void OnCancel() override {}
  void GiveWay() override { call_->TryCancel(); }

  Shared* const shared_;
  grpc::CallbackServerContext* const call_;
  const char* const method_;
  grpc::ByteBuffer* const response_;
  const std::chrono::steady_clock::time_point began_;
};

}  // namespace jejak::service
