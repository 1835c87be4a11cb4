// Certifications and their parts, stages opened again, rounds, objections, incidents and decisions: one test a refusal.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/admission/test_world.h"
#include "ledger/crypto/sha256.h"

namespace jejak::admission {
namespace {

class RecapTest : public testing::Test {
 protected:
  RecapTest() {
    good.contest = "pdpr";
    good.region = Code("650105");
    good.size = TreeSize(1);
    good.minutes = SomeMinutes();
  }
  std::string By(const PublicKey& author, event::Body body) { return Said(world.Try(author, std::move(body))); }
  std::string With(const std::function<void(event::RecapCertified&)>& change) {
    auto body = good;
    change(body);
    return By(ppk, body);
  }
  World world;
  PublicKey ppk = world.Official(Role::kPpk, "650105");
  PublicKey kpu = world.Official(Role::kKpu, "");
  event::RecapCertified good;
};

TEST_F(RecapTest, CertificationEachRefusal) {
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.contest = "none"; }), "UNKNOWN_CONTEST/0");
  EXPECT_EQ(With([](auto& b) { b.minutes.reset(); }), "BASIS_MISSING/0");
  EXPECT_EQ(With([](auto& b) { b.size = TreeSize(2); }), "UNKNOWN_REFERENCE/0");
  EXPECT_EQ(With([](auto& b) { b.votes = {{4, 1}, {9, 1}}; }), "UNKNOWN_CHOICE/1");
  EXPECT_EQ(With([](auto& b) { b.votes = {{4, 1}}, b.party_totals = {{400, 1}}; }), "UNKNOWN_CHOICE/1");
  EXPECT_EQ(With([](auto& b) { b.signatories = {{"", 4, {}}, {"", 9, {}}}; }), "UNKNOWN_CHOICE/1");
  EXPECT_EQ(With([](auto& b) { b.signatories = {{"nobody", 0, {}}, {"ppk-650105", 0, {}}}; }),
            "UNKNOWN_OFFICIAL/0");
  EXPECT_EQ(With([](auto& b) { b.replaces = HashOf(1); }), "SUPERSEDES_STALE/0");
  world.view.contests["pdpr"].covered = {Code("64")};
  EXPECT_EQ(With([](auto&) {}), "OUTSIDE_CONTEST/0");
}

TEST_F(RecapTest, PartsAreThereAndAreTheseParts) {
  world.view.parts[{ppk, "pdpr", Code("650105"), 1, 2}] = HashOf(1);
  const auto with_two = [&](auto& b) {
    b.parts = 2;
    b.parts_hash = crypto::Sha256({HashOf(1).view(), HashOf(2).view()});
  };
  EXPECT_EQ(With(with_two), "BASIS_MISSING/1");
  world.view.parts[{ppk, "pdpr", Code("650105"), 2, 2}] = HashOf(2);
  EXPECT_EQ(With(with_two), "ACCEPTED");
  world.view.parts[{ppk, "pdpr", Code("650105"), 2, 2}] = HashOf(3);
  EXPECT_EQ(With(with_two), "BASIS_MISSING/0");
  EXPECT_EQ(With([](auto& b) { b.parts_hash = HashOf(1); }), "BASIS_MISSING/0");
}

TEST_F(RecapTest, CertifyingAgainTakesAReopeningOrARound) {
  world.Certify("pdpr", "650105", 10);
  EXPECT_EQ(With([](auto&) {}), "STAGE_SEALED/0");
  const auto replacing = [](auto& b) { b.replaces = HashOf(10); };
  EXPECT_EQ(With(replacing), "STAGE_SEALED/0");
  world.Reopen("pdpr", "650105", Stage::kPpk, 9);
  EXPECT_EQ(With(replacing), "STAGE_SEALED/0");
  world.Reopen("pdpr", "650105", Stage::kPpk, 11);
  EXPECT_EQ(With(replacing), "ACCEPTED");
  EXPECT_EQ(With([](auto&) {}), "SUPERSEDES_STALE/0");
  EXPECT_EQ(By(ppk, event::RecapPart{"pdpr", Code("650105"), 1, 1, {}}), "ACCEPTED");
  world.view.reopened.clear();
  EXPECT_EQ(By(ppk, event::RecapPart{"pdpr", Code("650105"), 1, 1, {}}), "STAGE_SEALED/0");
  world.view.rounds[{"pdpr", kTps}] = LogIndex(12);
  EXPECT_EQ(With(replacing), "ACCEPTED");
  world.view.rounds.clear();
  world.view.rounds[{"pdpr", kTpsElsewhere}] = LogIndex(12);
  EXPECT_EQ(With(replacing), "STAGE_SEALED/0");
  // A body may certify although one above already has.
  world.view.seals.clear();
  world.Certify("pdpr", "6501", 20);
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
}

