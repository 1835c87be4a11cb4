// Results, copies and corrections: one test a refusal, and each reason of a correction with each thing it must rest on
// taken away.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/admission/corrections.h"
#include "ledger/admission/test_world.h"

namespace jejak::admission {
namespace {

using election::CorrectionReason;
using election::Figure;
using event::ResultCorrected;

TEST(Submissions, EachRefusal) {
  World world;
  const PublicKey kpps = world.Official(Role::kKpps, kTps);
  const auto with = [&](const std::function<void(event::ResultSubmitted&)>& change) {
    auto body = Submission("pdpr", kTps);
    change(body);
    return Said(world.Try(kpps, body));
  };
  EXPECT_EQ(with([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(with([](auto& b) { b.minutes.reset(); }), "ACCEPTED");
  EXPECT_EQ(with([](auto& b) { b.tps = kTpsNextDoor; }), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(with([](auto& b) { b.contest = "none"; }), "UNKNOWN_CONTEST/0");
  EXPECT_EQ(with([](auto& b) { b.votes = {{4, 1}, {401, 2}}; }), "UNKNOWN_CHOICE/1");
  EXPECT_EQ(with([](auto& b) { b.votes = {{4, 1}, {400, 2}}; }), "ACCEPTED");
  EXPECT_EQ(with([](auto& b) { b.votes = {{4, 1}}, b.party_totals = {{4, 3}}; }), "ACCEPTED");
  // A candidate has no total.
  EXPECT_EQ(with([](auto& b) { b.votes = {{4, 1}}, b.party_totals = {{4, 3}, {400, 2}}; }), "UNKNOWN_CHOICE/2");
  EXPECT_EQ(with([](auto& b) {
              b.votes = {{4, 1}};
              b.readings = {{FieldKey::Votes(4), {}, {}}, {FieldKey::Votes(9), {}, {}}};
            }), "UNKNOWN_CHOICE/2");
  EXPECT_EQ(with([](auto& b) { b.round = 2; }), "UNKNOWN_ROUND/0");
  EXPECT_EQ(with([](auto& b) { b.figures.clear(); }), "NOTHING_CHANGED/0");
  EXPECT_EQ(with([](auto& b) { b.figures.clear(), b.evidence = {{1, "", HashOf(1), ""}}; }), "ACCEPTED");
  world.AddResult("pdpr", kTps);
  EXPECT_EQ(with([](auto&) {}), "RESULT_EXISTS/0");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kKpps, kUnknownTps), Submission("pdpr", kUnknownTps))),
            "UNKNOWN_STATION/0");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kKpps, kTpsElsewhere), Submission("pkwkk", kTpsElsewhere))),
            "OUTSIDE_CONTEST/0");
}

TEST(Submissions, FromPpkUpwardNeedMinutes) {
  World world;
  auto body = Submission("pdpr", kTps);
  for (const auto& [role, home] : {std::pair(Role::kPpk, "650105"), {Role::kKpuKabkota, "6501"}}) {
    const PublicKey author = world.Official(role, home);
    body.minutes = SomeMinutes();
    EXPECT_EQ(Said(world.Try(author, body)), "ACCEPTED");
    body.minutes->number.clear();
    EXPECT_EQ(Said(world.Try(author, body)), "BASIS_MISSING/0");
    body.minutes.reset();
    EXPECT_EQ(Said(world.Try(author, body)), "BASIS_MISSING/0");
  }
}

TEST(Submissions, ImporterExistsOutsideLiveElectionsOnly) {
  World world;
  const PublicKey importer = world.Official(Role::kImporter, "65");
  EXPECT_EQ(Said(world.Try(importer, Submission("pdpr", kTps))), "ACCEPTED");
  EXPECT_EQ(Said(world.Try(importer, Submission("pdpr", kTpsElsewhere))), "OUTSIDE_JURISDICTION/0");
  world.view.election->mode = election::Mode::kLive;
  EXPECT_EQ(Said(world.Try(importer, Submission("pdpr", kTps))), "MODE_FORBIDS/0");
  event::OfficialFact fact;
  fact.id = "importer-1";
  fact.role = Role::kImporter;
  EXPECT_EQ(Said(world.Try(world.Official(Role::kRoot, ""), event::OfficialsEnrolled{{fact}})),
            "MODE_FORBIDS/0");
}

