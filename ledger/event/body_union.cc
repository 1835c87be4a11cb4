// The union of event.capnp: one line a body in each direction.
#include "ledger/event/body_union.h"

namespace jejak::event {
namespace {

struct Putter {
  wire::Event::Body::Builder to;
  void operator()(const ElectionOpened& b) { Put(b, to.initElectionOpened()); }
  void operator()(const ContestRegistered& b) { Put(b, to.initContestRegistered()); }
  void operator()(const RegionsRegistered& b) { Put(b, to.initRegionsRegistered()); }
  void operator()(const StationsRegistered& b) { Put(b, to.initStationsRegistered()); }
  void operator()(const BallotRegistered& b) { Put(b, to.initBallotRegistered()); }
  void operator()(const RegistryAmended& b) { Put(b, to.initRegistryAmended()); }
  void operator()(const OfficialsEnrolled& b) { Put(b, to.initOfficialsEnrolled()); }
  void operator()(const KeyEnrolled& b) { Put(b, to.initKeyEnrolled()); }
  void operator()(const KeyRevoked& b) { Put(b, to.initKeyRevoked()); }
  void operator()(const KeyReleased& b) { Put(b, to.initKeyReleased()); }
  void operator()(const OfficialSuspended& b) { Put(b, to.initOfficialSuspended()); }
  void operator()(const OfficialReinstated& b) { Put(b, to.initOfficialReinstated()); }
  void operator()(const LedgerKeyChanged& b) { Put(b, to.initLedgerKeyChanged()); }
  void operator()(const ResultSubmitted& b) { Put(b, to.initResultSubmitted()); }
  void operator()(const ResultCorrected& b) { Put(b, to.initResultCorrected()); }
  void operator()(const ResultFinalised& b) { Put(b, to.initResultFinalised()); }
  void operator()(const CopyFiled& b) { Put(b, to.initCopyFiled()); }
  void operator()(const RoundOpened& b) { Put(b, to.initRoundOpened()); }
  void operator()(const RoundCancelled& b) { Put(b, to.initRoundCancelled()); }
  void operator()(const ObjectionFiled& b) { Put(b, to.initObjectionFiled()); }
  void operator()(const ObjectionResolved& b) { Put(b, to.initObjectionResolved()); }
  void operator()(const IncidentRecorded& b) { Put(b, to.initIncidentRecorded()); }
  void operator()(const DecisionRecorded& b) { Put(b, to.initDecisionRecorded()); }
  void operator()(const RecapPart& b) { Put(b, to.initRecapPart()); }
  void operator()(const RecapCertified& b) { Put(b, to.initRecapCertified()); }
  void operator()(const StageReopened& b) { Put(b, to.initStageReopened()); }
  void operator()(const RulesChanged& b) { Put(b, to.initRulesChanged()); }
  void operator()(const TallyCommitted& b) { Put(b, to.initTallyCommitted()); }
};

}  // namespace

void PutBody(const Body& from, wire::Event::Body::Builder to) { std::visit(Putter{to}, from); }

void GetBody(wire::Event::Body::Reader from, Decoder* d, Body* to) {
  using B = wire::Event::Body;
  switch (from.which()) {
    case B::ELECTION_OPENED:
      return Get(from.getElectionOpened(), d, &to->emplace<ElectionOpened>());
    case B::CONTEST_REGISTERED:
      return Get(from.getContestRegistered(), d, &to->emplace<ContestRegistered>());
    case B::REGIONS_REGISTERED:
      return Get(from.getRegionsRegistered(), d, &to->emplace<RegionsRegistered>());
    case B::STATIONS_REGISTERED:
      return Get(from.getStationsRegistered(), d, &to->emplace<StationsRegistered>());
    case B::BALLOT_REGISTERED:
      return Get(from.getBallotRegistered(), d, &to->emplace<BallotRegistered>());
    case B::REGISTRY_AMENDED:
      return Get(from.getRegistryAmended(), d, &to->emplace<RegistryAmended>());
    case B::OFFICIALS_ENROLLED:
      return Get(from.getOfficialsEnrolled(), d, &to->emplace<OfficialsEnrolled>());
    case B::KEY_ENROLLED: return Get(from.getKeyEnrolled(), d, &to->emplace<KeyEnrolled>());
    case B::KEY_REVOKED: return Get(from.getKeyRevoked(), d, &to->emplace<KeyRevoked>());
    case B::KEY_RELEASED: return Get(from.getKeyReleased(), d, &to->emplace<KeyReleased>());
    case B::OFFICIAL_SUSPENDED:
      return Get(from.getOfficialSuspended(), d, &to->emplace<OfficialSuspended>());
    case B::OFFICIAL_REINSTATED:
      return Get(from.getOfficialReinstated(), d, &to->emplace<OfficialReinstated>());
    case B::LEDGER_KEY_CHANGED:
      return Get(from.getLedgerKeyChanged(), d, &to->emplace<LedgerKeyChanged>());
    case B::RESULT_SUBMITTED:
      return Get(from.getResultSubmitted(), d, &to->emplace<ResultSubmitted>());
    case B::RESULT_CORRECTED:
      return Get(from.getResultCorrected(), d, &to->emplace<ResultCorrected>());
    case B::RESULT_FINALISED:
      return Get(from.getResultFinalised(), d, &to->emplace<ResultFinalised>());
    case B::COPY_FILED: return Get(from.getCopyFiled(), d, &to->emplace<CopyFiled>());
    case B::ROUND_OPENED: return Get(from.getRoundOpened(), d, &to->emplace<RoundOpened>());
    case B::ROUND_CANCELLED:
      return Get(from.getRoundCancelled(), d, &to->emplace<RoundCancelled>());
    case B::OBJECTION_FILED:
      return Get(from.getObjectionFiled(), d, &to->emplace<ObjectionFiled>());
    case B::OBJECTION_RESOLVED:
      return Get(from.getObjectionResolved(), d, &to->emplace<ObjectionResolved>());
    case B::INCIDENT_RECORDED:
      return Get(from.getIncidentRecorded(), d, &to->emplace<IncidentRecorded>());
    case B::DECISION_RECORDED:
      return Get(from.getDecisionRecorded(), d, &to->emplace<DecisionRecorded>());
    case B::RECAP_PART: return Get(from.getRecapPart(), d, &to->emplace<RecapPart>());
    case B::RECAP_CERTIFIED:
      return Get(from.getRecapCertified(), d, &to->emplace<RecapCertified>());
    case B::STAGE_REOPENED: return Get(from.getStageReopened(), d, &to->emplace<StageReopened>());
    case B::RULES_CHANGED: return Get(from.getRulesChanged(), d, &to->emplace<RulesChanged>());
    case B::TALLY_COMMITTED:
      return Get(from.getTallyCommitted(), d, &to->emplace<TallyCommitted>());
  }
  d->UnknownUnion("body");
}

}  // namespace jejak::event
