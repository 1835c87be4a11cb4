#include "ledger/service/reading.h"

#include <fmt/format.h>

#include "ledger/base/coding.h"
#include "ledger/base/limits.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/service/wire.h"

namespace jejak::service {
namespace {

// Timestamps outside these don't fit our microseconds.
constexpr int64_t kSecondsMax = int64_t{253402300799};

Result<TreeSize> SizeOf(const Asked& asked, const jejak::v1::Point& point,
                        std::optional<UnixMicros>* time) {
  const TreeSize newest = asked.view->size();
  switch (point.point_case()) {
    case jejak::v1::Point::POINT_NOT_SET: return newest;
    case jejak::v1::Point::kSize: return TreeSize(point.size());
    case jejak::v1::Point::kReceivedBy: {
      JEJAK_ASSIGN_OR_RETURN(*time, ReadTime(point.received_by(), "as_of.received_by"));
      return asked.view->SizeAt(**time);
    }
    case jejak::v1::Point::kObservedBy: {
      JEJAK_ASSIGN_OR_RETURN(*time, ReadTime(point.observed_by(), "as_of.observed_by"));
      if (asked.queries->registry().election()->state.mode != election::Mode::kArchive) {
        return BadField("as_of.observed_by",
                        "for archives; this ledger says when it received each entry");
      }
      return asked.queries->SizeObservedBy(**time);
    }
  }
  return newest;
}

}  // namespace

Status BadField(std::string field, std::string why) {
  std::string message = field + ": " + std::move(why);
  return Status(Reason::kInvalidArgument, std::move(message)).With("field", std::move(field));
}

Result<UnixMicros> ReadTime(const google::protobuf::Timestamp& time, const char* field) {
  if (time.seconds() < -kSecondsMax || time.seconds() > kSecondsMax || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return BadField(field, "no valid timestamp");
  }
  return UnixMicros(time.seconds() * 1'000'000 + time.nanos() / 1'000);
}

Result<Asked> AskNewest(const engine::Ledger& ledger) {
  JEJAK_RETURN_IF_ERROR(ledger.status());  // after a failed write nothing is shown any more
  Asked out;
  out.view = ledger.Newest();
  if (out.view == nullptr || out.view->registry() == nullptr)
    return Status(Reason::kStopped, "the ledger is closed, or its projections are of another release: run jejak rebuild");
  JEJAK_ASSIGN_OR_RETURN(out.queries, projection::Queries::Open(&out.view->rows(), out.view.get(),
                                                                out.view->registry()));
  JEJAK_ASSIGN_OR_RETURN(out.as_of, engine::AsOfOf(*out.view, *out.queries));
  return out;
}

Status Refocus(const jejak::v1::Point& point, Asked* asked) {
  JEJAK_ASSIGN_OR_RETURN(const TreeSize size, SizeOf(*asked, point, &asked->judged_at));
  if (size.value == 0)
    return Status(Reason::kAsOfTooEarly, "before the first entry").With("size", "0");
  if (size == asked->queries->size()) return {};
  JEJAK_ASSIGN_OR_RETURN(asked->queries,
                         projection::Queries::Open(&asked->view->rows(), asked->view.get(),
                                                   asked->view->registry(), size));
  JEJAK_ASSIGN_OR_RETURN(asked->as_of, engine::AsOfOf(*asked->view, *asked->queries));
  return {};
}

Result<Asked> Ask(const engine::Ledger& ledger, const jejak::v1::Point& point) {
  return AskPage(ledger, point, {}, 0);
}

uint32_t QuestionOf(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> question(request.New());
  question->CopyFrom(request);
  const google::protobuf::Descriptor* type = question->GetDescriptor();
  // `to` is the moment of an explanation; `view` says only how entries are shown.
  for (const char* name : {"page", "read", "to", "prove_since", "view"}) {
    if (const auto* field = type->FindFieldByName(name))
      question->GetReflection()->ClearField(question.get(), field);
  }
  const Hash hash = crypto::Sha256({type->full_name(), "\n", question->SerializeAsString()});
  return Reader(hash.view()).Be32();
}

Result<Asked> AskPage(const engine::Ledger& ledger, const jejak::v1::Point& point,
                      const jejak::v1::PageOptions& page, uint32_t question) {
  if (page.size() > limits::kPageSizeMax)
    return BadField("page.size", fmt::format("at most {}", limits::kPageSizeMax));
  JEJAK_ASSIGN_OR_RETURN(Asked out, AskNewest(ledger));
  out.page_size = page.size() == 0 ? limits::kPageSizeDefault : page.size();
  out.question = question;
  JEJAK_ASSIGN_OR_RETURN(out.page, projection::ParsePageToken(page.token()));
  if (!out.page.size) {
    JEJAK_RETURN_IF_ERROR(Refocus(point, &out));
    return out;
  }
  if (out.page.question != question)
    return BadField("page.token", "it goes on from the answer to another question");
  // A time that was named still says when lateness is judged. What was received by then may be more
  // than at the first page, never less.
  JEJAK_ASSIGN_OR_RETURN(const TreeSize named, SizeOf(out, point, &out.judged_at));
  const bool exact = point.point_case() == jejak::v1::Point::kSize;
  if (exact ? named != *out.page.size : named < *out.page.size) {
    return BadField("page.token",
                    fmt::format("it goes on from an answer as of {} entries, not of {}",
                                out.page.size->value, named.value));
  }
  const std::optional<UnixMicros> judged_at = out.judged_at;
  jejak::v1::Point first;
  first.set_size(out.page.size->value);
  JEJAK_RETURN_IF_ERROR(Refocus(first, &out));
  out.judged_at = judged_at;
  return out;
}

Result<merkle::Path> ContinuationOf(const engine::View& view,
                                    const jejak::v1::TrustedState& since) {
  if (since.size() == 0 || since.size() > view.size().value) {
    return BadField("prove_since.size",
                    fmt::format("from 1 to {}, the size of this log", view.size().value));
  }
  return merkle::ConsistencyProof(view, TreeSize(since.size()), view.size());
}

Status PutAsOf(const Asked& asked, const engine::AsOf& as_of,
               const jejak::v1::TrustedState* since, jejak::v1::AsOf* out) {
  out->set_size(as_of.size.value);
  PutTime(as_of.time, out->mutable_time());
  out->set_root(std::string(as_of.root.view()));
  if (as_of.commitment) out->set_commitment(as_of.commitment->value);
  if (since == nullptr) return {};
  auto* continuation = out->mutable_continuation();
  JEJAK_ASSIGN_OR_RETURN(*continuation->mutable_checkpoint(), asked.view->Checkpoint());
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path path, ContinuationOf(*asked.view, *since));
  for (const Hash& hash : path) continuation->add_consistency(std::string(hash.view()));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path then,
                         merkle::ConsistencyProof(*asked.view, as_of.size, asked.view->size()));
  for (const Hash& hash : then) continuation->add_as_of_consistency(std::string(hash.view()));
  return {};
}

Result<election::RegionCode> ReadRegion(const std::string& code, const char* field) {
  if (code == "0") return election::RegionCode();
  const auto region = election::RegionCode::Parse(code);
  if (!region || code.empty())
    return BadField(field, "\"0\" for the nation, or 2, 4, 6, 10 or 13 digits");
  return *region;
}

Result<election::RegionCode> ReadStation(const std::string& code, const char* field) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode tps, ReadRegion(code, field));
  if (!tps.IsStation()) return BadField(field, "the 13 digits of a TPS");
  return tps;
}

Result<election::FieldKey> ReadNumberField(const std::string& name) {
  const auto field = election::ParseField(name);
  if (!field || field->IsEvidence())
    return BadField("field", "no figure, \"votes.<choice>\" or \"party_total.<choice>\"");
  return *field;
}

}  // namespace jejak::service
