// The door, forks and retries, genesis, and the precedence of refusals: of two faults in one event
// the one that comes first in reasons.def decides, shown for every pair of faults that a correction
// can have.
#include "ledger/admission/decide.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "ledger/admission/corrections.h"
#include "ledger/admission/test_world.h"
#include "ledger/base/encoding.h"

namespace jejak::admission {
namespace {

std::string DecideAs(const World& world, const event::Event& event,
                     const Hash& hash = HashOf(0xaa)) {
  return Said(Decide(world.view, event, hash));
}

TEST(Door, TurnsAwayWithoutALogEntry) {
  World world;
  const PublicKey kpps = world.Official(Role::kKpps, kTps);
  const event::Event good = world.Next(kpps, Submission("pdpr", kTps));
  EXPECT_EQ(DecideAs(world, good), "ACCEPTED");

  event::Event event = good;
  event.election = HashOf(1);
  EXPECT_EQ(DecideAs(world, event), "DOOR WRONG_ELECTION");
  event = good;
  event.author.bytes.fill(1);
  EXPECT_EQ(DecideAs(world, event), "DOOR KEY_UNKNOWN");
  world.view.keys[kpps].suspended = true;
  EXPECT_EQ(DecideAs(world, good), "DOOR KEY_SUSPENDED");
}

TEST(Door, GapIsAnsweredWithWhatIsExpected) {
  World world;
  event::Event event = world.Next(world.Official(Role::kKpps, kTps), Submission("pdpr", kTps));
  event.sequence = 8;
  const Verdict verdict = Decide(world.view, event, HashOf(0xaa));
  EXPECT_EQ(Said(verdict), "DOOR SEQUENCE_GAP");
  const Status::Metadata expected = {{"expected_sequence", "7"}, {"head", ToHex(HashOf(0x77))}};
  EXPECT_EQ(verdict.door.metadata(), expected);
}

TEST(Door, UnknownRulesStopTheProgram) {
  World world;
  EXPECT_EQ(Said(world.Try(world.Official(Role::kRoot, ""), event::RulesChanged{9})),
            "DOOR RULES_UNKNOWN");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kKpu, ""), event::RulesChanged{9})),
            "ROLE_NOT_ENTITLED/0");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kRoot, ""), event::RulesChanged{kRulesWritten})),
            "NOTHING_CHANGED/0");
  const PublicKey kpps = world.Official(Role::kKpps, kTps);
  world.view.election->rules = 9;
  EXPECT_EQ(Said(world.Try(kpps, Submission("pdpr", kTps))), "DOOR RULES_UNKNOWN");
}

TEST(Chain, RetryAndFork) {
  World world;
  const PublicKey kpps = world.Official(Role::kKpps, kTps);
  event::Event old = world.Next(kpps, Submission("pdpr", kTps));
  old.sequence = 3;
  world.view.events[HashOf(0x33)] = LogIndex(12);
  EXPECT_EQ(DecideAs(world, old, HashOf(0x33)), "RETRY 12");

  // Other bytes at a used sequence.
  Verdict verdict = Decide(world.view, old, HashOf(0x34));
  EXPECT_EQ(Said(verdict), "AUTHOR_FORK/0");
  EXPECT_FALSE(verdict.advances_chain);
  world.view.forks.insert({kpps, 3});
  world.view.events[HashOf(0x34)] = LogIndex(13);
  EXPECT_EQ(DecideAs(world, old, HashOf(0x34)), "RETRY 13");
  verdict = Decide(world.view, old, HashOf(0x35));
  EXPECT_EQ(Said(verdict), "DOOR FORK_REPEATED");

  // The next sequence on another head.
  event::Event astray = world.Next(kpps, Submission("pdpr", kTps));
  astray.previous = HashOf(0x78);
  verdict = Decide(world.view, astray, HashOf(0x36));
  EXPECT_EQ(Said(verdict), "AUTHOR_FORK/0");
  EXPECT_FALSE(verdict.advances_chain);
  world.view.forks.insert({kpps, 7});
  EXPECT_EQ(DecideAs(world, astray, HashOf(0x37)), "DOOR FORK_REPEATED");

  // A suspended key gets its receipts, and nothing else.
  world.view.keys[kpps].suspended = true;
  EXPECT_EQ(DecideAs(world, old, HashOf(0x33)), "RETRY 12");
  EXPECT_EQ(DecideAs(world, old, HashOf(0x38)), "DOOR KEY_SUSPENDED");
}

