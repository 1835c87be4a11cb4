// Results, rounds, objections, incidents, decisions, recapitulations and the ledger's own events as
// JSON.
#include "tools/cli/json_bodies.h"
#include "tools/cli/json_parts.h"

namespace jejak::event {
namespace {

using cli::FormFields;

// "machine_read": {"<field>": {"value", "state"}}; a null value means that the machine read what
// the form says.
template <typename A>
void ReadingFields(A& a, std::vector<Reading>& readings) {
  if constexpr (A::kReading) {
    const cli::Json* member = a.Take("machine_read");
    if (member == nullptr || member->is_null()) return;
    const std::string at = a.At("machine_read");
    if (!member->is_object()) return a.FailAt(at, "must be an object of fields");
    for (const auto& [name, json] : member->items()) {
      cli::In one(json, at + "/" + name, a.first());
      Reading reading;
      cli::FromValue(cli::Json(name), at + "/" + name, a.first(), reading.field);
      if (reading.field.IsEvidence()) one.Fail("a photo is no figure");
      if (const cli::Json* value = one.Take("value"); value != nullptr && !value->is_null()) {
        reading.differs = cli::ReadFigure(*value, one.At("value"), a.first());
      }
      one.Req("state", reading.state);
      one.Finish();
      readings.push_back(reading);
    }
    std::stable_sort(readings.begin(), readings.end(),
                     [](const Reading& x, const Reading& y) { return x.field < y.field; });
  } else {
    cli::Json out = cli::Json::object();
    for (const Reading& r : readings) {
      cli::Json& one = out[election::FieldName(r.field)];
      one["value"] = r.differs ? cli::Json(*r.differs) : cli::Json();
      one["state"] = std::string(Name(r.state));
    }
    a.Put("machine_read", std::move(out));
  }
}

template <typename A>
void EvidenceFields(A& a, std::vector<Evidence>& evidence) {
  if constexpr (A::kReading) {
    a.Opt("evidence", evidence);
    std::stable_sort(evidence.begin(), evidence.end(),
                     [](const Evidence& x, const Evidence& y) { return x.page < y.page; });
  } else {
    a.Put("evidence", cli::EvidenceToJson(evidence));
  }
}

// Listed pages are set; a page whose hash and address are both null is removed.
template <typename A>
void EvidenceChangeFields(A& a, std::vector<EvidenceChange>& changes) {
  std::vector<Evidence> pages;
  if constexpr (A::kReading) {
    EvidenceFields(a, pages);
    for (Evidence& page : pages) {
      const bool removed = !page.sha256 && page.url.empty();
      const uint16_t number = page.page;
      changes.push_back({number, removed ? std::nullopt : std::optional(std::move(page))});
    }
  } else {
    for (const EvidenceChange& change : changes) {
      pages.push_back(change.set.value_or(Evidence{change.page, "", std::nullopt, ""}));
    }
    EvidenceFields(a, pages);
  }
}

}  // namespace

template <typename A>
void Fields(A& a, Source& v) {
  a.Req("system", v.system);
  if constexpr (A::kReading) {
    a.Opt("published", v.published);
    a.Opt("observed", v.observed);
  } else {
    a.Put("published", v.published.value == 0 ? cli::Json() : cli::ToValue(v.published));
    a.Put("observed", v.observed.value == 0 ? cli::Json() : cli::ToValue(v.observed));
  }
  a.Opt("note", v.note);
}
template <typename A>
void Fields(A& a, Change& v) {
  a.Req("field", v.field);
  if constexpr (A::kReading) {
    if (a.ok() && v.field.IsEvidence()) a.Fail("changes of photos stand in \"evidence\"");
    const cli::Json* after = a.Take("after");
    if (after == nullptr) return a.Fail("the key \"after\" is missing");
    if (!after->is_null()) v.value = cli::ReadFigure(*after, a.At("after"), a.first());
  } else {
    a.Put("after", cli::ToValue(v.value));
  }
}
template <typename A>
void Fields(A& a, ResultSubmitted& v) {
  a.Req("contest", v.contest);
  a.Req("tps", v.tps);
  a.Opt("round", v.round);
  FormFields(a, v.figures, v.votes, v.party_totals);
  a.Opt("state", v.state);
  ReadingFields(a, v.readings);
  EvidenceFields(a, v.evidence);
  a.Opt("minutes", v.minutes);
  a.Opt("source", v.source);
}
template <typename A>
void Fields(A& a, ResultCorrected& v) {
  a.Req("contest", v.contest);
  a.Req("tps", v.tps);
  a.Opt("round", v.round);
  a.Req("supersedes", v.supersedes);
  a.Opt("changes", v.changes);
  if constexpr (A::kReading) {
    std::stable_sort(v.changes.begin(), v.changes.end(),
                     [](const Change& x, const Change& y) { return x.field < y.field; });
  }
  a.Req("reason", v.reason);
  a.Opt("explanation", v.explanation);
  a.Opt("ground", v.ground);
  a.Opt("legal_basis", v.legal_basis);
  a.Opt("minutes", v.minutes);
  a.Opt("other_tps", v.other_tps);
  a.Opt("refers_to", v.refers_to);
  if constexpr (A::kReading) std::sort(v.refers_to.begin(), v.refers_to.end());
  EvidenceChangeFields(a, v.evidence);
  a.Opt("source", v.source);
}
template <typename A>
void Fields(A& a, ResultFinalised& v) {
  a.Req("contest", v.contest);
  a.Req("tps", v.tps);
  a.Opt("round", v.round);
}
template <typename A>
void Fields(A& a, CopyFiled& v) {
  a.Req("contest", v.contest);
  a.Req("tps", v.tps);
  a.Opt("round", v.round);
  FormFields(a, v.figures, v.votes, v.party_totals);
  EvidenceFields(a, v.evidence);
}
template <typename A>
void Fields(A& a, RoundOpened& v) {
  a.Req("kind", v.kind);
  a.Req("contests", v.contests);
  a.Req("places", v.places);
  if constexpr (A::kReading) {
    std::sort(v.contests.begin(), v.contests.end());
    std::sort(v.places.begin(), v.places.end());
  }
  a.Opt("ground", v.ground);
  a.Opt("decision", v.decision);
  a.Opt("legal_basis", v.legal_basis);
  a.Opt("minutes", v.minutes);
}
template <typename A>
void Fields(A& a, RoundCancelled& v) {
  a.Req("opened", v.opened);
  a.Opt("reason", v.reason);
  a.Opt("decision", v.decision);
}
template <typename A>
void Fields(A& a, ObjectionFiled& v) {
  a.Req("contest", v.contest);
  a.Req("place", v.place);
  a.Req("stage", v.stage);
  a.Req("text", v.text);
  a.Opt("fields", v.fields);
  if constexpr (A::kReading) std::sort(v.fields.begin(), v.fields.end());
  EvidenceFields(a, v.evidence);
}
template <typename A>
void Fields(A& a, ObjectionResolved& v) {
  a.Req("objection", v.objection);
  a.Req("outcome", v.outcome);
  a.Opt("text", v.text);
  a.Opt("minutes", v.minutes);
}
template <typename A>
void Fields(A& a, IncidentRecorded& v) {
  a.Req("place", v.place);
  a.Req("kind", v.kind);
  a.Req("text", v.text);
}
template <typename A>
void Fields(A& a, DecisionRecorded& v) {
  a.Req("issuer", v.issuer);
  a.Req("kind", v.kind);
  a.Req("number", v.number);
  a.Req("date", cli::Date(v.date));
  a.Opt("orders", v.orders);
  a.Opt("contests", v.contests);
  a.Opt("places", v.places);
  if constexpr (A::kReading) {
    std::sort(v.contests.begin(), v.contests.end());
    std::sort(v.places.begin(), v.places.end());
  }
  a.Req("document", v.document);
}
template <typename A>
void Fields(A& a, RecapRow& v) {
  a.Req("child", v.child);
  FormFields(a, v.figures, v.votes, v.party_totals);
}
template <typename A>
void Fields(A& a, RecapPart& v) {
  a.Req("contest", v.contest);
  a.Req("region", v.region);
  a.Req("part", v.part);
  a.Req("parts", v.parts);
  a.Req("rows", v.rows);
  if constexpr (A::kReading) {
    std::stable_sort(v.rows.begin(), v.rows.end(),
                     [](const RecapRow& x, const RecapRow& y) { return x.child < y.child; });
  }
}
template <typename A>
void Fields(A& a, Signatory& v) {
  a.Opt("official", v.official);
  a.Opt("participant", cli::ChoiceText(v.participant));
  a.Req("state", v.state);
}
template <typename A>
void Fields(A& a, RecapCertified& v) {
  a.Req("contest", v.contest);
  a.Req("region", v.region);
  FormFields(a, v.figures, v.votes, v.party_totals);
  a.Opt("parts", v.parts);
  a.Opt("parts_hash", v.parts_hash);
  a.Req("size", v.size);
  a.Opt("minutes", v.minutes);
  a.Opt("signatories", v.signatories);
  if constexpr (A::kReading) {
    std::stable_sort(v.signatories.begin(), v.signatories.end(), [](const auto& x, const auto& y) {
      return std::tie(x.official, x.participant) < std::tie(y.official, y.participant);
    });
  }
  a.Opt("replaces", v.replaces);
}
template <typename A>
void Fields(A& a, StageReopened& v) {
  a.Req("contest", v.contest);
  a.Req("region", v.region);
  a.Req("stage", v.stage);
  a.Req("decision", v.decision);
  a.Opt("reason", v.reason);
}
template <typename A>
void Fields(A& a, RulesChanged& v) {
  a.Req("rules", v.rules);
}
template <typename A>
void Fields(A& a, TallyCommitted& v) {
  a.Req("root", v.root);
}

}  // namespace jejak::event

