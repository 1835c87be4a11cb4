#include "tools/cli/asker.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/client/errors.h"
#include "ledger/service/answers.h"
#include "tools/cli/answer_checks.h"
#include "tools/cli/remote.h"

namespace jejak::cli {
namespace {

class LocalAsker final : public Asker {
 public:
  LocalAsker(engine::Ledger* ledger, std::unique_ptr<Session> session)
      : session_(std::move(session)) {
    context_.ledger = ledger;
  }

#define JEJAK_ASK(service_, call)                                                                 \
  Status Ask(const jejak::v1::call##Request& request, jejak::v1::call##Response* out) override { \
    return service::call(context_, request, out);                                                \
  }
  JEJAK_QUESTIONS(JEJAK_ASK)
#undef JEJAK_ASK

 private:
  std::unique_ptr<Session> session_;  // null when the ledger is somebody else's
  service::Context context_;
};

class RemoteAsker final : public Asker {
 public:
  explicit RemoteAsker(std::unique_ptr<client::Client> client) : client_(std::move(client)) {}

#define JEJAK_ASK(service, call)                                                                  \
  Status Ask(const jejak::v1::call##Request& request, jejak::v1::call##Response* out) override { \
    JEJAK_RETURN_IF_ERROR(client_->Ask(request, out));                                           \
    return CheckAnswer(request, *out);                                                           \
  }
  JEJAK_QUESTIONS(JEJAK_ASK)
#undef JEJAK_ASK

 private:
  std::unique_ptr<client::Client> client_;
};

Status Garbled(const char* what) {
  return client::WrongAnswer(fmt::format("answered with a wrong {}", what));
}

}  // namespace

Result<std::unique_ptr<Asker>> Asker::Open(const Globals& globals) {
  if (!globals.server.empty()) {
    JEJAK_ASSIGN_OR_RETURN(auto client, ConnectTo(globals));
    return std::unique_ptr<Asker>(new RemoteAsker(std::move(client)));
  }
  JEJAK_ASSIGN_OR_RETURN(auto session, Session::Read(globals));
  engine::Ledger* ledger = &session->ledger();
  return std::unique_ptr<Asker>(new LocalAsker(ledger, std::move(session)));
}

std::unique_ptr<Asker> Asker::Of(engine::Ledger* ledger) {
  return std::make_unique<LocalAsker>(ledger, nullptr);
}

Result<const jejak::v1::GetElectionResponse*> Asker::Election() {
  if (!election_) {
    jejak::v1::GetElectionResponse answer;
    JEJAK_RETURN_IF_ERROR(Ask(jejak::v1::GetElectionRequest(), &answer));
    election_ = std::move(answer);
  }
  return &*election_;
}

Status SetPoint(const std::string& text, jejak::v1::Point* out) {
  constexpr std::string_view kObserved = "observed:";
  if (text.empty()) return {};
  if (IsDigits(text)) {
    uint64_t size = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), size).ec != std::errc())
      return Status(Reason::kAsOfBeyondEnd, text + ": the log has fewer entries");
    out->set_size(size);
    return {};
  }
  const bool observed = text.starts_with(kObserved);
  const auto time = ParseTime(std::string_view(text).substr(observed ? kObserved.size() : 0));
  if (!time) {
    return Status(Reason::kInvalidArgument,
                  text + ": neither a log size, nor an RFC 3339 time, nor observed: and a time");
  }
  service::PutTime(*time, observed ? out->mutable_observed_by() : out->mutable_received_by());
  return {};
}

Status SetPage(size_t size, const std::string& token, jejak::v1::PageOptions* out) {
  if (size == 0 || size > limits::kPageSizeMax) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--page-size is from 1 to {}", limits::kPageSizeMax));
  }
  out->set_size(static_cast<uint32_t>(size));
  out->set_token(token);
  return {};
}

Result<jejak::v1::GetHistoryResponse> AskWholeHistory(Asker* asker,
                                                      jejak::v1::GetHistoryRequest request) {
  jejak::v1::GetHistoryResponse out;
  Pages pages;
  while (true) {
    jejak::v1::GetHistoryResponse page;
    JEJAK_RETURN_IF_ERROR(asker->Ask(request, &page));
    JEJAK_RETURN_IF_ERROR(pages.Take(page.next_page_token(), page.as_of()));
    for (const auto& version : page.versions())
      JEJAK_RETURN_IF_ERROR(pages.Row(fmt::format("{:020}", version.entry().index())));
    request.mutable_page()->set_token(page.next_page_token());
    out.mutable_versions()->MergeFrom(page.versions());
    *out.mutable_as_of() = page.as_of();
    if (page.next_page_token().empty()) return out;
  }
}

Result<jejak::v1::ListBallotsResponse> AskAllBallots(Asker* asker, const std::string& contest) {
  jejak::v1::ListBallotsResponse out;
  jejak::v1::ListBallotsRequest request;
  request.set_contest(contest);
  Pages pages;
  while (true) {
    jejak::v1::ListBallotsResponse page;
    JEJAK_RETURN_IF_ERROR(asker->Ask(request, &page));
    JEJAK_RETURN_IF_ERROR(pages.Take(page.next_page_token()));
    for (const auto& ballot : page.ballots()) JEJAK_RETURN_IF_ERROR(pages.Row(ballot.dapil()));
    request.mutable_page()->set_token(page.next_page_token());
    out.mutable_ballots()->MergeFrom(page.ballots());
    if (page.next_page_token().empty()) return out;
  }
}

Result<projection::ReadEntry> ReadEntryOf(LogIndex index, Bytes bytes) {
  projection::ReadEntry out;
  out.index = index;
  JEJAK_ASSIGN_OR_RETURN(out.entry, event::DecodeEntry(bytes));
  JEJAK_ASSIGN_OR_RETURN(out.event, event::DecodeEvent(out.entry.event));
  out.hash = event::EventHash(out.entry.event);
  out.bytes = std::move(bytes);
  return out;
}

Result<projection::ReadEntry> ReadEntryOf(const jejak::v1::Entry& entry) {
  auto out = ReadEntryOf(LogIndex(entry.index()), entry.entry());
  if (out.ok()) return out;
  return client::WrongAnswer(fmt::format("answered with entry {}, which reads as none: {}",
                                         entry.index(), out.status().ToString()));
}

UnixMicros TimeOf(const google::protobuf::Timestamp& time) {
  // Any that a server may write, too: the years 1 to 9999.
  const int64_t seconds = std::clamp<int64_t>(time.seconds(), -62'135'596'800, 253'402'300'799);
  return UnixMicros(seconds * 1'000'000 + time.nanos() / 1'000);
}

Result<engine::AsOf> ReadAsOf(const jejak::v1::AsOf& as_of) {
  const auto root = Hash::From(as_of.root());
  if (!root) return Garbled("root");
  engine::AsOf out;
  out.size = TreeSize(as_of.size());
  out.time = TimeOf(as_of.time());
  out.root = *root;
  if (as_of.has_commitment()) out.commitment = LogIndex(as_of.commitment());
  return out;
}

Result<std::vector<election::FieldValue>> ReadValues(
    const google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>& values) {
  std::vector<election::FieldValue> out;
  for (const auto& value : values) {
    const auto key = election::ParseField(value.field());
    if (!key || value.value() > std::numeric_limits<uint32_t>::max()) return Garbled("field");
    out.push_back({*key, static_cast<uint32_t>(value.value())});
  }
  return out;
}

}  // namespace jejak::cli
