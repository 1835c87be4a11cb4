// gRPC's health service, grpc.health.v1: all services serve until the server stops.
//
// gRPC's own would be shown no call that only begins; see unary.h.
#pragma once

#include "ledger/service/shared.h"

namespace jejak::service {

// Check and Watch, of the whole server ("") or one of `services`, which must outlive the calls.
RawReactor* CheckHealth(Shared* shared, grpc::CallbackServerContext* call,
                        const std::vector<std::string>& services);
RawReactor* WatchHealth(Shared* shared, grpc::CallbackServerContext* call,
                        const std::vector<std::string>& services);

}  // namespace jejak::service
