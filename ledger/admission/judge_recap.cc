// D.Hasil: the rows of a recapitulation, and its certification.
#include <unordered_map>

#include "ledger/admission/judge.h"
#include "ledger/admission/stages.h"
#include "ledger/crypto/sha256.h"

namespace jejak::admission {
namespace {

// Remembers what choice ids mean, since every row repeats them.
class Meanings {
 public:
  Meanings(const StateView& view, const std::string& contest) : view_(view), contest_(contest) {}

  bool Known(ChoiceId id) { return Kind(id).has_value(); }
  bool IsParty(ChoiceId id) { return Kind(id) == election::ChoiceKind::kParty; }

 private:
  std::optional<election::ChoiceKind> Kind(ChoiceId id) {
    const auto at = kinds_.find(id);
    if (at != kinds_.end()) return at->second;
    const auto meaning = view_.ChoiceMeaning(contest_, id);
    const auto kind = meaning ? std::optional(meaning->kind) : std::nullopt;
    kinds_.emplace(id, kind);
    return kind;
  }

  const StateView& view_;
  const std::string& contest_;
  std::unordered_map<ChoiceId, std::optional<election::ChoiceKind>> kinds_;
};

// The body has not certified this region, or its stage, or a round there, was opened since.
bool MayCertify(const Act& act, const ContestState& contest, const RegionCode& region, Stage stage,
                const std::optional<SealState>& own) {
  if (!own) return true;
  const auto reopened = act.view.Reopened(contest.id, region, stage);
  if (reopened && *reopened > own->certified_at) return true;
  const auto round = act.view.RoundOpenedAround(contest.id, region);
  return round && *round > own->certified_at;
}

struct RecapFacts {
  std::shared_ptr<const ContestState> contest;
  std::optional<SealState> own;
};

// What a part and a certification have in common.
RecapFacts CheckRecap(const Act& act, const std::string& contest_id, const RegionCode& region,
                      Faults* faults) {
  RecapFacts facts;
  act.CheckPlace(region, 0, faults);
  if (faults->Settled()) return facts;
  CheckRegistered(act.view, region, 0, faults);
  facts.contest = KnownContest(act.view, contest_id, 0, faults);
  if (facts.contest == nullptr) return facts;
  facts.own = act.view.Seal(contest_id, region);
  const auto stage = StageOf(act.author.role);
  if (!stage || *stage > LastStage(*facts.contest, region)) {
    faults->Add(Reason::kRoleNotEntitled);
  } else if (!MayCertify(act, *facts.contest, region, *stage, facts.own)) {
    faults->Add(Reason::kStageSealed);
  }
  if (!Touches(*facts.contest, region)) faults->Add(Reason::kOutsideContest);
  return facts;
}

void CheckRow(const Act& act, const event::RecapPart& body, const ContestState* contest, size_t number,
              Meanings* meanings, Faults* faults) {
  const event::RecapRow& row = body.rows[number];
  if (!body.region.Contains(row.child) || body.region == row.child) {
    faults->Add(Reason::kRegistryInvalid, number);
  }
  CheckRegistered(act.view, row.child, number, faults);
  if (contest == nullptr) return;
  if (!Touches(*contest, row.child)) faults->Add(Reason::kOutsideContest, number);
  for (const event::BigChoiceValue& votes : row.votes) {
    if (!meanings->Known(votes.choice)) faults->Add(Reason::kUnknownChoice, number);
  }
  for (const event::BigChoiceValue& total : row.party_totals) {
    if (!meanings->IsParty(total.choice)) faults->Add(Reason::kUnknownChoice, number);
  }
}

// BASIS_MISSING with the number of the part that isn't there.
void CheckParts(const Act& act, const event::RecapCertified& body, Faults* faults) {
  if (body.parts_hash.has_value() != (body.parts != 0)) faults->Add(Reason::kBasisMissing);
  Bytes hashes;
  for (uint16_t part = 1; part != 0 && part <= body.parts; ++part) {
    const auto hash = act.view.RecapPart(act.event.author, body.contest, body.region, part, body.parts);
    if (!hash) return faults->Add(Reason::kBasisMissing, part - size_t{1});
    hashes += hash->view();
  }
  if (body.parts_hash && body.parts != 0 && crypto::Sha256(hashes) != *body.parts_hash) {
    faults->Add(Reason::kBasisMissing);
  }
}

// Numbers count the votes, then the party totals, then the signatories; for officials, the signatories.
void CheckNames(const Act& act, const event::RecapCertified& body, Faults* faults) {
  Meanings meanings(act.view, body.contest);
  size_t number = 0;
  for (const event::BigChoiceValue& votes : body.votes) {
    if (!meanings.Known(votes.choice)) faults->Add(Reason::kUnknownChoice, number);
    ++number;
  }
  for (const event::BigChoiceValue& total : body.party_totals) {
    if (!meanings.IsParty(total.choice)) faults->Add(Reason::kUnknownChoice, number);
    ++number;
  }
  for (size_t i = 0; i < body.signatories.size(); ++i) {
    const event::Signatory& signatory = body.signatories[i];
    if (!signatory.official.empty() && !act.view.Official(signatory.official)) {
      faults->Add(Reason::kUnknownOfficial, i);
    }
    if (signatory.participant != 0 && !meanings.Known(signatory.participant)) {
      faults->Add(Reason::kUnknownChoice, number + i);
    }
  }
}

}  // namespace

// Numbers count the rows.
void Judge(const Act& act, const event::RecapPart& body, Faults* faults) {
  const RecapFacts facts = CheckRecap(act, body.contest, body.region, faults);
  if (faults->Settled()) return;
  if (body.part == 0 || body.part > body.parts) faults->Add(Reason::kRegistryInvalid);
  Meanings meanings(act.view, body.contest);
  for (size_t i = 0; i < body.rows.size(); ++i) {
    CheckRow(act, body, facts.contest.get(), i, &meanings, faults);
  }
}

void Judge(const Act& act, const event::RecapCertified& body, Faults* faults) {
  const RecapFacts facts = CheckRecap(act, body.contest, body.region, faults);
  if (faults->Settled()) return;
  if (!Named(body.minutes)) faults->Add(Reason::kBasisMissing);
  if (body.size > act.view.Size()) faults->Add(Reason::kUnknownReference);
  if (facts.contest == nullptr) return;
  const auto newest = facts.own ? std::optional(facts.own->event) : std::nullopt;
  if (body.replaces != newest) faults->Add(Reason::kSupersedesStale);
  CheckNames(act, body, faults);
  if (faults->Wants(Reason::kBasisMissing)) CheckParts(act, body, faults);
}

}  // namespace jejak::admission
