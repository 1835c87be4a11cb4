// What is written out: one correction for each kind of reason with what it must rest on,
// objections, and a revote.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

using election::CorrectionReason;
using election::FieldKey;
using election::Figure;
using event::Change;

constexpr const char* kPpwp = "ppwp";

// One station of Bunyu whose presidential form is submitted wrong and corrected by PPK in its
// plenary.
class Scene {
 public:
  Scene(Plan* plan, uint64_t nth)
      : plan_(plan),
        contest_(plan->world().contests.Find(kPpwp)),
        station_(plan->StationIn(kBunyu, nth)),
        district_(plan->District(kBunyu)),
        paper_(TrueForm(plan->world().seed, plan->world().contests, contest_, station_)),
        when_(After(PlenaryOf(kBunyu), kHour + static_cast<int64_t>(nth) * 2 * kMinute)),
        minutes_(static_cast<uint32_t>(nth) + 10) {
    plan->Cast(station_);
  }

  const Station& station() const { return station_; }
  UnixMicros when() const { return when_; }
  ChoiceId Ticket(size_t nth) const { return plan_->world().contests.ChoiceIds(contest_, 0)[nth]; }
  uint32_t Paper(FieldKey field) const { return paper_.Get(field).value_or(0); }
  const election::Form& paper() const { return paper_; }

  // Submitted with `by` more than the paper says in each field.
  void Overstate(const std::vector<FieldKey>& fields, uint32_t by) {
    std::vector<Change> wrong;
    for (const FieldKey& field : fields) wrong.push_back({field, Paper(field) + by});
    Submit(std::move(wrong));
  }
  void Submit(std::vector<Change> wrong) {
    plan_->Distort(kPpwp, station_, wrong);
    for (Change& change : wrong) change.value = Paper(change.field);
    right_ = std::move(wrong);
  }

  // What PPK writes to bring the form back to the paper.
  using Finish = std::function<void(event::ResultCorrected* body)>;
  void CorrectByPpk(CorrectionReason reason, const std::string& explanation,
                    Finish finish = nullptr) {
    plan_->At(when_, [scene = *this, reason, explanation, finish](UnixMicros now) {
      World& world = scene.plan_->world();
      const StationCode& tps = scene.station_.code;
      auto body = Correction(kPpwp, tps, world.newest.at({kPpwp, tps}), scene.right_);
      body.reason = reason;
      body.explanation = explanation;
      body.minutes = scene.Minutes();
      if (finish) finish(&body);
      world.Say({Ppk(scene.district_)}, std::move(body), After(now, -kMinute), now,
                "PPK corrects ppwp " + tps.str() + ": " + std::string(election::Name(reason)));
    });
  }
  event::Minutes Minutes() const {
    return MinutesOf("PPK-" + district_.str(), minutes_, kPlenaryDate);
  }
  // Says something earlier, and keeps the hash of it where a later act finds it.
  std::shared_ptr<Hash> Before(int64_t seconds, const std::string& author, event::Body body,
                               const std::string& label) {
    auto hash = std::make_shared<Hash>();
    plan_->At(After(when_, -seconds), [scene = *this, author, body, label, hash](UnixMicros now) {
      *hash = scene.plan_->world().Say({author}, body, After(now, -kMinute), now,
                                       author + " " + label + " " + scene.station_.code.str());
    });
    return hash;
  }

 private:
  Plan* plan_;
  size_t contest_;
  Station station_;
  RegionCode district_;
  election::Form paper_;
  UnixMicros when_;
  uint32_t minutes_;
  std::vector<Change> right_;
};

std::string WitnessOf(const Scene& scene, size_t ticket) {
  return Witness(kPpwp, scene.Ticket(ticket), scene.station().code.At(Level::kRegency));
}

event::ObjectionFiled Objection(const Scene& scene, size_t ticket, const std::string& text) {
  event::ObjectionFiled body;
  body.contest = kPpwp;
  body.place = scene.station().code;
  body.stage = election::Stage::kPpk;
  body.text = text;
  body.fields = {FieldKey::Votes(scene.Ticket(ticket))};
  return body;
}

// The committee answers an objection that is filed the day before. Answers where its hash will
// stand.
std::shared_ptr<Hash> Resolve(Plan* plan, const Scene& scene, std::shared_ptr<Hash> objection,
                              election::Outcome outcome, const std::string& text) {
  auto hash = std::make_shared<Hash>();
  plan->At(After(scene.when(), -kMinute), [=](UnixMicros now) {
    event::ObjectionResolved body{*objection, outcome, text, scene.Minutes()};
    *hash = plan->world().Say({Ppk(scene.station().code.At(Level::kDistrict))}, std::move(body),
                              After(now, -30), now, "PPK answers the objection");
  });
  return hash;
}