TEST(Copies, AreOfARoundThatExists) {
  World world;
  const PublicKey saksi = world.Official(Role::kSaksi, "6501");
  event::CopyFiled body{"pdpr", kTps, 1, {{Figure::kValid, 80}}, {}, {}, {}};
  world.view.results[{"pdpr", kTps}].round = 2;
  EXPECT_EQ(Said(world.Try(saksi, body)), "ACCEPTED");
  body.round = 3;
  EXPECT_EQ(Said(world.Try(saksi, body)), "UNKNOWN_ROUND/0");
  body.round = 2;
  body.votes = {{9, 1}};
  EXPECT_EQ(Said(world.Try(saksi, body)), "UNKNOWN_CHOICE/0");
  body.votes.clear();
  body.figures.clear();
  EXPECT_EQ(Said(world.Try(saksi, body)), "NOTHING_CHANGED/0");
}

class CorrectionTest : public testing::Test {
 protected:
  CorrectionTest() {
    world.AddResult("pdpr", kTps);
    ppk = world.Official(Role::kPpk, "650105");
    kpps = world.Official(Role::kKpps, kTps);
  }
  std::string With(const std::function<void(ResultCorrected&)>& change) {
    auto body = Correction("pdpr", kTps);
    change(body);
    return Said(world.Try(ppk, body));
  }
  World world;
  PublicKey ppk;
  PublicKey kpps;
};

TEST_F(CorrectionTest, BuildsOnTheNewestVersion) {
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.supersedes = HashOf(0x50); }), "SUPERSEDES_STALE/0");
  EXPECT_EQ(With([](auto& b) { b.round = 2; }), "UNKNOWN_ROUND/0");
  world.view.results.clear();
  EXPECT_EQ(With([](auto& b) {
              b.supersedes = Hash{};
              b.evidence = {{1, event::Evidence{1, "", HashOf(1), ""}}};
            }), "SUPERSEDES_STALE/0");
}

TEST_F(CorrectionTest, ChangesSomething) {
  const FieldKey present = FieldKey::Of(Figure::kVotersRegisteredJ);
  const FieldKey absent = FieldKey::Of(Figure::kValid);
  EXPECT_EQ(With([&](auto& b) { b.changes = {}; }), "NOTHING_CHANGED/0");
  EXPECT_EQ(With([&](auto& b) { b.changes = {{present, 299}}; }), "NOTHING_CHANGED/0");
  EXPECT_EQ(With([&](auto& b) { b.changes = {{absent, {}}}; }), "NOTHING_CHANGED/0");
  // One that changes nothing among others that do is let pass.
  EXPECT_EQ(With([&](auto& b) { b.changes = {{present, 299}, {absent, 1}}; }), "ACCEPTED");
  EXPECT_EQ(With([&](auto& b) { b.changes = {{present, {}}}; }), "ACCEPTED");
  const event::Evidence same{1, "image/jpeg", HashOf(0x09), ""};
  EXPECT_EQ(With([&](auto& b) { b.changes = {}, b.evidence = {{1, same}}; }), "NOTHING_CHANGED/0");
  EXPECT_EQ(With([&](auto& b) {
              b.changes = {}, b.evidence = {{1, same}};
              b.evidence[0].set->url = "x";
            }), "ACCEPTED");
  EXPECT_EQ(With([&](auto& b) { b.changes = {}, b.evidence = {{2, {}}}; }), "NOTHING_CHANGED/0");
}

TEST_F(CorrectionTest, FieldsAreOnTheBallot) {
  EXPECT_EQ(With([](auto& b) { b.changes = {{FieldKey::Votes(4), 1}, {FieldKey::Votes(9), 1}}; }),
            "UNKNOWN_CHOICE/1");
  EXPECT_EQ(With([](auto& b) { b.changes = {{FieldKey::PartyTotal(400), 1}}; }), "UNKNOWN_CHOICE/0");
}

TEST_F(CorrectionTest, NeedsMinutesFromPpkUpward) {
  auto body = Correction("pdpr", kTps);
  body.minutes.reset();
  EXPECT_EQ(Said(world.Try(ppk, body)), "BASIS_MISSING/0");
  EXPECT_EQ(Said(world.Try(kpps, body)), "ACCEPTED");
  body.reason = CorrectionReason::kRecount;
  body.ground = election::Ground::kCountMismatch;
  body.evidence = {{1, event::Evidence{1, "", HashOf(1), ""}}};
  EXPECT_EQ(Said(world.Try(kpps, body)), "BASIS_MISSING/0");
  body.minutes = SomeMinutes();
  EXPECT_EQ(Said(world.Try(kpps, body)), "ACCEPTED");
}

