// The rules of a single form. CheckForm runs on every result that is folded, so the way through a
// form that breaks nothing makes no allocation: findings, and lists of fields, are made only when a
// row is broken.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "ledger/election/form.h"
#include "ledger/election/rules.h"

namespace jejak::election {
namespace {

// Votes may exceed the DPT by this share before C18 warns, in hundredths.
constexpr uint64_t kVotesPerDptPercentMax = 102;

using F = Figure;

// L, P and J of the form's rows.
struct Triple {
  F l, p, j;
};
constexpr Triple kRegistered = {F::kVotersRegisteredL, F::kVotersRegisteredP,
                                F::kVotersRegisteredJ};
constexpr Triple kFromList = {F::kVotersFromListL, F::kVotersFromListP, F::kVotersFromListJ};
constexpr Triple kTransferred = {F::kVotersTransferredL, F::kVotersTransferredP,
                                 F::kVotersTransferredJ};
constexpr Triple kWalkIn = {F::kVotersWalkInL, F::kVotersWalkInP, F::kVotersWalkInJ};
constexpr Triple kVoters = {F::kVotersTotalL, F::kVotersTotalP, F::kVotersTotalJ};
constexpr Triple kDisabled = {F::kVotersDisabledL, F::kVotersDisabledP, F::kVotersDisabledJ};
constexpr F Triple::*kParts[] = {&Triple::l, &Triple::p, &Triple::j};

// Steps through sorted values as ascending ids are asked for: a merge, not a search each.
class Walk {
 public:
  explicit Walk(std::span<const FieldValue> values) : values_(values) {}
  // Ids must be asked for in ascending order.
  std::optional<uint32_t> At(ChoiceId id) {
    while (at_ < values_.size() && values_[at_].key.id < id) ++at_;
    if (at_ == values_.size() || values_[at_].key.id != id) return std::nullopt;
    return values_[at_].value;
  }

 private:
  std::span<const FieldValue> values_;
  size_t at_ = 0;
};

// A.1 + sum of A.2 of one party.
struct PartySum {
  ChoiceId id;
  bool complete;
  uint64_t sum;
};

class Checker {
 public:
  Checker(std::span<const FieldValue> values, const FormContext& context)
      : form_(values), context_(context), choice_sum_(SumOfChoices()) {}

  std::vector<Finding> Run() {
    VotersRows();
    BallotRows();
    PartyRows();
    Sum(Rule::kC07, F::kTotal, {F::kValid, F::kInvalid});
    for (const Triple& row : {kRegistered, kFromList, kTransferred, kWalkIn, kVoters, kDisabled}) {
      Sum(Rule::kC08, row.j, {row.l, row.p});
    }
    if (choice_sum_ && form_.Has(F::kValid) && *choice_sum_ != form_.ValueOrZero(F::kValid)) {
      OpenChoices(Rule::kC09, F::kValid);
    }
    Same(Rule::kC10, F::kVotersTotalJ, F::kBallotsUsed, F::kVotersTotalJ);
    Same(Rule::kC10, F::kBallotsUsed, F::kTotal, F::kBallotsUsed);
    Same(Rule::kC10, F::kTotal, F::kTotal, F::kVotersTotalJ);
    for (const auto part : kParts) AtMost(Rule::kC11, kDisabled.*part, kVoters.*part);
    Limits();
    Reserve();
    AtMost(Rule::kC14, F::kValid, F::kTotal);
    AtMost(Rule::kC14, F::kTotal, F::kBallotsReceived);
    PartsOfValid();
    VotesPerDpt();
    return std::move(findings_);
  }

 private:
  void VotersRows();
  void BallotRows();
  void PartyRows();
  void Limits();
  void Reserve();
  void PartsOfValid();
  void VotesPerDpt();
  void SumParties(std::span<PartySum> parties) const;
  std::optional<uint64_t> SumOfChoices() const;

  // In a party contest the choices of IV are counted by their written totals, elsewhere by their
  // votes.
  bool ByParty() const { return context_.kind == ContestKind::kParty; }
  bool Counts(const ElectionChoice& choice) const {
    return ByParty() ? choice.kind == ChoiceKind::kParty : choice.kind != ChoiceKind::kCandidate;
  }

