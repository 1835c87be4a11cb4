#include "ledger/client/client.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <jejak/v1/audit.grpc.pb.h>
#include <jejak/v1/log.grpc.pb.h>
#include <jejak/v1/registry.grpc.pb.h>
#include <jejak/v1/results.grpc.pb.h>
#include <jejak/v1/submission.grpc.pb.h>

#include <chrono>

#include "ledger/base/limits.h"
#include "ledger/client/errors.h"
#include "ledger/client/pause.h"
#include "ledger/merkle/tlog_proof.h"

namespace jejak::client {
namespace {

constexpr std::chrono::seconds kCallDeadline{30};
constexpr std::chrono::seconds kReconnect{30};  // how long a broken line is waited for
// A replay that ends is taken up again so often, and given up when nothing came in between.
constexpr std::chrono::seconds kSilenceMax{60};
constexpr int kAttempts = 3;
constexpr std::chrono::seconds kPatience{60};  // with a daemon that asks to wait
constexpr int kKeepaliveMillis = 30'000;
// Of the events of one request: what a broken line sends again, and well below what daemons take.
constexpr size_t kRequestBytes = size_t{1} << 20;

std::chrono::system_clock::time_point In(std::chrono::seconds seconds) {
  return std::chrono::system_clock::now() + seconds;
}

UnixMicros TimeOf(const google::protobuf::Timestamp& time) {
  return UnixMicros(time.seconds() * 1'000'000 + time.nanos() / 1'000);
}

Status Garbled(const char* what) {
  return Status(Reason::kInternal, fmt::format("the server answered with a wrong {}", what));
}

Result<Receipt> ReadReceipt(const jejak::v1::Receipt& receipt, bool existing,
                            const event::SignedEvent& event) {
  const auto hash = Hash::From(receipt.event());
  const auto leaf = Hash::From(receipt.leaf());
  if (!hash || !leaf || *hash != event::EventHash(event.bytes)) return Garbled("receipt");
  Receipt out{LogIndex(receipt.index()), *hash, TimeOf(receipt.received_at()), std::nullopt,
              *leaf, receipt.proof(), existing};
  if (receipt.has_refusal()) {
    const auto reason = ReasonByName(receipt.refusal().reason());
    if (!reason) return Status(Reason::kRulesUnknown, receipt.refusal().reason());
    out.refusal = event::Refusal{*reason, receipt.refusal().number()};
  }
  return out;
}

bool LineBroke(const Status& status) {
  return status.reason() == Reason::kUnavailable || status.reason() == Reason::kStopped ||
         status.reason() == Reason::kFollowerTooSlow;
}

std::string StateName(jejak::v1::ReplayProgress::State state) {
  switch (state) {
    case jejak::v1::ReplayProgress::STATE_CONFIRMED: return "confirmed";
    case jejak::v1::ReplayProgress::STATE_CAUGHT_UP: return "caught_up";
    case jejak::v1::ReplayProgress::STATE_IDLE: return "idle";
    default: return "behind";
  }
}

}  // namespace

Status CheckReceipt(const event::SignedEvent& event, const Receipt& receipt,
                    const merkle::VerifierKey& log) {
  const event::Entry entry{receipt.received_at, event.bytes, event.signature, receipt.refusal};
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, event::EncodeEntry(entry));
  const Hash leaf = merkle::LeafHash(bytes);
  if (leaf != receipt.leaf)
    return Status(Reason::kProofInvalid, "the receipt's leaf is not of this event");
  JEJAK_ASSIGN_OR_RETURN(const merkle::TlogProof proof, merkle::ParseTlogProof(receipt.proof));
  if (proof.index != receipt.index)
    return Status(Reason::kProofInvalid, "the receipt's proof is of another entry");
  return merkle::VerifyTlogProof(proof, leaf, log).status();
}

struct Client::Impl {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<jejak::v1::SubmissionService::Stub> submission;
  std::unique_ptr<jejak::v1::ResultsService::Stub> Results;
  std::unique_ptr<jejak::v1::AuditService::Stub> Audit;
  std::unique_ptr<jejak::v1::LogService::Stub> Log;
  std::unique_ptr<jejak::v1::RegistryService::Stub> Registry;

