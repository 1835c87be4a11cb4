// Lists: findings, activity, refusals and records.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/limits.h"
#include "ledger/projection/queries_records.h"
#include "ledger/service/answers.h"

namespace jejak::service {
namespace {

using projection::RecordKind;

// Bytes of a page's entries after which it ends; views, which are several times as large, are
// counted too.
constexpr size_t kPageBytesMax = size_t{4} << 20;

size_t BytesOf(const projection::ReadEntry& entry, bool view) {
  return entry.bytes.size() * (view ? 4 : 1);
}

// The entries of a list in log order, as of the list's size; `lines` has one more than a page when
// there is more. Returns the token of the next page, which begins early when they are large.
template <typename Line, typename Response>
Result<std::string> PutEntries(const Asked& asked, std::vector<Line> lines, bool view, Wire* wire,
                               Response* out) {
  std::erase_if(lines,
                [&](const Line& line) { return line.index.value >= asked.as_of.size.value; });
  std::string next;
  size_t put = 0, bytes = 0;
  for (const Line& line : lines) {
    if (put == asked.page_size || bytes >= kPageBytesMax) {
      next = std::to_string(line.index.value);
      break;
    }
    ++put;
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, asked.view->Entry(line.index));
    JEJAK_RETURN_IF_ERROR(wire->PutEntry(entry, view, out->add_entries()));
    JEJAK_RETURN_IF_ERROR(wire->AddAuthor(entry.event.author, out->mutable_authors()));
    bytes += BytesOf(entry, view);
  }
  return asked.NextPage(next);
}

Result<RecordKind> ReadKind(jejak::v1::RecordKind kind) {
  switch (kind) {
    case jejak::v1::RECORD_KIND_OBJECTION: return RecordKind::kObjection;
    case jejak::v1::RECORD_KIND_INCIDENT: return RecordKind::kIncident;
    case jejak::v1::RECORD_KIND_COPY: return RecordKind::kCopy;
    case jejak::v1::RECORD_KIND_ROUND: return RecordKind::kRound;
    case jejak::v1::RECORD_KIND_DECISION: return RecordKind::kDecision;
    case jejak::v1::RECORD_KIND_CERTIFICATION: return RecordKind::kCertification;
    default: return BadField("kind", "one of the kinds of records");
  }
}

void PutRecordOutcome(const projection::RecordOutcome& outcome, jejak::v1::Record* out) {
  out->set_status(outcome.status);
  for (const LogIndex by : outcome.resolved_by) out->add_resolved_by(by.value);
  out->set_stations(outcome.progress.stations);
  out->set_held(outcome.progress.held);
  if (outcome.decision) out->set_decision(outcome.decision->value);
  if (outcome.cancelled_by) out->set_cancelled_by(outcome.cancelled_by->value);
  if (outcome.certified_size) out->set_certified_size(outcome.certified_size->value);
  if (outcome.replaces) out->set_replaces(outcome.replaces->value);
  if (outcome.replaced_by) out->set_replaced_by(outcome.replaced_by->value);
  for (const projection::CertifiedDifference& difference : outcome.differences) {
    auto* one = out->add_differences();
    one->set_field(election::FieldName(difference.field));
    one->set_certified(difference.certified);
    if (difference.tally) one->set_tally(*difference.tally);
  }
}

void PutFinding(const projection::FindingLine& line, jejak::v1::Finding* out) {
  const election::RuleInfo& info = election::InfoOf(line.rule);
  out->set_rule(std::string(info.id));
  out->set_severity(std::string(Name(info.severity)));
  out->set_contest(line.contest);
  out->set_region(line.place.display());
  for (const election::FieldKey& field : line.fields) out->add_fields(election::FieldName(field));
  out->set_opened_by(line.opened_by.value);
  if (line.cleared_by) out->set_cleared_by(line.cleared_by->value);
  out->set_row(line.row);
}

}  // namespace

