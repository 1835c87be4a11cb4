// Answers about records (objections, incidents, rounds …) and about progress over time.
//
// Thread rule: pure functions over the reader they are given. Errors as in queries.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/projection/queries.h"
#include "ledger/projection/rows_records.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {

struct RecordLine {
  LogIndex index;
  std::vector<RecordStep> steps;
};
// Every record of the kind at a place inside `region` (or the region itself), once each, in log
// order, with what came of it: as of the size that `queries` are. With a contest: those that name
// it, or none.
Result<std::vector<RecordLine>> RecordsIn(const KeyValueReader& rows, const Queries& queries,
                                          RecordKind kind,
                                          const std::optional<std::string>& contest,
                                          const RegionCode& region);

// How far a round of elections has come.
struct RoundProgress {
  uint64_t stations = 0;  // (contest, TPS) pairs that it opened, whatever became of it
  uint64_t held = 0;      // of these, with an accepted result in it
};
Result<RoundProgress> ProgressOfRound(const KeyValueReader& rows, const ReadEntry& opened,
                                      TreeSize then);

// A figure that a certification has otherwise than the tally at the size it names.
struct CertifiedDifference {
  FieldKey field;
  uint64_t certified = 0;
  std::optional<uint64_t> tally;  // none: no TPS had reported it
};
// What came of a record, as of the size `then`.
struct RecordOutcome {
  // Of an objection: open, accepted, rejected, carried. Of a round: opened, held, cancelled.
  std::string status;
  std::vector<LogIndex> resolved_by;     // of an objection
  RoundProgress progress;                // of a round
  std::optional<LogIndex> decision;      // that a round names
  std::optional<LogIndex> cancelled_by;  // of a round
  // Of a certification.
  std::optional<TreeSize> certified_size;
  std::optional<LogIndex> replaces, replaced_by;
  std::vector<CertifiedDifference> differences;
};
Result<RecordOutcome> OutcomeOf(const KeyValueReader& rows, const Registry& registry,
                                RecordKind kind, const RecordLine& line, const ReadEntry& entry,
                                TreeSize then);
// How many records of each status there are: "total", and those of the kind.
using StatusCounts = std::vector<std::pair<std::string, uint64_t>>;
Result<StatusCounts> CountsOf(const KeyValueReader& rows, const EntrySource& entries,
                              RecordKind kind, const std::vector<RecordLine>& lines,
                              TreeSize then);

// A moment: the entries before `size`, judged at `time`.
struct Moment {
  TreeSize size;
  UnixMicros time;
};
struct ReportPoint {
  UnixMicros time;  // until then
  uint64_t reported = 0;
};
struct ChildProgress {
  RegionCode code;
  uint64_t total = 0, reported = 0;
};
struct MissingStation {
  StationCode tps;
  std::optional<bool> late;  // none: no deadline, or the place's clock is not known
  std::optional<UnixMicros> deadline;
  std::vector<LogIndex> incidents;  // of the TPS and of what encloses it, in log order
};
struct RegionProgress {
  uint64_t total = 0, reported = 0, late = 0;
  std::optional<uint32_t> expected;  // as it stood then
  std::vector<ReportPoint> series;
  std::vector<ChildProgress> children;
  std::vector<MissingStation> missing;  // in code order
};
// TPSs in, of how many, over time. Deadlines, expected numbers and UTC offsets are those in force
// then.
Result<RegionProgress> ProgressOf(const KeyValueReader& rows, const Queries& queries,
                                  std::string_view contest, const RegionCode& region,
                                  const Moment& at);

}  // namespace jejak::projection
