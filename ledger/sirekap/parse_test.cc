// A version must come out as its JSON says, field by field; and JSON that can't be understood must
// be refused with the key that is wrong, without any exception.
#include "ledger/sirekap/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/base/time.h"
#include "ledger/election/form.h"

namespace jejak::sirekap {
namespace {

using election::ContestKind;
using election::FieldKey;
using election::Figure;
using election::StationCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<uint32_t> Get(const Version& version, FieldKey key) {
  return election::FormView(version.values).Get(key);
}

// A line of one TPS with `more` members beside code and time.
std::string Line(const std::string& more) {
  return R"({"kode":"6501011001001","ts":"2024-02-24 22:31:28")" +
         (more.empty() ? "" : "," + more) + "}";
}

Result<Version> Parse(const std::string& json, ContestKind kind = ContestKind::kTicket) {
  return ParseVersion(json, kind, std::nullopt);
}

TEST(ParseVersion, ReadsEachKeyIntoItsField) {
  const auto version = Parse(
      R"({"kode":"6501011001001","seen":"2024-03-13T14:08:10+07:00","ts":"2024-02-24 22:31:28",)"
      R"("chart":{"null":null,"100025":63,"100026":181,"100027":16},"administrasi":{)"
      R"("pemilih_dpt_j":299,"pemilih_dpt_l":151,"pemilih_dpt_p":148,"pengguna_dpt_j":262,)"
      R"("pengguna_dpt_l":133,"pengguna_dpt_p":129,"pengguna_dptb_j":4,"pengguna_dptb_l":2,)"
      R"("pengguna_dptb_p":2,"pengguna_non_dpt_j":3,"pengguna_non_dpt_l":2,"pengguna_non_dpt_p":1,)"
      R"("pengguna_total_j":269,"pengguna_total_l":137,"pengguna_total_p":132,"suara_sah":260,)"
      R"("suara_tidak_sah":9,"suara_total":269,"later_key":{"x":1}},"images":["https://a/1.jpg",)"
      R"(null,"https://a/3.jpg"],"psu":"Reguler","status_suara":true,"mode":"hhcw"})");
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  EXPECT_EQ(version->tps, *StationCode::Parse("6501011001001"));
  EXPECT_EQ(version->observed, *ParseTime("2024-03-13T07:08:10Z"));
  EXPECT_EQ(version->published, *ParseTime("2024-02-24T15:31:28Z"));
  EXPECT_EQ(version->time(), version->observed);
  EXPECT_EQ(version->psu, "Reguler");
  EXPECT_THAT(version->images, ElementsAre("https://a/1.jpg", "", "https://a/3.jpg"));
  const uint32_t figures[] = {151, 148, 299, 133, 129, 262, 2, 2, 4, 2, 1, 3, 137, 132, 269};
  for (uint32_t i = 0; i < std::size(figures); ++i) {
    EXPECT_EQ(Get(*version, {election::FieldKind::kFigure, i}), figures[i]);
  }
  EXPECT_EQ(Get(*version, FieldKey::Of(Figure::kValid)), 260u);
  EXPECT_EQ(Get(*version, FieldKey::Of(Figure::kInvalid)), 9u);
  EXPECT_EQ(Get(*version, FieldKey::Of(Figure::kTotal)), 269u);
  EXPECT_EQ(Get(*version, FieldKey::Votes(100026)), 181u);
  EXPECT_EQ(version->values.size(), 21u);
}

TEST(ParseVersion, NullsAreAbsent) {
  for (
      const char* more :
      {"", R"("chart":null,"administrasi":null,"images":null,"psu":null,"seen":null)",
       R"("chart":{"100025":null,"null":5},"images":[null,null,""],)"
       R"("administrasi":{"suara_sah":null})"}) {
    const auto version = Parse(Line(more));
    ASSERT_TRUE(version.ok()) << version.status().ToString();
    EXPECT_FALSE(version->HasContent());
    EXPECT_EQ(version->observed.value, 0);
    EXPECT_EQ(version->time(), version->published);
  }
  EXPECT_TRUE(Parse(Line(R"("images":[null,"https://a/2.jpg"])"))->HasContent());
}

TEST(ParseVersion, PartyContest) {
  const auto version = Parse(
      Line(R"("chart":{"1":{"jml_suara_total":30,"jml_suara_partai":10},"2":null,"persen":1.5},)"
           R"("caleg":{"1":{"100121":20,"null":3,"100122":null},"2":null})"),
      ContestKind::kParty);
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  EXPECT_THAT(version->values, ElementsAre(election::FieldValue{FieldKey::Votes(1), 10},
                                           election::FieldValue{FieldKey::Votes(100121), 20},
                                           election::FieldValue{FieldKey::PartyTotal(1), 30}));
  EXPECT_FALSE(Parse(Line(R"("chart":{"1":7})"), ContestKind::kParty).ok());
  EXPECT_FALSE(Parse(Line(R"("chart":{"1":{"jml_suara_partai":1}})")).ok());
}

TEST(ParseVersion, PilkadaHoldsItsCountOneLevelDown) {
  const auto version = Parse(Line(
      R"("tungsura":{"chart":{"1000056":63,"persen":99.7},"administrasi":{"suara_sah":63}})"));
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  EXPECT_EQ(Get(*version, FieldKey::Votes(1000056)), 63U);
  EXPECT_EQ(Get(*version, FieldKey::Of(Figure::kValid)), 63U);
  for (const char* twice : {R"("tungsura":{},"chart":{"1":2})", R"("tungsura":[1])"})
    EXPECT_EQ(Parse(Line(twice)).status().reason(), Reason::kInputMalformed) << twice;
}

TEST(ParseVersion, ANullByteIsNoEnd) {
  const std::string null(1, '\0');
  EXPECT_FALSE(Parse(Line("") + null).ok());
  EXPECT_FALSE(Parse(Line("") + null + "}").ok());
}

TEST(ParseVersion, RefusesWhatItCantUnderstand) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const std::pair<std::string, const char*> cases[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"[]", "not a JSON object"},
      {Line("") + "x", "not JSON"},
      {Line("\"psu\":\"\xff\""), "not JSON"},
      {Line(R"("chart":{"100025":-1})"), "chart"},
      {Line(R"("chart":{"100025":1.0})"), "chart"},
      {Line(R"("chart":{"100025":1e2})"), "chart"},
      {Line(R"("chart":{"100025":"63"})"), "chart"},
      {Line(R"("chart":{"100025":true})"), "chart"},
      {Line(R"("chart":{"100025":10000000})"), "larger"},
      {Line(R"("chart":{"100025":18446744073709551616})"), "chart"},
      {Line(R"("chart":{"0100025":1})"), "chart"},
      {Line(R"("chart":{"0":1})"), "chart"},
      {Line(R"("chart":{"4294967296":1})"), "chart"},
      {Line(R"("chart":{"100025":1,"100025":2})"), "twice"},
      {Line(R"("chart":[])"), "chart is not an object"},
      {Line(R"("administrasi":[1])"), "administrasi"},
      {Line(R"("administrasi":{"suara_sah":-3})"), "suara_sah"},
      {Line(R"("images":"https://a/1.jpg")"), "images"},
      {Line(R"("images":[1])"), "images"},
      {Line(R"("images":["javascript:x"])"), "images"},
      {Line(R"("images":["https://a/ b.jpg"])"), "images"},
      {Line(R"("images":["https://a/\u202eb.jpg"])"), "images"},
      {Line(R"("images":["https://a/)" + std::string(2'000, 'a') + R"("])"), "images"},
      {Line(R"("psu":1)"), "psu"},
      {Line(R"("psu":"a\nb")"), "psu"},
      {Line(R"("x":)" + deep), "deep"},
      {Line(R"("seen":"yesterday")"), "seen"},
      {Line(R"("seen":"1960-01-01T00:00:00Z")"), "seen"},
      {R"({"kode":"6501011001001"})", "neither"},
      {R"({"kode":"6501011001001","ts":"2024-02-30 00:00:00"})", "ts"},
      {R"({"kode":"6501011001001","ts":5})", "ts"},
      {R"({"ts":"2024-02-24 22:31:28"})", "kode"},
      {R"({"kode":"650101100100","ts":"2024-02-24 22:31:28"})", "kode"},
      {R"({"kode":6501011001001,"ts":"2024-02-24 22:31:28"})", "kode"},
  };
  for (const auto& [json, want] : cases) {
    const auto version = Parse(json);
    ASSERT_FALSE(version.ok()) << json;
    EXPECT_EQ(version.status().reason(), Reason::kInputMalformed);
    EXPECT_THAT(version.status().message(), HasSubstr(want)) << json;
  }
  std::string images = R"("images":[null)";
  for (int i = 0; i < 128; ++i) images += ",null";
  EXPECT_FALSE(Parse(Line(images + "]")).ok());
  const auto twice = Parse(Line(R"("chart":{"7":{"jml_suara_partai":1}},"caleg":{"1":{"7":2}})"),
                           ContestKind::kParty);
  EXPECT_THAT(twice.status().message(), HasSubstr("votes.7 is given twice"));
}

TEST(ParseVersion, FileOfAStationNeedsNoCode) {
  const auto tps = StationCode::Parse("6501011001001");
  EXPECT_TRUE(ParseVersion(R"({"ts":"2024-02-24 22:31:28"})", ContestKind::kTicket, tps).ok());
  EXPECT_TRUE(ParseVersion(Line(""), ContestKind::kTicket, tps).ok());
  const auto other = StationCode::Parse("6501011001002");
  EXPECT_FALSE(ParseVersion(Line(""), ContestKind::kTicket, other).ok());
}

// Every text that is a good line with one byte changed or cut off is read or refused: nothing else
// happens.
TEST(ParseVersion, DamagedTextNeverThrows) {
  const std::string good =
      Line(R"("chart":{"100025":63},"administrasi":{"suara_sah":260},"images":["https://a"])");
  for (size_t i = 0; i < good.size(); ++i) {
    (void)Parse(good.substr(0, i)).ok();
    for (const char c : {'\0', '"', '{', '}', '[', '9', '-', '\x80', '\\'}) {
      std::string text = good;
      text[i] = c;
      (void)Parse(text).ok();
    }
  }
}

}  // namespace
}  // namespace jejak::sirekap
