// A call of one request and one answer, from its headers on, until its client has taken the answer.
//
// For gRPC it is a stream: a unary call that only begins, which costs a client a hundred bytes and
// the server over ten thousand, would be shown to nobody.
//
// Thread rule: one thread ends it, once, and touches it no more.
#pragma once

#include <functional>

#include "ledger/service/shared.h"

namespace jejak::service {

class Unary final : public RawReactor, private Waiting::Call {
 public:
  // Is given the request, which lives as long as the call, and sees to it that the call is ended.
  using Answer = std::function<void(Unary*, const grpc::ByteBuffer&)>;

  // Lives until gRPC is done with it.
  Unary(Shared* shared, grpc::CallbackServerContext* call, const char* method, Answer answer)
      : shared_(shared),
        call_(call),
        method_(method),
        answer_(std::move(answer)),
        began_(std::chrono::steady_clock::now()) {
    shared_->begun.Add(this, kCallBytes);
    StartRead(&request_);
  }

  std::string peer() const { return call_->peer(); }
  bool cancelled() const { return call_->IsCancelled(); }
  // Ends the call: with `answer` when `status` is OK.
  void End(Status status, const google::protobuf::MessageLite* answer = nullptr) {
    if (status.ok()) status = WriteMessage(*answer, &response_);
    shared_->Done(method_, status, began_);
    shared_->unread.Add(this, response_.Length() + kCallBytes);
    if (status.ok()) {
      StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status());
    } else {
      Finish(ToGrpc(status));
    }
  }

 private:
  ~Unary() override = default;
  void OnReadDone(bool ok) override {
    shared_->begun.Remove(this);
    if (ok) return answer_(this, request_);
    End(Status(Reason::kInvalidArgument, "the call ended before its request"));
  }
  void OnDone() override {
    shared_->unread.Remove(this);
    delete this;
  }
  void OnCancel() override {}
  void GiveWay() override { call_->TryCancel(); }

  Shared* const shared_;
  grpc::CallbackServerContext* const call_;
  const char* const method_;
  const Answer answer_;
  grpc::ByteBuffer request_, response_;
  const std::chrono::steady_clock::time_point began_;
};

}  // namespace jejak::service
