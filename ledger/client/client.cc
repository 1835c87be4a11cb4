#include "ledger/client/client.h"

#include <fmt/format.h>

#include "ledger/base/limits.h"
#include "ledger/client/client_impl.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tlog_proof.h"

namespace jejak::client {
namespace {

constexpr int kKeepaliveMillis = 30'000;
// Of the events of one request: what a broken line sends again, and well below what daemons take.
constexpr size_t kRequestBytes = size_t{1} << 20;
// Of one answer: several times the largest that a daemon gives to what is asked here, a page of
// ballots or of changes. Whatever else a server sends is none.
constexpr int kAnswerBytesMax = 128 << 20;
// gRPC looks at an answer's size before it decompresses it, which makes a thousand times as much of
// what was made for that. So what is asked is never decompressed; only receipts come compressed,
// and of those so much fits at most.
constexpr int kReceiptBytesMax = 2 << 20;
// Events of one request whose receipts have proofs, about 2 KiB each: they fit.
constexpr size_t kProofsMax = 512;

Status Garbled(const char* what) {
  return WrongAnswer(fmt::format("answered with a wrong {}", what));
}

Result<Receipt> ReadReceipt(const jejak::v1::Receipt& receipt, bool existing,
                            const event::SignedEvent& event) {
  const auto hash = Hash::From(receipt.event());
  const auto leaf = Hash::From(receipt.leaf());
  if (!hash || !leaf) return Garbled("receipt");
  if (*hash != event::EventHash(event.bytes))
    return Status(Reason::kProofInvalid, "the receipt is of another event");
  Receipt out{LogIndex(receipt.index()), *hash, TimeOf(receipt.received_at()), std::nullopt,
              *leaf, receipt.proof(), existing};
  if (receipt.has_refusal()) {
    const auto reason = ReasonByName(receipt.refusal().reason());
    if (!reason) return Status(Reason::kRulesUnknown, receipt.refusal().reason());
    // A reason that no log holds is no verdict.
    if (InfoOf(*reason).logged_number == 0) return Garbled("refusal");
    out.refusal = event::Refusal{*reason, receipt.refusal().number()};
  }
  return out;
}

}  // namespace

namespace {

Status CheckLeaf(const event::SignedEvent& event, const Receipt& receipt) {
  const event::Entry entry{receipt.received_at, event.bytes, event.signature, receipt.refusal};
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, event::EncodeEntry(entry));
  if (merkle::LeafHash(bytes) == receipt.leaf) return {};
  return Status(Reason::kProofInvalid, "the receipt's leaf is not of this event");
}

Result<merkle::TlogProof> ReadProof(const std::string& text, LogIndex index) {
  JEJAK_ASSIGN_OR_RETURN(merkle::TlogProof proof, merkle::ParseTlogProof(text));
  if (proof.index == index) return proof;
  return Status(Reason::kProofInvalid, "the proof is of another entry");
}

}  // namespace

Status CheckProof(const std::string& text, LogIndex index, const Hash& leaf) {
  const auto proof = ReadProof(text, index);
  const auto note = proof.ok() ? merkle::ParseNote(proof->checkpoint) : proof.status();
  const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  const Status holds = checkpoint.ok() ? merkle::VerifyInclusion(index, checkpoint->size, leaf,
                                                                 proof->path, checkpoint->root)
                                       : checkpoint.status();
  // Whatever is wrong with it, it proves nothing: a server's bytes are not a file of the caller's.
  return holds.ok() ? holds : Status(Reason::kProofInvalid, holds.ToString());
}

Status CheckReceipt(const event::SignedEvent& event, const Receipt& receipt,
                    const merkle::VerifierKey& log) {
  JEJAK_RETURN_IF_ERROR(CheckLeaf(event, receipt));
  JEJAK_ASSIGN_OR_RETURN(const merkle::TlogProof proof, ReadProof(receipt.proof, receipt.index));
  return merkle::VerifyTlogProof(proof, receipt.leaf, log).status();
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::Connect(const Server& server) {
  auto impl = std::make_unique<Impl>();
  impl->stop = server.stop;
  impl->reconnect = server.reconnect;
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!server.roots.empty()) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = server.roots;
    options.pem_cert_chain = server.certificate;
    options.pem_private_key = server.key;
    credentials = grpc::SslCredentials(options);
  }
  grpc::ChannelArguments asking;
  asking.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  grpc::ChannelArguments sending = asking;
  asking.SetMaxReceiveMessageSize(kAnswerBytesMax);
  asking.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  sending.SetMaxReceiveMessageSize(kReceiptBytesMax);
  // Devices send over thin lines, and canonical Cap'n Proto is full of zeros.
  sending.SetCompressionAlgorithm(GRPC_COMPRESS_GZIP);
  impl->channel = grpc::CreateCustomChannel(server.address, credentials, asking);
  impl->submission = jejak::v1::SubmissionService::NewStub(
      grpc::CreateCustomChannel(server.address, credentials, sending));
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
                   bool proofs, SubmitOutcome* out) {
  if (outcome.has_receipt()) {
    JEJAK_ASSIGN_OR_RETURN(out->receipt, ReadReceipt(outcome.receipt(), outcome.existing(), event));
    const Receipt& receipt = *out->receipt;
    JEJAK_RETURN_IF_ERROR(CheckLeaf(event, receipt));
    return proofs ? CheckProof(receipt.proof, receipt.index, receipt.leaf) : Status();
  }
  if (!outcome.has_turned_away()) return Garbled("outcome");
  const auto& away = outcome.turned_away();
  const auto reason = ReasonByName(away.reason());
  if (!reason) return Status(Reason::kRulesUnknown, away.reason());
  out->door = OfServer(*reason, away.message());
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
  const size_t most = beside.proofs ? kProofsMax : limits::kBatchEventsMax;
  while (out.size() < events.size()) {
    const size_t from = out.size();
    jejak::v1::SubmitEventsRequest request;
    size_t next = from;
    for (size_t bytes = 0; next < events.size(); ++next) {
      bytes += events[next].bytes.size();
      if (next > from && (bytes > kRequestBytes || next - from == most)) break;
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
      JEJAK_RETURN_IF_ERROR(ReadOutcome(outcome, event, beside.proofs, &out.emplace_back()));
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

}  // namespace jejak::client
