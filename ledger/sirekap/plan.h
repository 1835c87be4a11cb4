// Turns published versions into events: what a version adds to what the ledger has imported for its
// TPS. The caller reads the versions, looks up the state, signs and appends.
// docs/reference/sirekap-import.md says the rules in words.
//
// Thread rule: values; Decide is a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/field.h"
#include "ledger/event/bodies.h"
#include "ledger/sirekap/version.h"

namespace jejak::sirekap {

// Source::system of everything that is imported.
inline constexpr std::string_view kSourceSystem = "sirekap";

// Puts the versions of one run into the order of import: by time, then by code; versions alike in
// both stay as they were read.
void SortForImport(std::vector<Version>* versions);

// The newest imported state of one (contest, TPS, round). All empty when there is none.
struct ImportedState {
  bool any = false;  // a result stands in the ledger
  UnixMicros time;   // of the newest version that was imported: TimeOf its source
  Hash newest;       // newest accepted event of (contest, TPS, round)
  std::vector<election::FieldValue> values;  // strictly ascending by key, no evidence
  std::vector<event::Evidence> evidence;     // strictly ascending by page
};
// What Version::time() was of the version with this source.
UnixMicros TimeOf(const event::Source& source);

enum class Decision : uint8_t {
  kEmpty,      // no figure and no photo, and none before
  kStale,      // not later than what is imported
  kUnchanged,  // no figure and no photo differs
  kSubmitted,  // first content: a ResultSubmitted
  kCorrected,  // a ResultCorrected with the exact changes
};

struct Plan {
  Decision decision{};
  UnixMicros occurred_at;  // `ts`, else `seen`
  std::variant<std::monostate, event::ResultSubmitted, event::ResultCorrected> body;
};

struct ImportCounts {
  uint64_t submitted = 0, corrected = 0, unchanged = 0, empty = 0, stale = 0;
  void Add(Decision decision);
};

class ImportPlanner {
 public:
  // `round` is the one that results are submitted to. What is published opens no round.
  explicit ImportPlanner(std::string contest, uint16_t round = 1)
      : contest_(std::move(contest)), round_(round) {}

  // Requires that `state` is that of the version's TPS.
  Plan Decide(const ImportedState& state, const Version& version) const;

 private:
  const std::string contest_;
  const uint16_t round_;
};

// The state once an event made of `plan` for `version` was accepted: `event` is its hash. Changes
// nothing for a plan without a body.
void Apply(const Plan& plan, const Version& version, const Hash& event, ImportedState* state);

}  // namespace jejak::sirekap