  // Calls that change nothing, or are safe to repeat: again where the line breaks, and where the
  // daemon says when to try again.
  template <typename Stub, typename Request, typename Response>
  Status Call(Stub* stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, Response* response) {
    const auto patient_until = std::chrono::steady_clock::now() + kPatience;
    for (int broken = 0;;) {
      grpc::ClientContext context;
      context.set_deadline(In(kCallDeadline));
      const Status status = FromGrpc((stub->*method)(&context, request, response));
      if (const auto wait = RetryDelay(status)) {
        if (std::chrono::steady_clock::now() + *wait > patient_until) return status;
        Pause(*wait);
        continue;
      }
      if (status.reason() != Reason::kUnavailable || ++broken == kAttempts) return status;
      channel->WaitForConnected(In(std::chrono::seconds(1 << broken)));
    }
  }
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::Connect(const Server& server) {
  auto impl = std::make_unique<Impl>();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetMaxReceiveMessageSize(-1);
  // Devices send over thin lines, and canonical Cap'n Proto is full of zeros.
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_GZIP);
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!server.roots.empty()) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = server.roots;
    options.pem_cert_chain = server.certificate;
    options.pem_private_key = server.key;
    credentials = grpc::SslCredentials(options);
  }
  impl->channel = grpc::CreateCustomChannel(server.address, credentials, arguments);
  impl->submission = jejak::v1::SubmissionService::NewStub(impl->channel);
  impl->Results = jejak::v1::ResultsService::NewStub(impl->channel);
  impl->Audit = jejak::v1::AuditService::NewStub(impl->channel);
  impl->Log = jejak::v1::LogService::NewStub(impl->channel);
  impl->Registry = jejak::v1::RegistryService::NewStub(impl->channel);
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Result<ElectionFacts> Client::Election() {
  jejak::v1::GetElectionResponse response;
  JEJAK_RETURN_IF_ERROR(Ask(jejak::v1::GetElectionRequest(), &response));
  const auto id = Hash::From(response.election());
  const auto key = PublicKey::From(response.ledger_key());
  if (!id || !key) return Garbled("election");
  return ElectionFacts{*id, response.mode(), response.origin(), *key, TreeSize(response.size())};
}

Result<event::ChainHead> Client::HeadOf(const PublicKey& key) {
  jejak::v1::GetChainHeadRequest request;
  request.set_key(std::string(key.view()));
  jejak::v1::GetChainHeadResponse response;
  JEJAK_RETURN_IF_ERROR(impl_->Call(impl_->submission.get(),
                                    &jejak::v1::SubmissionService::Stub::GetChainHead, request,
                                    &response));
  const auto previous = Hash::From(response.previous());
  if (!previous) return Garbled("chain");
  return event::ChainHead{response.next_sequence(), *previous};
}

