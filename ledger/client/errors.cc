#include "ledger/client/errors.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <charconv>

namespace jejak::client {
namespace {

constexpr const char* kRetryMicros = "retry_us";

Status WithoutDetails(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Status(Reason::kDeadlineExceeded, status.error_message());
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Status(Reason::kOverloaded, status.error_message());
    case grpc::StatusCode::CANCELLED:  // by the daemon: of what is cancelled here nobody asks
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNIMPLEMENTED:
      return Status(Reason::kUnavailable, status.error_message());
    default: return Status(Reason::kInternal, "gRPC: " + status.error_message());
  }
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
    Status out(*reason, std::string(message));
    for (const auto& [key, value] : info.metadata()) out = std::move(out).With(key, value);
    const auto& delay = retry.retry_delay();
    if (const int64_t micros = delay.seconds() * 1'000'000 + delay.nanos() / 1'000; micros > 0)
      out = std::move(out).With(kRetryMicros, std::to_string(micros));
    return out;
  }
  return WithoutDetails(status);
}

}  // namespace jejak::client
