// What happens beside the plenaries in the weeks after the night: a recount at a TPS, a round that
// is cancelled and one that continues a vote, objections that are carried upward, copies that fit
// or don't, incidents.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

using election::CorrectionReason;
using election::Issuer;
using election::Outcome;
using election::Stage;

constexpr const char* kPpwp = "ppwp";

// The ballots for DPD are counted again at the TPS before KPPS closes its form.
void PlanRecountAtStation(Plan* plan) {
  const std::string dpd = "pdpd";
  Affair affair(plan, dpd, kBunyu, 12);
  affair.Misstate({{affair.Votes(0), 6}, {FieldKey::Of(election::Figure::kValid), 6}});
  const size_t contest = plan->world().contests.Find(dpd);
  const UnixMicros when = After(plan->Arrival(contest, affair.station().index), 80 * kMinute);
  const StationCode tps = affair.tps();
  affair.Correct(when, plan->KppsOf(affair.station()), [tps](event::ResultCorrected* body) {
    body->reason = CorrectionReason::kRecount;
    body->ground = election::Ground::kUnclearVoice;
    body->explanation = "surat suara DPD dihitung ulang di TPS";
    body->minutes = MinutesOf("KPPS-" + tps.str(), 1, 20240215);
    event::Evidence page;
    page.page = 2;
    page.media_type = "image/jpeg";
    page.sha256 = DocumentHash(0, "recount at " + tps.str());
    body->evidence = {{page.page, page}};
  });
}

// Bawaslu takes its recommendation back before anyone has voted again.
void PlanCancelledRound(Plan* plan) {
  const Station station = plan->StationIn(kTanjungPalas, 5);
  plan->Cast(station);
  const StationCode tps = station.code;
  const std::string regency = KpuOf(tps.At(Level::kRegency));
  const std::string supervisor = BawasluOf(tps.At(Level::kRegency));
  const Later asked = PlanSaying(
      plan, LocalTime(2, 20, 9, 0), supervisor,
      [tps] {
        return Decision(Issuer::kBawaslu, election::DecisionKind::kRecommendation,
                        "022/PM.00.02/2024", 20240220, "pemungutan suara ulang", tps);
      },
      "recommends a revote at " + tps.str());
  const Later opened = PlanSaying(
      plan, LocalTime(2, 20, 16, 0), regency,
      [tps, asked] {
        event::RoundOpened body;
        body.kind = election::RoundKind::kPsu;
        body.contests = {kPpwp};
        body.places = {tps};
        body.ground = election::Ground::kProcedure;
        body.decision = *asked;
        return body;
      },
      "opens a revote at " + tps.str());
  const Later withdrawn = PlanSaying(
      plan, LocalTime(2, 21, 15, 0), supervisor,
      [tps] {
        return Decision(Issuer::kBawaslu, election::DecisionKind::kRecommendation,
                        "024/PM.00.02/2024", 20240221, "rekomendasi 022 ditarik kembali", tps);
      },
      "takes its recommendation back for " + tps.str());
  PlanSaying(
      plan, LocalTime(2, 21, 19, 0), regency,
      [opened, withdrawn] {
        return event::RoundCancelled{*opened, "rekomendasi ditarik; daftar hadir sudah lengkap",
                                     *withdrawn};
      },
      "cancels the revote at " + tps.str());
}

// Ballots for the regency's assembly ran out: the vote goes on three days later.
void PlanContinuedVote(Plan* plan) {
  const std::string contest = "pdprdk";
  const Station station = plan->StationIn(kSekatak, 20);
  plan->Cast(station);
  const StationCode tps = station.code;
  PlanSaying(
      plan, LocalTime(2, 18, 10, 0), KpuOf(tps.At(Level::kRegency)),
      [tps, contest] {
        event::RoundOpened body;
        body.kind = election::RoundKind::kPsl;
        body.contests = {contest};
        body.places = {tps};
        body.ground = election::Ground::kLogistics;
        body.legal_basis = "UU 7/2017 Pasal 431";
        return body;
      },
      "continues the vote at " + tps.str());
  PlanSaying(
      plan, LocalTime(2, 21, 18, 0), Kpps(tps),
      [plan, station, contest] {
        World& world = plan->world();
        const size_t at = world.contests.Find(contest);
        auto body = Submission(world, at, station,
                               TrueForm(world.seed, world.contests, at, station, 2), {});
        body.round = 2;
        return body;
      },
      "submits " + contest + " " + tps.str() + " of the continued vote");
}

