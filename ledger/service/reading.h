// The state that an answer is given from, and what it is as of.
//
// Thread rule: all methods from any thread; an Asked belongs to one call.
#pragma once

#include <jejak/v1/types.pb.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ledger/engine/as_of.h"
#include "ledger/engine/ledger.h"
#include "ledger/projection/page_token.h"
#include "ledger/projection/queries.h"

namespace jejak::service {

// One question: a snapshot, and queries as of the size that it is about.
struct Asked {
  std::shared_ptr<const engine::View> view;
  std::unique_ptr<projection::Queries> queries;
  engine::AsOf as_of;
  std::optional<UnixMicros> judged_at;  // the time that was named, if one was
  projection::PageStart page;
  size_t page_size = 0;
  uint32_t question = 0;

  // The token of the page that starts at `at`; empty for an empty `at`, which is the end.
  std::string NextPage(std::string_view at) const {
    return projection::FormatPageToken(at, as_of.size, question);
  }
  const KeyValueReader& rows() const { return view->rows(); }
};

// STOPPED while the ledger has no projections.
Result<Asked> Ask(const engine::Ledger& ledger, const jejak::v1::Point& point);
// A fingerprint of what a request asks, whatever the page and the moment: a page goes on from one
// of the same question only.
uint32_t QuestionOf(const google::protobuf::Message& request);
// INVALID_ARGUMENT for a token of another question, or of another moment than `point`.
Result<Asked> AskPage(const engine::Ledger& ledger, const jejak::v1::Point& point,
                      const jejak::v1::PageOptions& page, uint32_t question);
template <typename Request>
Result<Asked> AskPage(const engine::Ledger& ledger, const jejak::v1::Point& point,
                      const Request& request) {
  return AskPage(ledger, point, request.page(), QuestionOf(request));
}
// As of the newest, without pages.
Result<Asked> AskNewest(const engine::Ledger& ledger);
// The same state at another moment.
Status Refocus(const jejak::v1::Point& point, Asked* asked);

// Fills an answer's as_of, with the proof that `since` asks for.
Status PutAsOf(const Asked& asked, const engine::AsOf& as_of,
               const jejak::v1::TrustedState* since, jejak::v1::AsOf* out);
// The same for messages that have ReadOptions.
template <typename Request>
const jejak::v1::TrustedState* SinceOf(const Request& request) {
  return request.read().has_prove_since() ? &request.read().prove_since() : nullptr;
}
// Hashes that show that the newest log continues `since`. INVALID_ARGUMENT for a size that it never
// had.
Result<merkle::Path> ContinuationOf(const engine::View& view, const jejak::v1::TrustedState& since);

// A failure of one field of the request.
Status BadField(std::string field, std::string why);
Result<UnixMicros> ReadTime(const google::protobuf::Timestamp& time, const char* field);
Result<election::RegionCode> ReadRegion(const std::string& code, const char* field = "region");
Result<election::RegionCode> ReadStation(const std::string& code, const char* field = "tps");
Result<election::FieldKey> ReadNumberField(const std::string& name);

}  // namespace jejak::service
