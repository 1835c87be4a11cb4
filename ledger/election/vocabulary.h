// The words of an election, each with the number that stands in events for ever and the name that the
// command line shows. Numbers are those of proto/event.capnp; ledger/event checks that at compile time.
// Indonesian terms stay where they are the form's or the law's own name; docs/reference/glossary.md has all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace jejak::election {

// Each list: JEJAK_WORD(enumerant, number, "name").
#define JEJAK_ELECTION_KINDS(W) W(kPemilu, 0, "pemilu") W(kPilkada, 1, "pilkada")
#define JEJAK_MODES(W) W(kLive, 0, "live") W(kArchive, 1, "archive") W(kSimulation, 2, "simulation")
// What is chosen: tickets (PPWP, governor, regent), parties with candidates (DPR, DPRD), individuals (DPD).
#define JEJAK_CONTEST_KINDS(W) W(kTicket, 0, "ticket") W(kParty, 1, "party") W(kIndividual, 2, "individual")
#define JEJAK_STAGES(W)                                                                       \
  W(kKpps, 0, "kpps") W(kPpk, 1, "ppk") W(kKabkota, 2, "kabkota") W(kProvinsi, 3, "provinsi") \
  W(kNasional, 4, "nasional")
#define JEJAK_ROLES(W)                                                                             \
  W(kRoot, 0, "root") W(kKpu, 1, "kpu") W(kKpuProvinsi, 2, "kpu_provinsi")                         \
  W(kKpuKabkota, 3, "kpu_kabkota") W(kPpk, 4, "ppk") W(kKpps, 5, "kpps") W(kPpln, 6, "ppln")       \
  W(kKppsln, 7, "kppsln") W(kBawaslu, 8, "bawaslu") W(kBawasluProvinsi, 9, "bawaslu_provinsi")     \
  W(kBawasluKabkota, 10, "bawaslu_kabkota") W(kPanwasluKecamatan, 11, "panwaslu_kecamatan")        \
  W(kPanwasluDesa, 12, "panwaslu_desa") W(kPtps, 13, "ptps") W(kPanwasluLn, 14, "panwaslu_ln")     \
  W(kSaksi, 15, "saksi") W(kImporter, 16, "importer") W(kParticipant, 17, "participant")           \
  W(kLedger, 18, "ledger")
#define JEJAK_REGION_KINDS(W)                                                                     \
  W(kUnstated, 0, "unstated") W(kProvince, 1, "province") W(kRegency, 2, "regency")               \
  W(kCity, 3, "city") W(kDistrict, 4, "district") W(kDesa, 5, "desa") W(kKelurahan, 6, "kelurahan") \
  W(kDesaAdat, 7, "desa_adat") W(kAbroad, 8, "abroad")
#define JEJAK_STATION_KINDS(W)                                                      \
  W(kRegular, 0, "regular") W(kSpecial, 1, "special") W(kTpsln, 2, "tpsln") W(kKsk, 3, "ksk") \
  W(kPos, 4, "pos")
#define JEJAK_CHOICE_KINDS(W)                                                                    \
  W(kTicket, 0, "ticket") W(kParty, 1, "party") W(kCandidate, 2, "candidate")                    \
  W(kIndividual, 3, "individual") W(kBlank, 4, "blank")
#define JEJAK_FIELD_STATES(W)                                                                \
  W(kUnstated, 0, "unstated") W(kEntered, 1, "entered") W(kMachineRead, 2, "machine_read")   \
  W(kConfirmed, 3, "confirmed") W(kDisputed, 4, "disputed")
#define JEJAK_CORRECTION_REASONS(W)                                                                \
  W(kMisread, 0, "misread") W(kWrongEntry, 1, "wrong_entry") W(kFormArithmetic, 2, "form_arithmetic") \
  W(kCopiesDiffer, 3, "copies_differ") W(kRecount, 4, "recount")                                   \
  W(kObjectionUpheld, 5, "objection_upheld") W(kBawasluAdvice, 6, "bawaslu_advice")                \
  W(kBawasluRuling, 7, "bawaslu_ruling") W(kCourtRuling, 8, "court_ruling")                        \
  W(kPhotoReplaced, 9, "photo_replaced") W(kWrongTps, 10, "wrong_tps")                             \
  W(kCompletion, 11, "completion") W(kUnstated, 12, "unstated")
