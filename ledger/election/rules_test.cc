// Each rule must be broken by the form that shows it and by nothing less, and an absent figure must
// break none. Forms are those that KPU published, where one exists, and small made ones elsewhere.
#include "ledger/election/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <sstream>

#include "ledger/election/form.h"

namespace jejak::election {
namespace {

using F = Figure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<ElectionChoice> kTickets = {{100025, ChoiceKind::kTicket, 0},
                                              {100026, ChoiceKind::kTicket, 0},
                                              {100027, ChoiceKind::kTicket, 0}};
// Two parties, whose candidates stand between and behind them.
const std::vector<ElectionChoice> kParties = {{1, ChoiceKind::kParty, 0},
                                              {2, ChoiceKind::kParty, 0},
                                              {101, ChoiceKind::kCandidate, 2},
                                              {102, ChoiceKind::kCandidate, 1},
                                              {103, ChoiceKind::kCandidate, 2}};

FormContext Ppwp() {
  return {
      .kind = ContestKind::kTicket, .choices = kTickets, .dpt_max = 300, .reserve_permille = 20};
}
FormContext Dpr() {
  return {.kind = ContestKind::kParty, .choices = kParties, .dpt_max = 300, .reserve_permille = 20};
}

Form Of(std::initializer_list<std::pair<F, uint32_t>> figures,
        std::initializer_list<uint32_t> tickets = {}) {
  Form form;
  for (const auto& [figure, value] : figures) form.Set(FieldKey::Of(figure), value);
  ChoiceId choice = 100025;
  for (const uint32_t votes : tickets) form.Set(FieldKey::Votes(choice++), votes);
  return form;
}

// "C02:voters_total.p" for each finding of CheckForm.
std::vector<std::string> Check(const Form& form, const FormContext& context = Ppwp()) {
  std::vector<std::string> out;
  uint64_t last = 0;
  for (const Finding& finding : CheckForm(form.values, context)) {
    const FieldKey row = FieldKey::FromPacked(finding.row);
    EXPECT_TRUE(std::is_sorted(finding.fields.begin(), finding.fields.end()));
    EXPECT_NE(std::find(finding.fields.begin(), finding.fields.end(), row), finding.fields.end());
    const uint64_t place = static_cast<uint64_t>(finding.rule) << 40 | finding.row;
    EXPECT_LT(last, place) << "findings ascend by (rule, row)";
    last = place;
    out.push_back(std::string(InfoOf(finding.rule).id) + ":" + FieldName(row));
  }
  return out;
}

// TPS 6501011001001, which breaks nothing, with the ballot rows that its numbers imply.
Form GoodForm() {
  return Of({{F::kVotersRegisteredL, 151},
             {F::kVotersRegisteredP, 148},
             {F::kVotersRegisteredJ, 299},
             {F::kVotersFromListL, 133},
             {F::kVotersFromListP, 129},
             {F::kVotersFromListJ, 262},
             {F::kVotersTransferredL, 2},
             {F::kVotersTransferredP, 2},
             {F::kVotersTransferredJ, 4},
             {F::kVotersWalkInL, 2},
             {F::kVotersWalkInP, 1},
             {F::kVotersWalkInJ, 3},
             {F::kVotersTotalL, 137},
             {F::kVotersTotalP, 132},
             {F::kVotersTotalJ, 269},
             {F::kVotersDisabledL, 1},
             {F::kVotersDisabledP, 1},
             {F::kVotersDisabledJ, 2},
             {F::kBallotsReceived, 305},
             {F::kBallotsUsed, 269},
             {F::kBallotsSpoiled, 1},
             {F::kBallotsUnused, 35},
             {F::kValid, 260},
             {F::kInvalid, 9},
             {F::kTotal, 269}},
            {63, 181, 16});
}

Form With(Form form, std::initializer_list<std::pair<FieldKey, uint32_t>> changes) {
  for (const auto& [key, value] : changes) form.Set(key, value);
  return form;
}
Form With(Form form, F figure, uint32_t value) {
  return With(form, {{FieldKey::Of(figure), value}});
}

TEST(Rules, TableReadsBackAndHasBothLanguages) {
  ASSERT_EQ(AllRules().size(), kRules);
  for (const RuleInfo& info : AllRules()) {
    EXPECT_EQ(ParseRule(info.id), info.rule);
    EXPECT_EQ(&InfoOf(info.rule), &info);
    EXPECT_FALSE(info.text_en.empty() || info.text_id.empty() || info.compares.empty());
  }
  for (const char* bad : {"", "C", "C00", "C22", "c02", "C2", "C021"})
    EXPECT_FALSE(ParseRule(bad)) << bad;
  EXPECT_EQ(InfoOf(Rule::kC10).severity, Severity::kRecountGround);
  EXPECT_EQ(Name(Severity::kRecountGround), "recount_ground");
  for (const Rule rule : {Rule::kC13, Rule::kC15, Rule::kC17, Rule::kC18}) {
    EXPECT_EQ(InfoOf(rule).severity, Severity::kWarning);
  }
}

// The page in docs/reference must have the table's rows as they are in rules.def.
TEST(Rules, DocumentedAsInTheTable) {
  std::ifstream file(JEJAK_SOURCE_DIR "/docs/reference/rules.md");
  std::stringstream page;
  page << file.rdbuf();
  for (const RuleInfo& info : AllRules()) {
    std::string line = "|";
    for (const std::string_view cell :
         {info.id, Name(info.severity), info.compares, info.row, info.text_en, info.text_id}) {
      line.append(" ").append(cell).append(" |");
    }
    EXPECT_NE(page.str().find(line + "\n"), std::string::npos) << "rules.md lacks:\n" << line;
  }
}

TEST(Form, SetKeepsOrderAndViewFindsAll) {
  std::mt19937 random(7);
  Form form;
  std::map<FieldKey, uint32_t> naive;
  for (int i = 0; i < 2'000; ++i) {
    const FieldKey key{static_cast<FieldKind>(random() % 3),
                       static_cast<uint32_t>(random() % kFigures)};
    std::optional<uint32_t> value;
    if (random() % 4 != 0) value = static_cast<uint32_t>(random());
    form.Set(key, value);
    value ? void(naive[key] = *value) : void(naive.erase(key));
  }
  ASSERT_EQ(form.values.size(), naive.size());
  const FormView view = form.view();
  for (const FieldKind kind : {FieldKind::kFigure, FieldKind::kVotes, FieldKind::kPartyTotal}) {
    for (uint32_t id = 0; id < kFigures + 2; ++id) {
      const auto at = naive.find({kind, id});
      const auto want = at == naive.end() ? std::nullopt : std::optional(at->second);
      EXPECT_EQ(form.Get(FieldKey{kind, id}), want);
      EXPECT_EQ(view.Get(FieldKey{kind, id}), want);
    }
  }
}

TEST(CheckForm, GoodFormHasNone) {
  EXPECT_THAT(Check(GoodForm()), IsEmpty());
  EXPECT_THAT(Check({}), IsEmpty());
}

// An absent figure breaks nothing: whatever is left out of a good form, no finding appears; and a
// form of nonsense with only one field has no finding but those about that field alone.
TEST(CheckForm, AbsentBreaksNothing) {
  const Form good = GoodForm();
  for (const FieldValue& gone : good.values) {
    Form form = good;
    form.Set(gone.key, std::nullopt);
    EXPECT_THAT(Check(form), IsEmpty()) << FieldName(gone.key);
    Form alone;
    alone.Set(gone.key, 300);
    EXPECT_THAT(Check(alone), IsEmpty()) << FieldName(gone.key);
  }
  std::mt19937 random(11);
  for (int i = 0; i < 500; ++i) {
    Form form = good;
    for (const FieldValue& value : good.values) {
      if (random() % 3 == 0) form.Set(value.key, std::nullopt);
    }
    EXPECT_THAT(Check(form), IsEmpty());
  }
}

// TPS 3101011001001 as KPU showed it: 292 + 1 + 0 is not 292, 233 votes of 292 voters.
TEST(CheckForm, C02AndC10OfJakarta) {
  const Form form = Of({{F::kVotersRegisteredL, 147},
                        {F::kVotersRegisteredP, 145},
                        {F::kVotersRegisteredJ, 292},
                        {F::kVotersFromListL, 147},
                        {F::kVotersFromListP, 145},
                        {F::kVotersFromListJ, 292},
                        {F::kVotersTransferredL, 0},
                        {F::kVotersTransferredP, 1},
                        {F::kVotersTransferredJ, 1},
                        {F::kVotersWalkInL, 0},
                        {F::kVotersWalkInP, 0},
                        {F::kVotersWalkInJ, 0},
                        {F::kVotersTotalL, 147},
                        {F::kVotersTotalP, 145},
                        {F::kVotersTotalJ, 292},
                        {F::kValid, 228},
                        {F::kInvalid, 5},
                        {F::kTotal, 233}},
                       {83, 107, 38});
  EXPECT_THAT(Check(form), ElementsAre("C02:voters_total.p", "C02:voters_total.j", "C10:total"));
}

// TPS 3101011003008: 71, 641 and 511 votes where 185 were valid.
TEST(CheckForm, C09C12C14C18OfJakarta) {
  const Form form = Of({{F::kVotersRegisteredJ, 213}, {F::kValid, 185}}, {71, 641, 511});
  EXPECT_THAT(Check(form),
              ElementsAre("C09:valid", "C12:votes.100026", "C12:votes.100027", "C14:votes.100026",
                          "C14:votes.100027", "C18:voters_registered.j"));
  EXPECT_EQ(CheckForm(form.values, Ppwp())[0].fields,
            (std::vector{FieldKey::Of(F::kValid), FieldKey::Votes(100025), FieldKey::Votes(100026),
                         FieldKey::Votes(100027)}));
}

TEST(CheckForm, EachRuleOfFigures) {
  const Form good = GoodForm();
  EXPECT_THAT(Check(Of({{F::kVotersFromListP, 131}, {F::kVotersRegisteredP, 130}})),
              ElementsAre("C01:voters_from_list.p"));
  EXPECT_THAT(Check(Of({{F::kVotersFromListP, 130}, {F::kVotersRegisteredP, 130}})), IsEmpty());
  // TPS 6501022001005.
  EXPECT_THAT(Check(Of({{F::kVotersFromListJ, 0},
                        {F::kVotersTransferredJ, 11},
                        {F::kVotersWalkInJ, 0},
                        {F::kVotersTotalJ, 203}})),
              ElementsAre("C02:voters_total.j"));
  EXPECT_THAT(Check(With(good, F::kBallotsUsed, 268)),
              ElementsAre("C03:ballots_used", "C04:ballots_received", "C10:voters_total.j",
                          "C10:ballots_used"));
  EXPECT_THAT(
      Check(Of({{F::kBallotsReceived, 30}, {F::kBallotsSpoiled, 31}, {F::kBallotsUnused, 32}})),
      ElementsAre("C04:ballots_spoiled", "C04:ballots_unused"));
  EXPECT_THAT(Check(With(good, F::kBallotsUnused, 36)), ElementsAre("C04:ballots_received"));
  EXPECT_THAT(Check(Of({{F::kValid, 100}, {F::kInvalid, 5}, {F::kTotal, 104}})),
              ElementsAre("C07:total"));
  // TPS 6501011001004: 256 is not 129 + 128; TPS 6501012005008: the DPT of 260 is not 153 + 145.
  EXPECT_THAT(
      Check(Of({{F::kVotersTotalL, 129}, {F::kVotersTotalP, 128}, {F::kVotersTotalJ, 256}})),
      ElementsAre("C08:voters_total.j"));
  EXPECT_THAT(Check(Of({{F::kVotersRegisteredL, 153},
                        {F::kVotersRegisteredP, 145},
                        {F::kVotersRegisteredJ, 260}})),
              ElementsAre("C08:voters_registered.j"));
  // TPS 6501022003003: 232 voters, 231 votes.
  EXPECT_THAT(Check(Of({{F::kVotersTotalJ, 232}, {F::kTotal, 231}})), ElementsAre("C10:total"));
  EXPECT_THAT(Check(Of({{F::kVotersDisabledL, 3}, {F::kVotersTotalL, 2}})),
              ElementsAre("C11:voters_disabled.l"));
  EXPECT_THAT(Check(Of({{F::kVotersRegisteredJ, 301}})), ElementsAre("C12:voters_registered.j"));
}

TEST(CheckForm, VotesAgainstWholes) {
  // TPS 6501051002069: 59 + 186 + 31 is not 226; TPS 6501092018001: nothing valid.
  EXPECT_THAT(Check(Of({{F::kValid, 226}}, {59, 186, 31})), ElementsAre("C09:valid"));
  EXPECT_THAT(Check(Of({{F::kValid, 0}}, {3, 155, 45})),
              ElementsAre("C09:valid", "C14:votes.100025", "C14:votes.100026", "C14:votes.100027"));
  EXPECT_THAT(Check(Of({{F::kValid, 226}}, {59, 186})), IsEmpty()) << "one choice is absent";
  EXPECT_THAT(Check(Of({{F::kValid, 10}, {F::kTotal, 9}})), ElementsAre("C14:valid"));
  EXPECT_THAT(Check(Of({{F::kTotal, 10}, {F::kBallotsReceived, 9}})), ElementsAre("C14:total"));
  FormContext no_ballot = Ppwp();
  no_ballot.choices = {};
  EXPECT_THAT(Check(Of({{F::kValid, 226}}, {59, 186, 31}), no_ballot), IsEmpty());
}

TEST(CheckForm, ReserveIsRoundedUp) {
  const auto received = [](uint32_t dpt, uint32_t ballots, uint16_t permille) {
    FormContext context = Ppwp();
    context.dpt_max = 600;
    context.reserve_permille = permille;
    return Check(Of({{F::kVotersRegisteredJ, dpt}, {F::kBallotsReceived, ballots}}), context);
  };
  EXPECT_THAT(received(300, 306, 20), IsEmpty());
  EXPECT_THAT(received(299, 305, 20), IsEmpty());
  EXPECT_THAT(received(250, 255, 20), IsEmpty());
  EXPECT_THAT(received(250, 256, 20), ElementsAre("C13:ballots_received"));
  EXPECT_THAT(received(251, 257, 20), IsEmpty());
  EXPECT_THAT(received(600, 615, 25), IsEmpty());
  EXPECT_THAT(received(0, 0, 25), IsEmpty());
}

TEST(CheckForm, VotesPerDptIsExact) {
  const auto dpt = [](uint32_t registered, uint32_t votes) {
    return Check(Of({{F::kVotersRegisteredJ, registered}}, {votes, 0, 0}));
  };
  EXPECT_THAT(dpt(100, 102), IsEmpty());
  EXPECT_THAT(dpt(100, 103), ElementsAre("C18:voters_registered.j"));
  EXPECT_THAT(dpt(99, 101), ElementsAre("C18:voters_registered.j"));  // 100.98
  EXPECT_THAT(dpt(0, 0), IsEmpty());
  EXPECT_THAT(dpt(0, 1), ElementsAre("C18:voters_registered.j"));
}

TEST(CheckForm, PostAbroad) {
  const Form form = Of({{F::kBallotsUnused, 10},
                        {F::kBallotsUnusedReturned, 3},
                        {F::kBallotsUnusedKept, 3},
                        {F::kBallotsUnusedNotReturned, 3}});
  FormContext post = Ppwp();
  post.abroad_post = true;
  EXPECT_THAT(Check(form, post), ElementsAre("C05:ballots_unused"));
  EXPECT_THAT(Check(form), IsEmpty());
  EXPECT_THAT(Check(With(form, F::kBallotsUnused, 9), post), IsEmpty());
}

Form PartyForm() {
  return With(Of({{F::kValid, 100}}), {{FieldKey::Votes(1), 10},
                                       {FieldKey::Votes(102), 20},
                                       {FieldKey::PartyTotal(1), 30},
                                       {FieldKey::Votes(2), 5},
                                       {FieldKey::Votes(101), 25},
                                       {FieldKey::Votes(103), 40},
                                       {FieldKey::PartyTotal(2), 70}});
}

TEST(CheckForm, Parties) {
  EXPECT_THAT(Check(PartyForm(), Dpr()), IsEmpty());
  const Form wrong = With(PartyForm(), {{FieldKey::Votes(103), 41}});
  EXPECT_THAT(Check(wrong, Dpr()), ElementsAre("C06:party_total.2"));
  EXPECT_EQ(CheckForm(wrong.values, Dpr())[0].fields,
            (std::vector{FieldKey::Votes(2), FieldKey::Votes(101), FieldKey::Votes(103),
                         FieldKey::PartyTotal(2)}));
  EXPECT_THAT(Check(With(PartyForm(), {{FieldKey::PartyTotal(1), 31}}), Dpr()),
              ElementsAre("C06:party_total.1", "C09:valid"));
  EXPECT_THAT(
      Check(With(PartyForm(), {{FieldKey::PartyTotal(1), 301}}), Dpr()),
      ElementsAre("C06:party_total.1", "C09:valid", "C12:party_total.1", "C14:party_total.1"));
  Form partial = wrong;
  partial.Set(FieldKey::Votes(101), std::nullopt);
  EXPECT_THAT(Check(partial, Dpr()), IsEmpty()) << "a candidate is absent";
  partial.Set(FieldKey::PartyTotal(1), std::nullopt);
  EXPECT_THAT(Check(With(partial, F::kValid, 99), Dpr()), IsEmpty()) << "a party's total is absent";
}

// More parties than the checker keeps room for, compared with sums made here.
TEST(CheckForm, ManyParties) {
  std::vector<ElectionChoice> choices;
  Form form;
  for (ChoiceId party = 1; party <= 100; ++party) {
    choices.push_back({party, ChoiceKind::kParty, 0});
    form.Set(FieldKey::Votes(party), 1);
    form.Set(FieldKey::PartyTotal(party), party == 77 ? 4 : 3);
  }
  for (ChoiceId i = 0; i < 200; ++i) {
    choices.push_back({1'000 + i, ChoiceKind::kCandidate, 1 + i % 100});
    form.Set(FieldKey::Votes(1'000 + i), 1);
  }
  FormContext context = Dpr();
  context.choices = choices;
  EXPECT_THAT(Check(form, context), ElementsAre("C06:party_total.77"));
}

TEST(CheckForm, LargestValuesDoNotWrap) {
  const uint32_t top = std::numeric_limits<uint32_t>::max();
  const Form form = Of({{F::kVotersFromListJ, top},
                        {F::kVotersTransferredJ, top},
                        {F::kVotersWalkInJ, top},
                        {F::kVotersTotalJ, top - 2},
                        {F::kVotersRegisteredJ, top},
                        {F::kBallotsReceived, top},
                        {F::kValid, top - 2}},
                       {top, top, top});
  EXPECT_THAT(Check(form),
              ::testing::IsSupersetOf({"C02:voters_total.j", "C09:valid", "C13:ballots_received",
                                       "C14:votes.100025", "C18:voters_registered.j"}));
}

// A clean form must cost well under a microsecond; the bound here leaves room for sanitizers and
// load.
TEST(CheckForm, CleanFormIsCheap) {
  const Form form = GoodForm();
  const FormContext context = Ppwp();
  constexpr int kRuns = 100'000;
  size_t findings = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRuns; ++i) findings += CheckForm(form.values, context).size();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(findings, 0u);
  RecordProperty("nanoseconds_per_form", static_cast<int>(took.count() / kRuns));
  EXPECT_LT(took.count() / kRuns, 20'000);
}

}  // namespace
}  // namespace jejak::election
