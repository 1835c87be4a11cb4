#include "ledger/client/errors.h"

#include <fmt/format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <charconv>

namespace jejak::client {
namespace {

constexpr const char* kRetryMicros = "retry_us";

constexpr int64_t kRetrySecondsMax = 24 * 60 * 60;
constexpr int64_t kMicros = 1'000'000;

Status WithoutDetails(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Status(Reason::kDeadlineExceeded, status.error_message());
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Status(Reason::kOverloaded, status.error_message());
    case grpc::StatusCode::CANCELLED:  // by the daemon: of what is cancelled here nobody asks
    case grpc::StatusCode::UNAVAILABLE:
      return Status(Reason::kUnavailable, status.error_message());
    case grpc::StatusCode::UNIMPLEMENTED:
      return Status(Reason::kUnavailable,
                     fmt::format("the server has no answer to this call: {}",
                                status.error_message()));
    default:
      return Status(Reason::kUnavailable,
                    fmt::format("the server answered with gRPC's error {}: {}",
                                static_cast<int>(status.error_code()), status.error_message()));
  }
}

// Whether a caller can act on the reason as if it were its own: a refusal, what is wrong with the
// request or the event, or that the server can't be had now.
bool IsOfTheRequest(const ReasonInfo& info) {
  if (info.reason == Reason::kLedgerInUse) return false;
  if (info.logged_number != 0 || info.exit_status == 3) return true;
  switch (info.reason) {
    case Reason::kEventTooLarge: case Reason::kEventMalformed: case Reason::kEventNotCanonical:
    case Reason::kFieldInvalid: case Reason::kFigureOutOfRange: case Reason::kRulesUnknown:
    case Reason::kWrongElection: case Reason::kKeyUnknown: case Reason::kSignatureInvalid:
    case Reason::kKeySuspended: case Reason::kSequenceGap: case Reason::kForkRepeated:
    case Reason::kInvalidArgument: case Reason::kNotFound: case Reason::kAsOfTooEarly:
    case Reason::kAsOfBeyondEnd: case Reason::kNotCommitted:
      return true;
    default: return false;
  }
}

int64_t MicrosOf(const google::protobuf::Duration& delay) {
  return std::clamp<int64_t>(delay.seconds(), 0, kRetrySecondsMax) * kMicros +
         std::clamp<int64_t>(delay.nanos(), 0, 999'999'999) / 1'000;
}

}  // namespace

std::optional<std::chrono::microseconds> RetryDelay(const Status& status) {
  if (status.reason() != Reason::kOverloaded) return std::nullopt;
  for (const auto& [key, value] : status.metadata()) {
    int64_t micros = 0;
    if (key != kRetryMicros) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), micros);
    if (error == std::errc() && end == value.data() + value.size() && micros > 0)
      return std::chrono::microseconds(micros);
  }
  return std::nullopt;
}

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return {};
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return WithoutDetails(status);
  google::rpc::RetryInfo retry;
  for (const auto& detail : rich.details()) {
    if (detail.Is<google::rpc::RetryInfo>()) (void)detail.UnpackTo(&retry);
  }
  for (const auto& detail : rich.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info) || info.domain() != "jejak") continue;
    const auto reason = ReasonByName(info.reason());
    if (!reason) break;
    // The standing text comes from the table here.
    const std::string_view text = InfoOf(*reason).text_en;
    const std::string whole = status.error_message();  // a copy: gRPC returns it by value
    std::string_view message = whole;
    if (message.starts_with(text)) message.remove_prefix(text.size());
    if (message.starts_with(": ")) message.remove_prefix(2);
    Status out = OfServer(*reason, std::string(message));
    for (const auto& [key, value] : info.metadata()) {
      if (key != kRetryMicros) out = std::move(out).With(key, value);
    }
    if (const int64_t micros = MicrosOf(retry.retry_delay()); micros > 0)
      out = std::move(out).With(kRetryMicros, std::to_string(micros));
    return out;
  }
  return WithoutDetails(status);
}

Status OfServer(Reason reason, std::string message) {
  if (IsOfTheRequest(InfoOf(reason))) return Status(reason, std::move(message));
  const std::string_view name = InfoOf(reason).name;
  return Status(Reason::kUnavailable, fmt::format("the server says {}{}{}", name,
                                                  message.empty() ? "" : ": ", message))
      .With("said", std::string(name));
}

bool LineBroke(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNAVAILABLE: return true;
    case grpc::StatusCode::ABORTED: return FromGrpc(status).reason() == Reason::kFollowerTooSlow;
    default: return false;
  }
}

Status WrongAnswer(std::string_view what) {
  return Status(Reason::kVerificationFailed, fmt::format("the server {}", what));
}

}  // namespace jejak::client
