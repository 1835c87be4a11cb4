// Folds of what others refer to, and of certifications and reopened stages. What objections,
// incidents, copies and certifications mean for findings and progress is folded where those
// projections are.
#include "ledger/base/coding.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {

void State::PutReference(const LoggedEvent& e, admission::ReferenceState reference) {
  reference.index = e.index;
  reference.kind = e.event.kind();
  rows_.Put(kReferences, e.hash.view(), Encode(reference));
}

void State::Fold(const LoggedEvent& e, const event::CopyFiled& body) {
  admission::ReferenceState reference;
  reference.contest = body.contest;
  reference.place = body.tps;
  PutReference(e, std::move(reference));
  PutRecord(RecordKind::kCopy, body.contest, body.tps, e.index);
  FileCopy(e, body);
}

void State::Fold(const LoggedEvent& e, const event::ObjectionFiled& body) {
  admission::ReferenceState reference;
  reference.contest = body.contest;
  reference.place = body.place;
  PutReference(e, std::move(reference));
  PutRecord(RecordKind::kObjection, body.contest, body.place, e.index);
}

void State::Fold(const LoggedEvent& e, const event::ObjectionResolved& body) {
  auto objection = Reference(body.objection);
  if (!objection) return;
  admission::ReferenceState reference;
  reference.contest = objection->contest;
  reference.place = objection->place;
  reference.outcome = body.outcome;
  PutReference(e, std::move(reference));
  AddStep(RecordKind::kObjection, objection->contest, objection->place, objection->index,
          {static_cast<uint8_t>(body.outcome), e.index});
  // One that is carried to the next level is still open there.
  objection->resolved = body.outcome != election::Outcome::kCarried;
  rows_.Put(kReferences, body.objection.view(), Encode(*objection));
}

void State::Fold(const LoggedEvent& e, const event::IncidentRecorded& body) {
  admission::ReferenceState reference;
  reference.place = body.place;
  PutReference(e, std::move(reference));
  PutRecord(RecordKind::kIncident, "", body.place, e.index);
}

void State::Fold(const LoggedEvent& e, const event::DecisionRecorded& body) {
  admission::ReferenceState reference;
  reference.issuer = body.issuer;
  reference.decision_kind = body.kind;
  reference.places = body.places;
  reference.contests = body.contests;
  PutReference(e, std::move(reference));
  PutRecords(RecordKind::kDecision, body.contests, body.places, e.index);
}

void State::Fold(const LoggedEvent& e, const event::RecapPart& body) {
  RecapPartRow row{e.hash, body.parts, {}};
  for (const event::RecapRow& child : body.rows)
    row.rows.push_back({child.child, BigValuesOf(child.figures, child.votes, child.party_totals)});
  rows_.Put(kRegistry, RecapPartKey(e.event.author, body.contest, body.region, body.part),
            Encode(row));
}

void State::Fold(const LoggedEvent& e, const event::RecapCertified& body) {
  admission::ReferenceState reference;
  reference.contest = body.contest;
  reference.place = body.region;
  PutReference(e, std::move(reference));
  const auto before = Seal(body.contest, body.region);
  if (before) {
    AddStep(RecordKind::kCertification, body.contest, body.region, before->certified_at,
            {0, e.index});
  }
  seals_.Put(SealKey(body.contest, body.region), {e.index, e.hash});
  PutRecord(RecordKind::kCertification, body.contest, body.region, e.index);
  CheckCertification(e, body, before.has_value());
}

void State::Fold(const LoggedEvent& e, const event::StageReopened& body) {
  rows_.Put(kRegistry, ReopenKey(body.contest, body.region, body.stage), IndexKey(e.index));
}

void State::Fold(const LoggedEvent&, const event::RulesChanged& body) {
  registry_.mutable_election().state.rules = body.rules;
  rows_.Put(kRegistry, ElectionKey(), Encode(*registry_.election()));
}

void State::Fold(const LoggedEvent& e, const event::TallyCommitted& body) {
  tallies_.Commit(e.index, body.root);
}

}  // namespace jejak::projection
