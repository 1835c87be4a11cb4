// Officials and keys: who may put whom in and out of action, and what an enrolment must prove.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/admission/test_world.h"
#include "ledger/base/limits.h"

namespace jejak::admission {
namespace {

class OfficialsTest : public testing::Test {
 protected:
  std::string By(const PublicKey& author, event::Body body) { return Said(world.Try(author, std::move(body))); }
  event::OfficialsEnrolled Enrolment(const std::function<void(event::OfficialFact&)>& change) {
    event::OfficialFact fact;
    fact.id = "ppk-1";
    fact.role = Role::kPpk;
    fact.jurisdiction = Code("650105");
    fact.keys = {world.NewKey(9, "ppk-1")};
    change(fact);
    return {{fact}};
  }
  World world;
  PublicKey root = world.Official(Role::kRoot, "");
  PublicKey kabkota = world.Official(Role::kKpuKabkota, "6501");
  PublicKey ppk = world.Official(Role::kPpk, "650105");
  PublicKey kpps = world.Official(Role::kKpps, kTps);
};

TEST_F(OfficialsTest, EnrolmentProvesItsKeys) {
  EXPECT_EQ(By(kabkota, Enrolment([](auto&) {})), "ACCEPTED");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.keys.clear(); })), "ACCEPTED");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.id = "ppk-2"; })), "KEY_UNACCEPTABLE/0");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.keys[0].proof.bytes[3] ^= 1; })), "KEY_UNACCEPTABLE/0");
  // The neutral element: of small order.
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.keys[0].key = PublicKey{{1}}; })), "KEY_UNACCEPTABLE/0");
  // A proof for another election.
  world.view.election->id = world.election = HashOf(0xef);
  const auto elsewhere = Enrolment([](auto&) {});
  world.view.election->id = world.election = HashOf(0xee);
  EXPECT_EQ(By(kabkota, elsewhere), "KEY_UNACCEPTABLE/0");
}

TEST_F(OfficialsTest, IdsAndKeysAreNew) {
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.id = "ppk-650105"; })), "ALREADY_REGISTERED/0");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.id = "participant/pdpr/4"; })), "REGISTRY_INVALID/0");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.id = ""; })), "REGISTRY_INVALID/0");
  EXPECT_EQ(By(kabkota, Enrolment([](auto& f) { f.contest = "pdpr", f.choice = 4; })), "REGISTRY_INVALID/0");
  auto twice = Enrolment([](auto&) {});
  twice.officials.push_back(twice.officials[0]);
  twice.officials[1].id = "ppk-3";
  twice.officials[1].keys[0] = world.NewKey(9, "ppk-3");
  EXPECT_EQ(By(kabkota, twice), "ALREADY_REGISTERED/1");
  world.view.keys[SecretOf(9).public_key()] = {};
  EXPECT_EQ(By(kabkota, Enrolment([](auto&) {})), "ALREADY_REGISTERED/0");
}

TEST_F(OfficialsTest, FurtherKeys) {
  const auto enrol = [&](const char* id) { return event::KeyEnrolled{id, world.NewKey(9, id)}; };
  EXPECT_EQ(By(kabkota, enrol("ppk-650105")), "ACCEPTED");
  EXPECT_EQ(By(kabkota, enrol("nobody")), "UNKNOWN_OFFICIAL/0");
  EXPECT_EQ(By(ppk, enrol("ppk-650105")), "ROLE_NOT_ENTITLED/0");
  EXPECT_EQ(By(world.Official(Role::kKpuKabkota, "6401"), enrol("ppk-650105")), "OUTSIDE_JURISDICTION/0");
  auto body = enrol("ppk-650105");
  body.key.key = kpps;
  EXPECT_EQ(By(kabkota, body), "ALREADY_REGISTERED/0");
  body = enrol("ppk-650105");
  body.official = "kpps-6501051002066";
  EXPECT_EQ(By(kabkota, body), "KEY_UNACCEPTABLE/0");
  world.view.officials["ppk-650105"].keys.resize(limits::kKeysPerOfficialMax);
  EXPECT_EQ(By(kabkota, enrol("ppk-650105")), "REGISTRY_INVALID/0");
  // Root may have a spare key, but there is one root, and the ledger's key is changed, not added.
  EXPECT_EQ(By(root, enrol("root-0")), "ACCEPTED");
  world.Official(Role::kLedger, "");
  EXPECT_EQ(By(root, enrol("ledger-0")), "ROLE_NOT_ENTITLED/0");
}

