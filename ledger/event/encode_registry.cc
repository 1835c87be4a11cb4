#include "ledger/event/encode.h"

namespace jejak::event {

void Put(const ElectionOpened& from, wire::ElectionOpened::Builder to) {
  if (!from.name.empty()) to.setName(Text(from.name));
  to.setKind(Word<wire::ElectionKind>(from.kind));
  to.setMode(Word<wire::Mode>(from.mode));
  to.setRules(from.rules);
  to.setVotingDay(from.voting_day);
  if (!from.origin.empty()) to.setOrigin(Text(from.origin));
  to.setNonce(Data(from.nonce));
  to.setDptMax(from.dpt_max);
  to.setReservePermille(from.reserve_permille);
  if (!from.root_body.empty()) to.setRootBody(Text(from.root_body));
  if (!from.root_decree.empty()) to.setRootDecree(Text(from.root_decree));
  to.setRootName(Data(from.root_name));
  Put(from.root_key, to.initRootKey());
  Put(from.ledger_key, to.initLedgerKey());
  Put(from.supervisors_key, to.initSupervisorsKey());
}

static void Put(const Deadline& from, wire::Deadline::Builder to) {
  to.setStage(Word<wire::Stage>(from.stage));
  to.setLocalSeconds(from.local_seconds);
}

void Put(const ContestRegistered& from, wire::ContestRegistered::Builder to) {
  if (!from.id.empty()) to.setId(Text(from.id));
  to.setKind(Word<wire::ContestKind>(from.kind));
  if (!from.name.empty()) to.setName(Text(from.name));
  if (!from.covered.empty()) Put(from.covered, to.initCovered(Count(from.covered)));
  if (!from.excepted.empty()) Put(from.excepted, to.initExcepted(Count(from.excepted)));
  to.setLastStage(Word<wire::Stage>(from.last_stage));
  to.setKppsMayCorrect(from.kpps_may_correct);
  if (!from.deadlines.empty()) PutEach(from.deadlines, to.initDeadlines(Count(from.deadlines)));
}

static void Put(const RegionFact& from, wire::RegionFact::Builder to) {
  if (!from.code.IsNation()) Put(from.code, to.initCode(Count(from.code)));
  if (!from.name.empty()) to.setName(Text(from.name));
  to.setKind(Word<wire::RegionKind>(from.kind));
  if (from.utc_offset) to.getClock().setUtcOffset(*from.utc_offset);
  if (from.expected_stations) to.getExpected().setStations(*from.expected_stations);
}

void Put(const RegionsRegistered& from, wire::RegionsRegistered::Builder to) {
  if (!from.regions.empty()) PutEach(from.regions, to.initRegions(Count(from.regions)));
}

static void Put(const StationFact& from, wire::StationFact::Builder to) {
  if (!from.code.IsNation()) Put(from.code, to.initCode(Count(from.code)));
  if (!from.name.empty()) to.setName(Text(from.name));
  to.setKind(Word<wire::StationKind>(from.kind));
  if (from.dpt) {
    auto stated = to.getDpt().initStated();
    stated.setL(from.dpt->l);
    stated.setP(from.dpt->p);
  }
}

void Put(const StationsRegistered& from, wire::StationsRegistered::Builder to) {
  if (!from.stations.empty()) PutEach(from.stations, to.initStations(Count(from.stations)));
}

static void Put(const Choice& from, wire::Choice::Builder to) {
  to.setId(from.id);
  to.setKind(Word<wire::ChoiceKind>(from.kind));
  to.setNumber(from.number);
  if (!from.name.empty()) to.setName(Text(from.name));
  to.setParty(from.party);
  if (from.witness_key) Put(*from.witness_key, to.initWitnessKey());
}

void Put(const BallotRegistered& from, wire::BallotRegistered::Builder to) {
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  if (!from.dapil.empty()) to.setDapil(Text(from.dapil));
  if (!from.members.empty()) Put(from.members, to.initMembers(Count(from.members)));
  if (!from.choices.empty()) PutEach(from.choices, to.initChoices(Count(from.choices)));
}

static void Put(const Amendment& from, wire::Amendment::Builder to) {
  to.setField(Word<wire::AmendedField>(from.field));
  if (!from.subject.empty()) to.setSubject(Text(from.subject));
  if (!from.before.empty()) to.setBefore(Text(from.before));
  if (!from.after.empty()) to.setAfter(Text(from.after));
}

void Put(const RegistryAmended& from, wire::RegistryAmended::Builder to) {
  if (!from.amendments.empty()) PutEach(from.amendments, to.initAmendments(Count(from.amendments)));
  if (!from.legal_basis.empty()) to.setLegalBasis(Text(from.legal_basis));
}

static void Put(const OfficialFact& from, wire::OfficialFact::Builder to) {
  if (!from.id.empty()) to.setId(Text(from.id));
  if (!from.body.empty()) to.setBody(Text(from.body));
  to.setRole(Word<wire::Role>(from.role));
  if (!from.jurisdiction.IsNation()) {
    Put(from.jurisdiction, to.initJurisdiction(Count(from.jurisdiction)));
  }
  if (!from.contest.empty()) to.setContest(Text(from.contest));
  to.setChoice(from.choice);
  if (!from.decree.empty()) to.setDecree(Text(from.decree));
  to.setName(Data(from.name));
  if (!from.keys.empty()) PutEach(from.keys, to.initKeys(Count(from.keys)));
}

void Put(const OfficialsEnrolled& from, wire::OfficialsEnrolled::Builder to) {
  if (!from.officials.empty()) PutEach(from.officials, to.initOfficials(Count(from.officials)));
}

void Put(const KeyEnrolled& from, wire::KeyEnrolled::Builder to) {
  if (!from.official.empty()) to.setOfficial(Text(from.official));
  Put(from.key, to.initKey());
}

void Put(const KeyRevoked& from, wire::KeyRevoked::Builder to) {
  to.setKey(Data(from.key));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
  if (from.suspect_since) to.getSuspect().setSince(from.suspect_since->value);
}

void Put(const KeyReleased& from, wire::KeyReleased::Builder to) {
  to.setKey(Data(from.key));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
}

void Put(const OfficialSuspended& from, wire::OfficialSuspended::Builder to) {
  if (!from.official.empty()) to.setOfficial(Text(from.official));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
}

void Put(const OfficialReinstated& from, wire::OfficialReinstated::Builder to) {
  if (!from.official.empty()) to.setOfficial(Text(from.official));
  if (!from.reason.empty()) to.setReason(Text(from.reason));
}

void Put(const LedgerKeyChanged& from, wire::LedgerKeyChanged::Builder to) {
  Put(from.key, to.initKey());
  if (!from.reason.empty()) to.setReason(Text(from.reason));
}

void Put(const RulesChanged& from, wire::RulesChanged::Builder to) { to.setRules(from.rules); }

void Put(const TallyCommitted& from, wire::TallyCommitted::Builder to) {
  to.setRoot(Data(from.root));
}

}  // namespace jejak::event