JEJAK_ANSWER(ListFindings) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region,
                         ReadRegion(request.region().empty() ? "0" : request.region()));
  std::optional<election::Rule> rule;
  if (!request.rule().empty()) {
    rule = election::ParseRule(request.rule());
    if (!rule) return BadField("rule", "no such rule");
  }
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  const auto contest =
      request.contest().empty() ? std::nullopt : std::optional(request.contest());
  JEJAK_ASSIGN_OR_RETURN(auto lines, asked.queries->Findings(contest, region, rule));
  if (request.open_only())
    std::erase_if(lines, [](const auto& line) { return line.cleared_by.has_value(); });
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(asked.page));
  const size_t wanted = request.page().size() == 0 ? limits::kPageSizeMax : asked.page_size;
  const size_t begin = std::min<size_t>(from.value, lines.size());
  const size_t end = std::min(begin + wanted, lines.size());
  for (size_t i = begin; i < end; ++i) PutFinding(lines[i], out->add_findings());
  if (end < lines.size())
    out->set_next_page_token(asked.NextPage(std::to_string(end)));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(ListActivity) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  JEJAK_RETURN_IF_ERROR(asked.queries->Official(request.official()).status());
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(asked.page));
  JEJAK_ASSIGN_OR_RETURN(
      auto lines, asked.queries->Activity(request.official(), from, asked.page_size + 1));
  JEJAK_ASSIGN_OR_RETURN(const auto totals, asked.queries->ActivityTotalsOf(request.official()));
  out->mutable_totals()->set_submitted(totals.submitted);
  out->mutable_totals()->set_corrected(totals.corrected);
  out->mutable_totals()->set_votes_moved(totals.votes_moved);
  out->mutable_totals()->set_enrolled(totals.enrolled);
  out->mutable_totals()->set_refused(totals.refused);
  Wire wire(asked, context.body_json);
  JEJAK_ASSIGN_OR_RETURN(*out->mutable_next_page_token(),
                         PutEntries(asked, std::move(lines), request.view(), &wire, out));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(ListRefusals) {
  std::optional<election::RegionCode> region;
  if (!request.region().empty()) {
    JEJAK_ASSIGN_OR_RETURN(region, ReadRegion(request.region()));
  }
  std::optional<Reason> reason;
  if (!request.reason().empty()) {
    reason = ReasonByName(request.reason());
    if (!reason || InfoOf(*reason).logged_number == 0)
      return BadField("reason", "no reason that is logged");
  }
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  std::optional<std::string> official;
  if (!request.official().empty()) {
    JEJAK_RETURN_IF_ERROR(asked.queries->Official(request.official()).status());
    official = request.official();
  }
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(asked.page));
  JEJAK_ASSIGN_OR_RETURN(
      auto lines, asked.queries->Refusals(region, official, reason, from, asked.page_size + 1));
  Wire wire(asked, context.body_json);
  JEJAK_ASSIGN_OR_RETURN(*out->mutable_next_page_token(),
                         PutEntries(asked, std::move(lines), request.view(), &wire, out));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(ListRecords) {
  JEJAK_ASSIGN_OR_RETURN(const RecordKind kind, ReadKind(request.kind()));
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region,
                         ReadRegion(request.region().empty() ? "0" : request.region()));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  const auto contest =
      request.contest().empty() ? std::nullopt : std::optional(request.contest());
  JEJAK_ASSIGN_OR_RETURN(const LogIndex from, projection::IndexOfPage(asked.page));
  JEJAK_ASSIGN_OR_RETURN(auto lines,
                         RecordsIn(asked.rows(), *asked.queries, kind, contest, region));
  const TreeSize then = asked.as_of.size;
  JEJAK_ASSIGN_OR_RETURN(const auto counts, CountsOf(asked.rows(), *asked.view, kind, lines, then));
  for (const auto& [status, count] : counts) {
    auto* one = out->add_counts();
    one->set_status(status);
    one->set_count(count);
  }
  Wire wire(asked, context.body_json);
  size_t bytes = 0;
  for (const projection::RecordLine& line : lines) {
    if (line.index < from) continue;
    if (static_cast<size_t>(out->records_size()) == asked.page_size || bytes >= kPageBytesMax) {
      out->set_next_page_token(
          asked.NextPage(std::to_string(line.index.value)));
      break;
    }
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, asked.view->Entry(line.index));
    JEJAK_ASSIGN_OR_RETURN(
        const auto outcome,
        OutcomeOf(asked.rows(), asked.queries->registry(), kind, line, entry, then));
    auto* record = out->add_records();
    JEJAK_RETURN_IF_ERROR(wire.PutEntry(entry, request.view(), record->mutable_entry()));
    PutRecordOutcome(outcome, record);
    bytes += BytesOf(entry, request.view());
    JEJAK_RETURN_IF_ERROR(wire.AddAuthor(entry.event.author, out->mutable_authors()));
  }
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

}  // namespace jejak::service
