#include "ledger/election/form.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace jejak::election {
namespace {

bool KeyBefore(const FieldValue& value, const FieldKey& key) { return value.key < key; }

std::optional<uint32_t> Find(std::span<const FieldValue> values, const FieldKey& key) {
  const auto at = std::lower_bound(values.begin(), values.end(), key, KeyBefore);
  if (at == values.end() || at->key != key) return std::nullopt;
  return at->value;
}

}  // namespace

FormView::FormView(std::span<const FieldValue> values) {
  size_t i = 0;
  for (; i < values.size() && values[i].key.kind == FieldKind::kFigure; ++i) {
    const uint32_t figure = values[i].key.id;
    if (figure >= kFigures) continue;
    figures_[figure] = values[i].value;
    present_ |= uint32_t{1} << figure;
  }
  const auto take = [&](FieldKind kind) {
    const size_t begin = i;
    while (i < values.size() && values[i].key.kind == kind) ++i;
    return values.subspan(begin, i - begin);
  };
  votes_ = take(FieldKind::kVotes);
  party_totals_ = take(FieldKind::kPartyTotal);
}

std::optional<uint32_t> FormView::Get(FieldKey key) const {
  switch (key.kind) {
    case FieldKind::kFigure:
      return key.id < kFigures ? Get(static_cast<Figure>(key.id)) : std::nullopt;
    case FieldKind::kVotes:
      return Find(votes_, key);
    case FieldKind::kPartyTotal:
      return Find(party_totals_, key);
    case FieldKind::kEvidence:
      break;
  }
  return std::nullopt;
}

std::optional<uint32_t> Form::Get(FieldKey key) const { return Find(values, key); }

void Form::Set(FieldKey key, std::optional<uint32_t> value) {
  JEJAK_CHECK(!key.IsEvidence());
  const auto at = std::lower_bound(values.begin(), values.end(), key, KeyBefore);
  const bool there = at != values.end() && at->key == key;
  if (value && there) {
    at->value = *value;
  } else if (value) {
    values.insert(at, {key, *value});
  } else if (there) {
    values.erase(at);
  }
}

}  // namespace jejak::election
