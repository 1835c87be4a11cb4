// What others may refer to: objections and how they end, decisions, incidents, copies,
// certifications and their parts, reopened stages. None of them touches a figure.
#include <gtest/gtest.h>

#include "ledger/projection/test_log.h"

namespace jejak::projection::testing {
namespace {

using election::Outcome;
using election::Stage;
using event::BodyKind;

class FoldRecords : public ::testing::Test {
 protected:
  FoldRecords() { log_.Open(); }
  const admission::StateView& view() { return log_.state(); }
  admission::ReferenceState ReferenceTo(LogIndex index) {
    log_.Reopen();
    const auto reference = view().Reference(log_.HashOf(index));
    EXPECT_TRUE(reference.has_value());
    EXPECT_EQ(reference->index, index);
    return *reference;
  }
  TestLog log_;
};

// An objection is settled when it is accepted or rejected; carried to the next level, it is open
// there still. Its resolution has its place.
TEST_F(FoldRecords, ObjectionsEndOrAreCarried) {
  for (const Outcome outcome : {Outcome::kAccepted, Outcome::kRejected, Outcome::kCarried}) {
    event::ObjectionFiled objection;
    objection.contest = "pdpr";
    objection.place = Code("650101");
    const LogIndex filed = log_.Add(kPpk, objection);
    EXPECT_FALSE(ReferenceTo(filed).resolved);
    event::ObjectionResolved resolution;
    resolution.objection = log_.HashOf(filed);
    resolution.outcome = outcome;
    const LogIndex resolved = log_.Add(kPpk, resolution);
    const auto of_objection = ReferenceTo(filed);
    EXPECT_EQ(of_objection.kind, BodyKind::kObjectionFiled);
    EXPECT_EQ(of_objection.contest, "pdpr");
    EXPECT_EQ(of_objection.resolved, outcome != Outcome::kCarried);
    const auto of_resolution = ReferenceTo(resolved);
    EXPECT_EQ(of_resolution.kind, BodyKind::kObjectionResolved);
    EXPECT_EQ(of_resolution.contest, "pdpr");
    EXPECT_EQ(of_resolution.place, Code("650101"));
    EXPECT_EQ(of_resolution.outcome, outcome);
  }
}

TEST_F(FoldRecords, DecisionsIncidentsAndCopies) {
  event::DecisionRecorded decision;
  decision.issuer = election::Issuer::kConstitutionalCourt;
  decision.kind = election::DecisionKind::kRuling;
  decision.contests = {"pdpr"};
  decision.places = {Code("6501"), Code("6502")};
  const auto of_decision = ReferenceTo(log_.Add(kRoot, decision));
  EXPECT_EQ(of_decision.kind, BodyKind::kDecisionRecorded);
  EXPECT_EQ(of_decision.issuer, election::Issuer::kConstitutionalCourt);
  EXPECT_EQ(of_decision.decision_kind, election::DecisionKind::kRuling);
  EXPECT_EQ(of_decision.contests, decision.contests);
  EXPECT_EQ(of_decision.places, decision.places);

  const auto of_incident =
      ReferenceTo(log_.Add(kKpps, event::IncidentRecorded{Code("650101"), {}, "no signal"}));
  EXPECT_EQ(of_incident.kind, BodyKind::kIncidentRecorded);
  EXPECT_EQ(of_incident.place, Code("650101"));

  event::CopyFiled copy;
  copy.contest = "pdpr";
  copy.tps = Code("6501011001001");
  copy.figures = {{Figure::kValid, 99}};
  const auto of_copy = ReferenceTo(log_.Add(kBawaslu, copy));
  EXPECT_EQ(of_copy.kind, BodyKind::kCopyFiled);
  EXPECT_EQ(of_copy.place, copy.tps);
  // Never counted.
  EXPECT_TRUE(log_.rows().table(kResults).empty());
  EXPECT_TRUE(log_.rows().table(kTallyDeltas).empty());
  EXPECT_EQ(log_.state().TallyChanges(), 0u);
}

// The newest certification of a region seals it; the one before can still be referred to. A stage
// that is opened again is known by region and stage.
TEST_F(FoldRecords, SealsAndReopenedStages) {
  event::RecapCertified certified;
  certified.contest = "pdpr";
  certified.region = Code("650101");
  const LogIndex first = log_.Add(kPpk, certified);
  const LogIndex reopened =
      log_.Add(kRoot, event::StageReopened{"pdpr", Code("650101"), Stage::kPpk, Hash(), "ruling"});
  const LogIndex second = log_.Add(kPpk, certified);
  EXPECT_EQ(ReferenceTo(first).kind, BodyKind::kRecapCertified);
  EXPECT_EQ(ReferenceTo(second).place, Code("650101"));
  const auto seal = view().Seal("pdpr", Code("650101"));
  ASSERT_TRUE(seal.has_value());
  EXPECT_EQ(seal->certified_at, second);
  EXPECT_EQ(seal->event, log_.HashOf(second));
  for (const char* other : {"6501", "6501011001", "650102"})
    EXPECT_FALSE(view().Seal("pdpr", Code(other)).has_value()) << other;
  EXPECT_FALSE(view().Seal("ppwp", Code("650101")).has_value());
  EXPECT_EQ(view().Reopened("pdpr", Code("650101"), Stage::kPpk), reopened);
  EXPECT_FALSE(view().Reopened("pdpr", Code("650101"), Stage::kKabkota).has_value());
  EXPECT_FALSE(view().Reopened("pdpr", Code("6501"), Stage::kPpk).has_value());
}

// The newest part k of n by an author for a place is found, and none of another count of parts.
TEST_F(FoldRecords, RecapParts) {
  event::RecapPart part{"pdpr", Code("650101"), 2, 3, {}};
  log_.Add(kPpk, part);
  const LogIndex again = log_.Add(kPpk, part);
  log_.Reopen();
  EXPECT_EQ(view().RecapPart(KeyOf(kPpk), "pdpr", Code("650101"), 2, 3), log_.HashOf(again));
  EXPECT_FALSE(view().RecapPart(KeyOf(kPpk), "pdpr", Code("650101"), 2, 4).has_value());
  EXPECT_FALSE(view().RecapPart(KeyOf(kPpk), "pdpr", Code("650101"), 1, 3).has_value());
  EXPECT_FALSE(view().RecapPart(KeyOf(kKpps), "pdpr", Code("650101"), 2, 3).has_value());
  EXPECT_FALSE(view().RecapPart(KeyOf(kPpk), "pdpr", Code("6501"), 2, 3).has_value());
}

// A round that was opened is found from the places that it names, from those that enclose them, and
// from those inside; the newest wins.
TEST_F(FoldRecords, RoundsAreFoundFromAroundAndInside) {
  event::RoundOpened opened;
  opened.contests = {"pdpr"};
  opened.places = {Code("650101")};
  const LogIndex district = log_.Add(kRoot, opened);
  opened.places = {Code("6501011001001")};
  const LogIndex station = log_.Add(kRoot, opened);
  log_.Reopen();
  for (const char* around : {"", "65", "6501", "650101", "6501011001", "6501011001001"})
    EXPECT_EQ(view().RoundOpenedAround("pdpr", Code(around)), station) << around;
  for (const char* beside : {"6501011002", "6501011001002"})
    EXPECT_EQ(view().RoundOpenedAround("pdpr", Code(beside)), district) << beside;
  for (const char* outside : {"64", "6502", "650102"})
    EXPECT_FALSE(view().RoundOpenedAround("pdpr", Code(outside)).has_value()) << outside;
  EXPECT_FALSE(view().RoundOpenedAround("ppwp", Code("6501")).has_value());
}

}  // namespace
}  // namespace jejak::projection::testing
