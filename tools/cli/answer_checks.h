// Whether a server's answer is one to the question that was put: a server may be wrong or lie, and
// what it says of another place, moment or entry would be shown as what was asked for.
//
// Thread rule: values and pure functions. Errors: VERIFICATION_FAILED, PROOF_INVALID; NOT_FOUND for
// an official that the answer doesn't have.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "ledger/base/limits.h"
#include "ledger/client/client.h"
#include "ledger/client/errors.h"

namespace jejak::cli {

inline auto RowsOf(const jejak::v1::ListStationsResponse& a) { return a.stations_size(); }
inline auto RowsOf(const jejak::v1::GetProgressResponse& a) { return a.missing_size(); }
inline auto RowsOf(const jejak::v1::TraceFigureResponse& a) { return a.entries_size(); }
inline auto RowsOf(const jejak::v1::ExplainChangeResponse& a) { return a.changes_size(); }
inline auto RowsOf(const jejak::v1::GetHistoryResponse& a) { return a.versions_size(); }
inline auto RowsOf(const jejak::v1::ListFindingsResponse& a) { return a.findings_size(); }
inline auto RowsOf(const jejak::v1::ListActivityResponse& a) { return a.entries_size(); }
inline auto RowsOf(const jejak::v1::ListRefusalsResponse& a) { return a.entries_size(); }
inline auto RowsOf(const jejak::v1::ListRecordsResponse& a) { return a.records_size(); }
inline auto RowsOf(const jejak::v1::ListBallotsResponse& a) { return a.ballots_size(); }

// What one question and its answer must have in common.
Status CheckParts(const jejak::v1::GetTallyRequest&, const jejak::v1::GetTallyResponse&);
Status CheckParts(const jejak::v1::GetEntryRequest&, const jejak::v1::GetEntryResponse&);
Status CheckParts(const jejak::v1::ExplainChangeRequest&, const jejak::v1::ExplainChangeResponse&);
Status CheckParts(const jejak::v1::GetOfficialRequest&, const jejak::v1::GetOfficialResponse&);
Status CheckParts(const jejak::v1::GetRegionRequest&, const jejak::v1::GetRegionResponse&);
Status CheckParts(const jejak::v1::GetKeyRequest&, const jejak::v1::GetKeyResponse&);
template <typename Request, typename Response>
Status CheckParts(const Request&, const Response&) {
  return {};
}

// That what is as of a size that was named is as of that size.
Status CheckSize(const jejak::v1::Point& asked, const jejak::v1::AsOf& answered);
// That a page has no more than was asked for, and leads on.
Status CheckPage(const jejak::v1::PageOptions& asked, int rows, const std::string& next);

template <typename Request, typename Response>
Status CheckAnswer(const Request& request, const Response& answer) {
  if constexpr (requires { request.read().as_of(), answer.as_of().size(); })
    JEJAK_RETURN_IF_ERROR(CheckSize(request.read().as_of(), answer.as_of()));
  if constexpr (requires { request.page(), answer.next_page_token(); })
    JEJAK_RETURN_IF_ERROR(CheckPage(request.page(), RowsOf(answer), answer.next_page_token()));
  return CheckParts(request, answer);
}

// The pages of one listing: all of one moment, each row once and in order, and an end.
class Pages {
 public:
  // `next`: the token of the page after it.
  Status Take(const std::string& next);
  Status Take(const std::string& next, const jejak::v1::AsOf& as_of);
  // A row's place in the order of the listing.
  Status Row(const std::string& place);

 private:
  std::set<std::string> tokens_;
  std::optional<std::pair<uint64_t, std::string>> as_of_;  // size, root
  std::optional<std::string> last_;
};

}  // namespace jejak::cli
