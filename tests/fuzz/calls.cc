// Every question of the public interface with any request that protobuf parses, over a sound
// ledger: an answer that can be sent, or an error that blames the request, never the ledger.
// Handing events in is among them: what is no author's event is turned away at the door.
#include <jejak/v1/log.pb.h>

#include "ledger/projection/entry_filter.h"
#include "ledger/service/answers.h"
#include "ledger/service/errors.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"
#include "tools/cli/json_bodies.h"

namespace jejak::fuzz {
namespace {

using service::Context;

const Context& TheContext() {
  static const Context context{&World::The().ledger(), [](const event::Body& body) {
                                 return cli::DumpLine(cli::BodyToJson(body));
                               }, {}};
  return context;
}

void CheckStatus(const Status& status) {
  const grpc::Status sent = service::ToGrpc(status);
  JEJAK_CHECK(sent.ok() == status.ok());
  if (status.ok()) return;
  JEJAK_CHECK(!sent.error_details().empty());
  for (const Reason never : {Reason::kInternal, Reason::kLedgerDamaged, Reason::kIoError,
                             Reason::kStopped, Reason::kOverloaded}) {
    JEJAK_CHECK(status.reason() != never);
  }
}

template <typename Request, typename Response>
void Ask(ByteView bytes, Status (*answer)(const Context&, const Request&, Response*)) {
  Request request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  Response response;
  const Status status = answer(TheContext(), request, &response);
  CheckStatus(status);
  if (status.ok()) JEJAK_CHECK(response.IsInitialized() && !response.SerializeAsString().empty());
}

void Submit(ByteView bytes) {
  jejak::v1::SubmitEventRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  event::SignedEvent read = service::ReadSignedEvent(request.event());
  const TreeSize before = World::The().view()->size();
  std::vector<engine::Outcome> outcomes = {World::The().ledger().SubmitOne(std::move(read))};
  JEJAK_CHECK(service::ProveReceipts(World::The().ledger(), &outcomes).ok());
  // Nobody but the authors can sign, so all that is taken is what was there.
  JEJAK_CHECK(outcomes[0].existing || !outcomes[0].receipt);
  JEJAK_CHECK(World::The().view()->size() == before);
  if (!outcomes[0].receipt) return CheckStatus(outcomes[0].door);
  jejak::v1::SubmitOutcome out;
  service::PutOutcome(outcomes[0], &out);
}

void Filter(ByteView bytes) {
  jejak::v1::ReplayEntriesRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const auto view = World::The().view();
  const auto queries = projection::Queries::Open(&view->rows(), view.get());
  const auto& filter = request.filter();
  const auto read = projection::ReadEntryFilter(
      {filter.contest(), filter.region(), filter.kind(), filter.official(), filter.verdict()},
      **queries);
  if (!read.ok()) return CheckStatus(read.status());
  for (uint64_t i = 0; i < view->size().value; ++i)
    JEJAK_CHECK(read->Matches(*view->Entry(LogIndex(i)), **queries).ok());
}

// The methods by number. Only ever add at the end: the corpus knows them by number.
#define JEJAK_CALLS(C)                                                                        \
  C(GetTally)                                                                                 \
  C(GetTallyProof) C(ListStations) C(GetProgress) C(TraceFigure) C(ExplainChange) C(GetEntry) \
      C(GetHistory) C(ListFindings) C(ListActivity) C(ListRefusals) C(ListRecords)            \
          C(GetCheckpoint) C(GetInclusionProof) C(GetConsistencyProof) C(GetElection)         \
              C(ListContests) C(ListBallots) C(GetRegion) C(GetOfficial) C(GetKey) C(GetChainHead)
#define JEJAK_CALL(name) [](ByteView bytes) { Ask(bytes, &service::name); },
constexpr void (*kCalls[])(ByteView) = {JEJAK_CALLS(JEJAK_CALL) & Submit, &Filter};
#undef JEJAK_CALL

// A request with every field filled in, as far as one value for all fields of a kind can be right.
void Fill(google::protobuf::Message* message, int depth) {
  using Field = google::protobuf::FieldDescriptor;
  const auto* reflection = message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const Field* field = message->GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    const std::string& name = field->name();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_MESSAGE:
        if (depth > 0) Fill(reflection->MutableMessage(message, field), depth - 1);
        break;
      case Field::CPPTYPE_STRING:
        if (name == "contest") reflection->SetString(message, field, "ppwp");
        if (name == "region") reflection->SetString(message, field, "6501");
        if (name == "tps") reflection->SetString(message, field, "6501012001001");
        if (name == "field") reflection->SetString(message, field, "votes.100025");
        if (name == "official") reflection->SetString(message, field, "kpps.0");
        if (name == "kind") reflection->SetString(message, field, "resultSubmitted");
        if (name == "dapil") reflection->SetString(message, field, "0");
        if (name == "key")
          reflection->SetString(message, field,
                                Bytes(testing::SmallElection::KeyOf("kpu").public_key().view()));
        break;
      case Field::CPPTYPE_UINT64:
        reflection->SetUInt64(message, field, 9);
        break;
      case Field::CPPTYPE_INT64:
        reflection->SetInt64(message, field, 1'707'900'000);
        break;
      case Field::CPPTYPE_UINT32:
        reflection->SetUInt32(message, field, 1);
        break;
      case Field::CPPTYPE_INT32:
        reflection->SetInt32(message, field, 2);
        break;
      case Field::CPPTYPE_BOOL:
        reflection->SetBool(message, field, true);
        break;
      default:
        break;
    }
  }
}

void AddSeeds(google::protobuf::Message* request, size_t call, std::vector<Bytes>* out) {
  const auto add = [&] { out->push_back(static_cast<char>(call) + request->SerializeAsString()); };
  add();
  for (const int depth : {0, 1, 3}) {
    request->Clear();
    Fill(request, depth);
    add();
  }
}

}  // namespace

// The first byte says which call.
void Run(ByteView input) {
  if (input.empty()) return;
  kCalls[static_cast<uint8_t>(input[0]) % std::size(kCalls)](input.substr(1));
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  size_t call = 0;
#define JEJAK_CALL(name)              \
  {                                   \
    jejak::v1::name##Request request; \
    AddSeeds(&request, call++, &out); \
  }
  JEJAK_CALLS(JEJAK_CALL)
#undef JEJAK_CALL
  const auto view = World::The().view();
  for (uint64_t i = 0; i < view->size().value; ++i) {
    const auto entry = view->Entry(LogIndex(i));
    jejak::v1::SubmitEventRequest request;
    request.mutable_event()->set_event(entry->entry.event);
    request.mutable_event()->set_signature(Bytes(entry->entry.signature.view()));
    out.push_back(static_cast<char>(call) + request.SerializeAsString());
  }
  jejak::v1::ReplayEntriesRequest replay;
  AddSeeds(&replay, call + 1, &out);
  return out;
}

}  // namespace jejak::fuzz
