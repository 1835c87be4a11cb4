#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/service/answers.h"

namespace jejak::service {
namespace {

// Of a page of versions, after which it ends: a client takes 4 MiB when it says nothing else.
constexpr size_t kHistoryBytesMax = size_t{2} << 20;

void PutTraced(const projection::TraceEntry& e, const Wire& wire, jejak::v1::TracedStation* out) {
  out->set_tps(e.tps.str());
  out->set_round(e.round);
  out->set_value(e.value);
  out->set_index(e.index.value);
  out->set_event(std::string(e.event.view()));
  wire.PutAuthor(e.author, out->mutable_author());
  PutTime(e.received_at, out->mutable_received_at());
  out->set_reason(e.reason);
  if (e.original_value) out->set_original_value(*e.original_value);
  out->set_original_index(e.original_index.value);
  wire.PutAuthor(e.original_author, out->mutable_original_author());
  for (const projection::TraceEdit& edit : e.edits) {
    auto* one = out->add_edits();
    one->set_index(edit.index.value);
    if (edit.before) one->set_before(*edit.before);
    if (edit.after) one->set_after(*edit.after);
    one->set_reason(edit.reason);
    wire.PutAuthor(edit.author, one->mutable_author());
  }
}

void PutVotes(const projection::TallyRow& row,
              google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>* out) {
  for (const projection::SumCell& cell : row.sums) {
    if (cell.key.kind != election::FieldKind::kVotes) continue;
    auto* one = out->Add();
    one->set_field(election::FieldName(cell.key));
    one->set_value(cell.sum);
  }
}

Status PutVersion(const projection::Version& version, bool view, const Wire& wire,
                  jejak::v1::FormVersion* out) {
  JEJAK_RETURN_IF_ERROR(wire.PutEntry(version.entry, view, out->mutable_entry()));
  out->set_round(version.round);
  wire.PutAuthor(version.author, out->mutable_author());
  for (const projection::FieldChange& change : version.changes) {
    auto* one = out->add_changes();
    one->set_field(election::FieldName(change.field));
    if (change.before) one->set_before(*change.before);
    if (change.after) one->set_after(*change.after);
  }
  for (const projection::EvidenceEdit& edit : version.evidence_changes) {
    auto* one = out->add_evidence_changes();
    one->set_page(edit.page);
    if (edit.before) PutEvidence(*edit.before, one->mutable_before());
    if (edit.after) PutEvidence(*edit.after, one->mutable_after());
  }
  PutValues(version.values, out->mutable_values());
  for (const event::Evidence& evidence : version.evidence)
    PutEvidence(evidence, out->add_evidence());
  for (const election::Finding& finding : version.findings) {
    auto* one = out->add_findings();
    one->set_rule(std::string(election::InfoOf(finding.rule).id));
    one->set_row(finding.row);
    for (const election::FieldKey& field : finding.fields)
      one->add_fields(election::FieldName(field));
  }
  return {};
}

Result<LogIndex> IndexOf(const Asked& asked, const jejak::v1::GetEntryRequest& request) {
  if (request.entry_case() == jejak::v1::GetEntryRequest::kIndex) return LogIndex(request.index());
  const auto hash = Hash::From(request.event());
  if (!hash) return BadField("event", "32 bytes, or an index instead");
  const auto index = asked.view->FindEvent(*hash);
  JEJAK_RETURN_IF_ERROR(asked.rows().status());
  if (!index)
    return Status(Reason::kNotFound, fmt::format("no event {} in the log", ToHex(*hash)));
  return *index;
}

}  // namespace

JEJAK_ANSWER(TraceFigure) {
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field, ReadNumberField(request.field()));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  JEJAK_ASSIGN_OR_RETURN(const projection::TracePage page,
                         asked.queries->Trace(request.contest(), region, field, asked.page.at,
                                              asked.page_size));
  JEJAK_ASSIGN_OR_RETURN(const auto name, asked.queries->Region(region));
  PutRegion(name, out->mutable_region());
  if (page.value) out->set_value(*page.value);
  out->set_missing(page.missing);
  const Wire wire(asked, context.body_json);
  for (const projection::TraceEntry& entry : page.entries)
    PutTraced(entry, wire, out->add_entries());
  out->set_next_page_token(asked.NextPage(page.next));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(ExplainChange) {
  if (request.from().point_case() == jejak::v1::Point::POINT_NOT_SET)
    return BadField("from", "a moment to start from");
  JEJAK_ASSIGN_OR_RETURN(const election::FieldKey field, ReadNumberField(request.field()));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
  JEJAK_ASSIGN_OR_RETURN(Asked asked, AskPage(*context.ledger, request.to(), request));
  const engine::AsOf to = asked.as_of;
  JEJAK_RETURN_IF_ERROR(Refocus(request.from(), &asked));
  const engine::AsOf from = asked.as_of;
  if (from.size > to.size) {
    return BadField("from", fmt::format("lies after to: size {}, then {}", from.size.value,
                                        to.size.value));
  }
  // What the region is and votes on is asked as of the end.
  jejak::v1::Point end;
  end.set_size(to.size.value);
  JEJAK_RETURN_IF_ERROR(Refocus(end, &asked));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex start, projection::IndexOfPage(asked.page));
  JEJAK_ASSIGN_OR_RETURN(
      const projection::Explanation explanation,
      asked.queries->Explain(request.contest(), region, field, from.size, to.size, start,
                             asked.page_size));
  if (explanation.from) out->set_from_value(*explanation.from);
  if (explanation.to) out->set_to_value(*explanation.to);
  const Wire wire(asked, context.body_json);
  for (const projection::ExplainedChange& change : explanation.changes) {
    auto* one = out->add_changes();
    JEJAK_RETURN_IF_ERROR(wire.PutEntry(change.entry, false, one->mutable_entry()));
    one->set_tps(change.tps.str());
    one->set_delta(change.delta);
    if (change.before) one->set_before(*change.before);
    if (change.after) one->set_after(*change.after);
    one->set_reason(change.reason);
    wire.PutAuthor(change.author, one->mutable_author());
  }
  if (explanation.next) {
    out->set_next_page_token(projection::FormatPageToken(
        std::to_string(explanation.next->value), to.size, asked.question));
  }
  JEJAK_RETURN_IF_ERROR(PutAsOf(asked, from, nullptr, out->mutable_from()));
  return PutAsOf(asked, to, request.has_prove_since() ? &request.prove_since() : nullptr,
                 out->mutable_to());
}

