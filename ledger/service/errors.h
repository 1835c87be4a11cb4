// Our errors as gRPC's, and rich: exactly one ErrorInfo of domain "jejak", with BadRequest where a
// field of the request is named and RetryInfo where trying again helps.
//
// Thread rule: pure functions. Spec: google.aip.dev/193.
#pragma once

#include <grpcpp/support/status.h>

#include "ledger/base/status.h"

namespace jejak::service {

inline constexpr const char* kErrorDomain = "jejak";

// Metadata "field" names a field of the request, "retry_us" when to try again: both go to the
// details of their kind.
grpc::Status ToGrpc(const Status& status);

}  // namespace jejak::service
