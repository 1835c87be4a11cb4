// The figures of one C.Hasil as a sorted list, and a view of such a list that answers "what does
// the form say here" without copying it. What a form leaves blank is not in the list: absent is
// never zero.
//
// Thread rule: values; a FormView borrows the list that it looks at.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/election/field.h"

namespace jejak::election {

// Looks at values that are strictly ascending by key. One pass on making it, then a figure costs
// one load and a choice a binary search. Evidence keys hold no figure and are left out.
class FormView {
 public:
  explicit FormView(std::span<const FieldValue> values);

  std::optional<uint32_t> Get(Figure figure) const {
    return Has(figure) ? std::optional(figures_[Index(figure)]) : std::nullopt;
  }
  std::optional<uint32_t> Get(FieldKey key) const;
  bool Has(Figure figure) const { return (present_ >> Index(figure) & 1) != 0; }
  // The figure, or 0 when it is absent.
  uint32_t ValueOrZero(Figure figure) const { return figures_[Index(figure)]; }

  // The votes of choices, ascending by choice; the parties' totals as written, ascending by choice.
  std::span<const FieldValue> votes() const { return votes_; }
  std::span<const FieldValue> party_totals() const { return party_totals_; }

 private:
  static size_t Index(Figure figure) { return static_cast<size_t>(figure); }

  std::array<uint32_t, kFigures> figures_{};
  uint32_t present_ = 0;  // bit per figure
  std::span<const FieldValue> votes_;
  std::span<const FieldValue> party_totals_;
};
static_assert(kFigures <= 32, "FormView keeps a bit per figure in a uint32_t");

// One form. `values` is strictly ascending by key: figures, votes, party totals; no evidence.
struct Form {
  std::vector<FieldValue> values;

  std::optional<uint32_t> Get(FieldKey key) const;
  std::optional<uint32_t> Get(Figure figure) const { return Get(FieldKey::Of(figure)); }
  // Writes, or with no value withdraws, a figure; keeps the order. Requires a key that isn't
  // evidence.
  void Set(FieldKey key, std::optional<uint32_t> value);
  FormView view() const { return FormView(values); }
  bool operator==(const Form&) const = default;
};

}  // namespace jejak::election
