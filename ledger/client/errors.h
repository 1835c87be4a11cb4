// gRPC's errors as ours: the reason comes from the ErrorInfo of domain "jejak", with its metadata.
//
// Thread rule: pure functions.
#pragma once

#include <grpcpp/support/status.h>

#include "ledger/base/status.h"

namespace jejak::client {

// An error without such details is UNAVAILABLE, DEADLINE_EXCEEDED, or INTERNAL with gRPC's words.
Status FromGrpc(const grpc::Status& status);

}  // namespace jejak::client