TEST_F(OfficialsTest, Revocation) {
  const auto revoke = [](const PublicKey& key) { return event::KeyRevoked{key, "lost", {}}; };
  EXPECT_EQ(By(kpps, revoke(kpps)), "ACCEPTED");
  EXPECT_EQ(By(ppk, revoke(kpps)), "ACCEPTED");
  EXPECT_EQ(By(root, revoke(kpps)), "ACCEPTED");
  EXPECT_EQ(By(kpps, revoke(ppk)), "ROLE_NOT_ENTITLED/0");
  EXPECT_EQ(By(world.Official(Role::kPpk, "650106"), revoke(kpps)), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(By(ppk, revoke(SecretOf(9).public_key())), "UNKNOWN_OFFICIAL/0");
  EXPECT_EQ(By(ppk, event::KeyRevoked{kpps, "", {}}), "BASIS_MISSING/0");
  world.view.keys[kpps].revoked = true;
  EXPECT_EQ(By(ppk, revoke(kpps)), "ALREADY_REGISTERED/0");
}

TEST_F(OfficialsTest, RootAndLedgerAlwaysKeepAKey) {
  const auto revoke = [](const PublicKey& key) { return event::KeyRevoked{key, "lost", {}}; };
  EXPECT_EQ(By(root, revoke(root)), "REGISTRY_INVALID/0");
  PublicKey spare = root;
  spare.bytes[31] = 1;
  world.view.keys[spare] = world.view.keys[root];
  world.view.officials["root-0"].keys.push_back(spare);
  EXPECT_EQ(By(root, revoke(root)), "ACCEPTED");
  world.view.keys[spare].revoked = true;
  EXPECT_EQ(By(root, revoke(root)), "REGISTRY_INVALID/0");

  const PublicKey ledger = world.Official(Role::kLedger, "");
  EXPECT_EQ(By(root, revoke(ledger)), "ROLE_NOT_ENTITLED/0");
  EXPECT_EQ(By(ledger, revoke(ledger)), "ROLE_NOT_ENTITLED/0");
  world.view.election->ledger_key = SecretOf(9).public_key();
  EXPECT_EQ(By(root, revoke(ledger)), "ACCEPTED");
}

TEST_F(OfficialsTest, ReleaseOfASuspendedKey) {
  const event::KeyReleased body{kpps, "spoken to"};
  EXPECT_EQ(By(ppk, body), "NOTHING_CHANGED/0");
  world.view.keys[kpps].suspended = true;
  EXPECT_EQ(By(ppk, body), "ACCEPTED");
  EXPECT_EQ(By(world.Official(Role::kPpk, "650106"), body), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(By(ppk, event::KeyReleased{kpps, ""}), "BASIS_MISSING/0");
  EXPECT_EQ(By(ppk, event::KeyReleased{SecretOf(9).public_key(), "x"}), "UNKNOWN_OFFICIAL/0");
}

TEST_F(OfficialsTest, SuspensionAndReinstatement) {
  const event::OfficialSuspended suspend{"ppk-650105", "inquiry"};
  const event::OfficialReinstated reinstate{"ppk-650105", "cleared"};
  EXPECT_EQ(By(kabkota, suspend), "ACCEPTED");
  EXPECT_EQ(By(kabkota, reinstate), "NOTHING_CHANGED/0");
  EXPECT_EQ(By(kabkota, event::OfficialSuspended{"ppk-650105", ""}), "BASIS_MISSING/0");
  EXPECT_EQ(By(kabkota, event::OfficialSuspended{"nobody", "x"}), "UNKNOWN_OFFICIAL/0");
  EXPECT_EQ(By(ppk, suspend), "ROLE_NOT_ENTITLED/0");
  world.view.officials["ppk-650105"].suspended = true;
  EXPECT_EQ(By(kabkota, suspend), "ALREADY_REGISTERED/0");
  EXPECT_EQ(By(kabkota, reinstate), "ACCEPTED");
  EXPECT_EQ(By(root, event::OfficialSuspended{"root-0", "x"}), "ROLE_NOT_ENTITLED/0");
}

TEST_F(OfficialsTest, LedgerKey) {
  event::LedgerKeyChanged body{world.NewKey(9, "ledger"), "yearly"};
  EXPECT_EQ(By(root, body), "ACCEPTED");
  body.reason.clear();
  EXPECT_EQ(By(root, body), "BASIS_MISSING/0");
  body.key = world.NewKey(9, "root");
  EXPECT_EQ(By(root, body), "KEY_UNACCEPTABLE/0");
  body.key.key = kpps;
  EXPECT_EQ(By(root, body), "ALREADY_REGISTERED/0");

  const PublicKey ledger = world.Official(Role::kLedger, "");
  EXPECT_EQ(By(ledger, event::TallyCommitted{HashOf(1)}), "ACCEPTED");
  world.view.election->ledger_key = SecretOf(9).public_key();
  EXPECT_EQ(By(ledger, event::TallyCommitted{HashOf(1)}), "ROLE_NOT_ENTITLED/0");
}

TEST_F(OfficialsTest, OutOfAction) {
  world.view.keys[kpps].official_suspended = true;
  EXPECT_EQ(By(kpps, Submission("pdpr", kTps)), "OFFICIAL_SUSPENDED/0");
  world.view.keys[kpps].revoked = true;
  EXPECT_EQ(By(kpps, Submission("pdpr", kTps)), "KEY_REVOKED/0");
}

}  // namespace
}  // namespace jejak::admission
