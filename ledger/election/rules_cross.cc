// The rules between forms: several contests at a TPS, a recapitulation and what it covers, two TPS
// of a desa, a form and its copies.
#include <array>
#include <charconv>

#include "ledger/base/check.h"
#include "ledger/base/coding.h"
#include "ledger/election/form.h"
#include "ledger/election/rules.h"

namespace jejak::election {
namespace {

// Calls `differ` for each key that stands in both ascending lists with different values.
template <typename A, typename B, typename Differ>
void ForEachDifference(std::span<const A> a, std::span<const B> b, Differ differ) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i].key < b[j].key) {
      ++i;
    } else if (b[j].key < a[i].key) {
      ++j;
    } else {
      if (!a[i].key.IsEvidence() && a[i].value != b[j].value) differ(a[i].key);
      ++i, ++j;
    }
  }
}

constexpr std::array kVoteFigures = {Figure::kValid, Figure::kInvalid, Figure::kTotal};

// Candidates too: a party contest's vector has every vote and no row that is derived from them.
bool HasVotes(const FormContext& context, const ElectionChoice& choice) {
  return context.kind == ContestKind::kParty || choice.kind != ChoiceKind::kCandidate;
}

}  // namespace

uint64_t RowOfContests(uint16_t first, uint16_t second, Figure figure) {
  JEJAK_CHECK(first < second);
  return uint64_t{first} << 32 | uint64_t{second} << 16 | static_cast<uint64_t>(figure);
}

std::vector<Finding> CheckRegisteredVoters(std::span<const RegisteredVoters> contests) {
  std::vector<Finding> out;
  const auto compare = [&](const RegisteredVoters& a, const RegisteredVoters& b, Figure figure,
                           const std::optional<uint32_t>& x, const std::optional<uint32_t>& y) {
    if (!x || !y || *x == *y) return;
    const uint64_t row = RowOfContests(a.contest, b.contest, figure);
    out.push_back({Rule::kC15, row, {FieldKey::Of(figure)}});
  };
  for (size_t i = 0; i < contests.size(); ++i) {
    for (size_t j = i + 1; j < contests.size(); ++j) {
      const RegisteredVoters &a = contests[i], &b = contests[j];
      compare(a, b, Figure::kVotersRegisteredL, a.l, b.l);
      compare(a, b, Figure::kVotersRegisteredP, a.p, b.p);
      compare(a, b, Figure::kVotersRegisteredJ, a.j, b.j);
    }
  }
  return out;
}

std::vector<Finding> CheckRecap(std::span<const BigFieldValue> row,
                                std::span<const BigFieldValue> sums,
                                std::span<const BigFieldValue> decree) {
  std::vector<Finding> out;
  const auto differs = [&](const FieldKey& key) {
    out.push_back({Rule::kC16, key.packed(), {key}});
  };
  ForEachDifference(row, sums, differs);
  for (const BigFieldValue& stated : row) {
    const bool votes = stated.key.kind != FieldKind::kFigure;
    if (sums.empty() && votes && stated.value != 0) differs(stated.key);
  }
  ForEachDifference(row, decree, [&](const FieldKey& key) {
    if (FieldKey::Of(Figure::kVotersRegisteredJ) < key) return;
    out.push_back({Rule::kC16, key.packed() | kDecreeRow, {key}});
  });
  return out;
}

std::string VoteVector(std::span<const FieldValue> values, const FormContext& context) {
  const FormView form(values);
  std::string out;
  Writer writer(&out);
  bool any = false;
  for (const ElectionChoice& choice : context.choices) {
    if (!HasVotes(context, choice)) continue;
    const auto votes = form.Get(FieldKey::Votes(choice.id));
    if (!votes) return {};
    any = any || *votes != 0;
    writer.Varint(choice.id);
    writer.Varint(*votes);
  }
  if (!any) return {};
  for (const Figure figure : kVoteFigures) {
    const auto value = form.Get(figure);
    writer.Varint(value ? uint64_t{*value} + 1 : 0);
  }
  return out;
}

Finding SameVotes(const StationCode& other, const FormContext& context) {
  JEJAK_CHECK(other.IsStation());
  const std::string_view number = other.view().substr(10);
  uint64_t row = 0;
  std::from_chars(number.data(), number.data() + number.size(), row);
  Finding out{Rule::kC17, row, {}};
  for (const Figure figure : kVoteFigures) out.fields.push_back(FieldKey::Of(figure));
  for (const ElectionChoice& choice : context.choices) {
    if (HasVotes(context, choice)) out.fields.push_back(FieldKey::Votes(choice.id));
  }
  return out;
}

uint64_t RowOfCopy(uint32_t copy, FieldKey key) { return (uint64_t{copy} << 36) | key.packed(); }

std::vector<Finding> CheckCopy(std::span<const FieldValue> form,
                               std::span<const FieldValue> copy_values, uint32_t copy) {
  std::vector<Finding> out;
  ForEachDifference(form, copy_values, [&](const FieldKey& key) {
    out.push_back({Rule::kC19, RowOfCopy(copy, key), {key}});
  });
  return out;
}

}  // namespace jejak::election
