#include "ledger/election/vocabulary.h"

namespace jejak::election {

#define JEJAK_VALUE(id, number, name) Enum::id,
#define JEJAK_CASE(id, number, name) \
  case Enum::id:                     \
    return name;
#define JEJAK_DEFINE(type, list)                                  \
  std::string_view Name(type value) {                             \
    using Enum = type;                                            \
    switch (value) { list(JEJAK_CASE) }                           \
    return "?";                                                   \
  }                                                               \
  template <>                                                     \
  std::span<const type> AllOf<type>() {                           \
    using Enum = type;                                            \
    static constexpr type kAll[] = {list(JEJAK_VALUE)};           \
    return kAll;                                                  \
  }                                                               \
  template <>                                                     \
  std::optional<type> Parse<type>(std::string_view name) {        \
    for (const type value : AllOf<type>()) {                      \
      if (Name(value) == name) return value;                      \
    }                                                             \
    return std::nullopt;                                          \
  }
JEJAK_VOCABULARY_LISTS(JEJAK_DEFINE)

}  // namespace jejak::election