// Grounds of a recount (UU 7/2017 art. 374) and of a revote or postponed vote (art. 372, 431).
#define JEJAK_GROUNDS(W)                                                                              \
  W(kNone, 0, "none") W(kRiot, 1, "riot") W(kClosed, 2, "closed") W(kDark, 3, "dark")                 \
  W(kUnclearVoice, 4, "unclear_voice") W(kUnclearWriting, 5, "unclear_writing")                       \
  W(kWitnessesCannotSee, 6, "witnesses_cannot_see") W(kOtherPlaceOrTime, 7, "other_place_or_time")    \
  W(kCountMismatch, 8, "count_mismatch") W(kDisaster, 9, "disaster") W(kProcedure, 10, "procedure")   \
  W(kUnentitledVoters, 11, "unentitled_voters") W(kMarkedBallots, 12, "marked_ballots")               \
  W(kDamagedBallots, 13, "damaged_ballots") W(kLogistics, 14, "logistics") W(kRuling, 15, "ruling")
#define JEJAK_ROUND_KINDS(W) W(kPsu, 0, "psu") W(kPsl, 1, "psl") W(kPss, 2, "pss") W(kPssu, 3, "pssu")
#define JEJAK_OUTCOMES(W) W(kAccepted, 0, "accepted") W(kRejected, 1, "rejected") W(kCarried, 2, "carried")
#define JEJAK_INCIDENT_KINDS(W)                                                              \
  W(kNetwork, 0, "network") W(kServer, 1, "server") W(kLogistics, 2, "logistics")            \
  W(kDisaster, 3, "disaster") W(kSecurity, 4, "security") W(kOther, 5, "other")
#define JEJAK_ISSUERS(W) \
  W(kBawaslu, 0, "bawaslu") W(kConstitutionalCourt, 1, "constitutional_court") W(kOther, 2, "other")
#define JEJAK_DECISION_KINDS(W) W(kAdvice, 0, "advice") W(kRecommendation, 1, "recommendation") W(kRuling, 2, "ruling")
#define JEJAK_SIGNATORY_STATES(W) W(kSigned, 0, "signed") W(kAbsent, 1, "absent") W(kRefused, 2, "refused")
#define JEJAK_AMENDED_FIELDS(W)                                                                    \
  W(kRegionName, 0, "region_name") W(kRegionKind, 1, "region_kind") W(kUtcOffset, 2, "utc_offset") \
  W(kExpectedStations, 3, "expected_stations") W(kStationName, 4, "station_name")                  \
  W(kStationKind, 5, "station_kind") W(kDptL, 6, "dpt_l") W(kDptP, 7, "dpt_p")                     \
  W(kContestName, 8, "contest_name") W(kKppsMayCorrect, 9, "kpps_may_correct")                     \
  W(kDeadline, 10, "deadline") W(kChoiceName, 11, "choice_name") W(kOfficialBody, 12, "official_body") \
  W(kOfficialDecree, 13, "official_decree") W(kElectionName, 14, "election_name")

// Every list above: JEJAK_VOCABULARY(type, list).
#define JEJAK_VOCABULARY_LISTS(L)                                                              \
  L(ElectionKind, JEJAK_ELECTION_KINDS) L(Mode, JEJAK_MODES) L(ContestKind, JEJAK_CONTEST_KINDS) \
  L(Stage, JEJAK_STAGES) L(Role, JEJAK_ROLES) L(RegionKind, JEJAK_REGION_KINDS)                \
  L(StationKind, JEJAK_STATION_KINDS) L(ChoiceKind, JEJAK_CHOICE_KINDS)                        \
  L(FieldState, JEJAK_FIELD_STATES) L(CorrectionReason, JEJAK_CORRECTION_REASONS)              \
  L(Ground, JEJAK_GROUNDS) L(RoundKind, JEJAK_ROUND_KINDS) L(Outcome, JEJAK_OUTCOMES)          \
  L(IncidentKind, JEJAK_INCIDENT_KINDS) L(Issuer, JEJAK_ISSUERS)                               \
  L(DecisionKind, JEJAK_DECISION_KINDS) L(SignatoryState, JEJAK_SIGNATORY_STATES)              \
  L(AmendedField, JEJAK_AMENDED_FIELDS)

// For each type T: enum class T, `Name(T)`, `std::optional<T> Parse<T>(name)`, `AllOf<T>()`.
template <typename T>
std::span<const T> AllOf();
template <typename T>
std::optional<T> Parse(std::string_view name);

#define JEJAK_ENUMERANT(id, number, name) id = number,
#define JEJAK_DECLARE(type, list)                    \
  enum class type : uint16_t { list(JEJAK_ENUMERANT) }; \
  std::string_view Name(type value);                 \
  template <>                                        \
  std::span<const type> AllOf<type>();               \
  template <>                                        \
  std::optional<type> Parse<type>(std::string_view name);
JEJAK_VOCABULARY_LISTS(JEJAK_DECLARE)
#undef JEJAK_DECLARE
#undef JEJAK_ENUMERANT

}  // namespace jejak::election
