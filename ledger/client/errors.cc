#include "ledger/client/errors.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

namespace jejak::client {
namespace {

Status WithoutDetails(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Status(Reason::kDeadlineExceeded, status.error_message());
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Status(Reason::kOverloaded, status.error_message());
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNIMPLEMENTED:
      return Status(Reason::kUnavailable, status.error_message());
    default: return Status(Reason::kInternal, "gRPC: " + status.error_message());
  }
}

}  // namespace

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return {};
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return WithoutDetails(status);
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
    return out;
  }
  return WithoutDetails(status);
}

}  // namespace jejak::client
