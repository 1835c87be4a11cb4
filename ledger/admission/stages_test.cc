// Who may submit and correct in which state of the recapitulation. The expectations are written out
// by hand, one line a state, one letter a role: A accepted, S STAGE_SEALED, N STAGE_NOT_OPEN, R
// ROLE_NOT_ENTITLED.
#include "ledger/admission/stages.h"

#include <gtest/gtest.h>

#include <functional>

#include "ledger/admission/test_world.h"

namespace jejak::admission {
namespace {

char Letter(const Verdict& verdict) {
  const std::string said = Said(verdict);
  if (said == "ACCEPTED") return 'A';
  if (said == "STAGE_SEALED/0") return 'S';
  if (said == "STAGE_NOT_OPEN/0") return 'N';
  if (said == "ROLE_NOT_ENTITLED/0") return 'R';
  ADD_FAILURE() << said;
  return '?';
}

struct Actor {
  Role role{};
  const char* jurisdiction = "";
  bool with_decision = false;
};

struct State {
  const char* name = "";
  std::function<void(World&)> arrange;
  std::string expected;
};

std::string Corrections(World* world, const std::string& contest, const RegionCode& tps,
                        const std::vector<Actor>& actors) {
  std::string letters;
  const Hash ruling = world->AddDecision(election::Issuer::kConstitutionalCourt,
                                         election::DecisionKind::kRuling, 0xdc);
  for (const Actor& actor : actors) {
    auto body = Correction(contest, tps);
    body.round = world->view.results[{contest, tps}].round;
    if (actor.with_decision) {
      body.reason = election::CorrectionReason::kCourtRuling;
      body.refers_to = {ruling};
    }
    letters += Letter(world->Try(world->Official(actor.role, actor.jurisdiction), body));
  }
  return letters;
}

void SealAll(World& w) {
  w.Certify("pdpr", "650105", 10);
  w.Certify("pdpr", "6501", 20);
  w.Certify("pdpr", "65", 30);
  w.Certify("pdpr", "", 40);
}

const std::vector<Actor> kInTheCountry = {
    {Role::kKpps, "6501051002066"}, {Role::kPpk, "650105"}, {Role::kKpuKabkota, "6501"},
    {Role::kKpuProvinsi, "65"},     {Role::kKpu, ""},       {Role::kKpu, "", true}};

void ExpectCorrections(const std::string& contest, const RegionCode& tps,
                       const std::vector<Actor>& actors, const std::vector<State>& states) {
  for (const State& state : states) {
    World world;
    world.AddResult(contest, tps);
    state.arrange(world);
    EXPECT_EQ(Corrections(&world, contest, tps, actors), state.expected) << state.name;
  }
}

TEST(Stages, CorrectionsInTheCountry) {
  const std::vector<State> states = {
      {"result in", [](World&) {}, "AANNNN"},
      {"finalised",
       [](World& w) {
         w.view.results[{"pdpr", kTps}].finalised = true;
       },
       "SANNNN"},
      {"PPK acted",
       [](World& w) {
         w.view.results[{"pdpr", kTps}].ppk_acted = true;
       },
       "SANNNN"},
      {"PPK certified", [](World& w) { w.Certify("pdpr", "650105", 10); }, "SSANNN"},
      {"another PPK certified", [](World& w) { w.Certify("pdpr", "650106", 10); }, "AANNNN"},
      {"another contest certified", [](World& w) { w.Certify("ppwp", "650105", 10); }, "AANNNN"},
      {"kabkota certified",
       [](World& w) { w.Certify("pdpr", "650105", 10), w.Certify("pdpr", "6501", 20); }, "SSSANN"},
      {"kabkota without PPK", [](World& w) { w.Certify("pdpr", "6501", 20); }, "SSSANN"},
      {"provinsi without the others", [](World& w) { w.Certify("pdpr", "65", 30); }, "SSSSAA"},
      {"all certified", SealAll, "SSSSSA"},
      {"nation only", [](World& w) { w.Certify("pdpr", "", 40); }, "SSSSSA"},
  };
  ExpectCorrections("pdpr", kTps, kInTheCountry, states);
}

TEST(Stages, CorrectionsAfterReopeningsAndRounds) {
  const std::vector<State> states = {
      {"PPK reopened",
       [](World& w) {
         w.Certify("pdpr", "650105", 10), w.Reopen("pdpr", "650105", Stage::kPpk, 11);
       },
       "SANNNN"},
      {"PPK reopened under kabkota",
       [](World& w) {
         w.Certify("pdpr", "650105", 10), w.Certify("pdpr", "6501", 20);
         w.Reopen("pdpr", "650105", Stage::kPpk, 21);
       },
       "SASANN"},
      {"PPK reopened, then kabkota certified",
       [](World& w) {
         w.Certify("pdpr", "650105", 10), w.Certify("pdpr", "6501", 20);
         w.Reopen("pdpr", "650105", Stage::kPpk, 11);
       },
       "SSSANN"},
      {"kabkota reopened",
       [](World& w) {
         w.Certify("pdpr", "650105", 10), w.Certify("pdpr", "6501", 20);
         w.Reopen("pdpr", "6501", Stage::kKabkota, 21);
       },
       "SSANNN"},
      {"PPK reopened after all",
       [](World& w) { SealAll(w), w.Reopen("pdpr", "650105", Stage::kPpk, 41); }, "SASSSA"},
      {"PPK reopened after all and certified",
       [](World& w) {
         SealAll(w), w.Reopen("pdpr", "650105", Stage::kPpk, 41), w.Certify("pdpr", "650105", 42);
       },
       "SSSSSA"},
      {"the neighbour's PPK reopened after all",
       [](World& w) { SealAll(w), w.Reopen("pdpr", "650106", Stage::kPpk, 41); }, "SSSSSA"},
      {"KPU reopened after all",
       [](World& w) { SealAll(w), w.Reopen("pdpr", "", Stage::kNasional, 41); }, "SSSSAA"},
      {"new round after all",
       [](World& w) {
         SealAll(w);
         ResultState& result = w.view.results[{"pdpr", kTps}];
         result.round = 2, result.round_opened_at = LogIndex(41);
       },
       "AANNNN"},
      {"new round, then PPK certified again",
       [](World& w) {
         SealAll(w), w.Certify("pdpr", "650105", 42);
         ResultState& result = w.view.results[{"pdpr", kTps}];
         result.round = 2, result.round_opened_at = LogIndex(41);
       },
       "SSANNN"},
  };
  ExpectCorrections("pdpr", kTps, kInTheCountry, states);
}

TEST(Stages, KppsMayNotCorrectWhereTheContestForbids) {
  World world;
  world.AddResult("ppwp", kTps);
  EXPECT_EQ(Said(world.Try(world.Official(Role::kKpps, kTps), Correction("ppwp", kTps))),
            "ROLE_NOT_ENTITLED/0");
}

TEST(Stages, CorrectionsWhereTheContestEndsAtKabkota) {
  const std::vector<State> states = {
      {"result in", [](World&) {}, "AANRNN"},
      {"PPK certified", [](World& w) { w.Certify("pkwkk", "650105", 10); }, "SSARNN"},
      {"kabkota certified", [](World& w) { w.Certify("pkwkk", "6501", 20); }, "SSSRSA"},
      {"kabkota reopened",
       [](World& w) {
         w.Certify("pkwkk", "6501", 20), w.Reopen("pkwkk", "6501", Stage::kKabkota, 21);
       },
       "SSARNN"},
  };
  ExpectCorrections("pkwkk", kTps, kInTheCountry, states);
}

TEST(Stages, CorrectionsAbroadGoFromPplnToKpu) {
  const std::vector<Actor> actors = {{Role::kKppsln, "9901010001001"},
                                     {Role::kPpln, "9901"},
                                     {Role::kKpu, ""},
                                     {Role::kKpu, "", true}};
  std::vector<State> states = {
      {"result in", [](World&) {}, "AANN"},
      {"finalised",
       [](World& w) {
         w.view.results[{"pdpr", kTpsAbroad}].finalised = true;
       },
       "SANN"},
      {"nation certified", [](World& w) { w.Certify("pdpr", "", 40); }, "SSSA"},
      {"PPLN reopened",
       [](World& w) {
         w.Certify("pdpr", "990101", 10), w.Reopen("pdpr", "990101", Stage::kPpk, 11);
       },
       "SANN"},
  };
  for (const char* area : {"9901", "990101", "9901010001"}) {
    states.push_back({area, [area](World& w) { w.Certify("pdpr", area, 10); }, "SSAA"});
  }
  ExpectCorrections("pdpr", kTpsAbroad, actors, states);
}

TEST(Stages, Submissions) {
  const std::vector<Actor> actors = {{Role::kKpps, "6501051002066"},
                                     {Role::kPpk, "650105"},
                                     {Role::kKpuKabkota, "6501"},
                                     {Role::kImporter, ""}};
  const std::vector<State> states = {
      {"nothing in", [](World&) {}, "AAAA"},
      {"PPK certified", [](World& w) { w.Certify("pdpr", "650105", 10); }, "SSAA"},
      {"kabkota certified", [](World& w) { w.Certify("pdpr", "6501", 20); }, "SSSA"},
      {"provinsi certified", [](World& w) { w.Certify("pdpr", "65", 30); }, "SSSA"},
      {"all certified", SealAll, "SSSA"},
      {"PPK reopened after all",
       [](World& w) { SealAll(w), w.Reopen("pdpr", "650105", Stage::kPpk, 41); }, "SASA"},
      {"kabkota reopened after all",
       [](World& w) { SealAll(w), w.Reopen("pdpr", "6501", Stage::kKabkota, 41); }, "SSAA"},
      {"new round after all",
       [](World& w) {
         SealAll(w);
         ResultState& result = w.view.results[{"pdpr", kTps}];
         result.round = 2, result.round_opened_at = LogIndex(41);
       },
       "AAAA"},
  };
  for (const State& state : states) {
    World world;
    state.arrange(world);
    std::string letters;
    for (const Actor& actor : actors) {
      auto body = Submission("pdpr", kTps);
      body.round = world.view.Result("pdpr", kTps, Contents::kWanted).round;
      letters += Letter(world.Try(world.Official(actor.role, actor.jurisdiction), body));
    }
    EXPECT_EQ(letters, state.expected) << state.name;
  }
}

TEST(Stages, Finalisation) {
  World world;
  const PublicKey kpps = world.Official(Role::kKpps, kTps);
  const event::ResultFinalised body{"pdpr", kTps, 1};
  EXPECT_EQ(Said(world.Try(kpps, body)), "BASIS_MISSING/0");
  ResultState& result = world.AddResult("pdpr", kTps);
  EXPECT_EQ(Said(world.Try(kpps, body)), "ACCEPTED");
  result.finalised = true;
  EXPECT_EQ(Said(world.Try(kpps, body)), "ALREADY_REGISTERED/0");
  result.ppk_acted = true;
  EXPECT_EQ(Said(world.Try(kpps, body)), "STAGE_SEALED/0");
  result.ppk_acted = false;
  world.Certify("pdpr", "6501", 9);
  EXPECT_EQ(Said(world.Try(kpps, body)), "STAGE_SEALED/0");
}

// The importer repeats what was published, whenever that was.
TEST(Stages, DoNotBindTheImporter) {
  World world;
  world.AddResult("pdpr", kTps);
  SealAll(world);
  auto body = Correction("pdpr", kTps);
  body.reason = election::CorrectionReason::kUnstated;
  EXPECT_EQ(Said(world.Try(world.Official(Role::kImporter, ""), body)), "ACCEPTED");
}

}  // namespace
}  // namespace jejak::admission
