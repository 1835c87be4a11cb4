#include "ledger/event/testing_samples.h"

#include "ledger/base/check.h"

namespace jejak::event {
namespace {

using election::Figure;

NewKey KeyFrom(uint8_t first) {
  return {Counting<PublicKey>(first), Counting<Signature>(static_cast<uint8_t>(first + 1))};
}
Minutes FullMinutes() { return {"12/BA/PPK/2024", 20240218, Counting<Hash>(0x50)}; }
Source FullSource() {
  return {"sirekap", UnixMicros(1'708'000'000'000'000), UnixMicros(1'708'000'060'000'000),
          "psu=false"};
}
std::vector<Evidence> FullEvidence() {
  return {{1, "image/jpeg", Counting<Hash>(0x60), "https://example.org/1.jpg"},
          {2, "image/jpeg", std::nullopt, "https://example.org/2.jpg"}};
}
std::vector<FigureValue> FullFigures() {
  return {{Figure::kVotersRegisteredL, 140}, {Figure::kValid, 250}, {Figure::kTotal, 9'999'999}};
}
std::vector<ChoiceValue> FullVotes() { return {{100025, 0}, {100026, 200}, {100027, 50}}; }
std::vector<BigFigureValue> BigFigures() {
  return {{Figure::kVotersRegisteredL, 0}, {Figure::kValid, 9'007'199'254'740'991}};
}
std::vector<BigChoiceValue> BigVotes() { return {{100025, 1}, {100026, 4'294'967'296}}; }

// Bodies about officials and their keys.
Body FullKeys(BodyKind kind) {
  switch (kind) {
    case BodyKind::kOfficialsEnrolled:
      return OfficialsEnrolled{{{"kpps-6502010001001",
                                 "KPPS TPS 001",
                                 election::Role::kKpps,
                                 Code("6502010001001"),
                                 "",
                                 0,
                                 "7/2024",
                                 Counting<Hash>(0x80),
                                 {KeyFrom(0x81), KeyFrom(0x91)}},
                                {"saksi/1",
                                 "Saksi",
                                 election::Role::kSaksi,
                                 Code("6502"),
                                 "ppwp",
                                 100025,
                                 "8/2024",
                                 Counting<Hash>(0x82),
                                 {}}}};
    case BodyKind::kKeyEnrolled: return KeyEnrolled{"ppk-650201", KeyFrom(0x83)};
    case BodyKind::kKeyRevoked:
      return KeyRevoked{Counting<PublicKey>(0x84), "telepon hilang",
                        UnixMicros(1'707'900'000'000'000)};
    case BodyKind::kKeyReleased: return KeyReleased{Counting<PublicKey>(0x85), "sudah diperiksa"};
    case BodyKind::kOfficialSuspended: return OfficialSuspended{"ppk-650201", "putusan DKPP"};
    case BodyKind::kOfficialReinstated: return OfficialReinstated{"ppk-650201", "rehabilitasi"};
    default: JEJAK_CHECK(kind == BodyKind::kLedgerKeyChanged);
  }
  return LedgerKeyChanged{KeyFrom(0x86), "rotasi"};
}

Body FullRegistry(BodyKind kind) {
  using election::AmendedField, election::ChoiceKind, election::Stage;
  switch (kind) {
    case BodyKind::kElectionOpened:
      return ElectionOpened{"Pemilu 2024",
                            election::ElectionKind::kPilkada,
                            election::Mode::kSimulation,
                            1,
                            20240214,
                            "jejak.example/pemilu-2024",
                            Counting<Hash>(0x10),
                            300,
                            20,
                            "KPU",
                            "1/2024",
                            Counting<Hash>(0x11),
                            KeyFrom(0x20),
                            KeyFrom(0x30),
                            KeyFrom(0x40)};
    case BodyKind::kContestRegistered:
      return ContestRegistered{"pdpr",
                               election::ContestKind::kParty,
                               "DPR RI",
                               {Code("34"), Code("65")},
                               {Code("3401"), Code("650101")},
                               Stage::kNasional,
                               true,
                               {{Stage::kKpps, 1'707'955'200}, {Stage::kPpk, -1}}};
    case BodyKind::kRegionsRegistered:
      return RegionsRegistered{
          {{Code(""), "Indonesia", election::RegionKind::kUnstated, 420, 823'236},
           {Code("65"), "Kalimantan Utara", election::RegionKind::kProvince, 480, 2'000},
           {Code("6502"), "Bulungan", election::RegionKind::kRegency, std::nullopt, 0},
           {Code("99"), "Luar Negeri", election::RegionKind::kAbroad, -300, std::nullopt}}};
    case BodyKind::kStationsRegistered:
      return StationsRegistered{
          {{Code("6502010001001"), "TPS 001", election::StationKind::kRegular, Dpt{140, 151}},
           {Code("6502010001002"), "", election::StationKind::kSpecial, std::nullopt},
           {Code("9901010001003"), "TPSLN 3", election::StationKind::kPos, Dpt{0, 0}}}};
    case BodyKind::kBallotRegistered:
      return BallotRegistered{"pdpr",
                              "6501",
                              {Code("6501"), Code("6502")},
                              {{17, ChoiceKind::kParty, 1, "Partai Satu", 0, KeyFrom(0x70)},
                               {1701, ChoiceKind::kCandidate, 1, "Calon Satu", 17, std::nullopt},
                               {4, ChoiceKind::kParty, 2, "Partai Dua", 0, std::nullopt},
                               {99, ChoiceKind::kBlank, 3, "Kolom kosong", 0, std::nullopt}}};
    case BodyKind::kRegistryAmended:
      return RegistryAmended{{{AmendedField::kRegionName, "65", "Kaltara", "Kalimantan Utara"},
                              {AmendedField::kDptL, "6502010001001", "140", "141"},
                              {AmendedField::kDptL, "6502010001002", "", "150"}},
                             "Keputusan KPU 5/2024"};
    case BodyKind::kRulesChanged: return RulesChanged{2};
    case BodyKind::kTallyCommitted: return TallyCommitted{Counting<Hash>(0x87)};
    default: return FullKeys(kind);
  }
}

Body FullResult(BodyKind kind) {
  using election::FieldState;
  const RegionCode tps = Code("6502010001001");
  switch (kind) {
    case BodyKind::kResultSubmitted:
      return ResultSubmitted{
          "pdpr",
          tps,
          1,
          FullFigures(),
          FullVotes(),
          {{17, 250}, {18, 0}},
          FieldState::kConfirmed,
          {{FieldKey::Of(Figure::kVotersRegisteredL), FieldState::kUnstated, std::nullopt},
           {FieldKey::Votes(100026), FieldState::kDisputed, 800},
           {FieldKey::PartyTotal(17), FieldState::kEntered, 0}},
          FullEvidence(),
          FullMinutes(),
          FullSource()};
    case BodyKind::kResultCorrected:
      return ResultCorrected{
          "pdpr",
          tps,
          2,
          Counting<Hash>(0x51),
          {{FieldKey::Of(Figure::kVotersRegisteredL), 141},
           {FieldKey::Of(Figure::kValid), std::nullopt},
           {FieldKey::Votes(100026), 0},
           {FieldKey::PartyTotal(17), 300}},
          {{1, Evidence{1, "image/png", Counting<Hash>(0x61), ""}}, {2, std::nullopt}},
          election::CorrectionReason::kRecount,
          election::Ground::kCountMismatch,
          "dihitung ulang",
          "PKPU 5/2024 pasal 48",
          FullMinutes(),
          Code("6502010001002"),
          {Counting<Hash>(0x52), Counting<Hash>(0x53)},
          FullSource()};
    case BodyKind::kResultFinalised: return ResultFinalised{"pdpr", tps, 100};
    default: JEJAK_CHECK(kind == BodyKind::kCopyFiled);
  }
  return CopyFiled{"pdpr", tps, 1, FullFigures(), FullVotes(), {{17, 250}}, FullEvidence()};
}

Body FullRest(BodyKind kind) {
  switch (kind) {
    case BodyKind::kRoundOpened:
      return RoundOpened{election::RoundKind::kPssu,
                         {"pdpr", "ppwp"},
                         {Code("6502010001"), Code("6502020001001")},
                         election::Ground::kUnentitledVoters,
                         Counting<Hash>(0x54),
                         "Pasal 372",
                         FullMinutes()};
    case BodyKind::kRoundCancelled:
      return RoundCancelled{Counting<Hash>(0x55), "putusan dibatalkan", Counting<Hash>(0x56)};
    case BodyKind::kObjectionFiled:
      return ObjectionFiled{"ppwp",
                            Code("650201"),
                            election::Stage::kPpk,
                            "selisih suara",
                            {FieldKey::Of(Figure::kTotal), FieldKey::Votes(100026)},
                            FullEvidence()};
    case BodyKind::kObjectionResolved:
      return ObjectionResolved{Counting<Hash>(0x57), election::Outcome::kCarried,
                               "diselesaikan di tingkat kabupaten", FullMinutes()};
    case BodyKind::kIncidentRecorded:
      return IncidentRecorded{Code("650203"), election::IncidentKind::kOther, "tidak ada jaringan"};
    case BodyKind::kDecisionRecorded:
      return DecisionRecorded{election::Issuer::kConstitutionalCourt,
                              election::DecisionKind::kRuling,
                              "1/PHPU.PRES-XXII/2024",
                              20240422,
                              "pemungutan suara ulang",
                              {"pdpr", "ppwp"},
                              {Code("65"), Code("6502")},
                              Counting<Hash>(0x58)};
    case BodyKind::kRecapPart:
      return RecapPart{"pdpr",
                       Code("650201"),
                       1,
                       2,
                       {{Code("6502010001"), BigFigures(), BigVotes(), {{17, 3}}},
                        {Code("6502010002"), {}, BigVotes(), {}}}};
    case BodyKind::kRecapCertified:
      return RecapCertified{"pdpr",
                            Code("650201"),
                            BigFigures(),
                            BigVotes(),
                            {{17, 3}},
                            2,
                            Counting<Hash>(0x59),
                            TreeSize(4'100'000),
                            FullMinutes(),
                            {{"", 100025, election::SignatoryState::kRefused},
                             {"", 100026, election::SignatoryState::kAbsent},
                             {"ppk-650201", 0, election::SignatoryState::kSigned}},
                            Counting<Hash>(0x5a)};
    default: JEJAK_CHECK(kind == BodyKind::kStageReopened);
  }
  return StageReopened{"pdpr", Code("6502"), election::Stage::kKabkota, Counting<Hash>(0x5b),
                       "putusan Bawaslu"};
}

Body MinimalRegistry(BodyKind kind) {
  switch (kind) {
    case BodyKind::kElectionOpened: {
      ElectionOpened body;
      body.name = "P";
      body.origin = "o";
      body.dpt_max = 1;
      return body;
    }
    case BodyKind::kContestRegistered: {
      ContestRegistered body;
      body.id = "p";
      body.covered = {RegionCode()};
      return body;
    }
    case BodyKind::kRegionsRegistered: return RegionsRegistered{{RegionFact{}}};
    case BodyKind::kStationsRegistered: {
      StationFact fact;
      fact.code = Code("0000000000000");
      return StationsRegistered{{fact}};
    }
    case BodyKind::kBallotRegistered: {
      Choice choice;
      choice.id = 1;
      return BallotRegistered{"p", "0", {RegionCode()}, {choice}};
    }
    case BodyKind::kRegistryAmended: return RegistryAmended{{Amendment{}}, ""};
    case BodyKind::kOfficialsEnrolled: {
      OfficialFact fact;
      fact.id = "a";
      return OfficialsEnrolled{{fact}};
    }
    case BodyKind::kKeyEnrolled: return KeyEnrolled{"a", {}};
    case BodyKind::kKeyRevoked: return KeyRevoked{};
    case BodyKind::kKeyReleased: return KeyReleased{};
    case BodyKind::kOfficialSuspended: return OfficialSuspended{"a", ""};
    case BodyKind::kOfficialReinstated: return OfficialReinstated{"a", ""};
    case BodyKind::kLedgerKeyChanged: return LedgerKeyChanged{};
    case BodyKind::kRulesChanged: return RulesChanged{};
    default: JEJAK_CHECK(kind == BodyKind::kTallyCommitted);
  }
  return TallyCommitted{};
}

Body MinimalRest(BodyKind kind) {
  const RegionCode tps = Code("0000000000000");
  switch (kind) {
    case BodyKind::kResultSubmitted: {
      ResultSubmitted body;
      body.contest = "p";
      body.tps = tps;
      return body;
    }
    case BodyKind::kResultCorrected: {
      ResultCorrected body;
      body.contest = "p";
      body.tps = tps;
      return body;
    }
    case BodyKind::kResultFinalised: return ResultFinalised{"p", tps, 1};
    case BodyKind::kCopyFiled: return CopyFiled{"p", tps, 1, {}, {}, {}, {}};
    case BodyKind::kRoundOpened: {
      RoundOpened body;
      body.contests = {"p"};
      body.places = {RegionCode()};
      return body;
    }
    case BodyKind::kRoundCancelled: return RoundCancelled{};
    case BodyKind::kObjectionFiled: return ObjectionFiled{"p", {}, {}, "", {}, {}};
    case BodyKind::kObjectionResolved: return ObjectionResolved{};
    case BodyKind::kIncidentRecorded: return IncidentRecorded{};
    case BodyKind::kDecisionRecorded: return DecisionRecorded{};
    case BodyKind::kRecapPart: return RecapPart{"p", {}, 1, 1, {{Code("00"), {}, {}, {}}}};
    case BodyKind::kRecapCertified: {
      RecapCertified body;
      body.contest = "p";
      return body;
    }
    default: JEJAK_CHECK(kind == BodyKind::kStageReopened);
  }
  StageReopened body;
  body.contest = "p";
  return body;
}

// Whether the body is about people, places and keys, not about results.
bool IsRegistry(BodyKind kind) {
  return kind <= BodyKind::kLedgerKeyChanged || kind >= BodyKind::kRulesChanged;
}

}  // namespace

RegionCode Code(std::string_view digits) {
  const auto code = RegionCode::Parse(digits);
  JEJAK_CHECK(code.has_value());
  return *code;
}

Body FullBody(BodyKind kind) {
  if (IsRegistry(kind)) return FullRegistry(kind);
  return kind <= BodyKind::kCopyFiled ? FullResult(kind) : FullRest(kind);
}

Body MinimalBody(BodyKind kind) {
  return IsRegistry(kind) ? MinimalRegistry(kind) : MinimalRest(kind);
}

Event EventOf(Body body) {
  return {Counting<Hash>(1),
          Counting<PublicKey>(2),
          3,
          Counting<Hash>(0xf0),
          UnixMicros(1'707'900'000'123'456),
          std::move(body)};
}

}  // namespace jejak::event
