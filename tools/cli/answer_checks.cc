#include "tools/cli/answer_checks.h"

#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::cli {

using client::WrongAnswer;

Status CheckSize(const jejak::v1::Point& asked, const jejak::v1::AsOf& answered) {
  if (!asked.has_size() || asked.size() == answered.size()) return {};
  return WrongAnswer(fmt::format("answered as of {} entries, where {} were asked for",
                                 answered.size(), asked.size()));
}

Status CheckPage(const jejak::v1::PageOptions& asked, int rows, const std::string& next) {
  const uint64_t most = asked.size() == 0 ? limits::kPageSizeDefault : asked.size();
  if (static_cast<uint64_t>(rows) > most)
    return WrongAnswer(fmt::format("sent {} rows, where {} were asked for", rows, most));
  if (rows == 0 && !next.empty()) return WrongAnswer("sent a page with nothing on it that goes on");
  if (!next.empty() && next == asked.token())
    return WrongAnswer("sent a page that goes on where it began");
  return {};
}

Status CheckParts(const jejak::v1::GetTallyRequest& request,
                  const jejak::v1::GetTallyResponse& answer) {
  const std::string& code = answer.tally().region().code();
  if (request.region().empty() || code == request.region()) return {};
  return WrongAnswer(
      fmt::format("answered for region {}, where {} was asked for", code, request.region()));
}

Status CheckParts(const jejak::v1::GetEntryRequest& request,
                  const jejak::v1::GetEntryResponse& answer) {
  const std::string& bytes = answer.entry().entry();
  const LogIndex index(answer.entry().index());
  const auto entry = event::DecodeEntry(bytes);
  if (!entry.ok()) return WrongAnswer("answered with what is no entry");
  if (request.has_event() && event::EventHash(entry->event).view() != request.event())
    return WrongAnswer("answered with the entry of another event");
  if (request.has_index() && index.value != request.index()) {
    return WrongAnswer(fmt::format("answered with entry {}, where {} was asked for", index.value,
                                   request.index()));
  }
  if (!request.proof()) return {};
  return client::CheckProof(answer.proof(), index, merkle::LeafHash(bytes));
}

Status CheckParts(const jejak::v1::ExplainChangeRequest& request,
                  const jejak::v1::ExplainChangeResponse& answer) {
  JEJAK_RETURN_IF_ERROR(CheckSize(request.from(), answer.from()));
  return CheckSize(request.to(), answer.to());
}

Status CheckParts(const jejak::v1::GetOfficialRequest& request,
                  const jejak::v1::GetOfficialResponse& answer) {
  if (answer.official() == request.official()) return {};
  if (answer.official().empty()) return Status(Reason::kNotFound, request.official());
  return WrongAnswer("answered with another official");
}

Status CheckParts(const jejak::v1::GetRegionRequest& request,
                  const jejak::v1::GetRegionResponse& answer) {
  if (answer.region().code() == request.code()) return {};
  return WrongAnswer("answered with another region");
}

Status CheckParts(const jejak::v1::GetKeyRequest& request,
                  const jejak::v1::GetKeyResponse& answer) {
  if (!answer.has_author() || answer.author().key() == request.key()) return {};
  return WrongAnswer("answered with another key");
}

Status Pages::Take(const std::string& next) {
  if (next.empty() || tokens_.insert(next).second) return {};
  return WrongAnswer("sent pages that go round in a circle");
}

Status Pages::Take(const std::string& next, const jejak::v1::AsOf& as_of) {
  const std::pair now(as_of.size(), as_of.root());
  if (!as_of_) as_of_ = now;
  if (*as_of_ != now) {
    return WrongAnswer(fmt::format("sent pages as of {} and of {} entries in one listing",
                                   as_of_->first, now.first));
  }
  return Take(next);
}

Status Pages::Row(const std::string& place) {
  if (last_ && place <= *last_) return WrongAnswer("sent a row again or out of order");
  last_ = place;
  return {};
}

}  // namespace jejak::cli
