// The plenaries from the districts to the nation, and what comes after them: each body corrects
// what those below left wrong, is refused once its stage is sealed, and may act again where KPU
// opens the stage; in the end a court orders a correction of what the nation has certified.
#include <string>

#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

using election::CorrectionReason;
using election::DecisionKind;
using election::Issuer;
using election::Stage;

constexpr const char* kPpwp = "ppwp";

Affair::Basis ByMinutes(CorrectionReason reason, const std::string& explanation,
                        const std::string& office, uint32_t number, uint32_t date) {
  return [=](event::ResultCorrected* body) {
    body->reason = reason;
    body->explanation = explanation;
    body->minutes = MinutesOf(office, number, date);
  };
}

Affair::Basis ByDecision(CorrectionReason reason, const std::string& explanation,
                         const std::string& office, uint32_t number, uint32_t date,
                         const Later& decision) {
  return [=](event::ResultCorrected* body) {
    ByMinutes(reason, explanation, office, number, date)(body);
    body->refers_to = {*decision};
  };
}

void PlanReopening(Plan* plan, UnixMicros when, const RegionCode& region, Stage stage,
                   const Later& decision, const std::string& reason) {
  PlanSaying(
      plan, when, "kpu",
      [=] {
        return event::StageReopened{kPpwp, region, stage, *decision, reason};
      },
      "opens the stage of " + (region.IsNation() ? std::string("the nation") : region.str()) +
          " again");
}

// PPK Tanjung Palas Utara finds an error, and its own D.Hasil off by one, a day after it certified.
void PlanDistrictAgain(Plan* plan) {
  const RegionCode district = plan->District(kPalasUtara);
  const Author ppk{Ppk(district)};
  const std::string office = "PPK-" + district.str();
  Affair affair(plan, kPpwp, kPalasUtara, 4);
  affair.Misstate({{affair.Votes(0), 7}});
  const auto basis = ByMinutes(CorrectionReason::kWrongEntry,
                               "angka salah disalin dari C.Hasil di pleno", office, 92, 20240228);
  affair.CorrectInVain(LocalTime(2, 28, 14, 0), ppk, Reason::kStageSealed, basis);
  const Later asked = PlanSaying(
      plan, LocalTime(2, 29, 9, 0), BawasluOf(district.Parent()),
      [district] {
        return Decision(Issuer::kBawaslu, DecisionKind::kRecommendation, "031/PM.00.02/2024",
                        20240229, "buka kembali rekapitulasi kecamatan", district);
      },
      "recommends to open the recapitulation of " + district.str());
  PlanReopening(plan, LocalTime(2, 29, 10, 0), district, Stage::kPpk, asked,
                "D.Hasil kecamatan selisih satu suara dari C.Hasil");
  affair.Correct(LocalTime(2, 29, 11, 0), ppk, basis);
  plan->At(LocalTime(2, 29, 14, 0), [plan, ppk, district](UnixMicros now) {
    event::RecapCertified body;
    body.contest = kPpwp;
    body.region = district;
    body.size = plan->world().LogSize();
    body.minutes = MinutesOf("PPK-" + district.str(), 93, 20240229);
    plan->world().SayInVain(ppk, std::move(body), now, Reason::kSupersedesStale, 0,
                            ppk.official + " tries: SUPERSEDES_STALE");
  });
  Recap recap;
  recap.region = kPalasUtara;
  recap.minutes = 94;
  PlanRecap(plan, LocalTime(2, 29, 15, 0), recap);
}

// After KPU Bulungan has certified, Bawaslu rules that it was wrong about a TPS.
void PlanRegencyAgain(Plan* plan) {
  const RegionCode regency = plan->District(0).Parent();
  const Author kpu{KpuOf(regency)};
  Affair affair(plan, kPpwp, kPalasBarat, 2);
  affair.Misstate({{affair.Votes(2), 12}});
  affair.CorrectInVain(LocalTime(3, 3, 14, 0), kpu, Reason::kStageSealed,
                       ByMinutes(CorrectionReason::kWrongEntry, "angka salah disalin", "KPU-6501",
                                 10, 20240303));
  const StationCode tps = affair.tps();
  const Later ruled = PlanSaying(
      plan, LocalTime(3, 4, 9, 0), BawasluOf(regency.Parent()),
      [tps] {
        return Decision(Issuer::kBawaslu, DecisionKind::kRuling, "003/LP/ADM.PL/III/2024",
                        20240304, "perbaiki perolehan suara sesuai C.Hasil", tps);
      },
      "rules on " + tps.str());
  PlanReopening(plan, LocalTime(3, 4, 10, 0), regency, Stage::kKabkota, ruled,
                "putusan Bawaslu Provinsi");
  affair.Correct(LocalTime(3, 4, 15, 0), kpu,
                 ByDecision(CorrectionReason::kBawasluRuling, "melaksanakan putusan Bawaslu",
                            "KPU-6501", 11, 20240304, ruled));
  Recap recap;
  recap.level = Level::kRegency;
  recap.minutes = 12;
  PlanRecap(plan, LocalTime(3, 5, 10, 0), recap);
}

