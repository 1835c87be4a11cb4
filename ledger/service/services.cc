#include "ledger/service/services.h"

#include "ledger/service/unary.h"

namespace jejak::service {
namespace {

using google::protobuf::Timestamp;

Status Busy() {
  return Status(Reason::kOverloaded, "too many calls wait to be answered");
}

// Answers on a worker.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* Serve(Shared* shared, grpc::CallbackServerContext* call,
                                const char* method, const grpc::ByteBuffer* bytes,
                                grpc::ByteBuffer* response,
                                Status (*answer)(const Context&, const Request&, Response*)) {
  auto* unary = new Unary(shared, call, method, response);
  auto request = std::make_shared<Request>();
  Status may = shared->MayAsk(unary->peer());
  if (may.ok()) may = ReadMessage(*bytes, kQuestionBytesMax, request.get());
  if (!may.ok()) {
    unary->End(may);
    return unary;
  }
  const bool posted = shared->workers.TryPost([=] {
    if (unary->cancelled())
      return unary->End(Status(Reason::kDeadlineExceeded, "the caller did not wait"));
    Response out;
    const Status status = answer(shared->context, *request, &out);
    unary->End(status, &out);
  });
  if (!posted) unary->End(Busy());
  return unary;
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
template <typename Response, typename Fill>
grpc::ServerUnaryReactor* Submit(Shared* shared, Unary* unary, const grpc::ByteBuffer& bytes,
                                 Result<HandedIn> (*read)(const grpc::ByteBuffer&), Fill fill) {
  engine::SubmitOptions options;
  options.never_wait = true;
  auto handed_in = std::make_shared<HandedIn>();
  std::shared_ptr<const void> held;  // until it is answered
  const auto may = [&]() -> Status {
    held = shared->requests.Take(bytes.Length());
    if (held == nullptr)
      return Status(Reason::kOverloaded, "too many events wait to be decided");
    JEJAK_ASSIGN_OR_RETURN(*handed_in, read(bytes));
    const auto& at = handed_in->received_at;
    JEJAK_ASSIGN_OR_RETURN(options.received_at,
                           ReadReceivedAt(at.has_value(), at.value_or(Timestamp()),
                                          shared->options.given_clock, WallClock()));
    return shared->MayHandIn(unary->peer(), handed_in->events.size());
  }();
  if (!may.ok()) {
    unary->End(may);
    return unary;
  }
  options.commit_before = options.received_at && shared->HourEnds(*options.received_at);
  shared->context.ledger->SubmitAsync(
      std::move(handed_in->events), options, [=](std::vector<engine::Outcome> outcomes) {
        auto decided = std::make_shared<std::vector<engine::Outcome>>(std::move(outcomes));
        shared->workers.Post([=, held = held] {
          shared->CountEvents(*decided);
          Response response;
          Status status = WhyNothingWasQueued(*decided);
          if (status.ok() && handed_in->proofs)
            status = ProveReceipts(*shared->context.ledger, decided.get());
          if (status.ok()) {
            const auto kept = KeepNames(shared->context.ledger, handed_in->names);
            if (kept.ok()) response.set_names_kept(*kept);
            status = kept.status();
          }
          if (status.ok()) status = fill(*decided, &response);
          unary->End(status, &response);
        });
      });
  return unary;
}

#define JEJAK_SERVE(name)                                                               \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* call,                     \
                                 const grpc::ByteBuffer* request,                       \
                                 grpc::ByteBuffer* response) override {                 \
    return Serve(shared_, call, #name, request, response, &jejak::service::name);       \
  }

// The services as generated code has them, but for messages that are bytes.
template <typename S>
using RawResults = typename S::template WithRawCallbackMethod_GetTally<
    typename S::template WithRawCallbackMethod_GetTallyProof<
        typename S::template WithRawCallbackMethod_ListStations<
            typename S::template WithRawCallbackMethod_GetProgress<typename S::Service>>>>;
template <typename S>
using RawAudit = typename S::template WithRawCallbackMethod_TraceFigure<
    typename S::template WithRawCallbackMethod_ExplainChange<
        typename S::template WithRawCallbackMethod_GetEntry<
            typename S::template WithRawCallbackMethod_GetHistory<
                typename S::template WithRawCallbackMethod_ListFindings<
                    typename S::template WithRawCallbackMethod_ListActivity<
                        typename S::template WithRawCallbackMethod_ListRefusals<
                            typename S::template WithRawCallbackMethod_ListRecords<
                                typename S::Service>>>>>>>>;
template <typename S>
using RawLog = typename S::template WithRawCallbackMethod_GetCheckpoint<
    typename S::template WithRawCallbackMethod_GetInclusionProof<
        typename S::template WithRawCallbackMethod_GetConsistencyProof<
            typename S::template WithRawCallbackMethod_ReplayEntries<typename S::Service>>>>;
template <typename S>
using RawRegistry = typename S::template WithRawCallbackMethod_GetElection<
    typename S::template WithRawCallbackMethod_ListContests<
        typename S::template WithRawCallbackMethod_ListBallots<
            typename S::template WithRawCallbackMethod_GetRegion<
                typename S::template WithRawCallbackMethod_GetOfficial<
                    typename S::template WithRawCallbackMethod_GetKey<typename S::Service>>>>>>;
template <typename S>
using RawSubmission = typename S::template WithRawCallbackMethod_SubmitEvent<
    typename S::template WithRawCallbackMethod_SubmitEvents<
        typename S::template WithRawCallbackMethod_SyncEvents<
            typename S::template WithRawCallbackMethod_GetChainHead<typename S::Service>>>>;

class Results final : public RawResults<jejak::v1::ResultsService> {
 public:
  explicit Results(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetTally)
  JEJAK_SERVE(GetTallyProof)
  JEJAK_SERVE(ListStations)
  JEJAK_SERVE(GetProgress)

 private:
  Shared* const shared_;
};

class Audit final : public RawAudit<jejak::v1::AuditService> {
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

class Log final : public RawLog<jejak::v1::LogService> {
 public:
  explicit Log(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetCheckpoint)
  JEJAK_SERVE(GetInclusionProof)
  JEJAK_SERVE(GetConsistencyProof)
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReplayEntries(
      grpc::CallbackServerContext* call, const grpc::ByteBuffer* request) override {
    return NewReplay(shared_, call, request);
  }

 private:
  Shared* const shared_;
};

class RegistryQueries final : public RawRegistry<jejak::v1::RegistryService> {
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

class Submission final : public RawSubmission<jejak::v1::SubmissionService> {
 public:
  explicit Submission(Shared* shared) : shared_(shared) {}
  JEJAK_SERVE(GetChainHead)

  grpc::ServerUnaryReactor* SubmitEvent(grpc::CallbackServerContext* call,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return Submit<jejak::v1::SubmitEventResponse>(
        shared_, new Unary(shared_, call, "SubmitEvent", response), *request, &ReadSubmitEvent,
        [](const std::vector<engine::Outcome>& outcomes,
           jejak::v1::SubmitEventResponse* out) -> Status {
          const engine::Outcome& outcome = outcomes.front();
          JEJAK_RETURN_IF_ERROR(outcome.door);
          PutReceipt(*outcome.receipt, out->mutable_receipt());
          out->set_existing(outcome.existing);
          return {};
        });
  }

  grpc::ServerUnaryReactor* SubmitEvents(grpc::CallbackServerContext* call,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    // Proofs of one batch share most of their hashes. Only for callers that accept it.
    call->set_compression_level(GRPC_COMPRESS_LEVEL_HIGH);
    return Submit<jejak::v1::SubmitEventsResponse>(
        shared_, new Unary(shared_, call, "SubmitEvents", response), *request, &ReadSubmitEvents,
        [](const std::vector<engine::Outcome>& outcomes,
           jejak::v1::SubmitEventsResponse* out) -> Status {
          for (const engine::Outcome& outcome : outcomes) PutOutcome(outcome, out->add_outcomes());
          return {};
        });
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SyncEvents(
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