JEJAK_ANSWER(GetEntry) {
  // Before the view, which then covers it.
  const std::string cosigned = context.cosigned ? context.cosigned() : std::string();
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex index, IndexOf(asked, request));
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, asked.view->Entry(index));
  const Wire wire(asked, context.body_json);
  JEJAK_RETURN_IF_ERROR(wire.PutEntry(entry, request.view(), out->mutable_entry()));
  JEJAK_RETURN_IF_ERROR(wire.PutAuthorOf(entry.event.author, out->mutable_author()));
  if (out->author().official().empty()) out->clear_author();
  JEJAK_ASSIGN_OR_RETURN(const auto chain, asked.queries->EnrolmentOf(entry.event.author));
  for (const projection::Enrolment& link : chain) {
    auto* one = out->add_enrolment();
    one->set_official(link.id);
    if (const auto person = asked.view->PersonOf(link.id)) one->set_name(person->name);
    one->set_role(std::string(Name(link.official.role)));
    one->set_body(link.official.body);
    one->set_decree(link.official.decree);
    one->set_jurisdiction(link.official.jurisdiction.display());
    one->set_enrolled_at_index(link.official.enrolled_at.value);
    if (!link.ByGenesis()) one->set_enrolled_by(link.official.enrolled_by);
  }
  if (request.proof() && request.cosigned()) {
    if (cosigned.empty())
      return Status(Reason::kNotFound, "a checkpoint that enough witnesses have cosigned");
    JEJAK_ASSIGN_OR_RETURN(*out->mutable_proof(), asked.view->TlogProof(index, cosigned));
  } else if (request.proof()) {
    JEJAK_ASSIGN_OR_RETURN(*out->mutable_proof(), asked.view->TlogProof(index));
  }
  if (request.effect()) {
    JEJAK_ASSIGN_OR_RETURN(const auto effect, asked.queries->EffectOf(entry));
    for (const projection::LevelEffect& level : effect) {
      auto* one = out->add_effect();
      PutRegion(level.region, one->mutable_region());
      PutVotes(level.before, one->mutable_before());
      PutVotes(level.after, one->mutable_after());
    }
  }
  return PutAsOf(asked, asked.as_of, request.has_prove_since() ? &request.prove_since() : nullptr,
                 out->mutable_as_of());
}

JEJAK_ANSWER(GetHistory) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode tps, ReadStation(request.tps()));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(asked.page));
  JEJAK_ASSIGN_OR_RETURN(const auto versions, asked.queries->History(request.contest(), tps));
  const Wire wire(asked, context.body_json);
  size_t bytes = 0;
  for (const projection::Version& version : versions) {
    if (version.entry.index < from) continue;
    if (static_cast<size_t>(out->versions_size()) == asked.page_size ||
        bytes >= kHistoryBytesMax) {
      out->set_next_page_token(asked.NextPage(std::to_string(version.entry.index.value)));
      break;
    }
    auto* one = out->add_versions();
    JEJAK_RETURN_IF_ERROR(PutVersion(version, request.view(), wire, one));
    bytes += one->ByteSizeLong();
  }
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

}  // namespace jejak::service