  void Open(Rule rule, FieldKey row, std::vector<FieldKey> fields) {
    std::sort(fields.begin(), fields.end());
    findings_.push_back({rule, row.packed(), std::move(fields)});
  }
  // A finding about `row` and every choice that counts.
  void OpenChoices(Rule rule, Figure row);
  // whole = sum of parts; the row is the whole.
  void Sum(Rule rule, Figure whole, std::initializer_list<Figure> parts) {
    bool all = form_.Has(whole);
    uint64_t sum = 0;
    for (const Figure part : parts) {
      all = all && form_.Has(part);
      sum += form_.ValueOrZero(part);
    }
    if (all && sum != form_.ValueOrZero(whole)) OpenSum(rule, whole, parts);
  }
  void OpenSum(Rule rule, Figure whole, std::initializer_list<Figure> parts);
  void Same(Rule rule, Figure row, Figure a, Figure b) {
    if (form_.Has(a) && form_.Has(b) && form_.ValueOrZero(a) != form_.ValueOrZero(b)) {
      Open(rule, FieldKey::Of(row), {FieldKey::Of(a), FieldKey::Of(b)});
    }
  }
  // small <= large; the row is the small one.
  void AtMost(Rule rule, Figure small, Figure large) {
    if (form_.Has(small) && form_.Has(large) &&
        form_.ValueOrZero(small) > form_.ValueOrZero(large)) {
      Open(rule, FieldKey::Of(small), {FieldKey::Of(small), FieldKey::Of(large)});
    }
  }