TEST(Chain, RefusalsAdvanceIt) {
  World world;
  const Verdict verdict = world.Try(world.Official(Role::kPtps, kTps), Submission("pdpr", kTps));
  EXPECT_EQ(Said(verdict), "ROLE_NOT_ENTITLED/0");
  EXPECT_TRUE(verdict.advances_chain);
}

class GenesisTest : public testing::Test {
 protected:
  GenesisTest() {
    const auto key = [](uint8_t seed, const char* official) {
      const crypto::SecretKey secret = SecretOf(seed);
      return event::NewKey{secret.public_key(), crypto::SignEnrolment(secret, Hash{}, official)};
    };
    body.rules = kRulesWritten;
    body.root_key = key(1, "root");
    body.ledger_key = key(2, "ledger");
    body.supervisors_key = key(3, "bawaslu");
  }
  event::Event Event() const {
    event::Event event;
    event.author = body.root_key.key;
    event.body = body;
    return event;
  }
  event::ElectionOpened body;
  FakeView empty;
};

TEST_F(GenesisTest, IsTheOnlyEventBeforeAnElection) {
  EXPECT_EQ(Said(Decide(empty, Event(), HashOf(1))), "ACCEPTED");
  event::Event other = Event();
  other.body = event::TallyCommitted{};
  EXPECT_EQ(Said(Decide(empty, other, HashOf(1))), "DOOR WRONG_ELECTION");
}

TEST_F(GenesisTest, ProvesItsKeysAndItsPlace) {
  event::Event event = Event();
  event.election = HashOf(1);
  EXPECT_EQ(Said(Decide(empty, event, HashOf(1))), "DOOR WRONG_ELECTION");
  event = Event();
  event.sequence = 1;
  EXPECT_EQ(Said(Decide(empty, event, HashOf(1))), "DOOR REGISTRY_INVALID");
  event = Event();
  event.previous = HashOf(1);
  EXPECT_EQ(Said(Decide(empty, event, HashOf(1))), "DOOR REGISTRY_INVALID");
  event = Event();
  event.author = body.ledger_key.key;
  EXPECT_EQ(Said(Decide(empty, event, HashOf(1))), "DOOR REGISTRY_INVALID");
  body.rules = 9;
  EXPECT_EQ(Said(Decide(empty, Event(), HashOf(1))), "DOOR RULES_UNKNOWN");
  body.rules = kRulesWritten;
  for (event::NewKey event::ElectionOpened::*key :
       {&event::ElectionOpened::root_key, &event::ElectionOpened::ledger_key,
        &event::ElectionOpened::supervisors_key}) {
    const auto kept = body.*key;
    (body.*key).proof.bytes[0] ^= 1;
    EXPECT_EQ(Said(Decide(empty, Event(), HashOf(1))), "DOOR KEY_UNACCEPTABLE");
    body.*key = kept;
  }
  body.supervisors_key = body.ledger_key;
  EXPECT_EQ(Said(Decide(empty, Event(), HashOf(1))), "DOOR KEY_UNACCEPTABLE");
}

TEST_F(GenesisTest, ComesOnce) {
  World world;
  EXPECT_EQ(Said(Decide(world.view, Event(), world.election)), "RETRY 0");
  EXPECT_EQ(Said(Decide(world.view, Event(), HashOf(1))), "DOOR WRONG_ELECTION");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kRoot, ""), body)), "ALREADY_REGISTERED/0");
  EXPECT_EQ(Said(world.Try(world.Official(Role::kKpu, ""), body)), "ROLE_NOT_ENTITLED/0");
}

// One thing wrong with a correction by a PPK. `hides`: what can't be seen while this is wrong.
struct Fault {
  Reason reason{};
  std::function<void(World&, event::Event&, event::ResultCorrected&)> make;
  std::set<Reason> hides;
};

// Without contest, TPS or both together there are no stage, ballot, round or versions.
const std::set<Reason> kOfTheTps = {Reason::kStageSealed, Reason::kUnknownChoice,
                                    Reason::kUnknownRound, Reason::kSupersedesStale,
                                    Reason::kNothingChanged};