void PlanObjections(Plan* plan) {
  Scene upheld(plan, 0);
  const FieldKey more = FieldKey::Votes(upheld.Ticket(2));
  const FieldKey fewer = FieldKey::Votes(upheld.Ticket(0));
  const uint32_t moved = std::min(upheld.Paper(fewer), 7U);
  upheld.Submit({{fewer, upheld.Paper(fewer) - moved}, {more, upheld.Paper(more) + moved}});
  const auto filed =
      upheld.Before(20 * kHour, WitnessOf(upheld, 0),
                    Objection(upheld, 0, "suara saksi menurut salinan lebih banyak"), "objects at");
  const auto resolved = Resolve(plan, upheld, filed, election::Outcome::kAccepted,
                                "keberatan diterima setelah C.Hasil dibuka");
  upheld.CorrectByPpk(CorrectionReason::kObjectionUpheld, "sesuai keberatan saksi yang diterima",
                      [resolved](auto* body) { body->refers_to = {*resolved}; });

  Scene rejected(plan, 1);
  const auto vain =
      rejected.Before(19 * kHour, WitnessOf(rejected, 1),
                      Objection(rejected, 1, "suara paslon kurang satu"), "objects at");
  Resolve(plan, rejected, vain, election::Outcome::kRejected, "C.Hasil dan salinan sama");
}

void PlanPaperFaults(Plan* plan) {
  Scene sums(plan, 2);
  sums.Overstate({FieldKey::Of(Figure::kValid), FieldKey::Of(Figure::kTotal)}, 10);
  sums.CorrectByPpk(CorrectionReason::kFormArithmetic, "penjumlahan pada C.Hasil keliru");

  Scene recount(plan, 3);
  recount.Overstate({FieldKey::Of(Figure::kInvalid)}, 4);
  recount.CorrectByPpk(CorrectionReason::kRecount, "surat suara dihitung ulang di pleno",
                       [recount](auto* body) {
                         body->ground = election::Ground::kCountMismatch;
                         event::Evidence page;
                         page.page = 4;
                         page.media_type = "image/jpeg";
                         page.sha256 = DocumentHash(0, "recount " + recount.station().code.str());
                         body->evidence = {{page.page, page}};
                       });

  Scene blank(plan, 4);
  blank.Submit({{FieldKey::Of(Figure::kInvalid), std::nullopt}});
  blank.CorrectByPpk(CorrectionReason::kCompletion, "");
}

void PlanOutsideEvidence(Plan* plan) {
  Scene copies(plan, 5);
  copies.Overstate({FieldKey::Votes(copies.Ticket(1))}, 20);
  event::CopyFiled copy;
  copy.contest = kPpwp;
  copy.tps = copies.station().code;
  for (const auto& vote : copies.paper().view().votes()) {
    copy.votes.push_back({vote.key.id, vote.value});
  }
  const auto filed = copies.Before(30 * kHour, WitnessOf(copies, 2), copy, "files a copy of");
  copies.CorrectByPpk(CorrectionReason::kCopiesDiffer, "salinan saksi dan C.Hasil plano sama",
                      [filed](auto* body) { body->refers_to = {*filed}; });

  Scene advice(plan, 6);
  advice.Overstate({FieldKey::Votes(advice.Ticket(2))}, 30);
  const StationCode tps = advice.station().code;
  event::DecisionRecorded body;
  body.issuer = election::Issuer::kBawaslu;
  body.kind = election::DecisionKind::kAdvice;
  body.number = "017/PM.00.02/2024";
  body.date = 20240221;
  body.orders = "betulkan perolehan suara sesuai C.Hasil";
  body.contests = {kPpwp};
  body.places = {tps};
  body.document = DocumentHash(plan->world().seed, body.number);
  const auto recorded =
      advice.Before(18 * kHour, BawasluOf(tps.At(Level::kDistrict)), body, "advises on");
  advice.CorrectByPpk(CorrectionReason::kBawasluAdvice, "saran perbaikan Panwaslu Kecamatan",
                      [recorded](auto* b) { b->refers_to = {*recorded}; });

  Scene photo(plan, 7);
  photo.CorrectByPpk(CorrectionReason::kPhotoReplaced, "foto halaman 2 buram, diganti",
                     [photo](auto* b) {
                       event::Evidence page;
                       page.page = 2;
                       page.media_type = "image/jpeg";
                       page.sha256 = DocumentHash(0, "sharp " + photo.station().code.str());
                       b->evidence = {{page.page, page}};
                     });

  // The form of the next station sent in for this one.
  Scene wrong(plan, 8);
  const Scene next(plan, 9);
  std::vector<Change> others;
  for (const election::FieldValue& value : next.paper().values) {
    const bool registry = value.key < FieldKey::Of(Figure::kVotersFromListL);
    if (!registry && value.value != wrong.Paper(value.key))
      others.push_back({value.key, value.value});
  }
  wrong.Submit(std::move(others));
  wrong.CorrectByPpk(CorrectionReason::kWrongTps, "yang terkirim adalah C.Hasil TPS tetangga",
                     [other = next.station().code](auto* b) { b->other_tps = other; });
}

