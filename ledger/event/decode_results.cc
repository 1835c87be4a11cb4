#include "ledger/event/decode.h"

namespace jejak::event {

void Get(wire::Field::Reader from, Decoder* d, FieldKey* to) {
  switch (from.which()) {
    case wire::Field::FIGURE: {
      election::Figure figure{};
      d->Word("field", from.getFigure(), &figure);
      *to = FieldKey::Of(figure);
      return;
    }
    case wire::Field::VOTES: *to = FieldKey::Votes(from.getVotes()); return;
    case wire::Field::PARTY_TOTAL: *to = FieldKey::PartyTotal(from.getPartyTotal()); return;
  }
  d->UnknownUnion("field");
}

static void Get(wire::FigureValue::Reader from, Decoder* d, FigureValue* to) {
  d->Word("figure", from.getFigure(), &to->figure);
  to->value = from.getValue();
}

static void Get(wire::ChoiceValue::Reader from, Decoder*, ChoiceValue* to) {
  to->choice = from.getChoice();
  to->value = from.getValue();
}

static void Get(wire::BigFigureValue::Reader from, Decoder* d, BigFigureValue* to) {
  d->Word("figure", from.getFigure(), &to->figure);
  to->value = from.getValue();
}

static void Get(wire::BigChoiceValue::Reader from, Decoder*, BigChoiceValue* to) {
  to->choice = from.getChoice();
  to->value = from.getValue();
}

static void Get(wire::Reading::Reader from, Decoder* d, Reading* to) {
  Get(from.getField(), d, &to->field);
  d->Word("state", from.getState(), &to->state);
  switch (from.which()) {
    case wire::Reading::SAME: return;
    case wire::Reading::DIFFERS: to->differs = from.getDiffers(); return;
  }
  d->UnknownUnion("differs");
}

static void Get(wire::Evidence::Reader from, Decoder* d, Evidence* to) {
  to->page = from.getPage();
  d->Text(from.getMediaType(), &to->media_type);
  d->Optional("sha256", from.getSha256(), &to->sha256);
  d->Text(from.getUrl(), &to->url);
}

template <typename From>
static void GetMinutes(const From& from, Decoder* d, std::optional<Minutes>* to) {
  if (!from.hasMinutes()) return;
  const Decoder::Element element(d, "minutes", Decoder::kStruct);
  const auto minutes = from.getMinutes();
  Minutes& out = to->emplace();
  d->Text(minutes.getNumber(), &out.number);
  out.date = minutes.getDate();
  d->Optional("sha256", minutes.getSha256(), &out.sha256);
}

template <typename From>
static void GetSource(const From& from, Decoder* d, std::optional<Source>* to) {
  if (!from.hasSource()) return;
  const auto source = from.getSource();
  Source& out = to->emplace();
  d->Text(source.getSystem(), &out.system);
  out.published = UnixMicros(source.getPublished());
  out.observed = UnixMicros(source.getObserved());
  d->Text(source.getNote(), &out.note);
}

// What every paper about one TPS begins with.
template <typename From, typename To>
static void GetPlace(const From& from, Decoder* d, To* to) {
  d->Text(from.getContest(), &to->contest);
  d->Region("tps", from.getTps(), &to->tps);
  to->round = from.getRound();
}

// The figures of a form or of a recapitulation.
template <typename From, typename To>
static void GetFigures(const From& from, Decoder* d, To* to) {
  d->Each("figures", from.getFigures(), &to->figures);
  d->Each("votes", from.getVotes(), &to->votes);
  d->Each("partyTotals", from.getPartyTotals(), &to->party_totals);
}

void Get(wire::ResultSubmitted::Reader from, Decoder* d, ResultSubmitted* to) {
  GetPlace(from, d, to);
  GetFigures(from, d, to);
  d->Word("state", from.getState(), &to->state);
  d->Each("readings", from.getReadings(), &to->readings);
  d->Each("evidence", from.getEvidence(), &to->evidence);
  GetMinutes(from, d, &to->minutes);
  GetSource(from, d, &to->source);
}

static void Get(wire::Change::Reader from, Decoder* d, Change* to) {
  Get(from.getField(), d, &to->field);
  switch (from.which()) {
    case wire::Change::ABSENT: return;
    case wire::Change::VALUE: to->value = from.getValue(); return;
  }
  d->UnknownUnion("value");
}

static void Get(wire::EvidenceChange::Reader from, Decoder* d, EvidenceChange* to) {
  to->page = from.getPage();
  switch (from.which()) {
    case wire::EvidenceChange::REMOVED: return;
    case wire::EvidenceChange::SET: {
      const Decoder::Element element(d, "set", Decoder::kStruct);
      return Get(from.getSet(), d, &to->set.emplace());
    }
  }
  d->UnknownUnion("set");
}

void Get(wire::ResultCorrected::Reader from, Decoder* d, ResultCorrected* to) {
  GetPlace(from, d, to);
  d->Fixed("supersedes", from.getSupersedes(), &to->supersedes);
  d->Each("changes", from.getChanges(), &to->changes);
  d->Each("evidence", from.getEvidence(), &to->evidence);
  d->Word("reason", from.getReason(), &to->reason);
  d->Word("ground", from.getGround(), &to->ground);
  d->Text(from.getExplanation(), &to->explanation);
  d->Text(from.getLegalBasis(), &to->legal_basis);
  GetMinutes(from, d, &to->minutes);
  if (from.hasOtherTps()) d->Region("otherTps", from.getOtherTps(), &to->other_tps.emplace());
  d->Hashes("refersTo", from.getRefersTo(), &to->refers_to);
  GetSource(from, d, &to->source);
}

void Get(wire::ResultFinalised::Reader from, Decoder* d, ResultFinalised* to) {
  GetPlace(from, d, to);
}

void Get(wire::CopyFiled::Reader from, Decoder* d, CopyFiled* to) {
  GetPlace(from, d, to);
  GetFigures(from, d, to);
  d->Each("evidence", from.getEvidence(), &to->evidence);
}

void Get(wire::RoundOpened::Reader from, Decoder* d, RoundOpened* to) {
  d->Word("kind", from.getKind(), &to->kind);
  d->Texts("contests", from.getContests(), &to->contests);
  d->Regions("places", from.getPlaces(), &to->places);
  d->Word("ground", from.getGround(), &to->ground);
  d->Optional("decision", from.getDecision(), &to->decision);
  d->Text(from.getLegalBasis(), &to->legal_basis);
  GetMinutes(from, d, &to->minutes);
}

void Get(wire::RoundCancelled::Reader from, Decoder* d, RoundCancelled* to) {
  d->Fixed("opened", from.getOpened(), &to->opened);
  d->Text(from.getReason(), &to->reason);
  d->Optional("decision", from.getDecision(), &to->decision);
}

void Get(wire::ObjectionFiled::Reader from, Decoder* d, ObjectionFiled* to) {
  d->Text(from.getContest(), &to->contest);
  d->Region("place", from.getPlace(), &to->place);
  d->Word("stage", from.getStage(), &to->stage);
  d->Text(from.getText(), &to->text);
  d->Each("fields", from.getFields(), &to->fields);
  d->Each("evidence", from.getEvidence(), &to->evidence);
}

void Get(wire::ObjectionResolved::Reader from, Decoder* d, ObjectionResolved* to) {
  d->Fixed("objection", from.getObjection(), &to->objection);
  d->Word("outcome", from.getOutcome(), &to->outcome);
  d->Text(from.getText(), &to->text);
  GetMinutes(from, d, &to->minutes);
}

void Get(wire::IncidentRecorded::Reader from, Decoder* d, IncidentRecorded* to) {
  d->Region("place", from.getPlace(), &to->place);
  d->Word("kind", from.getKind(), &to->kind);
  d->Text(from.getText(), &to->text);
}

void Get(wire::DecisionRecorded::Reader from, Decoder* d, DecisionRecorded* to) {
  d->Word("issuer", from.getIssuer(), &to->issuer);
  d->Word("kind", from.getKind(), &to->kind);
  d->Text(from.getNumber(), &to->number);
  to->date = from.getDate();
  d->Text(from.getOrders(), &to->orders);
  d->Texts("contests", from.getContests(), &to->contests);
  d->Regions("places", from.getPlaces(), &to->places);
  d->Fixed("document", from.getDocument(), &to->document);
}

static void Get(wire::RecapRow::Reader from, Decoder* d, RecapRow* to) {
  d->Region("child", from.getChild(), &to->child);
  GetFigures(from, d, to);
}

void Get(wire::RecapPart::Reader from, Decoder* d, RecapPart* to) {
  d->Text(from.getContest(), &to->contest);
  d->Region("region", from.getRegion(), &to->region);
  to->part = from.getPart();
  to->parts = from.getParts();
  d->Each("rows", from.getRows(), &to->rows);
}

static void Get(wire::Signatory::Reader from, Decoder* d, Signatory* to) {
  d->Text(from.getOfficial(), &to->official);
  to->participant = from.getParticipant();
  d->Word("state", from.getState(), &to->state);
}

void Get(wire::RecapCertified::Reader from, Decoder* d, RecapCertified* to) {
  d->Text(from.getContest(), &to->contest);
  d->Region("region", from.getRegion(), &to->region);
  GetFigures(from, d, to);
  to->parts = from.getParts();
  d->Optional("partsHash", from.getPartsHash(), &to->parts_hash);
  to->size = TreeSize(from.getSize());
  GetMinutes(from, d, &to->minutes);
  d->Each("signatories", from.getSignatories(), &to->signatories);
  d->Optional("replaces", from.getReplaces(), &to->replaces);
}

void Get(wire::StageReopened::Reader from, Decoder* d, StageReopened* to) {
  d->Text(from.getContest(), &to->contest);
  d->Region("region", from.getRegion(), &to->region);
  d->Word("stage", from.getStage(), &to->stage);
  d->Fixed("decision", from.getDecision(), &to->decision);
  d->Text(from.getReason(), &to->reason);
}

}  // namespace jejak::event