TEST_F(RecapTest, EachBodyCertifiesItsOwnRegion) {
  const auto certify = [&](Role role, const char* home, const char* region, const char* contest = "pdpr") {
    auto body = good;
    body.contest = contest;
    body.region = Code(region);
    return By(world.Official(role, home), body);
  };
  EXPECT_EQ(certify(Role::kKpuKabkota, "6501", "6501"), "ACCEPTED");
  EXPECT_EQ(certify(Role::kKpuKabkota, "6501", "650105"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(certify(Role::kKpuProvinsi, "65", "65"), "ACCEPTED");
  EXPECT_EQ(certify(Role::kKpu, "", ""), "ACCEPTED");
  EXPECT_EQ(certify(Role::kKpu, "", "65"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(certify(Role::kPpln, "9901", "9901"), "ACCEPTED");
  EXPECT_EQ(certify(Role::kPpln, "9901", "990101"), "ACCEPTED");
  EXPECT_EQ(certify(Role::kPpln, "990101", "9901010001"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(certify(Role::kKpuKabkota, "6501", "6501", "pkwkk"), "ACCEPTED");
  EXPECT_EQ(certify(Role::kKpuProvinsi, "65", "65", "pkwkk"), "ROLE_NOT_ENTITLED/0");
}

TEST_F(RecapTest, Rows) {
  const auto row = [](const char* child) { return event::RecapRow{Code(child), {}, {{4, 1}}, {{4, 1}}}; };
  const auto part = [&](std::vector<event::RecapRow> rows) {
    return By(ppk, event::RecapPart{"pdpr", Code("650105"), 1, 1, std::move(rows)});
  };
  EXPECT_EQ(part({row("6501051002"), row("6501051002066")}), "ACCEPTED");
  EXPECT_EQ(part({row("6501051002"), row("6501051009")}), "UNKNOWN_REGION/1");
  EXPECT_EQ(part({row("6501051002999")}), "UNKNOWN_STATION/0");
  EXPECT_EQ(part({row("6501061001")}), "REGISTRY_INVALID/0");
  auto odd = row("6501051002");
  odd.party_totals = {{400, 1}};
  EXPECT_EQ(part({odd}), "UNKNOWN_CHOICE/0");
  EXPECT_EQ(By(ppk, event::RecapPart{"pdpr", Code("650105"), 2, 1, {}}), "REGISTRY_INVALID/0");
  world.view.contests["pdpr"].excepted = {Code("6501051002")};
  EXPECT_EQ(part({row("6501051002")}), "OUTSIDE_CONTEST/0");
}

TEST_F(RecapTest, ReopeningTakesASealAndADecision) {
  const Hash decision = world.AddDecision(election::Issuer::kBawaslu, election::DecisionKind::kRuling, 0xdc);
  const event::StageReopened stage{"pdpr", Code("650105"), Stage::kPpk, decision, "ruling 7"};
  const auto with = [&](const std::function<void(event::StageReopened&)>& change) {
    auto body = stage;
    change(body);
    return By(kpu, body);
  };
  EXPECT_EQ(with([](auto&) {}), "STAGE_NOT_OPEN/0");
  world.Certify("pdpr", "6501", 20);  // by a body above
  EXPECT_EQ(with([](auto&) {}), "ACCEPTED");
  world.Certify("pdpr", "650105", 21);
  EXPECT_EQ(with([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(with([](auto& b) { b.contest = "none"; }), "UNKNOWN_CONTEST/0");
  EXPECT_EQ(with([](auto& b) { b.region = Code("650199"); }), "UNKNOWN_REGION/0");
  EXPECT_EQ(with([](auto& b) { b.decision = HashOf(1); }), "UNKNOWN_REFERENCE/0");
  EXPECT_EQ(with([](auto& b) { b.stage = Stage::kKabkota; }), "REGISTRY_INVALID/0");
  EXPECT_EQ(with([](auto& b) { b.stage = Stage::kKpps, b.region = kTps; }), "REGISTRY_INVALID/0");
  EXPECT_EQ(with([](auto& b) { b.contest = "pkwkk", b.region = Code("65"), b.stage = Stage::kProvinsi; }),
            "REGISTRY_INVALID/0");
  EXPECT_EQ(with([](auto& b) { b.contest = "pkwkk", b.region = Code("6401"), b.stage = Stage::kKabkota; }),
            "STAGE_NOT_OPEN/0");
  EXPECT_EQ(with([](auto& b) { b.reason.clear(); }), "BASIS_MISSING/0");
  world.view.references[decision].places = {Code("64")};
  EXPECT_EQ(with([](auto&) {}), "BASIS_MISSING/0");
  world.view.references[decision].places = {kTps};  // a part of the region is enough
  EXPECT_EQ(with([](auto&) {}), "ACCEPTED");
  world.Certify("pkwkk", "6401", 30);
  EXPECT_EQ(with([](auto& b) { b.contest = "pkwkk", b.region = Code("6401"), b.stage = Stage::kKabkota; }),
            "OUTSIDE_CONTEST/0");
  world.Reopen("pdpr", "650105", Stage::kPpk, 22);
  EXPECT_EQ(with([](auto&) {}), "STAGE_NOT_OPEN/0");
}

class RoundTest : public testing::Test {
 protected:
  RoundTest() {
    good.contests = {"pdpr", "ppwp"};
    good.places = {kTps, kTpsNextDoor};
    good.ground = election::Ground::kProcedure;
    good.legal_basis = "UU 7/2017 art. 372";
  }
  std::string With(const std::function<void(event::RoundOpened&)>& change) {
    auto body = good;
    change(body);
    return Said(world.Try(kabkota, body));
  }
  World world;
  PublicKey kabkota = world.Official(Role::kKpuKabkota, "6501");
  event::RoundOpened good;
};

TEST_F(RoundTest, Opening) {
  const Hash ruling = world.AddDecision(election::Issuer::kBawaslu, election::DecisionKind::kRuling, 0xdc);
  EXPECT_EQ(With([](auto&) {}), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.places = {Code("650105")}; }), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.places = {kTps, kTpsElsewhere}; }), "OUTSIDE_JURISDICTION/1");
  EXPECT_EQ(With([](auto& b) { b.contests = {"pdpr", "x"}; }), "UNKNOWN_CONTEST/1");
  EXPECT_EQ(With([](auto& b) { b.places = {Code("650199")}; }), "UNKNOWN_REGION/0");
  EXPECT_EQ(With([](auto& b) { b.places = {kTps, kUnknownTps}; }), "UNKNOWN_STATION/1");
  EXPECT_EQ(With([](auto& b) { b.decision = HashOf(1); }), "UNKNOWN_REFERENCE/0");
  EXPECT_EQ(With([](auto& b) { b.places = {Code("650105"), kTps}; }), "REGISTRY_INVALID/1");
  EXPECT_EQ(With([](auto& b) { b.ground = election::Ground::kNone; }), "BASIS_MISSING/0");
  EXPECT_EQ(With([](auto& b) { b.legal_basis.clear(); }), "BASIS_MISSING/0");
  EXPECT_EQ(With([](auto& b) { b.legal_basis.clear(), b.minutes = SomeMinutes(); }), "ACCEPTED");
  EXPECT_EQ(With([](auto& b) { b.ground = election::Ground::kRuling; }), "BASIS_MISSING/0");
  EXPECT_EQ(With([&](auto& b) { b.ground = election::Ground::kRuling, b.decision = ruling; }), "ACCEPTED");
  world.view.contests["ppwp"].covered = {Code("650106")};
  EXPECT_EQ(With([](auto&) {}), "OUTSIDE_CONTEST/0");
  world.view.contests["ppwp"].covered = {RegionCode()};
  world.view.results[{"ppwp", kTpsNextDoor}].round = 100;
  EXPECT_EQ(With([](auto&) {}), "REGISTRY_INVALID/1");
}

TEST_F(RoundTest, Cancelling) {
  ReferenceState& round = world.view.references[HashOf(0xdd)];
  round.kind = event::BodyKind::kRoundOpened;
  round.places = {kTps, kTpsNextDoor};
  event::RoundCancelled body{HashOf(0xdd), "flood", {}};
  EXPECT_EQ(Said(world.Try(kabkota, body)), "ACCEPTED");
  EXPECT_EQ(Said(world.Try(kabkota, event::RoundCancelled{HashOf(0xdd), "", {}})), "BASIS_MISSING/0");
  EXPECT_EQ(Said(world.Try(kabkota, event::RoundCancelled{HashOf(1), "x", {}})), "UNKNOWN_REFERENCE/0");
  EXPECT_EQ(Said(world.Try(kabkota, event::RoundCancelled{HashOf(0xdd), "x", HashOf(1)})),
            "UNKNOWN_REFERENCE/0");
  round.used = true;
  EXPECT_EQ(Said(world.Try(kabkota, body)), "RESULT_EXISTS/0");
  round.resolved = true;
  EXPECT_EQ(Said(world.Try(kabkota, body)), "ALREADY_REGISTERED/0");
  round.places = {kTps, kTpsElsewhere};
  EXPECT_EQ(Said(world.Try(kabkota, body)), "OUTSIDE_JURISDICTION/1");
  round.kind = event::BodyKind::kDecisionRecorded;
  EXPECT_EQ(Said(world.Try(kabkota, body)), "UNKNOWN_REFERENCE/0");
}

class OversightTest : public testing::Test {
 protected:
  std::string By(const PublicKey& author, event::Body body) { return Said(world.Try(author, std::move(body))); }
  World world;
  PublicKey saksi = world.Official(Role::kSaksi, "6501");
  PublicKey ppk = world.Official(Role::kPpk, "650105");
};

TEST_F(OversightTest, Objections) {
  event::ObjectionFiled body{"pdpr", kTps, Stage::kPpk, "the copy says 80", {FieldKey::Votes(4)}, {}};
  EXPECT_EQ(By(saksi, body), "ACCEPTED");
  body.fields = {FieldKey::Of(election::Figure::kValid), FieldKey::PartyTotal(9)};
  EXPECT_EQ(By(saksi, body), "UNKNOWN_CHOICE/1");
  body.fields.clear();
  body.text.clear();
  EXPECT_EQ(By(saksi, body), "BASIS_MISSING/0");
  body.place = kUnknownTps;
  EXPECT_EQ(By(saksi, body), "UNKNOWN_STATION/0");
  body.place = Code("650199");
  EXPECT_EQ(By(saksi, body), "UNKNOWN_REGION/0");
  body.contest = "none";
  EXPECT_EQ(By(world.Official(Role::kBawaslu, ""), body), "UNKNOWN_CONTEST/0");
  world.view.contests["pdpr"].excepted = {Code("6501")};
  EXPECT_EQ(By(saksi, event::ObjectionFiled{"pdpr", kTps, {}, "text", {}, {}}), "OUTSIDE_CONTEST/0");
}

TEST_F(OversightTest, Resolutions) {
  ReferenceState& objection = world.view.references[HashOf(0x0b)];
  objection.kind = event::BodyKind::kObjectionFiled;
  objection.place = kTps;
  event::ObjectionResolved body{HashOf(0x0b), election::Outcome::kAccepted, "so it is", SomeMinutes()};
  EXPECT_EQ(By(ppk, body), "ACCEPTED");
  EXPECT_EQ(By(world.Official(Role::kPpk, "650106"), body), "OUTSIDE_JURISDICTION/0");
  body.minutes.reset();
  EXPECT_EQ(By(ppk, body), "BASIS_MISSING/0");
  EXPECT_EQ(By(world.Official(Role::kKpps, kTps), body), "ACCEPTED");
  body.text.clear();
  EXPECT_EQ(By(world.Official(Role::kKpps, kTps), body), "BASIS_MISSING/0");
  objection.resolved = true;
  EXPECT_EQ(By(ppk, body), "ALREADY_REGISTERED/0");
  body.objection = HashOf(1);
  EXPECT_EQ(By(ppk, body), "UNKNOWN_REFERENCE/0");
}

TEST_F(OversightTest, IncidentsAndDecisions) {
  EXPECT_EQ(By(ppk, event::IncidentRecorded{kTps, election::IncidentKind::kNetwork, ""}), "ACCEPTED");
  EXPECT_EQ(By(ppk, event::IncidentRecorded{kTps, election::IncidentKind::kOther, ""}), "BASIS_MISSING/0");
  EXPECT_EQ(By(ppk, event::IncidentRecorded{kUnknownTps, {}, ""}), "UNKNOWN_STATION/0");

  const PublicKey bawaslu = world.Official(Role::kBawaslu, "");
  event::DecisionRecorded body;
  body.number = "1";
  body.document = HashOf(1);
  body.contests = {"pdpr", "x"};
  EXPECT_EQ(By(bawaslu, body), "UNKNOWN_CONTEST/1");
  body.contests.clear();
  body.places = {kTps, kUnknownTps};
  EXPECT_EQ(By(bawaslu, body), "UNKNOWN_STATION/1");
  EXPECT_EQ(By(world.Official(Role::kPtps, kTps), body), "OUTSIDE_JURISDICTION/1");
  body.places.clear();
  body.number.clear();
  EXPECT_EQ(By(bawaslu, body), "BASIS_MISSING/0");
  body.number = "1";
  body.document = Hash{};
  EXPECT_EQ(By(bawaslu, body), "BASIS_MISSING/0");
}

}  // namespace
}  // namespace jejak::admission