class Objections {
 public:
  explicit Objections(Plan* plan) : plan_(plan) {}

  Later File(UnixMicros when, const std::string& author, const RegionCode& place, Stage stage,
             const std::string& text) const {
    return PlanSaying(
        plan_, when, author,
        [=] {
          event::ObjectionFiled body;
          body.contest = kPpwp;
          body.place = place;
          body.stage = stage;
          body.text = text;
          return body;
        },
        "objects in " + place.str());
  }
  Later Answer(UnixMicros when, const std::string& author, const Later& objection, Outcome outcome,
               const std::string& text) const {
    return PlanSaying(
        plan_, when, author,
        [=] {
          return event::ObjectionResolved{*objection, outcome, text,
                                          MinutesOf(author, 70, DateOf(when))};
        },
        "answers an objection: " + std::string(election::Name(outcome)));
  }

 private:
  Plan* plan_;
};

// PPK leaves it to the regency, which opens the ballot box and corrects.
void PlanUpheldInRegency(Plan* plan) {
  const Objections objections(plan);
  Affair affair(plan, kPpwp, kBunyu, 13);
  affair.Misstate({{affair.Votes(0), -8}, {affair.Votes(1), 8}});
  const RegionCode district = plan->District(kBunyu);
  const RegionCode regency = district.Parent();
  const ChoiceId ticket = affair.Votes(0).id;
  const Later filed =
      objections.File(LocalTime(2, 22, 15, 0), Witness(kPpwp, ticket, regency), affair.tps(),
                      Stage::kPpk, "suara berpindah ke paslon lain; C.Hasil tidak dibuka");
  objections.Answer(LocalTime(2, 22, 16, 0), Ppk(district), filed, Outcome::kCarried,
                    "dibawa ke pleno kabupaten");
  const Later upheld =
      objections.Answer(LocalTime(3, 1, 11, 0), KpuOf(regency), filed, Outcome::kAccepted,
                        "C.Hasil dibuka di pleno kabupaten; keberatan diterima");
  affair.Correct(LocalTime(3, 1, 11, 30), {KpuOf(regency)}, [upheld](auto* body) {
    body->reason = CorrectionReason::kObjectionUpheld;
    body->explanation = "sesuai keberatan saksi yang diterima";
    body->minutes = MinutesOf("KPU-6501", 4, 20240301);
    body->refers_to = {*upheld};
  });
}

// One that goes all the way up to be rejected, one that the province carries and nobody takes up,
// one without an answer.
void PlanCarriedObjections(Plan* plan) {
  const Objections objections(plan);
  const RegionCode selor = plan->District(kTanjungSelor);
  const RegionCode regency = selor.Parent();
  const RegionCode province = regency.Parent();
  const Contests& contests = plan->world().contests;
  const ChoiceId ticket = contests.ChoiceIds(contests.Find(kPpwp), 0)[1];
  const Later filed =
      objections.File(LocalTime(2, 23, 9, 0), Witness(kPpwp, ticket, regency), selor, Stage::kPpk,
                      "jumlah pemilih DPK tidak wajar");
  objections.Answer(LocalTime(2, 24, 9, 0), Ppk(selor), filed, Outcome::kCarried, "dibawa");
  objections.Answer(LocalTime(3, 2, 10, 0), KpuOf(regency), filed, Outcome::kCarried, "dibawa");
  objections.Answer(LocalTime(3, 7, 10, 0), KpuOf(province), filed, Outcome::kCarried, "dibawa");
  objections.Answer(LocalTime(3, 16, 10, 0), "kpu", filed, Outcome::kRejected,
                    "daftar hadir diperiksa; keberatan tidak terbukti");

  const Later waiting =
      objections.File(LocalTime(3, 7, 14, 0), Witness(kPpwp, ticket, regency), regency,
                      Stage::kProvinsi, "salinan D.Hasil kabupaten terlambat diberikan");
  objections.Answer(LocalTime(3, 7, 17, 0), KpuOf(province), waiting, Outcome::kCarried,
                    "dibawa ke pleno nasional");
  objections.File(LocalTime(3, 18, 11, 0), BawasluOf(province), province, Stage::kNasional,
                  "catatan kejadian khusus provinsi belum dijawab");
}

