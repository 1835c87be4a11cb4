// The rules that a form's figures should keep, C01 to C21, as pure functions. Nothing here refuses:
// a form may be wrong on paper, and then the ledger holds what the paper says, with findings beside
// it.
//
// A rule is a list of comparisons, each a row. A comparison counts only where all its terms are
// present, so an absent figure never breaks a rule. (rule, row) names the same comparison in every
// version of a form, which is how a finding is opened by one entry and cleared by another. In
// CheckForm and CheckRecap the row is the packed FieldKey of the field that the comparison is about
// (table in rules.def and docs/reference/rules.md); the other functions say theirs. Source: domain
// reference, section 1.4; UU 7/2017 art. 374 (C10).
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"

namespace jejak::election {

enum class Rule : uint8_t {
  kC01 = 1, kC02, kC03, kC04, kC05, kC06, kC07, kC08, kC09, kC10, kC11,
  kC12, kC13, kC14, kC15, kC16, kC17, kC18, kC19, kC20, kC21,
};
inline constexpr size_t kRules = 21;
constexpr bool IsRule(uint8_t number) { return number >= 1 && number <= kRules; }

enum class Severity : uint8_t { kWarning, kError, kRecountGround };
// "warning", "error", "recount_ground".
std::string_view Name(Severity severity);

// Judged by the figures of one form alone (CheckForm).
constexpr bool IsOfOneForm(Rule rule) { return rule <= Rule::kC14 || rule == Rule::kC18; }

struct RuleInfo {
  Rule rule;
  std::string_view id;  // "C02"
  Severity severity;
  std::string_view compares;  // "I.B.4 = I.B.1 + I.B.2 + I.B.3"
  std::string_view row;       // what a row is, in words
  std::string_view text_en;
  std::string_view text_id;
};
// All rules, ascending.
std::span<const RuleInfo> AllRules();
const RuleInfo& InfoOf(Rule rule);
// From "C02"; no value on any other spelling.
std::optional<Rule> ParseRule(std::string_view id);

struct Finding {
  Rule rule{};
  uint64_t row = 0;
  std::vector<FieldKey> fields;  // the terms of the comparison, ascending
  bool operator==(const Finding&) const = default;
};

// A choice on a ballot. `party` is the party's choice id for a candidate, 0 otherwise.
struct ElectionChoice {
  ChoiceId id = 0;
  ChoiceKind kind{};
  ChoiceId party = 0;
};

// What a form is judged against.
struct FormContext {
  ContestKind kind{};
  std::span<const ElectionChoice> choices;  // the ballot at this TPS, strictly ascending by id
  uint32_t dpt_max = 0;                     // largest DPT of a TPS: 300 in a Pemilu, 600 Pilkada
  uint16_t reserve_permille = 0;            // spare ballots per thousand of the DPT: 20 or 25
  bool abroad_post = false;                 // post abroad (LNPos): II.4 is split
};

// C01 to C14 and C18, ascending by (rule, row). `values` is strictly ascending by key. Allocates
// only when something is broken, or for a ballot of more than 64 parties.
std::vector<Finding> CheckForm(std::span<const FieldValue> values, const FormContext& context);

// I.A as one contest states it at a TPS. `contest` is a number that stays the contest's own, such
// as the order of its registration.
struct RegisteredVoters {
  uint16_t contest = 0;
  std::optional<uint32_t> l, p, j;
};
// C15: a finding for each pair of contests and each of L, P and J that differs. `contests` is
// strictly ascending by number. Row: RowOfContests.
std::vector<Finding> CheckRegisteredVoters(std::span<const RegisteredVoters> contests);
// first << 32 | second << 16 | figure, with first < second.
uint64_t RowOfContests(uint16_t first, uint16_t second, Figure figure);

// A figure of a D.Hasil or a sum over a region.
struct BigFieldValue {
  FieldKey key;
  uint64_t value = 0;
  bool operator==(const BigFieldValue&) const = default;
};
// C16: every field that stands in both lists with different values, by its packed key; all votes
// but 0 where there are no sums at all, since nobody's form has them; and where `decree` has
// I.A of the region, every part of it that `row` states otherwise, by its packed key | kDecreeRow.
// All lists are strictly ascending by key.
inline constexpr uint64_t kDecreeRow = uint64_t{1} << 40;
// Of the row that a D.Hasil of a region above has for a place: the same numbers | RowOfPart of that
// region's level.
constexpr uint64_t RowOfPart(Level certified) {
  return (uint64_t{1} << 41) | (static_cast<uint64_t>(certified) << 42);
}
std::vector<Finding> CheckRecap(std::span<const BigFieldValue> row,
                                std::span<const BigFieldValue> sums,
                                std::span<const BigFieldValue> decree = {});

// C17: the votes of all choices and V.A, V.B, V.C (which may be absent) as bytes, equal exactly
// when these are. Empty when a choice's votes are absent or all are zero: such forms are never
// called alike. The bytes are a key for an index of a desa's forms.
std::string VoteVector(std::span<const FieldValue> values, const FormContext& context);
// C17: the finding that a TPS gets when `other` of the same desa has the same vector. Row: the last
// three digits of `other`. The other TPS gets the mirror image.
Finding SameVotes(const StationCode& other, const FormContext& context);

// C19: every field that stands in both forms with different values. `copy` is a number that stays
// the copy's own among those of its TPS. Row: RowOfCopy.
std::vector<Finding> CheckCopy(std::span<const FieldValue> form,
                               std::span<const FieldValue> copy_values, uint32_t copy);
// (copy mod 2^28) << 36 | packed key.
uint64_t RowOfCopy(uint32_t copy, FieldKey key);

}  // namespace jejak::election
