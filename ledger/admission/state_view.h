// What admission needs to know of the state before an event, as an interface: ledger/projection
// implements it over the key-value interface, tests over plain maps. All answers are of one log
// prefix: exactly the entries before the event.
//
// Thread rule: one thread at a time. A failed read answers "absent"; whoever owns the view checks
// its key-value status before the verdict becomes visible.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"
#include "ledger/event/bodies.h"

namespace jejak::admission {

using election::ChoiceId;
using election::FieldKey;
using election::RegionCode;
using election::Role;
using election::Stage;
using election::StationCode;

struct ElectionState {
  Hash id;  // hash of the genesis event
  election::ElectionKind kind{};
  election::Mode mode{};
  uint16_t rules = 0;
  uint32_t dpt_max = 0;
  uint16_t reserve_permille = 0;
  PublicKey ledger_key;  // in force
};

// An enrolled key, its chain, and the facts of its official that decide what it may do.
struct KeyState {
  std::string official;
  Role role{};
  RegionCode jurisdiction;
  std::string contest;  // of a saksi or participant
  ChoiceId choice = 0;
  LogIndex enrolled_at;
  uint64_t next_sequence = 0;
  Hash head;  // hash of the newest event of the chain; zero before the first
  uint32_t refusals_in_a_row = 0;
  bool suspended = false;  // after too many refusals, until released
  bool revoked = false;
  bool official_suspended = false;
};

struct OfficialState {
  std::string body;
  Role role{};
  RegionCode jurisdiction;
  std::string contest;
  ChoiceId choice = 0;
  std::string decree;
  Hash name;  // commitment
  LogIndex enrolled_at;
  std::string enrolled_by;  // id of the official
  bool suspended = false;
  std::vector<PublicKey> keys;  // in the order of their enrolment
};

struct ContestState {
  std::string id;
  election::ContestKind kind{};
  std::string name;
  std::vector<RegionCode> covered;
  std::vector<RegionCode> excepted;
  Stage last_stage{};
  bool kpps_may_correct = false;
  std::vector<event::Deadline> deadlines;
  // True when `place` lies in a covered region and in no excepted one.
  bool Covers(const RegionCode& place) const;
};

struct RegionState {
  std::string name;
  election::RegionKind kind{};
  std::optional<int16_t> utc_offset;
  std::optional<uint32_t> expected_stations;
};

struct StationState {
  std::string name;
  election::StationKind kind{};
  std::optional<event::Dpt> dpt;
  LogIndex registered_at;
};

// The ballot of one dapil of one contest.
struct BallotState {
  std::string contest;
  std::string dapil;
  std::vector<RegionCode> members;
  std::vector<event::Choice> choices;  // in the order of the ballot
  LogIndex registered_at;
  struct Position {
    ChoiceId id = 0;
    uint32_t at = 0;  // in `choices`
  };
  std::vector<Position> by_id;  // ascending by id; made by Index
  // Call once after `choices` is filled. Without it Find is linear.
  void Index();
  // Null when the ballot has no such choice.
  const event::Choice* Find(ChoiceId id) const;
};

// The newest round of a (contest, TPS).
struct ResultState {
  uint16_t round = 1;
  LogIndex round_opened_at;   // index of the roundOpened; 0 for round 1
  bool has_result = false;    // an accepted resultSubmitted in this round
  Hash newest_event;          // newest accepted resultSubmitted or resultCorrected of this round
  bool finalised = false;     // by KPPS, in this round
  bool ppk_acted = false;     // PPK submitted or corrected in this round, which ends the KPPS stage
  std::vector<election::FieldValue> values;  // present figures, votes and party totals, ascending
  std::vector<event::Evidence> evidence;     // ascending by page
};

// The newest certification of (contest, region), if any; and until when the stage is open again.
struct SealState {
  LogIndex certified_at;
  Hash event;
};

// What a logged event that others refer to is. Only accepted events of kinds that can be referred
// to.
struct ReferenceState {
  LogIndex index;
  event::BodyKind kind{};
  // Of objections, resolutions (those of the objection), certifications and what else names one of
  // each.
  std::string contest;
  RegionCode place;
  election::Outcome outcome{};            // of objectionResolved
  election::Issuer issuer{};              // of decisionRecorded
  election::DecisionKind decision_kind{};
  std::vector<RegionCode> places;         // of decisionRecorded, roundOpened
  std::vector<std::string> contests;      // of decisionRecorded (empty: all), roundOpened
  // Of an objection: accepted or rejected (one that was carried to the next level is still open
  // there). Of a roundOpened: cancelled.
  bool resolved = false;
  // Of a roundOpened: some TPS has an accepted result in that round, or a newer round.
  bool used = false;
};

// Whether figures and evidence of a result are wanted.
enum class Contents : uint8_t { kUnwanted, kWanted };

class StateView {
 public:
  virtual ~StateView() = default;