TEST_F(CorrectionTest, UnstatedIsTheImportersOnly) {
  const PublicKey importer = world.Official(Role::kImporter, "");
  auto body = Correction("pdpr", kTps);
  EXPECT_EQ(Said(world.Try(importer, body)), "ROLE_NOT_ENTITLED/0");
  body.reason = CorrectionReason::kUnstated;
  body.explanation.clear();
  body.minutes.reset();
  EXPECT_EQ(Said(world.Try(importer, body)), "ACCEPTED");
  EXPECT_EQ(Said(world.Try(ppk, body)), "ROLE_NOT_ENTITLED/0");
  world.view.election->mode = election::Mode::kLive;
  EXPECT_EQ(Said(world.Try(ppk, body)), "MODE_FORBIDS/0");
  EXPECT_EQ(Said(world.Try(importer, body)), "MODE_FORBIDS/0");
}

// What an accepted correction for each reason looks like, and the ways in which its support can be missing.
struct Case {
  CorrectionReason reason{};
  std::function<void(World&, ResultCorrected&)> support;
  std::vector<std::function<void(World&, ResultCorrected&)>> without;
};

void RefuseExplanation(World&, ResultCorrected& body) { body.explanation.clear(); }
void ForgetPhotoHash(World& world, ResultCorrected&) {
  world.view.results[{"pdpr", kTps}].evidence[0].sha256.reset();
}
void RemovePhoto(World&, ResultCorrected& body) { body.evidence = {{1, std::nullopt}}; }
void SetPhoto(World&, ResultCorrected& body) { body.evidence = {{2, event::Evidence{2, "", HashOf(7), ""}}}; }
void SetPhotoUnseen(World&, ResultCorrected& body) { body.evidence = {{2, event::Evidence{2, "", {}, "x"}}}; }
void NoReference(World&, ResultCorrected& body) { body.refers_to.clear(); }

void Ground(World& world, ResultCorrected& body) {
  SetPhoto(world, body);
  body.ground = election::Ground::kRiot;
}

// Adds a decision that the correction refers to; `issuer` and `kind` as given.
auto Decision(election::Issuer issuer, election::DecisionKind kind) {
  return [issuer, kind](World& world, ResultCorrected& body) {
    body.refers_to = {world.AddDecision(issuer, kind, 0xdc)};
  };
}
void ElsewhereDecision(World& world, ResultCorrected&) {
  world.view.references[HashOf(0xdc)].places = {Code("64")};
}
void OtherContestDecision(World& world, ResultCorrected&) {
  world.view.references[HashOf(0xdc)].contests = {"ppwp"};
}

void AcceptedObjection(World& world, ResultCorrected& body) {
  ReferenceState reference;
  reference.kind = event::BodyKind::kObjectionResolved;
  reference.outcome = election::Outcome::kAccepted;
  reference.contest = "pdpr";
  reference.place = kTps;
  world.view.references[HashOf(0x0b)] = reference;
  body.refers_to = {HashOf(0x0b)};
}
auto Objection(const std::function<void(ReferenceState&)>& change) {
  return [change](World& world, ResultCorrected&) { change(world.view.references[HashOf(0x0b)]); };
}