namespace {

Status ReadOutcome(const jejak::v1::SubmitOutcome& outcome, const event::SignedEvent& event,
                   SubmitOutcome* out) {
  if (outcome.has_receipt()) {
    JEJAK_ASSIGN_OR_RETURN(out->receipt, ReadReceipt(outcome.receipt(), outcome.existing(), event));
    return {};
  }
  const auto& away = outcome.turned_away();
  const auto reason = ReasonByName(away.reason());
  if (!reason) return Status(Reason::kRulesUnknown, away.reason());
  out->door = Status(*reason, away.message());
  for (const auto& [key, value] : away.metadata())
    out->door = std::move(out->door).With(key, value);
  return {};
}

void PutBeside(const Beside& beside, bool names, jejak::v1::SubmitEventsRequest* request) {
  request->set_omit_proofs(!beside.proofs);
  if (beside.received_at) {
    auto* time = request->mutable_received_at();
    time->set_seconds(beside.received_at->value / 1'000'000);
    time->set_nanos(static_cast<int32_t>(beside.received_at->value % 1'000'000 * 1'000));
  }
  if (!names) return;
  for (const PersonName& name : beside.names) {
    auto* one = request->add_names();
    one->set_official(name.official);
    one->set_salt(name.salt);
    one->set_name(name.name);
  }
}

}  // namespace

Result<std::vector<SubmitOutcome>> Client::SubmitAll(const std::vector<event::SignedEvent>& events,
                                                     const Beside& beside) {
  std::vector<SubmitOutcome> out;
  out.reserve(events.size());
  while (out.size() < events.size()) {
    const size_t from = out.size();
    jejak::v1::SubmitEventsRequest request;
    size_t next = from;
    for (size_t bytes = 0; next < events.size(); ++next) {
      bytes += events[next].bytes.size();
      if (next > from && (bytes > kRequestBytes || next - from == limits::kBatchEventsMax)) break;
      auto* one = request.add_events();
      one->set_event(events[next].bytes);
      one->set_signature(std::string(events[next].signature.view()));
    }
    PutBeside(beside, next == events.size(), &request);  // names when all are enrolled
    jejak::v1::SubmitEventsResponse response;
    JEJAK_RETURN_IF_ERROR(impl_->Call(impl_->submission.get(),
                                      &jejak::v1::SubmissionService::Stub::SubmitEvents, request,
                                      &response));
    if (static_cast<size_t>(response.outcomes_size()) != next - from)
      return Garbled("number of outcomes");
    for (const auto& outcome : response.outcomes()) {
      const event::SignedEvent& event = events[out.size()];
      JEJAK_RETURN_IF_ERROR(ReadOutcome(outcome, event, &out.emplace_back()));
    }
  }
  return out;
}

#define JEJAK_ASK(service, call)                                                              \
  Status Client::Ask(const jejak::v1::call##Request& request, jejak::v1::call##Response* out) { \
    return impl_->Call(impl_->service.get(), &jejak::v1::service##Service::Stub::call, request, \
                       out);                                                                  \
  }
JEJAK_QUESTIONS(JEJAK_ASK)
#undef JEJAK_ASK

Status Client::Replay(LogIndex from, std::optional<LogIndex> to, bool follow,
                      const ReplayFilter& filter, const ReplayHandler& handler) {
  LogIndex next = from;
  while (true) {
    jejak::v1::ReplayEntriesRequest request;
    request.set_from(next.value);
    if (to) request.set_to(to->value);
    request.set_follow(follow);
    request.mutable_filter()->set_contest(filter.contest);
    request.mutable_filter()->set_region(filter.region);
    request.mutable_filter()->set_kind(filter.kind);
    request.mutable_filter()->set_official(filter.official);
    request.mutable_filter()->set_verdict(filter.verdict);
    grpc::ClientContext context;
    // Without it a daemon that goes silent, and answers keepalives, would be waited for for ever.
    if (!follow) context.set_deadline(In(kSilenceMax));
    const LogIndex begun = next;
    const auto stream = impl_->Log->ReplayEntries(&context, request);
    jejak::v1::ReplayEntriesResponse message;
    bool wanted = true;
    while (wanted && stream->Read(&message)) {
      for (auto& entry : *message.mutable_entries()) {
        // An answer out of order would be a gap or a repeat that nobody sees.
        if (entry.index() < next.value) return Garbled("order of entries");
        next = LogIndex(entry.index() + 1);
        if (!wanted) break;
        wanted = handler.entry(LogIndex(entry.index()), std::move(*entry.mutable_entry()));
      }
      if (!message.has_progress()) continue;
      const auto& progress = message.progress();
      if (progress.next() < next.value) return Garbled("progress");
      next = LogIndex(progress.next());
      wanted = wanted && handler.progress({StateName(progress.state()), TreeSize(progress.size()),
                                           next, TimeOf(progress.time())});
    }
    if (!wanted) {
      context.TryCancel();
      (void)stream->Finish();
      return {};
    }
    const Status status = FromGrpc(stream->Finish());
    if (status.reason() == Reason::kDeadlineExceeded && !follow) {
      if (to && next > *to) return {};
      if (next != begun) continue;
      return Status(Reason::kUnavailable,
                    fmt::format("the server did not send entry {}", next.value));
    }
    if (status.ok() || !LineBroke(status)) return status;
    if (!impl_->channel->WaitForConnected(In(kReconnect))) return status;
  }
}

}  // namespace jejak::client
