#include "ledger/service/services.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <map>

#include "ledger/service/health.h"
#include "ledger/service/refused.h"
#include "ledger/service/unary.h"

namespace jejak::service {
namespace {

using google::protobuf::Timestamp;

Status Busy() {
  return Status(Reason::kOverloaded, "too many calls wait to be answered");
}

using Make = std::function<RawReactor*(grpc::CallbackServerContext*)>;

// A method whose answers are made on a worker.
template <typename Request, typename Response>
Make Question(Shared* shared, const char* method,
              Status (*answer)(const Context&, const Request&, Response*)) {
  const auto take = [shared, answer](Unary* unary, const grpc::ByteBuffer& bytes) {
    auto request = std::make_shared<Request>();
    Status may = shared->MayAsk(unary->peer());
    if (may.ok()) may = ReadMessage(bytes, kQuestionBytesMax, request.get());
    if (!may.ok()) return unary->End(may);
    const bool posted = shared->workers.TryPost([=] {
      if (unary->cancelled())
        return unary->End(Status(Reason::kDeadlineExceeded, "the caller did not wait"));
      Response out;
      const Status status = answer(shared->context, *request, &out);
      unary->End(status, &out);
    });
    if (!posted) unary->End(Busy());
  };
  return [shared, method, take](grpc::CallbackServerContext* call) {
    return new Unary(shared, call, method, take);
  };
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
template <typename Response>
void Submit(Shared* shared, Unary* unary, const grpc::ByteBuffer& bytes,
            Result<HandedIn> (*read)(const grpc::ByteBuffer&),
            Status (*fill)(const std::vector<engine::Outcome>&, Response*)) {
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
  if (!may.ok()) return unary->End(may);
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
}

Status FillOne(const std::vector<engine::Outcome>& outcomes, jejak::v1::SubmitEventResponse* out) {
  const engine::Outcome& outcome = outcomes.front();
  JEJAK_RETURN_IF_ERROR(outcome.door);
  PutReceipt(*outcome.receipt, out->mutable_receipt());
  out->set_existing(outcome.existing);
  return {};
}

Status FillAll(const std::vector<engine::Outcome>& outcomes, jejak::v1::SubmitEventsResponse* out) {
  for (const engine::Outcome& outcome : outcomes) PutOutcome(outcome, out->add_outcomes());
  return {};
}

RawReactor* NewSubmitEvent(Shared* shared, grpc::CallbackServerContext* call) {
  return new Unary(shared, call, "SubmitEvent",
                   [shared](Unary* unary, const grpc::ByteBuffer& bytes) {
                     Submit(shared, unary, bytes, &ReadSubmitEvent, &FillOne);
                   });
}

RawReactor* NewSubmitEvents(Shared* shared, grpc::CallbackServerContext* call) {
  // Proofs of one batch share most of their hashes. Only for callers that accept it.
  call->set_compression_level(GRPC_COMPRESS_LEVEL_HIGH);
  return new Unary(shared, call, "SubmitEvents",
                   [shared](Unary* unary, const grpc::ByteBuffer& bytes) {
                     Submit(shared, unary, bytes, &ReadSubmitEvents, &FillAll);
                   });
}

using Methods = std::map<std::string, Make>;

// One service, of all the methods that its .proto declares.
class Service final : public grpc::Service {
 public:
  Service(const std::string& name, const Methods& methods) {
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    const auto* declared = pool->FindServiceByName(name);
    JEJAK_CHECK(declared != nullptr);
    JEJAK_CHECK(declared->method_count() == static_cast<int>(methods.size()));
    for (const auto& [method, make] : methods) {
      JEJAK_CHECK(declared->FindMethodByName(method) != nullptr);
      // As generated code does it, but that each is a stream for gRPC; see unary.h.
      paths_.push_back("/" + name + "/" + method);
      AddMethod(new grpc::internal::RpcServiceMethod(
          paths_.back().c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
      MarkMethodRawCallback(
          static_cast<int>(paths_.size()) - 1,
          new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(make));
    }
  }

 private:
  std::deque<std::string> paths_;  // which gRPC keeps pointers to
};

// Of names that no service has.
class Unknown final : public grpc::CallbackGenericService {
 public:
  explicit Unknown(Shared* shared) : shared_(shared) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* call) override {
    return new Refused(shared_, call, grpc::Status(grpc::StatusCode::UNIMPLEMENTED, ""));
  }

 private:
  Shared* const shared_;
};

}  // namespace

struct Services::Impl {
  explicit Impl(Shared* shared) : unknown(shared) {
    const auto with = [shared](auto* make) {
      return [shared, make](grpc::CallbackServerContext* call) { return make(shared, call); };
    };
#define JEJAK_QUESTION(name) {#name, Question(shared, #name, &name)}
    Add("jejak.v1.ResultsService",
        {JEJAK_QUESTION(GetTally), JEJAK_QUESTION(GetTallyProof), JEJAK_QUESTION(ListStations),
         JEJAK_QUESTION(GetProgress)});
    Add("jejak.v1.AuditService",
        {JEJAK_QUESTION(TraceFigure), JEJAK_QUESTION(ExplainChange), JEJAK_QUESTION(GetEntry),
         JEJAK_QUESTION(GetHistory), JEJAK_QUESTION(ListFindings), JEJAK_QUESTION(ListActivity),
         JEJAK_QUESTION(ListRefusals), JEJAK_QUESTION(ListRecords)});
    Add("jejak.v1.LogService",
        {JEJAK_QUESTION(GetCheckpoint), JEJAK_QUESTION(GetInclusionProof),
         JEJAK_QUESTION(GetConsistencyProof), {"ReplayEntries", with(&NewReplay)}});
    Add("jejak.v1.RegistryService",
        {JEJAK_QUESTION(GetElection), JEJAK_QUESTION(ListContests), JEJAK_QUESTION(ListBallots),
         JEJAK_QUESTION(GetRegion), JEJAK_QUESTION(GetOfficial), JEJAK_QUESTION(GetKey)});
    Add("jejak.v1.SubmissionService",
        {{"SubmitEvent", with(&NewSubmitEvent)}, {"SubmitEvents", with(&NewSubmitEvents)},
         {"SyncEvents", with(&NewSync)}, JEJAK_QUESTION(GetChainHead)});
#undef JEJAK_QUESTION
    const auto health = [this, shared](auto* make) {
      return [this, shared, make](grpc::CallbackServerContext* call) {
        return make(shared, call, names);
      };
    };
    services.emplace_back(
        "grpc.health.v1.Health",
        Methods{{"Check", health(&CheckHealth)}, {"Watch", health(&WatchHealth)}});
  }
  void Add(const std::string& name, const Methods& methods) {
    names.push_back(name);
    services.emplace_back(name, methods);
  }

  std::vector<std::string> names;  // of which health is told
  std::deque<Service> services;
  Unknown unknown;
};

Services::Services(Shared* shared) : impl_(std::make_unique<Impl>(shared)) {}
Services::~Services() = default;

void Services::Register(grpc::ServerBuilder* builder) {
  for (Service& service : impl_->services) builder->RegisterService(&service);
  builder->RegisterCallbackGenericService(&impl_->unknown);
}

}  // namespace jejak::service
