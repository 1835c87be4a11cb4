#include "ledger/service/errors.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <charconv>

namespace jejak::service {
namespace {

constexpr int64_t kRetryMicros = 1'000'000;

bool MayRetry(Reason reason) {
  return reason == Reason::kOverloaded || reason == Reason::kFollowerTooSlow;
}

}  // namespace

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const ReasonInfo& info = InfoOf(status.reason());
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(info.code));
  std::string message(info.text_en);
  if (!status.message().empty()) message += ": " + status.message();
  rich.set_message(message);
  google::rpc::ErrorInfo error;
  error.set_reason(std::string(info.name));
  error.set_domain(kErrorDomain);
  google::rpc::BadRequest bad;
  int64_t retry_us = kRetryMicros;
  for (const auto& [key, value] : status.metadata()) {
    if (key == "field") {
      auto* violation = bad.add_field_violations();
      violation->set_field(value);
      violation->set_description(status.message());
    } else if (key == "retry_us") {
      std::from_chars(value.data(), value.data() + value.size(), retry_us);
      continue;
    }
    (*error.mutable_metadata())[key] = value;
  }
  rich.add_details()->PackFrom(error);
  if (bad.field_violations_size() > 0) rich.add_details()->PackFrom(bad);
  if (MayRetry(status.reason())) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_us / 1'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(retry_us % 1'000'000 * 1'000));
    rich.add_details()->PackFrom(retry);
  }
  return {static_cast<grpc::StatusCode>(info.code), message, rich.SerializeAsString()};
}

}  // namespace jejak::service
