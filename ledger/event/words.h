// How many words each vocabulary of ledger/election has; their numbers run from 0 without gaps.
//
// Internal to ledger/event. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"

namespace jejak::event {

template <typename T>
inline constexpr uint16_t kWords = 0;
template <>
inline constexpr uint16_t kWords<election::Figure> = election::kFigures;
#define JEJAK_COUNT(...) +1
#define JEJAK_COUNT_LIST(type, list) \
  template <>                        \
  inline constexpr uint16_t kWords<election::type> = 0 list(JEJAK_COUNT);
JEJAK_VOCABULARY_LISTS(JEJAK_COUNT_LIST)
#undef JEJAK_COUNT_LIST
#undef JEJAK_COUNT

template <typename T>
constexpr bool IsWord(T value) {
  static_assert(kWords<T> > 0);
  return static_cast<uint16_t>(value) < kWords<T>;
}

}  // namespace jejak::event
