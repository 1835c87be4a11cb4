// Answers from the projections' rows and the log: tallies, stations, histories, traces, findings,
// activity, refusals, explanations, proofs. Each is of one log prefix: the one of the rows it is
// given, or an earlier one. What was registered is as of then too: a ballot or a TPS that was not
// yet is unknown. Officials, and contests and names of regions that were not registered yet, are
// shown as they are by now.
//
// Thread rule: a Queries may be used by several threads when its reader and source may. Errors:
// NOT_FOUND and the UNKNOWN_… reasons for what isn't registered, LEDGER_DAMAGED for rows that don't
// decode.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/base/status.h"
#include "ledger/election/rules.h"
#include "ledger/projection/entry_source.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/tally_history.h"
#include "ledger/projection/tally_proof.h"

namespace jejak::projection {

struct ChoiceSum {
  event::Choice choice;
  std::optional<uint64_t> votes;  // none: no TPS has it
  uint32_t present = 0;
  std::optional<uint64_t> party_total;  // parties only
  uint32_t party_total_present = 0;
};
struct FigureSum {
  election::Figure figure{};
  std::optional<uint64_t> value;
  uint32_t present = 0;
};
struct RegionName {
  RegionCode code;
  std::string name;
};
struct Tally {
  RegionName region;  // of a dapil: code empty, name its code
  StationCounts stations;
  std::optional<uint32_t> expected;  // TPSs expected, as registered
  std::vector<ChoiceSum>
      votes;  // in ballot order; none where the region has no one ballot and no parties
  std::vector<FigureSum> figures;  // all of them, in the order of the form
};

struct Author {
  PublicKey key;
  std::string official;
  election::Role role{};
  std::string body;
  std::string decree;
  LogIndex enrolled_at;  // of the key
  RegionCode jurisdiction;
};

// Somebody in the chain of enrolments.
struct Enrolment {
  std::string id;
  admission::OfficialState official;
  bool ByGenesis() const { return official.enrolled_at.value == 0; }
};

struct FieldChange {
  FieldKey field;
  std::optional<uint32_t> before, after;
};
struct EvidenceEdit {
  uint16_t page = 0;
  std::optional<event::Evidence> before, after;
};

// One accepted version of a station's figures.
struct Version {
  ReadEntry entry;
  uint16_t round = 1;
  Author author;
  std::vector<FieldChange> changes;  // against the version before; the first: everything it sets
  std::vector<EvidenceEdit> evidence_changes;
  std::vector<election::FieldValue> values;  // after it, ascending
  std::vector<event::Evidence> evidence;     // after it
  std::vector<election::Finding> findings;   // of the values after it
};

// The part of a number that one TPS contributes, and how it got there.
struct TraceEdit {
  LogIndex index;
  std::optional<uint32_t> before, after;
  std::string reason;  // correction reason's name
  Author author;
};
struct TraceEntry {
  StationCode tps;
  uint16_t round = 1;
  uint32_t value = 0;
  LogIndex index;  // entry that last set this figure
  Hash event;
  Author author;
  UnixMicros received_at;
  std::string reason;  // "" for the submission itself
  std::optional<uint32_t> original_value;
  LogIndex original_index;
  Author original_author;
  std::vector<TraceEdit> edits;  // every change of this figure after the original, oldest first
};
struct TracePage {
  std::optional<uint64_t> value;  // the number itself; none when no TPS has it
  uint32_t missing = 0;           // TPSs of the region that don't have the figure
  std::vector<TraceEntry> entries;
  std::string next;  // code to go on from; empty at the end
};

struct StationLine {
  StationCode code;
  std::string name;
  uint16_t round = 1;
  StationFlags flags;
  std::optional<LogIndex> newest;  // entry of the newest version
  std::vector<election::FieldValue> values;
};

struct FindingLine {
  election::Rule rule{};
  uint64_t row = 0;
  std::string contest;
  RegionCode place;
  std::vector<FieldKey> fields;
  LogIndex opened_by;
  std::optional<LogIndex> cleared_by;
};

struct ActivityLine {
  LogIndex index;
  event::BodyKind kind{};
  uint16_t refusal = 0;  // logged number; 0: accepted
};
// Everything an official did, counted.
struct ActivityTotals {
  uint64_t submitted = 0, corrected = 0, votes_moved = 0, enrolled = 0, refused = 0;
};

struct RefusalLine {
  LogIndex index;
  RefusalRow row;
};

// One entry's part in the change of a number.
struct ExplainedChange {
  ReadEntry entry;
  StationCode tps;
  int64_t delta = 0;
  std::optional<uint32_t> before, after;  // the figure at the TPS; none: absent
  std::string reason;                     // of a correction; "" for a submission
  Author author;
};
struct Explanation {
  std::optional<uint64_t> from, to;  // the number at the two sizes; none: no TPS had it
  std::vector<ExplainedChange> changes;  // ascending by entry
  std::optional<LogIndex> next;      // entry to go on from; none at the end
};

// Sums of votes of one region before and after an entry.
struct LevelEffect {
  RegionName region;
  TallyRow before, after;
};

class Queries {
 public:
  // Reads the registry. `rows` and `entries` are borrowed and of one size; `as_of` is that size
  // when it isn't given, and not beyond it.
  static Result<std::unique_ptr<Queries>> Open(const KeyValueReader* rows,
                                               const EntrySource* entries,
                                               std::optional<TreeSize> as_of = {});

