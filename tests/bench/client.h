// What the benchmarks through gRPC share: connections, and a client that hands in batches.
#pragma once

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <jejak/v1/submission.grpc.pb.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/event/signing.h"

namespace jejak::bench {

using Events = std::vector<event::SignedEvent>;

// A connection of its own.
inline std::shared_ptr<grpc::Channel> Connect(int port, grpc::ChannelArguments arguments = {}) {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(fmt::format("127.0.0.1:{}", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

inline void Put(const event::SignedEvent& from, v1::SignedEvent* to) {
  to->set_event(from.bytes);
  to->set_signature(std::string(from.signature.view()));
}

// Of `clients`, every one takes the next batch. How many were accepted.
inline size_t IngestBatches(int port, const Events& events, size_t clients, size_t batch) {
  std::atomic<size_t> next{0}, accepted{0};
  std::vector<std::thread> threads;
  for (size_t c = 0; c < clients; ++c) {
    threads.emplace_back([&] {
      const auto stub = v1::SubmissionService::NewStub(Connect(port));
      for (size_t at = next.fetch_add(batch); at < events.size(); at = next.fetch_add(batch)) {
        v1::SubmitEventsRequest request;
        request.set_omit_proofs(true);
        for (size_t i = at; i < std::min(events.size(), at + batch); ++i)
          Put(events[i], request.add_events());
        v1::SubmitEventsResponse response;
        grpc::ClientContext context;
        JEJAK_CHECK(stub->SubmitEvents(&context, request, &response).ok());
        for (const auto& outcome : response.outcomes())
          accepted += outcome.has_receipt() && !outcome.receipt().has_refusal() ? 1U : 0U;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return accepted;
}

}  // namespace jejak::bench
