// Events as plain values, one struct per body of proto/event.capnp, which has the meaning of each
// field. Absent optional hashes and minutes are std::nullopt; empty text and lists are absent
// facts.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"

namespace jejak::event {

using election::ChoiceId;
using election::FieldKey;
using election::RegionCode;
using election::StationCode;

struct NewKey {
  PublicKey key;
  Signature proof;
  bool operator==(const NewKey&) const = default;
};
struct FigureValue {
  election::Figure figure{};
  uint32_t value = 0;
  bool operator==(const FigureValue&) const = default;
};
struct ChoiceValue {
  ChoiceId choice = 0;
  uint32_t value = 0;
  bool operator==(const ChoiceValue&) const = default;
};
struct BigFigureValue {
  election::Figure figure{};
  uint64_t value = 0;
  bool operator==(const BigFigureValue&) const = default;
};
struct BigChoiceValue {
  ChoiceId choice = 0;
  uint64_t value = 0;
  bool operator==(const BigChoiceValue&) const = default;
};
struct Reading {
  FieldKey field;  // not evidence
  election::FieldState state{};
  std::optional<uint32_t> differs;  // what the machine read, where it differs
  bool operator==(const Reading&) const = default;
};
struct Evidence {
  uint16_t page = 0;
  std::string media_type;
  std::optional<Hash> sha256;
  std::string url;
  bool operator==(const Evidence&) const = default;
};
struct Minutes {
  std::string number;
  uint32_t date = 0;
  std::optional<Hash> sha256;
  bool operator==(const Minutes&) const = default;
};
struct Source {
  std::string system;
  UnixMicros published;  // 0: not stated
  UnixMicros observed;   // 0: not stated
  std::string note;
  bool operator==(const Source&) const = default;
};

// The rules version that new elections are opened with (ledger/admission/decide.h judges by it).
inline constexpr uint16_t kRulesNewest = 1;

struct ElectionOpened {
  std::string name;
  election::ElectionKind kind{};
  election::Mode mode{};
  uint16_t rules = 0;
  uint32_t voting_day = 0;
  std::string origin;
  Hash nonce;
  uint32_t dpt_max = 0;
  uint16_t reserve_permille = 0;
  std::string root_body;
  std::string root_decree;
  Hash root_name;
  NewKey root_key;
  NewKey ledger_key;
  NewKey supervisors_key;
  bool operator==(const ElectionOpened&) const = default;
};
struct Deadline {
  election::Stage stage{};
  int64_t local_seconds = 0;
  bool operator==(const Deadline&) const = default;
};
struct ContestRegistered {
  std::string id;
  election::ContestKind kind{};
  std::string name;
  std::vector<RegionCode> covered;
  std::vector<RegionCode> excepted;
  election::Stage last_stage{};
  bool kpps_may_correct = false;
  std::vector<Deadline> deadlines;
  bool operator==(const ContestRegistered&) const = default;
};
struct RegionFact {
  RegionCode code;
  std::string name;
  election::RegionKind kind{};
  std::optional<int16_t> utc_offset;  // minutes; inherited when absent
  std::optional<uint32_t> expected_stations;
  bool operator==(const RegionFact&) const = default;
};
struct RegionsRegistered {
  std::vector<RegionFact> regions;
  bool operator==(const RegionsRegistered&) const = default;
};
struct Dpt {
  uint32_t l = 0;
  uint32_t p = 0;
  bool operator==(const Dpt&) const = default;
};
struct StationFact {
  StationCode code;
  std::string name;
  election::StationKind kind{};
  std::optional<Dpt> dpt;
  bool operator==(const StationFact&) const = default;
};
struct StationsRegistered {
  std::vector<StationFact> stations;
  bool operator==(const StationsRegistered&) const = default;
};
struct Choice {
  ChoiceId id = 0;
  election::ChoiceKind kind{};
  uint16_t number = 0;
  std::string name;
  ChoiceId party = 0;
  std::optional<NewKey> witness_key;
  bool operator==(const Choice&) const = default;
};
struct BallotRegistered {
  std::string contest;
  std::string dapil;
  std::vector<RegionCode> members;
  std::vector<Choice> choices;
  bool operator==(const BallotRegistered&) const = default;
};
struct Amendment {
  election::AmendedField field{};
  std::string subject;
  std::string before;
  std::string after;
  bool operator==(const Amendment&) const = default;
};
struct RegistryAmended {
  std::vector<Amendment> amendments;
  std::string legal_basis;
  bool operator==(const RegistryAmended&) const = default;
};
struct OfficialFact {
  std::string id;
  std::string body;
  election::Role role{};
  RegionCode jurisdiction;
  std::string contest;
  ChoiceId choice = 0;
  std::string decree;
  Hash name;
  std::vector<NewKey> keys;
  bool operator==(const OfficialFact&) const = default;
};
struct OfficialsEnrolled {
  std::vector<OfficialFact> officials;
  bool operator==(const OfficialsEnrolled&) const = default;
};
struct KeyEnrolled {
  std::string official;
  NewKey key;
  bool operator==(const KeyEnrolled&) const = default;
};
struct KeyRevoked {
  PublicKey key;
  std::string reason;
  std::optional<UnixMicros> suspect_since;
  bool operator==(const KeyRevoked&) const = default;
};
struct KeyReleased {
  PublicKey key;
  std::string reason;
  bool operator==(const KeyReleased&) const = default;
};
struct OfficialSuspended {
  std::string official;
  std::string reason;
  bool operator==(const OfficialSuspended&) const = default;
};
struct OfficialReinstated {
  std::string official;
  std::string reason;
  bool operator==(const OfficialReinstated&) const = default;
};
struct LedgerKeyChanged {
  NewKey key;
  std::string reason;
  bool operator==(const LedgerKeyChanged&) const = default;
};
struct ResultSubmitted {
  std::string contest;
  StationCode tps;
  uint16_t round = 1;
  std::vector<FigureValue> figures;
  std::vector<ChoiceValue> votes;
  std::vector<ChoiceValue> party_totals;
  election::FieldState state{};
  std::vector<Reading> readings;
  std::vector<Evidence> evidence;
  std::optional<Minutes> minutes;
  std::optional<Source> source;
  bool operator==(const ResultSubmitted&) const = default;
};
struct Change {
  FieldKey field;  // not evidence
  std::optional<uint32_t> value;  // absent: withdrawn
  bool operator==(const Change&) const = default;
};
struct EvidenceChange {
  uint16_t page = 0;
  std::optional<Evidence> set;  // absent: removed
  bool operator==(const EvidenceChange&) const = default;
};
struct ResultCorrected {
  std::string contest;
  StationCode tps;
  uint16_t round = 1;
  Hash supersedes;
  std::vector<Change> changes;
  std::vector<EvidenceChange> evidence;
  election::CorrectionReason reason{};
  election::Ground ground{};
  std::string explanation;
  std::string legal_basis;
  std::optional<Minutes> minutes;
  std::optional<StationCode> other_tps;
  std::vector<Hash> refers_to;
  std::optional<Source> source;
  bool operator==(const ResultCorrected&) const = default;
};
struct ResultFinalised {
  std::string contest;
  StationCode tps;
  uint16_t round = 1;
  bool operator==(const ResultFinalised&) const = default;
};
struct CopyFiled {
  std::string contest;
  StationCode tps;
  uint16_t round = 1;
  std::vector<FigureValue> figures;
  std::vector<ChoiceValue> votes;
  std::vector<ChoiceValue> party_totals;
  std::vector<Evidence> evidence;
  bool operator==(const CopyFiled&) const = default;
};
struct RoundOpened {
  election::RoundKind kind{};
  std::vector<std::string> contests;
  std::vector<RegionCode> places;
  election::Ground ground{};
  std::optional<Hash> decision;
  std::string legal_basis;
  std::optional<Minutes> minutes;
  bool operator==(const RoundOpened&) const = default;
};
struct RoundCancelled {
  Hash opened;
  std::string reason;
  std::optional<Hash> decision;
  bool operator==(const RoundCancelled&) const = default;
};
struct ObjectionFiled {
  std::string contest;
  RegionCode place;
  election::Stage stage{};
  std::string text;
  std::vector<FieldKey> fields;
  std::vector<Evidence> evidence;
  bool operator==(const ObjectionFiled&) const = default;
};
struct ObjectionResolved {
  Hash objection;
  election::Outcome outcome{};
  std::string text;
  std::optional<Minutes> minutes;
  bool operator==(const ObjectionResolved&) const = default;
};
struct IncidentRecorded {
  RegionCode place;
  election::IncidentKind kind{};
  std::string text;
  bool operator==(const IncidentRecorded&) const = default;
};
struct DecisionRecorded {
  election::Issuer issuer{};
  election::DecisionKind kind{};
  std::string number;
  uint32_t date = 0;
  std::string orders;
  std::vector<std::string> contests;
  std::vector<RegionCode> places;
  Hash document;
  bool operator==(const DecisionRecorded&) const = default;
};
struct RecapRow {
  RegionCode child;
  std::vector<BigFigureValue> figures;
  std::vector<BigChoiceValue> votes;
  std::vector<BigChoiceValue> party_totals;
  bool operator==(const RecapRow&) const = default;
};
struct RecapPart {
  std::string contest;
  RegionCode region;
  uint16_t part = 0;
  uint16_t parts = 0;
  std::vector<RecapRow> rows;
  bool operator==(const RecapPart&) const = default;
};
struct Signatory {
  std::string official;
  ChoiceId participant = 0;
  election::SignatoryState state{};
  bool operator==(const Signatory&) const = default;
};
struct RecapCertified {
  std::string contest;
  RegionCode region;
  std::vector<BigFigureValue> figures;
  std::vector<BigChoiceValue> votes;
  std::vector<BigChoiceValue> party_totals;
  uint16_t parts = 0;
  std::optional<Hash> parts_hash;
  TreeSize size;
  std::optional<Minutes> minutes;
  std::vector<Signatory> signatories;
  std::optional<Hash> replaces;
  bool operator==(const RecapCertified&) const = default;
};
struct StageReopened {
  std::string contest;
  RegionCode region;
  election::Stage stage{};
  Hash decision;
  std::string reason;
  bool operator==(const StageReopened&) const = default;
};
struct RulesChanged {
  uint16_t rules = 0;
  bool operator==(const RulesChanged&) const = default;
};
struct TallyCommitted {
  Hash root;
  bool operator==(const TallyCommitted&) const = default;
};

// In the order of the union in event.capnp, so that index() is the body's number.
using Body = std::variant<
    ElectionOpened, ContestRegistered, RegionsRegistered, StationsRegistered, BallotRegistered,
    RegistryAmended, OfficialsEnrolled, KeyEnrolled, KeyRevoked, KeyReleased, OfficialSuspended,
    OfficialReinstated, LedgerKeyChanged, ResultSubmitted, ResultCorrected, ResultFinalised,
    CopyFiled, RoundOpened, RoundCancelled, ObjectionFiled, ObjectionResolved, IncidentRecorded,
    DecisionRecorded, RecapPart, RecapCertified, StageReopened, RulesChanged, TallyCommitted>;

enum class BodyKind : uint8_t {
  kElectionOpened, kContestRegistered, kRegionsRegistered, kStationsRegistered, kBallotRegistered,
  kRegistryAmended, kOfficialsEnrolled, kKeyEnrolled, kKeyRevoked, kKeyReleased, kOfficialSuspended,
  kOfficialReinstated, kLedgerKeyChanged, kResultSubmitted, kResultCorrected, kResultFinalised,
  kCopyFiled, kRoundOpened, kRoundCancelled, kObjectionFiled, kObjectionResolved, kIncidentRecorded,
  kDecisionRecorded, kRecapPart, kRecapCertified, kStageReopened, kRulesChanged, kTallyCommitted,
};
inline constexpr size_t kBodyKinds = std::variant_size_v<Body>;
static_assert(static_cast<size_t>(BodyKind::kTallyCommitted) + 1 == kBodyKinds);

// The body's name in event.capnp: "resultSubmitted".
std::string_view BodyName(BodyKind kind);
std::optional<BodyKind> ParseBodyName(std::string_view name);

struct Event {
  Hash election;
  PublicKey author;
  uint64_t sequence = 0;
  Hash previous;
  UnixMicros occurred_at;
  Body body;

  BodyKind kind() const { return static_cast<BodyKind>(body.index()); }
  bool operator==(const Event&) const = default;
};

}  // namespace jejak::event