std::vector<Case> Cases() {
  using enum CorrectionReason;
  using election::DecisionKind;
  using election::Issuer;
  const auto nothing = [](World&, ResultCorrected&) {};
  std::vector<Case> cases;
  for (const CorrectionReason reason : {kMisread, kWrongEntry, kFormArithmetic, kCopiesDiffer}) {
    cases.push_back({reason, nothing, {RefuseExplanation, ForgetPhotoHash, RemovePhoto}});
  }
  cases.push_back({kRecount, Ground,
                   {RefuseExplanation, SetPhotoUnseen,
                    [](World&, ResultCorrected& b) { b.ground = election::Ground::kNone; },
                    [](World&, ResultCorrected& b) { b.ground = election::Ground::kDisaster; }}});
  cases.push_back({kObjectionUpheld, AcceptedObjection,
                   {RefuseExplanation, NoReference,
                    Objection([](auto& r) { r.outcome = election::Outcome::kRejected; }),
                    Objection([](auto& r) { r.outcome = election::Outcome::kCarried; }),
                    Objection([](auto& r) { r.kind = event::BodyKind::kObjectionFiled; }),
                    Objection([](auto& r) { r.contest = "ppwp"; }),
                    Objection([](auto& r) { r.place = kTpsNextDoor; })}});
  const auto advice = Decision(Issuer::kBawaslu, DecisionKind::kAdvice);
  const auto recommendation = Decision(Issuer::kBawaslu, DecisionKind::kRecommendation);
  const auto ruling = Decision(Issuer::kBawaslu, DecisionKind::kRuling);
  const auto court = Decision(Issuer::kConstitutionalCourt, DecisionKind::kRuling);
  const auto other = Decision(Issuer::kOther, DecisionKind::kRuling);
  const auto court_advice = Decision(Issuer::kConstitutionalCourt, DecisionKind::kAdvice);
  for (const auto& support : {advice, recommendation}) {
    cases.push_back({kBawasluAdvice, support,
                     {RefuseExplanation, NoReference, ruling, court, court_advice, ElsewhereDecision,
                      OtherContestDecision, AcceptedObjection}});
  }
  cases.push_back({kBawasluRuling, ruling,
                   {RefuseExplanation, NoReference, advice, court, ElsewhereDecision, OtherContestDecision}});
  for (const auto& support : {court, other}) {
    cases.push_back({kCourtRuling, support,
                     {RefuseExplanation, NoReference, advice, ruling, court_advice, ElsewhereDecision,
                      OtherContestDecision}});
  }
  cases.push_back({kPhotoReplaced, SetPhoto, {RefuseExplanation, SetPhotoUnseen, RemovePhoto}});
  cases.push_back({kWrongTps, [](World&, ResultCorrected& b) { b.other_tps = kTpsNextDoor; },
                   {RefuseExplanation, [](World&, ResultCorrected& b) { b.other_tps.reset(); },
                    [](World&, ResultCorrected& b) { b.other_tps = kTps; }}});
  cases.push_back({kCompletion,
                   [](World&, ResultCorrected& b) {
                     b.changes = {{FieldKey::Of(Figure::kValid), 80}};
                     b.explanation.clear();
                   },
                   {[](World&, ResultCorrected& b) {
                      b.changes.insert(b.changes.begin(), {FieldKey::Of(Figure::kVotersRegisteredJ), 300});
                    },
                    [](World&, ResultCorrected& b) {
                      b.changes.clear();
                      b.evidence = {{1, event::Evidence{1, "", HashOf(7), ""}}};
                    }}});
  return cases;
}

TEST_F(CorrectionTest, EachReasonWithEachThingItRestsOnMissing) {
  for (const Case& one : Cases()) {
    for (size_t missing = 0; missing <= one.without.size(); ++missing) {
      World fresh;
      fresh.AddResult("pdpr", kTps);
      auto body = Correction("pdpr", kTps);
      body.reason = one.reason;
      one.support(fresh, body);
      if (missing < one.without.size()) one.without[missing](fresh, body);
      const std::string expected = missing < one.without.size() ? "BASIS_MISSING/0" : "ACCEPTED";
      EXPECT_EQ(Said(fresh.Try(fresh.Official(Role::kPpk, "650105"), body)), expected)
          << Name(one.reason) << " without " << missing;
    }
  }
}

TEST_F(CorrectionTest, TheTableHasEveryReason) {
  ASSERT_EQ(CorrectionReasons().size(), election::AllOf<CorrectionReason>().size());
  for (const CorrectionReason reason : election::AllOf<CorrectionReason>()) {
    EXPECT_EQ(RowOf(reason).reason, reason);
    const bool decision = reason == CorrectionReason::kBawasluAdvice ||
                          reason == CorrectionReason::kBawasluRuling ||
                          reason == CorrectionReason::kCourtRuling;
    EXPECT_EQ(RestsOnDecision(reason), decision);
  }
}

TEST_F(CorrectionTest, ReferencesAndOtherTpsExist) {
  EXPECT_EQ(With([](auto& b) { b.refers_to = {HashOf(0x01)}; }), "UNKNOWN_REFERENCE/0");
  EXPECT_EQ(With([](auto& b) { b.other_tps = kUnknownTps; }), "UNKNOWN_STATION/0");
  auto body = Correction("pkwkk", kTps);
  world.AddResult("pkwkk", kTps);
  body.other_tps = kTpsElsewhere;
  EXPECT_EQ(Said(world.Try(ppk, body)), "OUTSIDE_CONTEST/0");
}

}  // namespace
}  // namespace jejak::admission
