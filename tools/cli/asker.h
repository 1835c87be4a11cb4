// Questions of proto/jejak/v1, put to a local ledger or to a daemon: what is shown doesn't depend
// on where the ledger is.
//
// Thread rule: one thread.
#pragma once

#include <memory>

#include "ledger/client/client.h"
#include "ledger/election/form.h"
#include "ledger/engine/as_of.h"
#include "ledger/projection/entry_source.h"
#include "tools/cli/session.h"

namespace jejak::cli {

class Asker {
 public:
  // Of --ledger, read only, or of --server.
  static Result<std::unique_ptr<Asker>> Open(const Globals& globals);
  static std::unique_ptr<Asker> Of(engine::Ledger* ledger);
  virtual ~Asker() = default;

#define JEJAK_ASK(service, call)                              \
  virtual Status Ask(const jejak::v1::call##Request& request, \
                     jejak::v1::call##Response* out) = 0;
  JEJAK_QUESTIONS(JEJAK_ASK)
#undef JEJAK_ASK

  // Asked once.
  Result<const jejak::v1::GetElectionResponse*> Election();

 private:
  std::optional<jejak::v1::GetElectionResponse> election_;
};

// What --as-of, --from or --to names: a size, a time, observed: and a time; the newest when empty.
// INVALID_ARGUMENT.
Status SetPoint(const std::string& text, jejak::v1::Point* out);
// INVALID_ARGUMENT for a size that no page has.
Status SetPage(size_t size, const std::string& token, jejak::v1::PageOptions* out);

// All pages of a TPS's history as one.
Result<jejak::v1::GetHistoryResponse> AskWholeHistory(Asker* asker,
                                                      jejak::v1::GetHistoryRequest request);

// All pages of a contest's ballots as one.
Result<jejak::v1::ListBallotsResponse> AskAllBallots(Asker* asker, const std::string& contest);

// The entry from its bytes alone: nothing that the server says of it is taken over.
Result<projection::ReadEntry> ReadEntryOf(LogIndex index, Bytes bytes);
Result<projection::ReadEntry> ReadEntryOf(const jejak::v1::Entry& entry);
UnixMicros TimeOf(const google::protobuf::Timestamp& time);
Result<engine::AsOf> ReadAsOf(const jejak::v1::AsOf& as_of);
Result<std::vector<election::FieldValue>> ReadValues(
    const google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>& values);

}  // namespace jejak::cli