  // None before genesis.
  virtual std::optional<ElectionState> Election() const = 0;
  // The election's name as amended. Beside Election(), which every event asks for.
  virtual std::string ElectionName() const = 0;
  // Null when not enrolled. Good until the state changes.
  virtual const KeyState* Key(const PublicKey& key) const = 0;
  virtual std::optional<OfficialState> Official(std::string_view id) const = 0;
  virtual std::shared_ptr<const ContestState> Contest(std::string_view id) const = 0;
  // The nation (empty code) is always registered.
  virtual std::optional<RegionState> Region(const RegionCode& code) const = 0;
  // Null when not registered. Good until the state changes.
  virtual const StationState* Station(const StationCode& code) const = 0;
  // The ballot of the dapil with that code, and the ballot whose members contain the place.
  virtual std::shared_ptr<const BallotState> Ballot(std::string_view contest,
                                                    std::string_view dapil) const = 0;
  virtual std::shared_ptr<const BallotState> BallotAt(std::string_view contest,
                                                      const RegionCode& place) const = 0;
  // True when some ballot of the contest has a member inside `place` or is `place`.
  virtual bool AnyBallotInside(std::string_view contest, const RegionCode& place) const = 0;
  // What choice `id` means in `contest`, from whichever ballot registered it first.
  virtual std::optional<event::Choice> ChoiceMeaning(std::string_view contest,
                                                     ChoiceId id) const = 0;
  // Round 1 without a result when nothing happened there yet. The station need not be registered.
  virtual ResultState Result(std::string_view contest, const StationCode& tps,
                             Contents contents) const = 0;
  virtual std::optional<SealState> Seal(std::string_view contest,
                                        const RegionCode& region) const = 0;
  // Index of the newest stageReopened that names exactly this region and stage.
  virtual std::optional<LogIndex> Reopened(std::string_view contest, const RegionCode& region,
                                           Stage stage) const = 0;
  // The accepted event with this hash, of kinds objectionFiled, objectionResolved,
  // decisionRecorded, roundOpened, roundCancelled, recapCertified, incidentRecorded, copyFiled; any
  // other logged event comes as kind resultSubmitted with nothing but its index.
  virtual std::optional<ReferenceState> Reference(const Hash& event) const = 0;
  // Hash of the newest accepted recapPart k of `parts` by `author` for (contest, region).
  virtual std::optional<Hash> RecapPart(const PublicKey& author, std::string_view contest,
                                        const RegionCode& region, uint16_t part,
                                        uint16_t parts) const = 0;
  // Index of the newest roundOpened of `contest` with a place that lies in `region` or contains it.
  virtual std::optional<LogIndex> RoundOpenedAround(std::string_view contest,
                                                    const RegionCode& region) const = 0;
  // Index of the entry, accepted or refused, that holds the event with this hash.
  virtual std::optional<LogIndex> FindEvent(const Hash& event) const = 0;
  // A fork of `key` at `sequence` has been logged.
  virtual bool ForkLogged(const PublicKey& key, uint64_t sequence) const = 0;
  // The number of entries before the event.
  virtual TreeSize Size() const = 0;
};

}  // namespace jejak::admission
