// The service classes that generated code calls. Internal to ledger/service.
//
// Thread rule: as gRPC calls them, from any thread.
#pragma once

#include <jejak/v1/audit.grpc.pb.h>
#include <jejak/v1/log.grpc.pb.h>
#include <jejak/v1/registry.grpc.pb.h>
#include <jejak/v1/results.grpc.pb.h>
#include <jejak/v1/submission.grpc.pb.h>

#include "ledger/service/shared.h"

namespace jejak::service {

// Every service, ready to be registered.
struct Services {
  explicit Services(Shared* shared);
  ~Services();
  void Register(grpc::ServerBuilder* builder);
  // Full names, for health.
  static std::vector<std::string> Names();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::service
