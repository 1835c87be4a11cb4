// Field names and words must read back as what they name, each number standing for one word.
#include "ledger/election/field.h"

#include <gtest/gtest.h>

#include <set>

#include "ledger/election/vocabulary.h"

namespace jejak::election {
namespace {

TEST(Field, NamesReadBack) {
  for (uint16_t i = 0; i < kFigures; ++i) {
    const FieldKey key = FieldKey::Of(static_cast<Figure>(i));
    EXPECT_EQ(ParseField(FieldName(key)), key);
  }
  for (const FieldKey key :
       {FieldKey::Votes(100025), FieldKey::PartyTotal(24), FieldKey::Evidence(1)}) {
    EXPECT_EQ(ParseField(FieldName(key)), key);
    EXPECT_EQ(FieldKey::FromPacked(key.packed()), key);
  }
  EXPECT_EQ(FieldName(FieldKey::Votes(100025)), "votes.100025");
  for (const char* bad : {"", "votes", "votes.", "votes.0", "votes.01", "votes.x", "votes.-1",
                          "votes.4294967296", "valid.l", "voters_registered"}) {
    EXPECT_FALSE(ParseField(bad)) << bad;
  }
}

template <typename T>
void CheckWords() {
  std::set<std::string_view> names;
  uint16_t next = 0;
  for (const T value : AllOf<T>()) {
    EXPECT_EQ(static_cast<uint16_t>(value), next++);
    EXPECT_TRUE(names.insert(Name(value)).second) << Name(value);
    EXPECT_EQ(Parse<T>(Name(value)), value);
  }
  EXPECT_FALSE(Parse<T>("no such word"));
}

TEST(Vocabulary, WordsReadBackAndNumbersHaveNoGaps) {
#define JEJAK_CHECK_WORDS(type, list) CheckWords<type>();
  JEJAK_VOCABULARY_LISTS(JEJAK_CHECK_WORDS)
#undef JEJAK_CHECK_WORDS
}

}  // namespace
}  // namespace jejak::election
