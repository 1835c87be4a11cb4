// What came of records.
#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/projection/queries_records.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tally.h"
#include "ledger/projection/tally_history.h"

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
                                                       const Registry& registry,
                                                       const event::RecapCertified& body) {
  const ContestEntry* contest = registry.Contest(body.contest);
  if (contest == nullptr) return UnknownContest(body.contest);
  JEJAK_ASSIGN_OR_RETURN(const TallyRow tally,
                         TallyHistory(&rows).At(*contest, body.region, body.size));
  const bool several = contest->OnlyBallotOf(body.region) == nullptr;
  std::vector<CertifiedDifference> out;
  for (const election::BigFieldValue& stated :
       BigValuesOf(body.figures, body.votes, body.party_totals)) {
    // Candidates have no sums where there are several ballots.
    if (several && !KeptWhenMixed(*contest, stated.key)) continue;
    const auto cell = std::find_if(tally.sums.begin(), tally.sums.end(),
                                   [&](const SumCell& c) { return c.key == stated.key; });
    const auto had = cell == tally.sums.end() ? std::nullopt : std::optional(cell->sum);
    if (had != stated.value) out.push_back({stated.key, stated.value, had});
  }
  return out;
}

}  // namespace

Result<RecordOutcome> OutcomeOf(const KeyValueReader& rows, const Registry& registry,
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
    JEJAK_ASSIGN_OR_RETURN(out.differences, DifferencesOf(rows, registry, *recap));
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
