// gRPC's errors as ours: the reason comes from the ErrorInfo of domain "jejak", with its metadata.
//
// Thread rule: pure functions.
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>

#include "ledger/base/status.h"

namespace jejak::client {

// How long the daemon asks to wait before the call is made again, if it does.
std::optional<std::chrono::microseconds> RetryDelay(const Status& status);

// An error without such details is UNAVAILABLE, DEADLINE_EXCEEDED, or INTERNAL with gRPC's words.
Status FromGrpc(const grpc::Status& status);

}  // namespace jejak::client