  // The same without reading: `registry` is that of the rows.
  static Result<std::unique_ptr<Queries>> Open(const KeyValueReader* rows,
                                               const EntrySource* entries,
                                               std::shared_ptr<const Registry> registry,
                                               std::optional<TreeSize> as_of = {});

  // With the texts and deadlines in force then.
  const Registry& registry() const { return *registry_; }
  // The size, when it isn't the newest: what a row of the registry is read as of.
  std::optional<TreeSize> then() const { return then_; }
  // What the answers are as of.
  TreeSize size() const { return size_; }
  // Index of the newest commitment at or before size(); it covers that many entries.
  Result<std::optional<LogIndex>> Commitment() const { return history_.CommitmentAt(size_); }
  // The greatest size whose entries were all observed by `time`; entries that don't say count as
  // observed.
  Result<TreeSize> SizeObservedBy(UnixMicros time) const;
  Result<RegionName> Region(const RegionCode& code) const;
  // TPSs expected in a region; none for a station and where nothing is known.
  Result<std::optional<uint32_t>> Expected(const RegionCode& region) const;
  // Facts of the key's official. NOT_FOUND for a key that was never enrolled.
  Result<Author> AuthorOf(const PublicKey& key) const;
  Result<admission::OfficialState> Official(std::string_view id) const;

  // From the key's official to those of genesis; empty for a key that was never enrolled.
  Result<std::vector<Enrolment>> EnrolmentOf(const PublicKey& key) const;

  // A region or a TPS.
  Result<Tally> TallyOf(std::string_view contest, const RegionCode& region) const;
  Result<Tally> TallyOfDapil(std::string_view contest, std::string_view dapil) const;
  // The regions or stations right below that were registered then, in the contest's scope, in code
  // order.
  Result<std::vector<RegionCode>> Children(std::string_view contest,
                                           const RegionCode& region) const;

  // Where a station's figures stand: its newest round. None when nothing was logged for it.
  Result<std::optional<RoundRow>> NewestRound(std::string_view contest,
                                              const StationCode& tps) const;

