#include "ledger/service/health.h"

#include <grpc/health/v1/health.pb.h>

#include <algorithm>

#include "ledger/service/unary.h"

namespace jejak::service {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

bool Has(const std::vector<std::string>& services, const std::string& name) {
  return name.empty() || std::find(services.begin(), services.end(), name) != services.end();
}

HealthCheckResponse Now(const Shared& shared) {
  HealthCheckResponse response;
  response.set_status(shared.serving ? HealthCheckResponse::SERVING
                                     : HealthCheckResponse::NOT_SERVING);
  return response;
}

// Says how it stands, says so again when the server stops, and ends then.
class Watch final : public RawReactor,
                    public Listener,
                    private Waiting::Call,
                    public std::enable_shared_from_this<Watch> {
 public:
  Watch(Shared* shared, grpc::CallbackServerContext* call,
        const std::vector<std::string>* services)
      : shared_(shared), call_(call), services_(services) {}

  void Begin(const std::shared_ptr<Watch>& self) {
    self_ = self;
    shared_->begun.Add(this, kCallBytes);
    StartRead(&bytes_);
  }

  void OnReadDone(bool ok) override {
    HealthCheckRequest request;
    const Status status =
        ok ? ReadMessage(bytes_, kQuestionBytesMax, &request)
           : Status(Reason::kInvalidArgument, "the call ended before its request");
    {
      const std::lock_guard lock(mutex_);
      if (!status.ok()) return End(status);
      shared_->begun.Remove(this);
      shared_->watching.Add(this, kCallBytes);
      asked_ = true;
      known_ = Has(*services_, request.service());
      Say();
    }
    if (!shared_->pulse->Add(shared_from_this())) Stop();
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return End(Status(Reason::kInterrupted, "the watcher is gone"));
    if (stopping_) SayLast();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    End(Status(Reason::kInterrupted, "the watcher is gone"));
  }
  void OnDone() override {
    (asked_ ? shared_->watching : shared_->begun).Remove(this);
    self_.reset();
  }

  void Grown() override {}
  void Tick() override {}
  void Stop() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (!writing_) SayLast();
  }

 private:
  void GiveWay() override { call_->TryCancel(); }

  // What follows, under the lock.
  void Say() {
    if (ended_) return;
    HealthCheckResponse response = Now(*shared_);
    if (!known_) response.set_status(HealthCheckResponse::SERVICE_UNKNOWN);
    JEJAK_CHECK(WriteMessage(response, &bytes_).ok());
    writing_ = true;
    StartWrite(&bytes_);
  }
  void SayLast() {
    if (!said_last_) {
      said_last_ = true;
      Say();
    } else {
      End(Status(Reason::kStopped, "the server stops"));
    }
  }
  void End(const Status& status) {
    if (ended_) return;
    ended_ = true;
    Finish(ToGrpc(status));
  }

  Shared* const shared_;
  grpc::CallbackServerContext* const call_;
  const std::vector<std::string>* const services_;
  std::shared_ptr<Watch> self_;  // until OnDone
  grpc::ByteBuffer bytes_;       // of the request, then of the answer that is written

  std::mutex mutex_;  // guards what follows
  bool asked_ = false, known_ = false, writing_ = false;
  bool stopping_ = false, said_last_ = false, ended_ = false;
};

}  // namespace

RawReactor* CheckHealth(Shared* shared, grpc::CallbackServerContext* call,
                        const std::vector<std::string>& services) {
  return new Unary(shared, call, "Check",
                   [shared, &services](Unary* unary, const grpc::ByteBuffer& bytes) {
                     HealthCheckRequest request;
                     Status status = ReadMessage(bytes, kQuestionBytesMax, &request);
                     if (status.ok() && !Has(services, request.service()))
                       status = Status(Reason::kNotFound, "no such service");
                     const HealthCheckResponse response = Now(*shared);
                     unary->End(status, &response);
                   });
}

RawReactor* WatchHealth(Shared* shared, grpc::CallbackServerContext* call,
                        const std::vector<std::string>& services) {
  auto watch = std::make_shared<Watch>(shared, call, &services);
  auto* reactor = watch.get();
  reactor->Begin(watch);
  return reactor;
}

}  // namespace jejak::service