// The form's votes, or other ones.
event::CopyFiled CopyOf(const std::string& contest, const StationCode& tps,
                        const election::Form& form, int32_t moved) {
  event::CopyFiled body;
  body.contest = contest;
  body.tps = tps;
  for (const auto& vote : form.view().votes()) body.votes.push_back({vote.key.id, vote.value});
  JEJAK_CHECK(body.votes.size() >= 2);
  // From the largest to the one beside it, so that nothing falls below zero.
  const auto by_votes = [](const auto& a, const auto& b) { return a.value < b.value; };
  const auto most = std::max_element(body.votes.begin(), body.votes.end(), by_votes);
  const auto other = most == body.votes.begin() ? most + 1 : most - 1;
  most->value -= static_cast<uint32_t>(moved);
  other->value += static_cast<uint32_t>(moved);
  return body;
}

// A supervisor's copy with three votes elsewhere; a witness's that fits; one of the round that a
// revote replaced, which is compared with nothing any more.
void PlanCopies(Plan* plan) {
  const size_t contest = plan->world().contests.Find(kPpwp);
  const auto file = [&](UnixMicros when, const std::string& author, const Station& station,
                        int32_t moved) {
    plan->Cast(station);
    PlanSaying(
        plan, when, author,
        [plan, contest, station, moved] {
          const World& world = plan->world();
          return CopyOf(kPpwp, station.code,
                        TrueForm(world.seed, world.contests, contest, station), moved);
        },
        "files a copy of " + station.code.str());
  };
  const auto tickets = plan->world().contests.ChoiceIds(contest, 0);
  const RegionCode regency = plan->District(0).Parent();
  file(LocalTime(2, 25, 9, 0), BawasluOf(plan->District(kPalasBarat)),
       plan->StationIn(kPalasBarat, 4), 3);
  file(LocalTime(2, 25, 10, 0), Witness(kPpwp, tickets[0], regency),
       plan->StationIn(kPalasTimur, 8), 0);
  file(LocalTime(2, 26, 10, 0), Witness(kPpwp, tickets[2], regency),
       plan->StationIn(kTanjungPalas, 3), 2);
}

void PlanMoreIncidents(Plan* plan) {
  using election::IncidentKind;
  const auto record = [plan](UnixMicros when, const std::string& author, const RegionCode& place,
                             IncidentKind kind, const std::string& text) {
    PlanSaying(
        plan, when, author,
        [place, kind, text] {
          return event::IncidentRecorded{place, kind, text};
        },
        "records an incident");
  };
  const RegionCode sekatak = plan->District(kSekatak);
  const StationCode short_of = plan->StationIn(kSekatak, 20).code;
  const RegionCode selor = plan->District(kTanjungSelor);
  record(LocalTime(2, 15, 6, 10), Ppk(sekatak), sekatak, IncidentKind::kDisaster,
         "banjir menutup jalan; kotak suara diungsikan");
  record(LocalTime(2, 17, 16, 0), Kpps(short_of), short_of, IncidentKind::kLogistics,
         "surat suara DPRD Kabupaten habis");
  record(LocalTime(2, 23, 21, 0), BawasluOf(selor), selor, IncidentKind::kSecurity,
         "pleno ditunda dua jam karena kerumunan");
  record(LocalTime(3, 2, 14, 0), KpuOf(selor.Parent()), selor.Parent(), IncidentKind::kOther,
         "listrik padam saat pleno kabupaten");
}

}  // namespace