namespace jejak::cli {
namespace {

template <typename T>
Result<event::Body> Read(const Json& json) {
  JEJAK_ASSIGN_OR_RETURN(T body, ReadDocument<T>(json));
  return event::Body(std::move(body));
}

}  // namespace

Json ResultBodyToJson(const event::Body& body) {
  return std::visit(
      [](const auto& b) -> Json {
        using T = std::decay_t<decltype(b)>;
        if constexpr (requires(Out & out, T & v) { Fields(out, v); }) return ToValue(b);
        return Json();
      },
      body);
}

Result<event::Body> ResultBodyFromJson(event::BodyKind kind, const Json& json) {
  using event::BodyKind;
  switch (kind) {
    case BodyKind::kResultSubmitted: return Read<event::ResultSubmitted>(json);
    case BodyKind::kResultCorrected: return Read<event::ResultCorrected>(json);
    case BodyKind::kResultFinalised: return Read<event::ResultFinalised>(json);
    case BodyKind::kCopyFiled: return Read<event::CopyFiled>(json);
    case BodyKind::kRoundOpened: return Read<event::RoundOpened>(json);
    case BodyKind::kRoundCancelled: return Read<event::RoundCancelled>(json);
    case BodyKind::kObjectionFiled: return Read<event::ObjectionFiled>(json);
    case BodyKind::kObjectionResolved: return Read<event::ObjectionResolved>(json);
    case BodyKind::kIncidentRecorded: return Read<event::IncidentRecorded>(json);
    case BodyKind::kDecisionRecorded: return Read<event::DecisionRecorded>(json);
    case BodyKind::kRecapPart: return Read<event::RecapPart>(json);
    case BodyKind::kRecapCertified: return Read<event::RecapCertified>(json);
    case BodyKind::kStageReopened: return Read<event::StageReopened>(json);
    case BodyKind::kRulesChanged: return Read<event::RulesChanged>(json);
    case BodyKind::kTallyCommitted: return Read<event::TallyCommitted>(json);
    default: return Status(Reason::kInternal, "not a body of results");
  }
}

Json BodyToJson(const event::Body& body) {
  const auto kind = static_cast<event::BodyKind>(body.index());
  return IsRegistryKind(kind) ? RegistryBodyToJson(body) : ResultBodyToJson(body);
}

Result<event::Body> BodyFromJson(event::BodyKind kind, const Json& json) {
  return IsRegistryKind(kind) ? RegistryBodyFromJson(kind, json) : ResultBodyFromJson(kind, json);
}

}  // namespace jejak::cli