  const FormView form_;
  const FormContext& context_;
  const std::optional<uint64_t> choice_sum_;
  std::vector<Finding> findings_;
};

std::optional<uint64_t> Checker::SumOfChoices() const {
  Walk walk(ByParty() ? form_.party_totals() : form_.votes());
  uint64_t sum = 0;
  bool any = false;
  for (const ElectionChoice& choice : context_.choices) {
    if (!Counts(choice)) continue;
    const auto value = walk.At(choice.id);
    if (!value) return std::nullopt;
    sum += *value;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

void Checker::OpenChoices(Rule rule, Figure row) {
  std::vector<FieldKey> fields = {FieldKey::Of(row)};
  for (const ElectionChoice& choice : context_.choices) {
    if (!Counts(choice)) continue;
    fields.push_back(ByParty() ? FieldKey::PartyTotal(choice.id) : FieldKey::Votes(choice.id));
  }
  Open(rule, FieldKey::Of(row), std::move(fields));
}

void Checker::OpenSum(Rule rule, Figure whole, std::initializer_list<Figure> parts) {
  std::vector<FieldKey> fields = {FieldKey::Of(whole)};
  for (const Figure part : parts) fields.push_back(FieldKey::Of(part));
  Open(rule, FieldKey::Of(whole), std::move(fields));
}

// C01, C02.
void Checker::VotersRows() {
  for (const auto part : kParts) AtMost(Rule::kC01, kFromList.*part, kRegistered.*part);
  for (const auto part : kParts) {
    Sum(Rule::kC02, kVoters.*part, {kFromList.*part, kTransferred.*part, kWalkIn.*part});
  }
}

// C03 to C05.
void Checker::BallotRows() {
  Same(Rule::kC03, F::kBallotsUsed, F::kBallotsUsed, F::kVotersTotalJ);
  Sum(Rule::kC04, F::kBallotsReceived, {F::kBallotsUsed, F::kBallotsSpoiled, F::kBallotsUnused});
  AtMost(Rule::kC04, F::kBallotsSpoiled, F::kBallotsReceived);
  AtMost(Rule::kC04, F::kBallotsUnused, F::kBallotsReceived);
  if (!context_.abroad_post) return;
  Sum(Rule::kC05, F::kBallotsUnused,
      {F::kBallotsUnusedReturned, F::kBallotsUnusedKept, F::kBallotsUnusedNotReturned});
}

// Fills `parties`, which has an element for each party of the ballot, ascending.
void Checker::SumParties(std::span<PartySum> parties) const {
  const auto choices = context_.choices;
  size_t count = 0;
  for (const ElectionChoice& choice : choices) {
    if (choice.kind == ChoiceKind::kParty) parties[count++] = {choice.id, true, 0};
  }
  Walk walk(form_.votes());
  PartySum* party = &parties[0];
  for (const ElectionChoice& choice : choices) {
    const bool own = choice.kind == ChoiceKind::kParty;
    if (!own && choice.kind != ChoiceKind::kCandidate) continue;
    const ChoiceId id = own ? choice.id : choice.party;
    if (party->id != id) {  // candidates of one party mostly stand together
      const auto at = std::lower_bound(parties.begin(), parties.end(), id,
                                       [](const PartySum& a, ChoiceId b) { return a.id < b; });
      if (at == parties.end() || at->id != id) continue;
      party = &*at;
    }
    const auto value = walk.At(choice.id);
    party->complete = party->complete && value;
    party->sum += value.value_or(0);
  }
}

// C06.
void Checker::PartyRows() {
  if (!ByParty() || form_.party_totals().empty()) return;
  const auto choices = context_.choices;
  const size_t count = static_cast<size_t>(std::count_if(
      choices.begin(), choices.end(),
      [](const ElectionChoice& choice) { return choice.kind == ChoiceKind::kParty; }));
  if (count == 0) return;
  std::array<PartySum, 64> few;
  std::vector<PartySum> many(count > few.size() ? count : 0);
  const std::span<PartySum> parties =
      many.empty() ? std::span<PartySum>(few).first(count) : std::span<PartySum>(many);
  SumParties(parties);
  Walk totals(form_.party_totals());
  for (const PartySum& party : parties) {
    const auto total = totals.At(party.id);
    if (!total || !party.complete || *total == party.sum) continue;
    const FieldKey row = FieldKey::PartyTotal(party.id);
    std::vector<FieldKey> fields = {row, FieldKey::Votes(party.id)};
    for (const ElectionChoice& choice : choices) {
      const bool its = choice.kind == ChoiceKind::kCandidate && choice.party == party.id;
      if (its) fields.push_back(FieldKey::Votes(choice.id));
    }
    Open(Rule::kC06, row, std::move(fields));
  }
}

// C12.
void Checker::Limits() {
  if (form_.ValueOrZero(F::kVotersRegisteredJ) > context_.dpt_max) {
    Open(Rule::kC12, FieldKey::Of(F::kVotersRegisteredJ), {FieldKey::Of(F::kVotersRegisteredJ)});
  }
  for (const auto list : {form_.votes(), form_.party_totals()}) {
    for (const FieldValue& vote : list) {
      if (vote.value > context_.dpt_max) Open(Rule::kC12, vote.key, {vote.key});
    }
  }
}

// C13.
void Checker::Reserve() {
  if (!form_.Has(F::kBallotsReceived) || !form_.Has(F::kVotersRegisteredJ)) return;
  const uint64_t dpt = form_.ValueOrZero(F::kVotersRegisteredJ);
  const uint64_t reserve = (dpt * context_.reserve_permille + 999) / 1000;
  if (form_.ValueOrZero(F::kBallotsReceived) == dpt + reserve) return;
  Open(Rule::kC13, FieldKey::Of(F::kBallotsReceived),
       {FieldKey::Of(F::kBallotsReceived), FieldKey::Of(F::kVotersRegisteredJ)});
}

// C14: each choice against V.A.
void Checker::PartsOfValid() {
  if (!form_.Has(F::kValid)) return;
  const uint32_t valid = form_.ValueOrZero(F::kValid);
  for (const auto list : {form_.votes(), form_.party_totals()}) {
    for (const FieldValue& vote : list) {
      if (vote.value > valid) Open(Rule::kC14, vote.key, {FieldKey::Of(F::kValid), vote.key});
    }
  }
}

// C18.
void Checker::VotesPerDpt() {
  if (!choice_sum_ || !form_.Has(F::kVotersRegisteredJ)) return;
  const uint64_t dpt = form_.ValueOrZero(F::kVotersRegisteredJ);
  if (*choice_sum_ * 100 <= dpt * kVotesPerDptPercentMax) return;
  OpenChoices(Rule::kC18, F::kVotersRegisteredJ);
}

}  // namespace

std::vector<Finding> CheckForm(std::span<const FieldValue> values, const FormContext& context) {
  return Checker(values, context).Run();
}

}  // namespace jejak::election
