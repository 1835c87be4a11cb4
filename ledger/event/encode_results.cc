#include "ledger/event/encode.h"

namespace jejak::event {

static void Put(const FigureValue& from, wire::FigureValue::Builder to) {
  to.setFigure(Word<wire::Figure>(from.figure));
  to.setValue(from.value);
}

static void Put(const ChoiceValue& from, wire::ChoiceValue::Builder to) {
  to.setChoice(from.choice);
  to.setValue(from.value);
}

static void Put(const BigFigureValue& from, wire::BigFigureValue::Builder to) {
  to.setFigure(Word<wire::Figure>(from.figure));
  to.setValue(from.value);
}

static void Put(const BigChoiceValue& from, wire::BigChoiceValue::Builder to) {
  to.setChoice(from.choice);
  to.setValue(from.value);
}

static void Put(const Reading& from, wire::Reading::Builder to) {
  Put(from.field, to.initField());
  to.setState(Word<wire::FieldState>(from.state));
  if (from.differs) to.setDiffers(*from.differs);
}

static void Put(const Evidence& from, wire::Evidence::Builder to) {
  to.setPage(from.page);
  if (!from.media_type.empty()) to.setMediaType(Text(from.media_type));
  if (from.sha256) to.setSha256(Data(*from.sha256));
  if (!from.url.empty()) to.setUrl(Text(from.url));
}

static void Put(const Minutes& from, wire::Minutes::Builder to) {
  if (!from.number.empty()) to.setNumber(Text(from.number));
  to.setDate(from.date);
  if (from.sha256) to.setSha256(Data(*from.sha256));
}

static void Put(const Source& from, wire::Source::Builder to) {
  if (!from.system.empty()) to.setSystem(Text(from.system));
  to.setPublished(from.published.value);
  to.setObserved(from.observed.value);
  if (!from.note.empty()) to.setNote(Text(from.note));
}

// What every paper about one TPS begins with.
template <typename From, typename To>
static void PutPlace(const From& from, To to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.tps.IsNation()) Put(from.tps, to.initTps(Count(from.tps)));
  to.setRound(from.round);
}

// The figures of a form or of a recapitulation.
template <typename From, typename To>
static void PutFigures(const From& from, To to) {
  if (!from.figures.empty()) PutEach(from.figures, to.initFigures(Count(from.figures)));
  if (!from.votes.empty()) PutEach(from.votes, to.initVotes(Count(from.votes)));
  if (!from.party_totals.empty())
    PutEach(from.party_totals, to.initPartyTotals(Count(from.party_totals)));
}

void Put(const ResultSubmitted& from, wire::ResultSubmitted::Builder to) {
  PutPlace(from, to);
  PutFigures(from, to);
  to.setState(Word<wire::FieldState>(from.state));
  if (!from.readings.empty()) PutEach(from.readings, to.initReadings(Count(from.readings)));
  if (!from.evidence.empty()) PutEach(from.evidence, to.initEvidence(Count(from.evidence)));
  if (from.minutes) Put(*from.minutes, to.initMinutes());
  if (from.source) Put(*from.source, to.initSource());
}

static void Put(const Change& from, wire::Change::Builder to) {
  Put(from.field, to.initField());
  if (from.value) to.setValue(*from.value);
}

static void Put(const EvidenceChange& from, wire::EvidenceChange::Builder to) {
  to.setPage(from.page);
  if (from.set) Put(*from.set, to.initSet());
}

void Put(const ResultCorrected& from, wire::ResultCorrected::Builder to) {
  PutPlace(from, to);
  to.setSupersedes(Data(from.supersedes));
  if (!from.changes.empty()) PutEach(from.changes, to.initChanges(Count(from.changes)));
  if (!from.evidence.empty()) PutEach(from.evidence, to.initEvidence(Count(from.evidence)));
  to.setReason(Word<wire::CorrectionReason>(from.reason));
  to.setGround(Word<wire::Ground>(from.ground));
  if (!from.explanation.empty()) to.setExplanation(Text(from.explanation));
  if (!from.legal_basis.empty()) to.setLegalBasis(Text(from.legal_basis));
  if (from.minutes) Put(*from.minutes, to.initMinutes());
  if (from.other_tps) Put(*from.other_tps, to.initOtherTps(Count(*from.other_tps)));
  if (!from.refers_to.empty()) Put(from.refers_to, to.initRefersTo(Count(from.refers_to)));
  if (from.source) Put(*from.source, to.initSource());
}

void Put(const ResultFinalised& from, wire::ResultFinalised::Builder to) { PutPlace(from, to); }