void PlanProvince(Plan* plan) {
  const RegionCode province = plan->District(0).Parent().Parent();
  Affair affair(plan, kPpwp, kPalasTimur, 6);
  affair.Misstate({{FieldKey::Of(election::Figure::kInvalid), 30}});
  affair.Correct(LocalTime(3, 6, 10, 0), {KpuOf(province)},
                 ByMinutes(CorrectionReason::kFormArithmetic,
                           "suara tidak sah tidak sama dengan surat suara yang digunakan",
                           "KPU-65", 2, 20240306));
  Recap recap;
  recap.level = Level::kProvince;
  recap.minutes = 3;
  PlanRecap(plan, LocalTime(3, 8, 10, 0), recap);
}

// The province may no longer, the nation may.
void PlanNation(Plan* plan) {
  const RegionCode province = plan->District(0).Parent().Parent();
  Affair affair(plan, kPpwp, kPeso, 3);
  affair.Misstate({{affair.Votes(1), 40}});
  affair.CorrectInVain(LocalTime(3, 12, 10, 0), {KpuOf(province)}, Reason::kStageSealed,
                       ByMinutes(CorrectionReason::kWrongEntry, "terlambat ditemukan", "KPU-65",
                                 4, 20240312));
  affair.Correct(LocalTime(3, 15, 10, 0), {"kpu"},
                 ByMinutes(CorrectionReason::kWrongEntry,
                           "ditemukan saat pencermatan rekapitulasi nasional", "KPU", 1, 20240315));
  Recap recap;
  recap.level = Level::kNation;
  recap.minutes = 2;
  PlanRecap(plan, LocalTime(3, 20, 14, 0), recap);
}

// A witness held a copy against the form since March; only the court has it corrected.
void PlanCourt(Plan* plan) {
  Affair affair(plan, kPpwp, kPesoHilir, 2);
  affair.Misstate({{affair.Votes(0), 25}});
  const StationCode tps = affair.tps();
  const ChoiceId ticket = affair.Votes(2).id;
  const election::Form paper = affair.paper();
  PlanSaying(
      plan, LocalTime(3, 10, 9, 0), Witness(kPpwp, ticket, tps.At(Level::kRegency)),
      [tps, paper] {
        event::CopyFiled body;
        body.contest = kPpwp;
        body.tps = tps;
        for (const auto& vote : paper.view().votes()) {
          body.votes.push_back({vote.key.id, vote.value});
        }
        return body;
      },
      "files a copy of " + tps.str());
  affair.CorrectInVain(LocalTime(3, 21, 9, 0), {"kpu"}, Reason::kStageSealed,
                       ByMinutes(CorrectionReason::kCopiesDiffer, "sesuai salinan saksi", "KPU", 3,
                                 20240321));
  const Later ruled = PlanSaying(
      plan, LocalTime(4, 24, 16, 0), "kpu",
      [tps] {
        return Decision(Issuer::kConstitutionalCourt, DecisionKind::kRuling,
                        "REKAAN/PHPU.PRES-XXII/2024", 20240424,
                        "tetapkan perolehan suara yang benar menurut C.Hasil", tps);
      },
      "records the court's ruling on " + tps.str());
  affair.Correct(LocalTime(4, 25, 10, 0), {"kpu"},
                 ByDecision(CorrectionReason::kCourtRuling, "melaksanakan putusan MK", "KPU", 4,
                            20240425, ruled));
  PlanReopening(plan, LocalTime(4, 25, 11, 0), RegionCode(), Stage::kNasional, ruled,
                "penetapan ulang sesudah putusan MK");
  Recap recap;
  recap.level = Level::kNation;
  recap.minutes = 5;
  PlanRecap(plan, LocalTime(4, 26, 10, 0), recap);
}

}  // namespace

void PlanPlenaries(Plan* plan) {
  PlanDistrictAgain(plan);
  PlanRegencyAgain(plan);
  PlanProvince(plan);
  PlanNation(plan);
  PlanCourt(plan);
}

}  // namespace jejak::sim
