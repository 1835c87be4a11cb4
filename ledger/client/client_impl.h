// What a client holds, for the files that make one.
#pragma once

#include <grpcpp/grpcpp.h>
#include <jejak/v1/audit.grpc.pb.h>
#include <jejak/v1/log.grpc.pb.h>
#include <jejak/v1/registry.grpc.pb.h>
#include <jejak/v1/results.grpc.pb.h>
#include <jejak/v1/submission.grpc.pb.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "ledger/client/client.h"
#include "ledger/client/errors.h"
#include "ledger/client/pause.h"

namespace jejak::client {

inline std::chrono::system_clock::time_point In(std::chrono::milliseconds time) {
  return std::chrono::system_clock::now() + time;
}

// Any that a server may write, too: the years 1 to 9999.
inline UnixMicros TimeOf(const google::protobuf::Timestamp& time) {
  const int64_t seconds = std::clamp<int64_t>(time.seconds(), -62'135'596'800, 253'402'300'799);
  return UnixMicros(seconds * 1'000'000 + time.nanos() / 1'000);
}

// Pauses between tries that come to nothing, each twice the one before.
class Pauses {
 public:
  // Waits for the next one, or for longer where the daemon asks for it. INTERRUPTED.
  Status Next(const std::stop_token& stop, std::chrono::microseconds least = {}) {
    Pause(std::max<std::chrono::microseconds>(next_, least), stop);
    next_ = std::min(2 * next_, kMax);
    return stop.stop_requested() ? Status(Reason::kInterrupted, "") : Status();
  }
  void Reset() { next_ = kMin; }

 private:
  static constexpr std::chrono::milliseconds kMin{50}, kMax{5'000};
  std::chrono::milliseconds next_ = kMin;
};

struct Client::Impl {
  static constexpr std::chrono::seconds kCallDeadline{30};
  static constexpr std::chrono::seconds kPatience{60};  // with a daemon that asks to wait
  static constexpr int kAttempts = 3;

  std::stop_token stop;
  std::chrono::milliseconds reconnect{};
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<jejak::v1::SubmissionService::Stub> submission;
  std::unique_ptr<jejak::v1::ResultsService::Stub> Results;
  std::unique_ptr<jejak::v1::AuditService::Stub> Audit;
  std::unique_ptr<jejak::v1::LogService::Stub> Log;
  std::unique_ptr<jejak::v1::RegistryService::Stub> Registry;

  // Calls that change nothing, or are safe to repeat: again where the line breaks, and where the
  // daemon says when to try again.
  template <typename Stub, typename Request, typename Response>
  Status Call(Stub* stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, Response* response) {
    const auto patient_until = std::chrono::steady_clock::now() + kPatience;
    Pauses pauses;
    for (int broken = 0;;) {
      grpc::ClientContext context;
      context.set_deadline(In(kCallDeadline));
      const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
      const grpc::Status answer = (stub->*method)(&context, request, response);
      if (stop.stop_requested()) return Status(Reason::kInterrupted, "");
      const Status status = FromGrpc(answer);
      if (const auto wait = RetryDelay(status)) {
        if (*wait > patient_until - std::chrono::steady_clock::now()) return status;
        JEJAK_RETURN_IF_ERROR(pauses.Next(stop, *wait));
        continue;
      }
      if (!LineBroke(answer) || ++broken == kAttempts) return status;
      JEJAK_RETURN_IF_ERROR(pauses.Next(stop));
      AwaitChannel(std::chrono::seconds(1 << broken));
    }
  }

  // Until the channel stands, somebody asks to stop, or that time is over.
  void AwaitChannel(std::chrono::milliseconds time) const {
    constexpr std::chrono::milliseconds kLook{200};
    for (; time > time.zero() && !stop.stop_requested(); time -= kLook) {
      if (channel->WaitForConnected(In(std::min(time, kLook)))) return;
    }
  }
};

}  // namespace jejak::client
