// What each unary call answers: one function a call, from a request to its response.
//
// Thread rule: any thread. Errors: those that the .proto files name, and LEDGER_DAMAGED.
#pragma once

#include <jejak/v1/audit.pb.h>
#include <jejak/v1/log.pb.h>
#include <jejak/v1/registry.pb.h>
#include <jejak/v1/results.pb.h>
#include <jejak/v1/submission.pb.h>

#include "ledger/engine/ledger.h"
#include "ledger/service/wire.h"

namespace jejak::service {

struct Context {
  engine::Ledger* ledger = nullptr;
  BodyJson body_json;
  std::function<std::string()> cosigned;  // may be empty
};

#define JEJAK_ANSWER(name) \
  Status name(const Context& context, const jejak::v1::name##Request& request, \
              jejak::v1::name##Response* out)

JEJAK_ANSWER(GetTally);
JEJAK_ANSWER(GetTallyProof);
JEJAK_ANSWER(ListStations);
JEJAK_ANSWER(GetProgress);
JEJAK_ANSWER(TraceFigure);
JEJAK_ANSWER(ExplainChange);
JEJAK_ANSWER(GetEntry);
JEJAK_ANSWER(GetHistory);
JEJAK_ANSWER(ListFindings);
JEJAK_ANSWER(ListActivity);
JEJAK_ANSWER(ListRefusals);
JEJAK_ANSWER(ListRecords);
JEJAK_ANSWER(GetCheckpoint);
JEJAK_ANSWER(GetInclusionProof);
JEJAK_ANSWER(GetConsistencyProof);
JEJAK_ANSWER(GetElection);
JEJAK_ANSWER(ListContests);
JEJAK_ANSWER(ListBallots);
JEJAK_ANSWER(GetRegion);
JEJAK_ANSWER(GetOfficial);
JEJAK_ANSWER(GetKey);
JEJAK_ANSWER(GetChainHead);

// The signed event of a message; one that is larger than any may be is cut off behind that size.
// What is no signature of 64 bytes is read as one that never holds.
event::SignedEvent ReadSignedEvent(const jejak::v1::SignedEvent& message);
// When the caller says that events were received. MODE_FORBIDS unless `given` (the daemon lets its
// callers say it), INVALID_ARGUMENT for a time after `now`.
Result<std::optional<UnixMicros>> ReadReceivedAt(bool there,
                                                 const google::protobuf::Timestamp& time,
                                                 bool given, UnixMicros now);
// Keeps the names that fit a commitment in the log, and answers how many those are. Names that are
// kept already cost nothing.
Result<uint32_t> KeepNames(
    engine::Ledger* ledger,
    const google::protobuf::RepeatedPtrField<jejak::v1::PersonName>& names);
// Fills the proofs of receipts, against the newest checkpoint.
Status ProveReceipts(const engine::Ledger& ledger, std::vector<engine::Outcome>* outcomes);

}  // namespace jejak::service