std::vector<Fault> Faults() {
  using E = event::Event;
  using C = event::ResultCorrected;
  const auto with = [](std::set<Reason> set, Reason more) {
    set.insert(more);
    return set;
  };
  return {
      {Reason::kAuthorFork, [](World&, E& e, C&) { e.previous = HashOf(0x78); }, {}},
      {Reason::kKeyRevoked, [](World& w, E& e, C&) { w.view.keys[e.author].revoked = true; }, {}},
      {Reason::kOfficialSuspended,
       [](World& w, E& e, C&) { w.view.keys[e.author].official_suspended = true; },
       {}},
      {Reason::kRoleNotEntitled,
       [](World& w, E& e, C&) { w.view.keys[e.author].role = Role::kPanwasluKecamatan; },
       {}},
      {Reason::kOutsideJurisdiction,
       [](World& w, E& e, C&) { w.view.keys[e.author].jurisdiction = Code("650106"); },
       {}},
      {Reason::kModeForbids,
       [](World& w, E&, C& c) {
         w.view.election->mode = election::Mode::kLive;
         c.reason = election::CorrectionReason::kUnstated;
       },
       {}},
      {Reason::kStageSealed, [](World& w, E&, C&) { w.Certify("pdpr", "6501", 9); }, {}},
      {Reason::kUnknownContest, [](World&, E&, C& c) { c.contest = "none"; },
       with(kOfTheTps, Reason::kOutsideContest)},
      {Reason::kUnknownStation, [](World& w, E&, C&) { w.view.stations.clear(); }, kOfTheTps},
      {Reason::kUnknownChoice,
       [](World&, E&, C& c) {
         c.changes.push_back({FieldKey::Votes(99), 1});
       },
       {Reason::kNothingChanged}},
      {Reason::kUnknownRound, [](World&, E&, C& c) { c.round = 2; }, {}},
      {Reason::kUnknownReference, [](World&, E&, C& c) { c.refers_to = {HashOf(0xdd)}; }, {}},
      {Reason::kOutsideContest,
       [](World& w, E&, C&) { w.view.contests["pdpr"].covered = {Code("64")}; }, kOfTheTps},
      {Reason::kSupersedesStale, [](World&, E&, C& c) { c.supersedes = HashOf(0x52); }, {}},
      {Reason::kBasisMissing, [](World&, E&, C& c) { c.minutes.reset(); }, {}},
      {Reason::kNothingChanged, [](World&, E&, C& c) { c.changes[0].value = 299; }, {}},
  };
}

std::string Expected(const Fault& a, const Fault& b) {
  if (a.hides.contains(b.reason)) return std::string(InfoOf(a.reason).name);
  if (b.hides.contains(a.reason)) return std::string(InfoOf(b.reason).name);
  return std::string(InfoOf(std::min(a.reason, b.reason)).name);
}

TEST(Precedence, OfEveryPairOfFaultsTheEarlierDecides) {
  const auto faults = Faults();
  for (const Fault& a : faults) {
    for (const Fault& b : faults) {
      World world;
      world.AddResult("pdpr", kTps);
      auto body = Correction("pdpr", kTps);
      event::Event event = world.Next(world.Official(Role::kPpk, "650105"), {});
      a.make(world, event, body);
      if (a.reason != b.reason) b.make(world, event, body);
      event.body = body;
      const std::string said = DecideAs(world, event);
      EXPECT_EQ(said.substr(0, said.find('/')), Expected(a, b))
          << InfoOf(a.reason).name << " with " << InfoOf(b.reason).name;
    }
  }
}

// Across a list, a reason is looked for in all elements before the next reason is.
TEST(Precedence, ReasonBeforeElement) {
  World world;
  const PublicKey kabkota = world.Official(Role::kKpuKabkota, "6501");
  event::StationsRegistered body;
  body.stations = {{kTps, "", {}, {}}, {kTpsNextDoor, "", {}, {}}, {kTpsElsewhere, "", {}, {}}};
  EXPECT_EQ(Said(world.Try(kabkota, body)), "OUTSIDE_JURISDICTION/2");
  body.stations.pop_back();
  EXPECT_EQ(Said(world.Try(kabkota, body)), "ALREADY_REGISTERED/0");
  body.stations[0].code = Code("6501051002001");
  EXPECT_EQ(Said(world.Try(kabkota, body)), "ALREADY_REGISTERED/1");
  body.stations[0].code = Code("6501051009001");
  EXPECT_EQ(Said(world.Try(kabkota, body)), "ALREADY_REGISTERED/1");
  body.stations[1].code = Code("6501051009002");
  EXPECT_EQ(Said(world.Try(kabkota, body)), "REGISTRY_INVALID/0");
}

}  // namespace
}  // namespace jejak::admission
