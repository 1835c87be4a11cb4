// The rows of the projections, and their bytes: varints in a fixed order, one encoding per value,
// so that a rebuild gives the same bytes on every machine.
//
// Thread rule: values and pure functions. A row that doesn't decode is damage: the decoders return
// no value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/admission/state_view.h"
#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/rules.h"
#include "ledger/event/bodies.h"

namespace jejak::projection {

using election::FieldKey;
using election::RegionCode;
using election::StationCode;

struct ElectionRow {
  admission::ElectionState state;
  std::string name;
  std::string origin;
  uint32_t voting_day = 0;
  PublicKey root_key;
  PublicKey supervisors_key;
  std::vector<std::string> contests;  // ids, in the order of registration
};

// A region: what was registered, and what its children expect.
struct RegionRow {
  admission::RegionState state;
  uint32_t children_expected = 0;  // sum over children that know
  uint32_t children_known = 0;     // children that know
  // Of the stations inside: how many, of how many the list of voters (DPT) is stated, and its sums.
  uint32_t stations = 0;
  uint32_t stations_listed = 0;
  uint64_t listed_l = 0;
  uint64_t listed_p = 0;
  // TPSs expected: its own statement, else the sum of its children; none when nothing is known.
  std::optional<uint32_t> Expected() const;
};

// One figure of a form and the entry that set it.
struct Cell {
  FieldKey key;
  uint32_t value = 0;
  LogIndex set_by;
  bool operator==(const Cell&) const = default;
};

struct OpenFinding {
  uint8_t rule = 0;
  uint64_t row = 0;
  LogIndex opened_by;
  bool operator==(const OpenFinding&) const = default;
};

// What a station counts as, in its shown round.
struct StationFlags {
  bool reported = false;           // at least one vote figure present
  bool corrected = false;          // a present figure got another value or was withdrawn
  bool completed = false;          // absent figures were filled in
  bool evidence_replaced = false;  // a correction set or removed a photo
  bool with_findings = false;      // an open finding of severity error or recount-ground
  bool operator==(const StationFlags&) const = default;
};

// One round of a (contest, TPS).
struct RoundRow {
  uint16_t round = 1;
  LogIndex opened_at;  // of the roundOpened; 0 for round 1
  std::optional<Hash> opened_event;  // its hash; none for round 1
  Hash newest_event;   // zero: no accepted result in this round
  bool finalised = false;
  bool ppk_acted = false;
  StationFlags flags;
  std::vector<LogIndex> versions;  // accepted resultSubmitted and resultCorrected, ascending
  std::vector<Cell> cells;         // present figures, ascending by field
  std::vector<event::Evidence> evidence;
  std::vector<LogIndex> evidence_set_by;  // beside `evidence`
  std::vector<OpenFinding> findings;      // open ones, ascending

  bool HasResult() const { return !versions.empty(); }
};

// When a TPS came in, and when its votes were withdrawn again: in, out, in …
struct Report {
  LogIndex index;
  UnixMicros received_at;
};

// The newest round, and the one whose figures are shown while the newest has no result.
struct ResultRow {
  RoundRow newest;
  uint16_t shown_round = 1;  // equals newest.round, or names a row of kPastRounds
  std::vector<Report> reports;  // of all rounds
};

struct KeyRow {
  admission::KeyState state;
  LogIndex revoked_at;
  std::optional<UnixMicros> suspect_since;
};

// Sums of one (contest, region).
struct StationCounts {
  int64_t total = 0, reported = 0, corrected = 0, completed = 0, evidence_replaced = 0,
          with_findings = 0;
  void Add(const StationCounts& other);
  bool IsZero() const;
  bool operator==(const StationCounts&) const = default;
};
struct SumCell {
  FieldKey key;
  uint64_t sum = 0;
  uint32_t present = 0;  // TPSs in which the figure is present; a cell with none is not kept
  bool operator==(const SumCell&) const = default;
};
struct TallyRow {
  StationCounts stations;
  std::vector<SumCell> sums;  // ascending by field
  bool operator==(const TallyRow&) const = default;
};

// A region's node of the tally tree, as of a commitment. Its newest one's children have a row of
// their own (tally_children.h).
struct NodeRow {
  Hash node;
  uint32_t children = 0;
  Hash children_root;
  TallyRow tally;
};

struct SumDelta {
  FieldKey key;
  int64_t sum = 0;
  int32_t present = 0;
  bool operator==(const SumDelta&) const = default;
};

// A change of one (contest, place).
struct TallyDelta {
  StationCounts stations;
  std::vector<SumDelta> sums;  // ascending by field, merged
  // Adds `other`; both ascending.
  void Add(const TallyDelta& other);
};

// What the tally tree has gathered since the newest commitment.
struct TallyStateRow {
  LogIndex base;         // the newest commitment; 0 when there is none
  uint64_t changes = 0;  // entries that changed the tally since
  bool operator==(const TallyStateRow&) const = default;
};

// A recapPart: its event, of how many it is one, and what its rows state.
struct RecapPartRow {
  struct Child {
    RegionCode region;
    std::vector<election::BigFieldValue> values;  // ascending
  };
  Hash event;
  uint16_t parts = 0;
  std::vector<Child> rows;
};

struct RefusalRow {
  uint16_t reason = 0;
  uint32_t number = 0;
  std::string official;
  RegionCode place;
};

struct FindingRow {
  std::optional<LogIndex> cleared_by;
  std::vector<FieldKey> fields;
};

Bytes Encode(const ElectionRow& row);
Bytes Encode(const admission::ContestState& row);
Bytes Encode(const RegionRow& row);
Bytes Encode(const admission::StationState& row);
Bytes Encode(const admission::BallotState& row);
Bytes Encode(const admission::OfficialState& row);
Bytes Encode(const KeyRow& row);
Bytes Encode(const ResultRow& row);
Bytes Encode(const RoundRow& row);
Bytes Encode(const TallyRow& row);
Bytes Encode(const NodeRow& row);
Bytes Encode(const TallyDelta& row);
Bytes Encode(const TallyStateRow& row);
Bytes Encode(const RecapPartRow& row);
Bytes Encode(const RefusalRow& row);
Bytes Encode(const FindingRow& row);
Bytes Encode(const admission::ReferenceState& row);
Bytes Encode(const admission::SealState& row);

// Appends what Encode makes.
void EncodeTo(const admission::StationState& row, Bytes* out);
void EncodeTo(const admission::SealState& row, Bytes* out);
void EncodeTo(const KeyRow& row, Bytes* out);
void EncodeTo(const ResultRow& row, Bytes* out);
void EncodeTo(const NodeRow& row, Bytes* out);
void EncodeTo(const TallyDelta& row, Bytes* out);

template <typename Row>
std::optional<Row> Decode(ByteView bytes);
// The reports alone of an encoded ResultRow.
std::optional<std::vector<Report>> DecodeReports(ByteView bytes);

}  // namespace jejak::projection
