#include <utility>

#include "ledger/event/validate.h"

namespace jejak::event {
namespace {

constexpr size_t kMediaTypeBytesMax = limits::kIdBytesMax;

// A field that an event may name: a figure of the form, or the votes or total of a choice.
void CheckField(const FieldKey& field, Checker* c) {
  using election::FieldKind;
  switch (field.kind) {
    case FieldKind::kFigure:
      if (field.id >= election::kFigures) c->Invalid("field", "is no figure of the form");
      return;
    case FieldKind::kVotes:
    case FieldKind::kPartyTotal: c->ChoiceOf("field", field.id); return;
    case FieldKind::kEvidence: break;
  }
  c->Invalid("field", "is neither a figure nor the votes of a choice");
}

// Figures, votes and party totals, of a form or of a recapitulation.
template <typename T>
void CheckFigures(const T& body, uint64_t max, Checker* c) {
  c->Ascending("figures", body.figures, [](const auto& f) { return f.figure; });
  for (size_t i = 0; i < body.figures.size() && c->ok(); ++i) {
    const auto& f = body.figures[i];
    if (!IsWord(f.figure)) {
      const Checker::Element element(c, "figures", i);
      return c->Word("figure", f.figure);
    }
    c->FigureAtMost(FieldKey::Of(f.figure), f.value, max);
  }
  const auto votes = [&](const char* field, const auto& list, auto key_of) {
    c->Ascending(field, list, [](const auto& v) { return v.choice; });
    for (size_t i = 0; i < list.size() && c->ok(); ++i) {
      if (list[i].choice == 0) {
        const Checker::Element element(c, field, i);
        return c->ChoiceOf("choice", list[i].choice);
      }
      c->FigureAtMost(key_of(list[i].choice), list[i].value, max);
    }
  };
  votes("votes", body.votes, &FieldKey::Votes);
  votes("partyTotals", body.party_totals, &FieldKey::PartyTotal);
}

template <typename T>
void CheckPlace(const T& body, Checker* c) {
  c->Contest("contest", body.contest);
  c->Station("tps", body.tps);
  c->Round(body.round);
}

void CheckPage(const char* field, uint16_t page, Checker* c) {
  if (page == 0) c->Invalid(field, "is 0; pages count from 1");
}

}  // namespace

static void Check(const Evidence& evidence, Checker* c) {
  CheckPage("page", evidence.page, c);
  c->Text("mediaType", evidence.media_type, kMediaTypeBytesMax);
  c->Text("url", evidence.url, limits::kUrlBytesMax);
}

static void Check(const Reading& reading, Checker* c) {
  CheckField(reading.field, c);
  c->Word("state", reading.state);
  if (reading.differs && c->ok())
    c->FigureAtMost(reading.field, *reading.differs, limits::kStationFigureMax);
}

static void Check(const Change& change, Checker* c) {
  CheckField(change.field, c);
  if (change.value && c->ok())
    c->FigureAtMost(change.field, *change.value, limits::kStationFigureMax);
}

static void Check(const EvidenceChange& change, Checker* c) {
  CheckPage("page", change.page, c);
  if (!change.set) return;
  const Checker::Element element(c, "set", Checker::kStruct);
  if (change.set->page != change.page)
    c->Invalid("page", "is another page than the one that is changed");
  Check(*change.set, c);
}

static void CheckEvidence(const std::vector<Evidence>& list, Checker* c) {
  c->Ascending("evidence", list, &Evidence::page, limits::kEvidencePagesMax);
  c->Each("evidence", list);
}

static void CheckMinutes(const std::optional<Minutes>& minutes, Checker* c) {
  if (!minutes) return;
  if (*minutes == Minutes{}) c->Invalid("minutes", "are there, and say nothing");
  const Checker::Element element(c, "minutes", Checker::kStruct);
  c->Name("number", minutes->number);
  c->Date("date", minutes->date);
}

static void CheckSource(const std::optional<Source>& source, Checker* c) {
  if (!source) return;
  if (*source == Source{}) c->Invalid("source", "is there, and says nothing");
  const Checker::Element element(c, "source", Checker::kStruct);
  c->Name("system", source->system);
  c->Prose("note", source->note);
}

void Check(const ResultSubmitted& body, Checker* c) {
  CheckPlace(body, c);
  CheckFigures(body, limits::kStationFigureMax, c);
  c->Word("state", body.state);
  c->Ascending("readings", body.readings, &Reading::field);
  c->Each("readings", body.readings);
  CheckEvidence(body.evidence, c);
  CheckMinutes(body.minutes, c);
  CheckSource(body.source, c);
}

void Check(const ResultCorrected& body, Checker* c) {
  CheckPlace(body, c);
  c->Ascending("changes", body.changes, &Change::field);
  c->Each("changes", body.changes);
  c->Ascending("evidence", body.evidence, &EvidenceChange::page, limits::kEvidencePagesMax);
  c->Each("evidence", body.evidence);
  c->Word("reason", body.reason);
  c->Word("ground", body.ground);
  c->Prose("explanation", body.explanation);
  c->Prose("legalBasis", body.legal_basis);
  CheckMinutes(body.minutes, c);
  if (body.other_tps) c->Station("otherTps", *body.other_tps);
  c->Ascending("refersTo", body.refers_to, std::identity{});
  CheckSource(body.source, c);
}

void Check(const ResultFinalised& body, Checker* c) { CheckPlace(body, c); }

void Check(const CopyFiled& body, Checker* c) {
  CheckPlace(body, c);
  CheckFigures(body, limits::kStationFigureMax, c);
  CheckEvidence(body.evidence, c);
}

void Check(const RoundOpened& body, Checker* c) {
  c->Word("kind", body.kind);
  c->Present("contests", !body.contests.empty());
  c->Contests("contests", body.contests);
  c->Present("places", !body.places.empty());
  c->DisjointRegions("places", body.places);
  c->Word("ground", body.ground);
  c->Prose("legalBasis", body.legal_basis);
  CheckMinutes(body.minutes, c);
}

void Check(const RoundCancelled& body, Checker* c) { c->Prose("reason", body.reason); }

void Check(const ObjectionFiled& body, Checker* c) {
  c->Contest("contest", body.contest);
  c->Word("stage", body.stage);
  c->Prose("text", body.text);
  c->Ascending("fields", body.fields, std::identity{});
  for (size_t i = 0; i < body.fields.size() && c->ok(); ++i) {
    const Checker::Element element(c, "fields", i);
    CheckField(body.fields[i], c);
  }
  CheckEvidence(body.evidence, c);
}

void Check(const ObjectionResolved& body, Checker* c) {
  c->Word("outcome", body.outcome);
  c->Prose("text", body.text);
  CheckMinutes(body.minutes, c);
}

void Check(const IncidentRecorded& body, Checker* c) {
  c->Word("kind", body.kind);
  c->Prose("text", body.text);
}

void Check(const DecisionRecorded& body, Checker* c) {
  c->Word("issuer", body.issuer);
  c->Word("kind", body.kind);
  c->Name("number", body.number);
  c->Date("date", body.date);
  c->Prose("orders", body.orders);
  c->Contests("contests", body.contests);
  c->Regions("places", body.places);
}

static void Check(const RecapRow& row, Checker* c) {
  CheckFigures(row, limits::kRecapFigureMax, c);
}

void Check(const RecapPart& body, Checker* c) {
  c->Contest("contest", body.contest);
  c->Region("region", body.region);
  if (body.part == 0 || body.part > body.parts) c->Invalid("part", "is not between 1 and parts");
  c->Present("rows", !body.rows.empty());
  c->Ascending("rows", body.rows, &RecapRow::child);
  for (size_t i = 0; i < body.rows.size() && c->ok(); ++i) {
    const Checker::Element element(c, "rows", i);
    const RegionCode& child = body.rows[i].child;
    if (child == body.region || !body.region.Contains(child)) {
      c->Invalid("child", "does not lie inside the region");
    }
  }
  c->Each("rows", body.rows);
}

static void Check(const Signatory& signatory, Checker* c) {
  if (!signatory.official.empty()) c->OfficialId("official", signatory.official);
  if (signatory.official.empty() && signatory.participant == 0) {
    c->Invalid("official", "is missing, and there is no participant either");
  }
  c->Word("state", signatory.state);
}

void Check(const RecapCertified& body, Checker* c) {
  c->Contest("contest", body.contest);
  c->Region("region", body.region);
  CheckFigures(body, limits::kRecapFigureMax, c);
  if (body.parts_hash.has_value() != (body.parts != 0)) {
    c->Invalid("partsHash", "and parts come together");
  }
  CheckMinutes(body.minutes, c);
  c->Ascending("signatories", body.signatories, [](const Signatory& s) {
    return std::pair<std::string_view, ChoiceId>(s.official, s.participant);
  });
  c->Each("signatories", body.signatories);
}

void Check(const StageReopened& body, Checker* c) {
  c->Contest("contest", body.contest);
  c->Region("region", body.region);
  c->Word("stage", body.stage);
  c->Prose("reason", body.reason);
}

}  // namespace jejak::event