void Put(const CopyFiled& from, wire::CopyFiled::Builder to) {
  PutPlace(from, to);
  PutFigures(from, to);
  if (!from.evidence.empty()) PutEach(from.evidence, to.initEvidence(Count(from.evidence)));
}

void Put(const RoundOpened& from, wire::RoundOpened::Builder to) {
  to.setKind(Word<wire::RoundKind>(from.kind));
  if (!from.contests.empty()) Put(from.contests, to.initContests(Count(from.contests)));
  if (!from.places.empty()) Put(from.places, to.initPlaces(Count(from.places)));
  to.setGround(Word<wire::Ground>(from.ground));
  if (from.decision) to.setDecision(Data(*from.decision));
  if (!from.legal_basis.empty()) to.setLegalBasis(Text(from.legal_basis));
  if (from.minutes) Put(*from.minutes, to.initMinutes());
}

void Put(const RoundCancelled& from, wire::RoundCancelled::Builder to) {
  to.setOpened(Data(from.opened));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
  if (from.decision) to.setDecision(Data(*from.decision));
}

void Put(const ObjectionFiled& from, wire::ObjectionFiled::Builder to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.place.IsNation()) Put(from.place, to.initPlace(Count(from.place)));
  to.setStage(Word<wire::Stage>(from.stage));
  if (!from.text.empty()) to.setText(Text(from.text));
  if (!from.fields.empty()) PutEach(from.fields, to.initFields(Count(from.fields)));
  if (!from.evidence.empty()) PutEach(from.evidence, to.initEvidence(Count(from.evidence)));
}

void Put(const ObjectionResolved& from, wire::ObjectionResolved::Builder to) {
  to.setObjection(Data(from.objection));
  to.setOutcome(Word<wire::Outcome>(from.outcome));
  if (!from.text.empty()) to.setText(Text(from.text));
  if (from.minutes) Put(*from.minutes, to.initMinutes());
}

void Put(const IncidentRecorded& from, wire::IncidentRecorded::Builder to) {
  if (!from.place.IsNation()) Put(from.place, to.initPlace(Count(from.place)));
  to.setKind(Word<wire::IncidentKind>(from.kind));
  if (!from.text.empty()) to.setText(Text(from.text));
}

void Put(const DecisionRecorded& from, wire::DecisionRecorded::Builder to) {
  to.setIssuer(Word<wire::Issuer>(from.issuer));
  to.setKind(Word<wire::DecisionKind>(from.kind));
  if (!from.number.empty()) to.setNumber(Text(from.number));
  to.setDate(from.date);
  if (!from.orders.empty()) to.setOrders(Text(from.orders));
  if (!from.contests.empty()) Put(from.contests, to.initContests(Count(from.contests)));
  if (!from.places.empty()) Put(from.places, to.initPlaces(Count(from.places)));
  to.setDocument(Data(from.document));
}

static void Put(const RecapRow& from, wire::RecapRow::Builder to) {
  if (!from.child.IsNation()) Put(from.child, to.initChild(Count(from.child)));
  PutFigures(from, to);
}

void Put(const RecapPart& from, wire::RecapPart::Builder to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.region.IsNation()) Put(from.region, to.initRegion(Count(from.region)));
  to.setPart(from.part);
  to.setParts(from.parts);
  if (!from.rows.empty()) PutEach(from.rows, to.initRows(Count(from.rows)));
}

static void Put(const Signatory& from, wire::Signatory::Builder to) {
  if (!from.official.empty()) to.setOfficial(Text(from.official));
  to.setParticipant(from.participant);
  to.setState(Word<wire::SignatoryState>(from.state));
}

void Put(const RecapCertified& from, wire::RecapCertified::Builder to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.region.IsNation()) Put(from.region, to.initRegion(Count(from.region)));
  PutFigures(from, to);
  to.setParts(from.parts);
  if (from.parts_hash) to.setPartsHash(Data(*from.parts_hash));
  to.setSize(from.size.value);
  if (from.minutes) Put(*from.minutes, to.initMinutes());
  if (!from.signatories.empty())
    PutEach(from.signatories, to.initSignatories(Count(from.signatories)));
  if (from.replaces) to.setReplaces(Data(*from.replaces));
}

void Put(const StageReopened& from, wire::StageReopened::Builder to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.region.IsNation()) Put(from.region, to.initRegion(Count(from.region)));
  to.setStage(Word<wire::Stage>(from.stage));
  to.setDecision(Data(from.decision));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
}

}  // namespace jejak::event
