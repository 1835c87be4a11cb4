#include "ledger/event/decode.h"

namespace jejak::event {

void Decoder::Regions(const char* field, capnp::List<capnp::Text>::Reader from,
                      std::vector<RegionCode>* to) {
  const unsigned size = from.size();
  if (!FitsList(field, size)) return;
  to->reserve(size);
  for (unsigned i = 0; i < size && ok(); ++i) {
    const Element element(this, field, i);
    Region("", from[i], &to->emplace_back());
  }
}

void Decoder::Texts(const char* field, capnp::List<capnp::Text>::Reader from,
                    std::vector<std::string>* to) {
  const unsigned size = from.size();
  if (!FitsList(field, size)) return;
  to->reserve(size);
  for (unsigned i = 0; i < size; ++i) Text(from[i], &to->emplace_back());
}

void Decoder::Hashes(const char* field, capnp::List<capnp::Data>::Reader from,
                     std::vector<Hash>* to) {
  const unsigned size = from.size();
  if (!FitsList(field, size)) return;
  to->reserve(size);
  for (unsigned i = 0; i < size && ok(); ++i) {
    const Element element(this, field, i);
    Fixed("", from[i], &to->emplace_back());
  }
}

void Get(wire::NewKey::Reader from, Decoder* d, NewKey* to) {
  d->Fixed("key", from.getKey(), &to->key);
  d->Fixed("proof", from.getProof(), &to->proof);
}

// A NewKey in a field of its own.
static void GetKey(const char* field, wire::NewKey::Reader from, Decoder* d, NewKey* to) {
  const Decoder::Element element(d, field, Decoder::kStruct);
  Get(from, d, to);
}

void Get(wire::ElectionOpened::Reader from, Decoder* d, ElectionOpened* to) {
  d->Text(from.getName(), &to->name);
  d->Word("kind", from.getKind(), &to->kind);
  d->Word("mode", from.getMode(), &to->mode);
  to->rules = from.getRules();
  to->voting_day = from.getVotingDay();
  d->Text(from.getOrigin(), &to->origin);
  d->Fixed("nonce", from.getNonce(), &to->nonce);
  to->dpt_max = from.getDptMax();
  to->reserve_permille = from.getReservePermille();
  d->Text(from.getRootBody(), &to->root_body);
  d->Text(from.getRootDecree(), &to->root_decree);
  d->Fixed("rootName", from.getRootName(), &to->root_name);
  GetKey("rootKey", from.getRootKey(), d, &to->root_key);
  GetKey("ledgerKey", from.getLedgerKey(), d, &to->ledger_key);
  GetKey("supervisorsKey", from.getSupervisorsKey(), d, &to->supervisors_key);
}

static void Get(wire::Deadline::Reader from, Decoder* d, Deadline* to) {
  d->Word("stage", from.getStage(), &to->stage);
  to->local_seconds = from.getLocalSeconds();
}

void Get(wire::ContestRegistered::Reader from, Decoder* d, ContestRegistered* to) {
  d->Text(from.getId(), &to->id);
  d->Word("kind", from.getKind(), &to->kind);
  d->Text(from.getName(), &to->name);
  d->Regions("covered", from.getCovered(), &to->covered);
  d->Regions("excepted", from.getExcepted(), &to->excepted);
  d->Word("lastStage", from.getLastStage(), &to->last_stage);
  to->kpps_may_correct = from.getKppsMayCorrect();
  d->Each("deadlines", from.getDeadlines(), &to->deadlines);
}

static void Get(wire::RegionFact::Reader from, Decoder* d, RegionFact* to) {
  d->Region("code", from.getCode(), &to->code);
  d->Text(from.getName(), &to->name);
  d->Word("kind", from.getKind(), &to->kind);
  const auto clock = from.getClock();
  switch (clock.which()) {
    case wire::RegionFact::Clock::INHERITED: break;
    case wire::RegionFact::Clock::UTC_OFFSET: to->utc_offset = clock.getUtcOffset(); break;
    default: d->UnknownUnion("clock");
  }
  const auto expected = from.getExpected();
  switch (expected.which()) {
    case wire::RegionFact::Expected::UNSTATED: break;
    case wire::RegionFact::Expected::STATIONS:
      to->expected_stations = expected.getStations();
      break;
    default: d->UnknownUnion("expected");
  }
}

void Get(wire::RegionsRegistered::Reader from, Decoder* d, RegionsRegistered* to) {
  d->Each("regions", from.getRegions(), &to->regions);
}

static void Get(wire::StationFact::Reader from, Decoder* d, StationFact* to) {
  d->Region("code", from.getCode(), &to->code);
  d->Text(from.getName(), &to->name);
  d->Word("kind", from.getKind(), &to->kind);
  const auto dpt = from.getDpt();
  switch (dpt.which()) {
    case wire::StationFact::Dpt::UNSTATED: break;
    case wire::StationFact::Dpt::STATED:
      to->dpt = Dpt{dpt.getStated().getL(), dpt.getStated().getP()};
      break;
    default: d->UnknownUnion("dpt");
  }
}

void Get(wire::StationsRegistered::Reader from, Decoder* d, StationsRegistered* to) {
  d->Each("stations", from.getStations(), &to->stations);
}

static void Get(wire::Choice::Reader from, Decoder* d, Choice* to) {
  to->id = from.getId();
  d->Word("kind", from.getKind(), &to->kind);
  to->number = from.getNumber();
  d->Text(from.getName(), &to->name);
  to->party = from.getParty();
  if (from.hasWitnessKey())
    GetKey("witnessKey", from.getWitnessKey(), d, &to->witness_key.emplace());
}

void Get(wire::BallotRegistered::Reader from, Decoder* d, BallotRegistered* to) {
  d->Text(from.getContest(), &to->contest);
  d->Text(from.getDapil(), &to->dapil);
  d->Regions("members", from.getMembers(), &to->members);
  d->Each("choices", from.getChoices(), &to->choices);
}

static void Get(wire::Amendment::Reader from, Decoder* d, Amendment* to) {
  d->Word("field", from.getField(), &to->field);
  d->Text(from.getSubject(), &to->subject);
  d->Text(from.getBefore(), &to->before);
  d->Text(from.getAfter(), &to->after);
}

void Get(wire::RegistryAmended::Reader from, Decoder* d, RegistryAmended* to) {
  d->Each("amendments", from.getAmendments(), &to->amendments);
  d->Text(from.getLegalBasis(), &to->legal_basis);
}

static void Get(wire::OfficialFact::Reader from, Decoder* d, OfficialFact* to) {
  d->Text(from.getId(), &to->id);
  d->Text(from.getBody(), &to->body);
  d->Word("role", from.getRole(), &to->role);
  d->Region("jurisdiction", from.getJurisdiction(), &to->jurisdiction);
  d->Text(from.getContest(), &to->contest);
  to->choice = from.getChoice();
  d->Text(from.getDecree(), &to->decree);
  d->Fixed("name", from.getName(), &to->name);
  d->Each("keys", from.getKeys(), &to->keys);
}

void Get(wire::OfficialsEnrolled::Reader from, Decoder* d, OfficialsEnrolled* to) {
  d->Each("officials", from.getOfficials(), &to->officials);
}

void Get(wire::KeyEnrolled::Reader from, Decoder* d, KeyEnrolled* to) {
  d->Text(from.getOfficial(), &to->official);
  GetKey("key", from.getKey(), d, &to->key);
}

void Get(wire::KeyRevoked::Reader from, Decoder* d, KeyRevoked* to) {
  d->Fixed("key", from.getKey(), &to->key);
  d->Text(from.getReason(), &to->reason);
  const auto suspect = from.getSuspect();
  switch (suspect.which()) {
    case wire::KeyRevoked::Suspect::NO: break;
    case wire::KeyRevoked::Suspect::SINCE:
      to->suspect_since = UnixMicros(suspect.getSince());
      break;
    default: d->UnknownUnion("suspect");
  }
}

void Get(wire::KeyReleased::Reader from, Decoder* d, KeyReleased* to) {
  d->Fixed("key", from.getKey(), &to->key);
  d->Text(from.getReason(), &to->reason);
}

void Get(wire::OfficialSuspended::Reader from, Decoder* d, OfficialSuspended* to) {
  d->Text(from.getOfficial(), &to->official);
  d->Text(from.getReason(), &to->reason);
}

void Get(wire::OfficialReinstated::Reader from, Decoder* d, OfficialReinstated* to) {
  d->Text(from.getOfficial(), &to->official);
  d->Text(from.getReason(), &to->reason);
}

void Get(wire::LedgerKeyChanged::Reader from, Decoder* d, LedgerKeyChanged* to) {
  GetKey("key", from.getKey(), d, &to->key);
  d->Text(from.getReason(), &to->reason);
}

void Get(wire::RulesChanged::Reader from, Decoder*, RulesChanged* to) {
  to->rules = from.getRules();
}

void Get(wire::TallyCommitted::Reader from, Decoder* d, TallyCommitted* to) {
  d->Fixed("root", from.getRoot(), &to->root);
}

}  // namespace jejak::event
