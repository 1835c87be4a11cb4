// Rules between forms: each finds exactly the fields that differ, names them by a row that stays,
// and says nothing of what one side lacks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/election/form.h"
#include "ledger/election/rules.h"

namespace jejak::election {
namespace {

using F = Figure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<ElectionChoice> kTickets = {{100025, ChoiceKind::kTicket, 0},
                                              {100026, ChoiceKind::kTicket, 0},
                                              {100027, ChoiceKind::kTicket, 0}};

FormContext Ppwp() { return {.kind = ContestKind::kTicket, .choices = kTickets}; }

std::vector<FieldValue> Votes(uint32_t a, uint32_t b, uint32_t c, uint32_t valid, uint32_t invalid,
                              uint32_t total) {
  return {{FieldKey::Of(F::kValid), valid}, {FieldKey::Of(F::kInvalid), invalid},
          {FieldKey::Of(F::kTotal), total}, {FieldKey::Votes(100025), a},
          {FieldKey::Votes(100026), b},     {FieldKey::Votes(100027), c}};
}

TEST(C15, PairsOfContestsThatStateAnotherDpt) {
  const std::vector<RegisteredVoters> contests = {{0, 151, 148, 299},
                                                  {1, 151, 148, 299},
                                                  {2, std::nullopt, 149, 299},
                                                  {4, std::nullopt, {}, {}}};
  const uint64_t p02 = RowOfContests(0, 2, F::kVotersRegisteredP);
  const uint64_t p12 = RowOfContests(1, 2, F::kVotersRegisteredP);
  const std::vector<FieldKey> fields = {FieldKey::Of(F::kVotersRegisteredP)};
  EXPECT_THAT(CheckRegisteredVoters(contests),
              ElementsAre(Finding{Rule::kC15, p02, fields}, Finding{Rule::kC15, p12, fields}));
  EXPECT_NE(p02, p12);
  EXPECT_THAT(CheckRegisteredVoters({}), IsEmpty());
  // A contest that comes later leaves the rows of the others as they are.
  EXPECT_THAT(CheckRegisteredVoters(std::vector<RegisteredVoters>{contests[0], contests[2]}),
              ElementsAre(Finding{Rule::kC15, p02, fields}));
}

TEST(C16, FieldsOfARecapThatDifferFromTheSumAndTheDecree) {
  const FieldKey j = FieldKey::Of(F::kVotersRegisteredJ), valid = FieldKey::Of(F::kValid);
  const FieldKey votes = FieldKey::Votes(100026), total = FieldKey::PartyTotal(100026);
  const uint64_t big = uint64_t{1} << 50;
  const std::vector<BigFieldValue> row = {{j, 112'128}, {valid, big}, {votes, 59'775}};
  const std::vector<BigFieldValue> sums = {
      {j, 112'128}, {valid, big + 1}, {votes, 59'774}, {total, 1}};
  const std::vector<BigFieldValue> decree = {{j, 112'129}};
  EXPECT_THAT(CheckRecap(row, sums, decree),
              ElementsAre(Finding{Rule::kC16, valid.packed(), {valid}},
                          Finding{Rule::kC16, votes.packed(), {votes}},
                          Finding{Rule::kC16, j.packed() | kDecreeRow, {j}}));
  EXPECT_THAT(CheckRecap(row, row), IsEmpty());
  // A field that no form has is no other sum; but where there is no form, there are no votes.
  EXPECT_THAT(CheckRecap(row, std::vector<BigFieldValue>{{total, 1}}), IsEmpty());
  EXPECT_THAT(CheckRecap(std::vector<BigFieldValue>{{j, 0}, {votes, 1}}, {}),
              ElementsAre(Finding{Rule::kC16, votes.packed(), {votes}}));
}

// TPS 6501051002027 and 6501051002035 have the same figures throughout.
TEST(C17, SameVotesInOneDesa) {
  const std::string first = VoteVector(Votes(44, 88, 21, 153, 2, 155), Ppwp());
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, VoteVector(Votes(44, 88, 21, 153, 2, 155), Ppwp()));
  EXPECT_NE(first, VoteVector(Votes(44, 88, 21, 153, 3, 156), Ppwp()));
  EXPECT_NE(first, VoteVector(Votes(44, 21, 88, 153, 2, 155), Ppwp()));
  EXPECT_EQ(VoteVector(Votes(0, 0, 0, 0, 0, 0), Ppwp()), "");

  std::vector<FieldValue> partial = Votes(44, 88, 21, 153, 2, 155);
  partial.erase(partial.begin(), partial.begin() + 3);
  EXPECT_FALSE(VoteVector(partial, Ppwp()).empty());
  EXPECT_NE(VoteVector(partial, Ppwp()), VoteVector(Votes(44, 88, 21, 0, 0, 0), Ppwp()));
  partial.pop_back();
  EXPECT_EQ(VoteVector(partial, Ppwp()), "") << "a choice is absent";

  const Finding finding = SameVotes(*StationCode::Parse("6501051002035"), Ppwp());
  EXPECT_EQ(finding.rule, Rule::kC17);
  EXPECT_EQ(finding.row, 35u);
  EXPECT_EQ(finding.fields.size(), 6u);
}

// A candidate's votes are part of a party contest's vector.
TEST(C17, CandidatesCount) {
  const std::vector<ElectionChoice> choices = {{1, ChoiceKind::kParty, 0},
                                               {101, ChoiceKind::kCandidate, 1}};
  const FormContext context{.kind = ContestKind::kParty, .choices = choices};
  const auto vector = [&](uint32_t party, uint32_t candidate) {
    const std::vector<FieldValue> values = {{FieldKey::Votes(1), party},
                                            {FieldKey::Votes(101), candidate}};
    return VoteVector(values, context);
  };
  EXPECT_NE(vector(3, 4), vector(4, 3));
  EXPECT_EQ(vector(3, 4), vector(3, 4));
}

TEST(C19, FieldsOfACopyThatDiffer) {
  const auto form = Votes(63, 181, 16, 260, 9, 269);
  auto copy = Votes(63, 131, 16, 210, 9, 219);
  copy.erase(copy.begin());  // the copy doesn't state V.A
  const FieldKey total = FieldKey::Of(F::kTotal), votes = FieldKey::Votes(100026);
  EXPECT_THAT(CheckCopy(form, copy, 3),
              ElementsAre(Finding{Rule::kC19, RowOfCopy(3, total), {total}},
                          Finding{Rule::kC19, RowOfCopy(3, votes), {votes}}));
  EXPECT_NE(RowOfCopy(3, votes), RowOfCopy(4, votes));
  EXPECT_THAT(CheckCopy(form, form, 3), IsEmpty());
}

}  // namespace
}  // namespace jejak::election