Affair::Affair(Plan* plan, const std::string& contest, uint64_t district, uint64_t nth)
    : plan_(plan), contest_(contest), station_(plan->StationIn(district, nth)) {
  const World& world = plan->world();
  paper_ = TrueForm(world.seed, world.contests, world.contests.Find(contest), station_);
  plan->Cast(station_);
}

FieldKey Affair::Votes(size_t nth) const {
  const Contests& contests = plan_->world().contests;
  const size_t contest = contests.Find(contest_);
  return FieldKey::Votes(contests.ChoiceIds(contest, contests.DapilOf(contest, station_))[nth]);
}

void Affair::Misstate(const std::vector<std::pair<FieldKey, int32_t>>& by) {
  std::vector<event::Change> wrong;
  for (const auto& [field, difference] : by) {
    const uint32_t paper = paper_.Get(field).value_or(0);
    // Nothing on a form is below zero.
    const int64_t value = std::max<int64_t>(0, int64_t{paper} + difference);
    wrong.push_back({field, static_cast<uint32_t>(value)});
    right_.push_back({field, paper});
  }
  const auto by_field = [](const auto& a, const auto& b) { return a.field < b.field; };
  std::sort(wrong.begin(), wrong.end(), by_field);
  std::sort(right_.begin(), right_.end(), by_field);
  plan_->Distort(contest_, station_, std::move(wrong));
}

event::ResultCorrected Affair::Back(const Basis& basis) const {
  const World& world = plan_->world();
  auto body =
      Correction(contest_, station_.code, world.newest.at({contest_, station_.code}), right_);
  basis(&body);
  return body;
}

void Affair::Correct(UnixMicros when, const Author& author, const Basis& basis) const {
  plan_->At(when, [affair = *this, author, basis](UnixMicros now) {
    affair.plan_->world().Say(author, affair.Back(basis), After(now, -kMinute), now,
                              author.official + " corrects " + affair.contest_ + " " +
                                  affair.station_.code.str());
  });
}

void Affair::CorrectInVain(UnixMicros when, const Author& author, Reason reason,
                           const Basis& basis) const {
  plan_->At(when, [affair = *this, author, reason, basis](UnixMicros now) {
    affair.plan_->world().SayInVain(author, affair.Back(basis), now, reason, 0,
                                    author.official + " tries: " +
                                        std::string(InfoOf(reason).name));
  });
}

Later PlanSaying(Plan* plan, UnixMicros when, const std::string& author,
                 const std::function<event::Body()>& make, const std::string& what) {
  auto hash = std::make_shared<Hash>();
  plan->At(when, [plan, author, make, what, hash](UnixMicros now) {
    *hash = plan->world().Say({author}, make(), After(now, -kMinute), now, author + " " + what);
  });
  return hash;
}

event::DecisionRecorded Decision(Issuer issuer, election::DecisionKind kind,
                                 const std::string& number, uint32_t date,
                                 const std::string& orders, const RegionCode& place) {
  event::DecisionRecorded body;
  body.issuer = issuer;
  body.kind = kind;
  body.number = number;
  body.date = date;
  body.orders = orders;
  body.contests = {kPpwp};
  body.places = {place};
  body.document = DocumentHash(0, number);
  return body;
}

void PlanWeeks(Plan* plan) {
  PlanRecountAtStation(plan);
  PlanCancelledRound(plan);
  PlanContinuedVote(plan);
  PlanUpheldInRegency(plan);
  PlanCarriedObjections(plan);
  PlanCopies(plan);
  PlanMoreIncidents(plan);
}

}  // namespace jejak::sim
