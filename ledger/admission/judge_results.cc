// Results of polling stations: submission, KPPS's closing, and the copies that others hold.
#include "ledger/admission/judge_result.h"
#include "ledger/admission/stages.h"

namespace jejak::admission {
namespace {

using election::FieldKind;

// Answers for fields in ascending order by walking the ballot beside them, and by search otherwise.
class BallotWalk {
 public:
  explicit BallotWalk(const BallotState* ballot)
      : ballot_(ballot),
        indexed_(ballot != nullptr && ballot->by_id.size() == ballot->choices.size()) {}

  const event::Choice* Next(ChoiceId id) {
    if (ballot_ == nullptr) return nullptr;
    if (!indexed_) return ballot_->Find(id);
    const auto& by_id = ballot_->by_id;
    while (at_ < by_id.size() && by_id[at_].id < id) ++at_;
    return at_ < by_id.size() && by_id[at_].id == id ? &ballot_->choices[by_id[at_].at] : nullptr;
  }

 private:
  const BallotState* ballot_;
  bool indexed_;
  size_t at_ = 0;
};

bool IsParty(const event::Choice* choice) {
  return choice != nullptr && choice->kind == election::ChoiceKind::kParty;
}

}  // namespace

TpsFacts LookUp(const Act& act, const std::string& contest, const StationCode& tps,
                Contents contents, Faults* faults) {
  TpsFacts facts;
  facts.contest = KnownContest(act.view, contest, 0, faults);
  facts.registered = tps.IsStation() && act.view.Station(tps) != nullptr;
  if (!facts.registered) faults->Add(Reason::kUnknownStation);
  if (facts.contest == nullptr) return facts;
  if (!facts.contest->Covers(tps)) {
    faults->Add(Reason::kOutsideContest);
    return facts;
  }
  if (!facts.registered) return facts;
  facts.result = act.view.Result(contest, tps, contents);
  facts.ballot = act.view.BallotAt(contest, tps);
  return facts;
}

void CheckFields(const BallotState* ballot, std::span<const FieldKey> fields, size_t first_number,
                 Faults* faults) {
  BallotWalk votes(ballot);
  BallotWalk totals(ballot);
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldKey& field = fields[i];
    const bool known = field.kind == FieldKind::kVotes        ? votes.Next(field.id) != nullptr
                       : field.kind == FieldKind::kPartyTotal ? IsParty(totals.Next(field.id))
                                                              : true;
    if (!known) faults->Add(Reason::kUnknownChoice, first_number + i);
  }
}

void CheckChoices(const BallotState* ballot, const std::vector<event::ChoiceValue>& votes,
                  const std::vector<event::ChoiceValue>& party_totals, Faults* faults) {
  BallotWalk of_votes(ballot);
  for (size_t i = 0; i < votes.size(); ++i) {
    if (of_votes.Next(votes[i].choice) == nullptr) faults->Add(Reason::kUnknownChoice, i);
  }
  BallotWalk of_totals(ballot);
  for (size_t i = 0; i < party_totals.size(); ++i) {
    if (!IsParty(of_totals.Next(party_totals[i].choice))) {
      faults->Add(Reason::kUnknownChoice, votes.size() + i);
    }
  }
}

// Numbers count the votes, then the party totals, then the readings.
void Judge(const Act& act, const event::ResultSubmitted& body, Faults* faults) {
  act.CheckPlace(body.tps, 0, faults);
  if (faults->Settled()) return;
  const TpsFacts facts = LookUp(act, body.contest, body.tps, Contents::kUnwanted, faults);
  if (act.may.Has(kMinutes) && !Named(body.minutes)) faults->Add(Reason::kBasisMissing);
  if (body.figures.empty() && body.votes.empty() && body.party_totals.empty() &&
      body.evidence.empty()) {
    faults->Add(Reason::kNothingChanged);
  }
  if (!facts.result) return;
  const auto stage = StageOf(act.author.role);
  if (stage && *stage > LastStage(*facts.contest, body.tps)) faults->Add(Reason::kRoleNotEntitled);
  if (stage && act.may.stage != StageRule::kAny) {
    const Stages stages(act.view, *facts.contest, body.tps, facts.result->round_opened_at);
    if (const auto against = stages.AgainstSubmission(*stage, *facts.result)) faults->Add(*against);
  }
  CheckChoices(facts.ballot.get(), body.votes, body.party_totals, faults);
  std::vector<FieldKey> readings;
  readings.reserve(body.readings.size());
  for (const event::Reading& reading : body.readings) readings.push_back(reading.field);
  CheckFields(facts.ballot.get(), readings, body.votes.size() + body.party_totals.size(), faults);
  if (body.round != facts.result->round) faults->Add(Reason::kUnknownRound);
  if (facts.result->has_result) faults->Add(Reason::kResultExists);
}

void Judge(const Act& act, const event::ResultFinalised& body, Faults* faults) {
  act.CheckPlace(body.tps, 0, faults);
  if (faults->Settled()) return;
  const TpsFacts facts = LookUp(act, body.contest, body.tps, Contents::kUnwanted, faults);
  if (!facts.result) return;
  const Stages stages(act.view, *facts.contest, body.tps, facts.result->round_opened_at);
  if (facts.result->ppk_acted || stages.AnySeal()) faults->Add(Reason::kStageSealed);
  if (body.round != facts.result->round) faults->Add(Reason::kUnknownRound);
  if (facts.result->finalised) faults->Add(Reason::kAlreadyRegistered);
  if (!facts.result->has_result) faults->Add(Reason::kBasisMissing);
}

// A copy may be of an older round: it is compared with what was entered then.
void Judge(const Act& act, const event::CopyFiled& body, Faults* faults) {
  act.CheckPlace(body.tps, 0, faults);
  if (act.may.Has(kOwnContest) && body.contest != act.author.contest) {
    faults->Add(Reason::kOutsideJurisdiction);
  }
  if (faults->Settled()) return;
  const TpsFacts facts = LookUp(act, body.contest, body.tps, Contents::kUnwanted, faults);
  if (body.figures.empty() && body.votes.empty() && body.party_totals.empty() &&
      body.evidence.empty()) {
    faults->Add(Reason::kNothingChanged);
  }
  if (!facts.result) return;
  CheckChoices(facts.ballot.get(), body.votes, body.party_totals, faults);
  if (body.round == 0 || body.round > facts.result->round) faults->Add(Reason::kUnknownRound);
}

}  // namespace jejak::admission
