// What came of records.
#include <algorithm>
#include <map>

#include "ledger/base/coding.h"
#include "ledger/projection/queries_records.h"
#include "ledger/projection/queries_rows.h"

namespace jejak::projection {
namespace {

std::optional<LogIndex> IndexOf(const KeyValueReader& rows, const std::optional<Hash>& event) {
  Bytes value;
  if (!event || !rows.Get(kEventIndex, event->view(), &value)) return std::nullopt;
  return LogIndex(Reader(value).Be64());
}

// "open", and after it accepted, rejected or carried, as the newest resolution says.
std::string StatusOfObjection(const RecordLine& line) {
  if (line.steps.empty()) return "open";
  return std::string(Name(static_cast<election::Outcome>(line.steps.back().what)));
}

std::string StatusOfRound(const RecordLine& line, const RoundProgress& progress) {
  if (!line.steps.empty()) return "cancelled";
  return progress.stations > 0 && progress.held == progress.stations ? "held" : "opened";
}

// Every field of the certification that the tally had otherwise, or had not, at the size it was
// made at, whatever came since.
Result<std::vector<CertifiedDifference>> DifferencesOf(const KeyValueReader& rows,
                                                       const EntrySource& entries,
                                                       const event::RecapCertified& body) {
  JEJAK_ASSIGN_OR_RETURN(const auto then, Queries::Open(&rows, &entries, body.size));
  JEJAK_ASSIGN_OR_RETURN(const Tally tally, then->TallyOf(body.contest, body.region));
  std::map<FieldKey, std::optional<uint64_t>> had;
  for (const FigureSum& sum : tally.figures) had.emplace(FieldKey::Of(sum.figure), sum.value);
  for (const ChoiceSum& sum : tally.votes) {
    had.emplace(FieldKey::Votes(sum.choice.id), sum.votes);
    had.emplace(FieldKey::PartyTotal(sum.choice.id), sum.party_total);
  }
  std::vector<CertifiedDifference> out;
  const auto compare = [&](const FieldKey& key, uint64_t certified) {
    const auto at = had.find(key);
    // Candidates have no sums where there are several ballots.
    if (at == had.end() && key.kind != election::FieldKind::kFigure) return;
    const auto tallied = at == had.end() ? std::nullopt : at->second;
    if (tallied != certified) out.push_back({key, certified, tallied});
  };
  for (const auto& f : body.figures) compare(FieldKey::Of(f.figure), f.value);
  for (const auto& v : body.votes) compare(FieldKey::Votes(v.choice), v.value);
  for (const auto& v : body.party_totals) compare(FieldKey::PartyTotal(v.choice), v.value);
  return out;
}

}  // namespace

Result<RecordOutcome> OutcomeOf(const KeyValueReader& rows, const EntrySource& entries,
                                RecordKind kind, const RecordLine& line, const ReadEntry& entry,
                                TreeSize then) {
  RecordOutcome out;
  if (kind == RecordKind::kObjection) {
    out.status = StatusOfObjection(line);
    for (const RecordStep& step : line.steps) out.resolved_by.push_back(step.by);
  } else if (const auto* round = std::get_if<event::RoundOpened>(&entry.event.body)) {
    JEJAK_ASSIGN_OR_RETURN(out.progress, ProgressOfRound(rows, entry, then));
    out.status = StatusOfRound(line, out.progress);
    out.decision = IndexOf(rows, round->decision);
    if (!line.steps.empty()) out.cancelled_by = line.steps.back().by;
  } else if (const auto* recap = std::get_if<event::RecapCertified>(&entry.event.body)) {
    out.certified_size = recap->size;
    out.replaces = IndexOf(rows, recap->replaces);
    if (!line.steps.empty()) out.replaced_by = line.steps.back().by;
    JEJAK_ASSIGN_OR_RETURN(out.differences, DifferencesOf(rows, entries, *recap));
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  return out;
}

Result<StatusCounts> CountsOf(const KeyValueReader& rows, const EntrySource& entries,
                              RecordKind kind, const std::vector<RecordLine>& lines,
                              TreeSize then) {
  StatusCounts out = {{"total", lines.size()}};
  const bool round = kind == RecordKind::kRound;
  if (round) {
    for (const char* status : {"recommended", "opened", "held", "cancelled"})
      out.emplace_back(status, 0);
  } else if (kind == RecordKind::kObjection) {
    for (const char* status : {"open", "accepted", "rejected", "carried"})
      out.emplace_back(status, 0);
  } else {
    return out;
  }
  const auto count = [&](std::string_view status) {
    const auto at = std::find_if(out.begin(), out.end(),
                                 [&](const auto& line) { return line.first == status; });
    if (at != out.end()) ++at->second;
  };
  for (const RecordLine& line : lines) {
    if (!round) {
      count(StatusOfObjection(line));
      continue;
    }
    JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, entries.Entry(line.index));
    JEJAK_ASSIGN_OR_RETURN(const RoundProgress progress, ProgressOfRound(rows, entry, then));
    count(StatusOfRound(line, progress));
    const auto* body = std::get_if<event::RoundOpened>(&entry.event.body);
    if (body != nullptr && body->decision) count("recommended");
  }
  return out;
}

}  // namespace jejak::projection
