// Answers as messages.
//
// Thread rule: pure functions; a Wire belongs to one call.
#pragma once

#include <jejak/v1/audit.pb.h>
#include <jejak/v1/results.pb.h>
#include <jejak/v1/submission.pb.h>

#include <functional>
#include <set>

#include "ledger/engine/ledger.h"
#include "ledger/service/reading.h"

namespace jejak::service {

// A body as the JSON text of the command line, for decoded views; from whoever has JSON.
using BodyJson = std::function<std::string(const event::Body&)>;

void PutTime(UnixMicros time, google::protobuf::Timestamp* out);
void PutRegion(const projection::RegionName& region, jejak::v1::Region* out);
void PutChoice(const event::Choice& choice, jejak::v1::Choice* out);
void PutTally(const projection::Tally& tally, jejak::v1::Tally* out);
void PutEvidence(const event::Evidence& evidence, jejak::v1::Evidence* out);
void PutValues(const std::vector<election::FieldValue>& values,
               google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>* out);
void PutReceipt(const engine::Receipt& receipt, jejak::v1::Receipt* out);
void PutOutcome(const engine::Outcome& outcome, jejak::v1::SubmitOutcome* out);

// What needs to know who is who.
class Wire {
 public:
  Wire(const Asked& asked, const BodyJson& body_json) : asked_(asked), body_json_(body_json) {}

  void PutAuthor(const projection::Author& author, jejak::v1::Author* out) const;
  // Nothing for a key that was never enrolled.
  Status PutAuthorOf(const PublicKey& key, jejak::v1::Author* out) const;
  Status PutEntry(const projection::ReadEntry& entry, bool view, jejak::v1::Entry* out) const;
  // Adds the author unless it was added before.
  Status AddAuthor(const PublicKey& key,
                   google::protobuf::RepeatedPtrField<jejak::v1::Author>* out);

 private:
  const Asked& asked_;
  const BodyJson& body_json_;
  std::set<PublicKey> added_;
};

}  // namespace jejak::service