// PPK corrects the votes, and after PPK's certification KPU corrects the invalid votes of the same
// form.
void PlanTwoHands(Plan* plan) {
  Scene scene(plan, 10);
  const FieldKey votes = FieldKey::Votes(scene.Ticket(1));
  const FieldKey invalid = FieldKey::Of(Figure::kInvalid);
  plan->Distort(kPpwp, scene.station(),
                {{invalid, scene.Paper(invalid) + 9}, {votes, scene.Paper(votes) + 500}});
  scene.CorrectByPpk(CorrectionReason::kMisread, "salah konversi: kotak kosong terbaca 5",
                     [=](auto* body) {
                       body->changes = {{votes, scene.Paper(votes)}};
                     });
  const StationCode tps = scene.station().code;
  plan->At(LocalTime(3, 1, 10, 0), [=](UnixMicros now) {
    World& world = plan->world();
    auto body =
        Correction(kPpwp, tps, world.newest.at({kPpwp, tps}), {{invalid, scene.Paper(invalid)}});
    body.reason = CorrectionReason::kWrongEntry;
    body.explanation = "suara tidak sah salah disalin saat pleno kecamatan";
    body.minutes = MinutesOf("KPU-6501", 3, 20240301);
    world.Say({KpuOf(tps.At(Level::kRegency))}, std::move(body), After(now, -kMinute), now,
              "KPU Bulungan corrects ppwp " + tps.str());
  });
}

// People who may not vote there have voted: Bawaslu recommends, KPU orders, and the station votes
// again.
void PlanRevote(Plan* plan) {
  const Station station = plan->StationIn(kTanjungPalas, 3);
  plan->Cast(station);
  const StationCode tps = station.code;
  const RegionCode regency = tps.At(Level::kRegency);
  auto decision = std::make_shared<Hash>();
  plan->At(LocalTime(2, 19, 10, 0), [=](UnixMicros now) {
    event::DecisionRecorded body;
    body.issuer = election::Issuer::kBawaslu;
    body.kind = election::DecisionKind::kRecommendation;
    body.number = "021/PM.00.02/2024";
    body.date = 20240219;
    body.orders = "pemungutan suara ulang";
    body.contests = {kPpwp};
    body.places = {tps};
    body.document = DocumentHash(0, body.number);
    *decision = plan->world().Say({BawasluOf(regency)}, std::move(body), After(now, -kHour), now,
                                  "Bawaslu recommends a revote at " + tps.str());
  });
  plan->At(LocalTime(2, 19, 20, 0), [=](UnixMicros now) {
    event::RoundOpened body;
    body.kind = election::RoundKind::kPsu;
    body.contests = {kPpwp};
    body.places = {tps};
    body.ground = election::Ground::kUnentitledVoters;
    body.decision = *decision;
    body.legal_basis = "UU 7/2017 Pasal 372";
    plan->world().Say({KpuOf(regency)}, std::move(body), After(now, -kMinute), now,
                      "KPU Bulungan opens a revote at " + tps.str());
  });
  plan->At(LocalTime(2, 24, 17, 0), [=](UnixMicros now) {
    World& world = plan->world();
    const size_t contest = world.contests.Find(kPpwp);
    const election::Form form = TrueForm(world.seed, world.contests, contest, station, 2);
    event::ResultSubmitted body = Submission(world, contest, station, form, {});
    body.round = 2;
    world.Say({Kpps(tps)}, std::move(body), After(now, -kMinute), now,
              "KPPS submits ppwp " + tps.str() + " of the revote");
  });
}

}  // namespace

void PlanScenes(Plan* plan) {
  PlanObjections(plan);
  PlanPaperFaults(plan);
  PlanOutsideEvidence(plan);
  PlanTwoHands(plan);
  PlanRevote(plan);
}

}  // namespace jejak::sim
