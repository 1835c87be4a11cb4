#include "ledger/service/services.h"

namespace jejak::service {
namespace {

using jejak::v1::SubmitEventRequest;
using jejak::v1::SubmitEventResponse;
using jejak::v1::SubmitEventsRequest;
using jejak::v1::SubmitEventsResponse;

Status Busy() {
  return Status(Reason::kOverloaded, "too many calls wait to be answered");
}

// Answers on a worker.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* Serve(Shared* shared, grpc::CallbackServerContext* call,
                                const char* method, const Request* request, Response* response,
                                Status (*answer)(const Context&, const Request&, Response*)) {
  auto* reactor = call->DefaultReactor();
  const auto began = std::chrono::steady_clock::now();
  const auto finish = [shared, reactor, method, began](const Status& status) {
    shared->Done(method, status, began);
    reactor->Finish(ToGrpc(status));
  };
  if (const Status may = shared->MayAsk(call->peer()); !may.ok()) {
    finish(may);
    return reactor;
  }
  const bool posted = shared->workers.TryPost([=] {
    if (call->IsCancelled()) {
      finish(Status(Reason::kDeadlineExceeded, "the caller did not wait"));
      return;
    }
    finish(answer(shared->context, *request, response));
  });
  if (!posted) finish(Busy());
  return reactor;
}

UnixMicros WallClock() {
  return UnixMicros(std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

// The queue takes all of a call's events, or none: then the call itself says so, and when to try
// again.
Status WhyNothingWasQueued(const std::vector<engine::Outcome>& outcomes) {
  const bool none = !outcomes.empty() && outcomes.front().door.reason() == Reason::kOverloaded;
  return none ? outcomes.front().door : Status();
}

// Hands events in without waiting, and answers on a worker when they are decided.
template <typename Request, typename Response, typename Fill>
grpc::ServerUnaryReactor* Submit(Shared* shared, grpc::CallbackServerContext* call,
                                 const char* method, const Request* request, Response* response,
                                 Result<std::vector<event::SignedEvent>> events, bool proofs,
                                 Fill fill) {
  auto* reactor = call->DefaultReactor();
  const auto began = std::chrono::steady_clock::now();
  const auto finish = [shared, reactor, method, began](const Status& status) {
    shared->Done(method, status, began);
    reactor->Finish(ToGrpc(status));
  };
  engine::SubmitOptions options;
  options.never_wait = true;
  const auto may = [&]() -> Status {
    JEJAK_RETURN_IF_ERROR(events.status());
    if (request->names_size() > static_cast<int>(limits::kListElementsMax))
      return BadField("names", "too many");
    JEJAK_ASSIGN_OR_RETURN(
        options.received_at,
        ReadReceivedAt(request->has_received_at(), request->received_at(),
                       shared->options.given_clock, WallClock()));
    return shared->MayHandIn(call->peer(), events->size());
  }();
  if (!may.ok()) {
    finish(may);
    return reactor;
  }
  options.commit_before = options.received_at && shared->HourEnds(*options.received_at);
  shared->context.ledger->SubmitAsync(
      std::move(*events), options, [=](std::vector<engine::Outcome> outcomes) {
        auto decided = std::make_shared<std::vector<engine::Outcome>>(std::move(outcomes));
        shared->workers.Post([=] {
          shared->CountEvents(*decided);
          Status status = WhyNothingWasQueued(*decided);
          if (status.ok() && proofs) status = ProveReceipts(*shared->context.ledger, decided.get());
          if (status.ok()) {
            const auto kept = KeepNames(shared->context.ledger, request->names());
            if (kept.ok()) response->set_names_kept(*kept);
            status = kept.status();
          }
          if (status.ok()) status = fill(*decided);
          finish(status);
        });
      });
  return reactor;
}

#define JEJAK_SERVE(name)                                                               \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* call,                     \
                                 const jejak::v1::name##Request* request,               \
                                 jejak::v1::name##Response* response) override {        \
    return Serve(shared_, call, #name, request, response, &jejak::service::name);       \
  }

class Results final : public jejak::v1::ResultsService::CallbackService {
 public:
  explicit Results(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetTally)
  JEJAK_SERVE(GetTallyProof)
  JEJAK_SERVE(ListStations)
  JEJAK_SERVE(GetProgress)

 private:
  Shared* const shared_;
};

class Audit final : public jejak::v1::AuditService::CallbackService {
 public:
  explicit Audit(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(TraceFigure)
  JEJAK_SERVE(ExplainChange)
  JEJAK_SERVE(GetEntry)
  JEJAK_SERVE(GetHistory)
  JEJAK_SERVE(ListFindings)
  JEJAK_SERVE(ListActivity)
  JEJAK_SERVE(ListRefusals)
  JEJAK_SERVE(ListRecords)

 private:
  Shared* const shared_;
};

class Log final : public jejak::v1::LogService::CallbackService {
 public:
  explicit Log(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetCheckpoint)
  JEJAK_SERVE(GetInclusionProof)
  JEJAK_SERVE(GetConsistencyProof)
  grpc::ServerWriteReactor<jejak::v1::ReplayEntriesResponse>* ReplayEntries(
      grpc::CallbackServerContext* call, const jejak::v1::ReplayEntriesRequest* request) override {
    return NewReplay(shared_, call, request);
  }

 private:
  Shared* const shared_;
};

class RegistryQueries final : public jejak::v1::RegistryService::CallbackService {
 public:
  explicit RegistryQueries(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetElection)
  JEJAK_SERVE(ListContests)
  JEJAK_SERVE(ListBallots)
  JEJAK_SERVE(GetRegion)
  JEJAK_SERVE(GetOfficial)
  JEJAK_SERVE(GetKey)

 private:
  Shared* const shared_;
};

class Submission final : public jejak::v1::SubmissionService::CallbackService {
 public:
  explicit Submission(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetChainHead)

  grpc::ServerUnaryReactor* SubmitEvent(grpc::CallbackServerContext* call,
                                        const SubmitEventRequest* request,
                                        SubmitEventResponse* response) override {
    const auto read = [&]() -> Result<std::vector<event::SignedEvent>> {
      JEJAK_ASSIGN_OR_RETURN(event::SignedEvent one, ReadSignedEvent(request->event()));
      return std::vector<event::SignedEvent>{std::move(one)};
    };
    return Submit(shared_, call, "SubmitEvent", request, response, read(), !request->omit_proof(),
                  [response](const std::vector<engine::Outcome>& outcomes) -> Status {
                    const engine::Outcome& outcome = outcomes.front();
                    JEJAK_RETURN_IF_ERROR(outcome.door);
                    PutReceipt(*outcome.receipt, response->mutable_receipt());
                    response->set_existing(outcome.existing);
                    return {};
                  });
  }

  grpc::ServerUnaryReactor* SubmitEvents(grpc::CallbackServerContext* call,
                                         const SubmitEventsRequest* request,
                                         SubmitEventsResponse* response) override {
    // Proofs of one batch share most of their hashes. Only for callers that accept it.
    call->set_compression_level(GRPC_COMPRESS_LEVEL_HIGH);
    const auto read = [&]() -> Result<std::vector<event::SignedEvent>> {
      const auto count = static_cast<size_t>(request->events_size());
      if (count > limits::kBatchEventsMax) return BadField("events", "at most 8,192");
      std::vector<event::SignedEvent> out;
      out.reserve(count);
      for (const auto& message : request->events()) {
        JEJAK_ASSIGN_OR_RETURN(out.emplace_back(), ReadSignedEvent(message));
      }
      return out;
    };
    return Submit(shared_, call, "SubmitEvents", request, response, read(),
                  !request->omit_proofs(),
                  [response](const std::vector<engine::Outcome>& outcomes) -> Status {
                    for (const engine::Outcome& outcome : outcomes)
                      PutOutcome(outcome, response->add_outcomes());
                    return {};
                  });
  }

  grpc::ServerBidiReactor<jejak::v1::SyncEventsRequest, jejak::v1::SyncEventsResponse>* SyncEvents(
      grpc::CallbackServerContext* call) override {
    return NewSync(shared_, call);
  }

 private:
  Shared* const shared_;
};

}  // namespace

struct Services::Impl {
  explicit Impl(Shared* shared)
      : results(shared), audit(shared), log(shared), registry(shared), submission(shared) {}
  Results results;
  Audit audit;
  Log log;
  RegistryQueries registry;
  Submission submission;
};

Services::Services(Shared* shared) : impl_(std::make_unique<Impl>(shared)) {}
Services::~Services() = default;

void Services::Register(grpc::ServerBuilder* builder) {
  builder->RegisterService(&impl_->results);
  builder->RegisterService(&impl_->audit);
  builder->RegisterService(&impl_->log);
  builder->RegisterService(&impl_->registry);
  builder->RegisterService(&impl_->submission);
}

std::vector<std::string> Services::Names() {
  return {jejak::v1::ResultsService::service_full_name(),
          jejak::v1::AuditService::service_full_name(),
          jejak::v1::LogService::service_full_name(),
          jejak::v1::RegistryService::service_full_name(),
          jejak::v1::SubmissionService::service_full_name()};
}

}  // namespace jejak::service