  // At most `limit` lines from `from` on (empty: the beginning); `next` is where to go on, empty at
  // the end.
  Result<std::vector<StationLine>> Stations(std::string_view contest, const RegionCode& region,
                                            std::string_view from, size_t limit,
                                            std::string* next) const;
  Result<std::vector<Version>> History(std::string_view contest, const StationCode& tps) const;
  Result<TracePage> Trace(std::string_view contest, const RegionCode& region, const FieldKey& field,
                          std::string_view from, size_t limit) const;
  // Why a number changed between two sizes, from <= to <= size(): each entry that changed it. At
  // most `limit` changes, from entry `start` on.
  Result<Explanation> Explain(std::string_view contest, const RegionCode& region,
                              const FieldKey& field, TreeSize from, TreeSize to, LogIndex start,
                              size_t limit) const;
  // What an accepted submission or correction did, from its TPS to the nation; and which regions
  // lost the votes of candidates by an accepted ballot, villages first. Empty for any other entry.
  Result<std::vector<LevelEffect>> EffectOf(const ReadEntry& entry) const;
  // The proof of a region's or TPS's figures as of Commitment(), but for the parts that come from
  // the log: genesis, commitment and tlog_proof. NOT_COMMITTED when nothing covers it.
  Result<TallyProof> Prove(std::string_view contest, const RegionCode& region, bool sum) const;

  // No contest: all of them. Ascending by contest, place, rule, row.
  Result<std::vector<FindingLine>> Findings(std::optional<std::string> contest,
                                            const RegionCode& region,
                                            std::optional<election::Rule> rule) const;
  Result<std::vector<ActivityLine>> Activity(std::string_view official, LogIndex from,
                                             size_t limit) const;
  // Reads every row of the official's activity.
  Result<ActivityTotals> ActivityTotalsOf(std::string_view official) const;
  // The entry that holds this event; none when the log has none.
  Result<std::optional<ReadEntry>> EntryOfEvent(const Hash& event) const;
  Result<std::vector<RefusalLine>> Refusals(std::optional<RegionCode> region,
                                            std::optional<std::string> official,
                                            std::optional<Reason> reason, LogIndex from,
                                            size_t limit) const;

 private:
  Queries(const KeyValueReader* rows, const EntrySource* entries,
          std::shared_ptr<const Registry> registry, TreeSize size)
      : rows_(rows),
        entries_(entries),
        registry_(std::move(registry)),
        history_(rows),
        size_(size),
        then_(size < entries->size() ? std::optional(size) : std::nullopt) {}

  // The sums of a region, or of a station as if it had a row.
  Result<TallyRow> RowOf(const ContestEntry& contest, const RegionCode& region,
                         TreeSize size) const;
  // Of a region or station that is registered by now.
  Result<bool> RegisteredThen(const RegionCode& code) const;
  // The region before and after the entry.
  Result<LevelEffect> LevelOf(const ContestEntry& contest, const RegionCode& region,
                              LogIndex entry) const;
  Result<std::vector<LevelEffect>> EffectOfBallot(LogIndex index,
                                                  const event::BallotRegistered& body) const;
  // The round of a station whose figures were shown, as it was.
  Result<RoundRow> ShownAt(const ContestEntry& contest, const StationCode& tps,
                           TreeSize size) const;
  Result<RoundRow> ShownAt(const ContestEntry& contest, const StationCode& tps,
                           const ResultRow& row, TreeSize size) const;
  Result<bool> AnyFindingAt(std::string_view contest, const StationCode& tps, LogIndex since,
                            TreeSize size) const;
  // Registered stations of a village in the contest's scope, by their node hashes.
  Result<std::vector<std::pair<RegionCode, Bytes>>> StationNodesAt(const ContestEntry& contest,
                                                                   const RegionCode& village,
                                                                   TreeSize size) const;
  // What the arithmetic rules take of a station besides its figures.
  Result<election::FormContext> ContextOf(const ContestEntry& contest, const StationCode& tps,
                                          const BallotEntry* ballot) const;
  Result<TraceEntry> TraceStation(const RoundRow& round, const Cell& cell,
                                  const StationCode& tps) const;
  const KeyValueReader* rows_;
  const EntrySource* entries_;
  std::shared_ptr<const Registry> registry_;
  TallyHistory history_;
  TreeSize size_;
  std::optional<TreeSize> then_;
};

}  // namespace jejak::projection
