// What a monitor raises of a log that holds: totals that fell, corrections after a certification,
// and an official's unusual activity. Nothing here is a fault of the ledger: each is a question to
// whom it names, with the entries that answer it.
//
// A deterministic function of the log prefix: the same log gives the same alerts in the same order,
// whenever and however often it is replayed. Definitions: docs/reference/witness.md.
//
// Thread rule: one thread. Memory: a number for each (contest, region down to the district, field).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/verify/replay.h"

namespace jejak::verify {

enum class AlertKind : uint8_t { kTotalFell, kCorrectedAfterCertification, kUnusualActivity };
// "TOTAL_FELL" …
std::string_view AlertName(AlertKind kind);

enum class Pattern : uint8_t { kNone, kRefusals, kCorrections, kOneSided };
// "refusals" …
std::string_view PatternName(Pattern pattern);

// Thresholds; kOneSidedOf of kOneSidedOutOf corrections.
inline constexpr uint64_t kRefusalsFirst = 8;
inline constexpr uint64_t kOneSidedFirst = 8;
inline constexpr uint64_t kOneSidedOf = 7, kOneSidedOutOf = 8;
inline constexpr size_t kCorrectionsAnHour = 30;
// Entries that an alert names at most; the first ones.
inline constexpr size_t kAlertEntriesMax = 100;

struct Alert {
  AlertKind kind{};
  LogIndex index;  // the entry that raised it
  UnixMicros time;
  std::string contest;          // empty where it concerns none
  election::RegionCode place;   // region of the total, or the TPS
  std::string official;         // who acted; empty for totals
  std::optional<election::FieldKey> field;
  std::optional<uint64_t> before, after;  // of a total, between two commitments
  Pattern pattern = Pattern::kNone;
  uint64_t count = 0;           // how often it happened so far, of a pattern
  std::vector<LogIndex> entries;  // that lowered the total; that certified; that make the pattern
};

class Watch {
 public:
  // What the entry, which `state` has just folded, gives reason for.
  std::vector<Alert> See(const Replayed& entry, projection::State& state);

 private:
  // contest, region, packed field
  using Total = std::tuple<std::string, election::RegionCode, uint64_t>;
  struct Change {
    uint64_t before = 0;  // at the last commitment
    std::vector<LogIndex> lowered_by;
  };
  struct Gain {  // corrections that gave a choice votes
    uint64_t count = 0;
    std::vector<LogIndex> entries;
  };
  struct Habit {  // of one official
    uint64_t refusals = 0;
    std::vector<LogIndex> refused;
    std::deque<std::pair<UnixMicros, LogIndex>> corrections;  // of the last hour
    std::optional<UnixMicros> told;                           // of corrections
    std::map<std::string, uint64_t> voted;                    // corrections that moved votes
    std::map<std::pair<std::string, election::ChoiceId>, Gain> gained;
  };

  void SeeTotals(const Replayed& entry, const projection::Registry& registry,
                 const std::string& contest, const election::RegionCode& tps,
                 const std::vector<projection::SumDelta>& moved);
  void SeeCommitment(const Replayed& entry, std::vector<Alert>* out);
  void SeeCertified(const Replayed& entry, const std::string& official,
                    const event::ResultCorrected& body, std::vector<Alert>* out) const;
  void SeeRefusal(const Replayed& entry, const std::string& official, std::vector<Alert>* out);
  void SeeCorrection(const Replayed& entry, const std::string& official, std::vector<Alert>* out);
  void SeeOneSided(const Replayed& entry, const std::string& official, const std::string& contest,
                   const std::vector<projection::SumDelta>& moved, std::vector<Alert>* out);
  // How the entry changed the figures of its TPS.
  std::vector<projection::SumDelta> MovedBy(const Replayed& entry, const KeyValueReader& rows,
                                            std::string_view contest,
                                            const election::RegionCode& tps) const;

  LogIndex commitment_;  // the newest; 0 before the first
  std::map<Total, uint64_t> totals_;
  std::map<Total, Change> changed_;  // since the last commitment
  std::map<std::string, std::map<election::RegionCode, LogIndex>> certified_;  // by contest
  std::map<std::string, Habit> habits_;
};

}  // namespace jejak::verify
