// The services by their names. Internal to ledger/service.
//
// Thread rule: as gRPC calls them, from any thread.
#pragma once

#include "ledger/service/shared.h"

namespace jejak::service {

// Every service, ready to be registered.
class Services {
 public:
  explicit Services(Shared* shared);
  ~Services();
  void Register(grpc::ServerBuilder* builder);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::service
