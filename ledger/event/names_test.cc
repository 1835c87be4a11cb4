#include <capnp/schema.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ledger/event/bodies.h"
#include "ledger/event/words.h"
#include "proto/event.capnp.h"

namespace jejak::event {
namespace {

// Bodies carry the schema's names and numbers, all of them, and names are read back.
TEST(Names, BodiesAreTheSchemas) {
  const auto event = capnp::Schema::from<wire::Event>();
  const auto body = event.getFieldByName("body").getType().asStruct();
  const auto members = body.getUnionFields();
  ASSERT_EQ(members.size(), kBodyKinds);
  for (const auto member : members) {
    const auto kind = static_cast<BodyKind>(member.getProto().getDiscriminantValue());
    const std::string name = member.getProto().getName().cStr();
    EXPECT_EQ(BodyName(kind), name);
    EXPECT_EQ(ParseBodyName(name), kind);
  }
  EXPECT_EQ(ParseBodyName("ResultSubmitted"), std::nullopt);
  EXPECT_EQ(ParseBodyName(""), std::nullopt);
}

// "kpu_provinsi" as the schema spells it: "kpuProvinsi".
std::string Camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_' || c == '.') {
      up = true;
    } else {
      out += up && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
      up = false;
    }
  }
  return out;
}

template <typename Wire, typename Words>
void ExpectSameWords(const Words& words) {
  const auto enumerants = capnp::Schema::from<Wire>().getEnumerants();
  ASSERT_EQ(enumerants.size(), words.size());
  for (const auto word : words) {
    const auto proto = enumerants[static_cast<unsigned>(word)].getProto();
    EXPECT_EQ(Camel(Name(word)), proto.getName().cStr());
  }
}

// Every word of the vocabulary has the schema's number and name, and the schema has no others.
// (words.cc proves the numbers at compile time; that none is missing is shown here.)
TEST(Names, WordsAreTheSchemas) {
#define JEJAK_EXPECT_LIST(type, list) \
  ExpectSameWords<wire::type>(election::AllOf<election::type>());
  JEJAK_VOCABULARY_LISTS(JEJAK_EXPECT_LIST)
#undef JEJAK_EXPECT_LIST
  std::vector<election::Figure> figures;
  for (uint16_t i = 0; i < election::kFigures; ++i)
    figures.push_back(static_cast<election::Figure>(i));
  ExpectSameWords<wire::Figure>(figures);
}

}  // namespace
}  // namespace jejak::event
