// A policy must be read as C2SP tlog-policy has it, and the quorum must be counted by groups: shown
// with the specification's example, every subset of its witnesses, and lines that are refused.
#include "ledger/witness/policy.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ledger/witness/test_logs.h"

namespace jejak::witness {
namespace {

std::string WitnessVkey(const std::string& name, char fill) {
  return merkle::FormatVerifierKey(
      {name, merkle::KeyType::kCosignatureV1, Secret(fill).public_key()});
}
std::string LogVkey(const std::string& name, char fill) {
  return merkle::FormatVerifierKey({name, merkle::KeyType::kEd25519, Secret(fill).public_key()});
}

TEST(Policy, CountsTheExampleOfTheSpecification) {
  std::string text = "log " + LogVkey("log.example", 'l') + "\n\n";
  const char* const names[] = {"X1", "X2", "X3", "Y1", "Y2", "Y3"};
  for (size_t i = 0; i < 6; ++i) {
    text += fmt::format("witness {} {}{}\n", names[i],
                        WitnessVkey(names[i], static_cast<char>('a' + i)),
                        i == 0 ? " https://x1.example/w" : "");
  }
  text += "group X-witnesses 2 X1 X2 X3\n  # groups\n"
          "group Y-witnesses any Y1 Y2 Y3\n"
          "group\tX-and-Y   all X-witnesses Y-witnesses \nquorum X-and-Y\n";
  const auto policy = Policy::Parse(text);
  ASSERT_TRUE(policy.ok()) << policy.status().ToString();
  EXPECT_EQ(policy->witnesses()[0].url, "https://x1.example/w");
  EXPECT_EQ(policy->logs()[0].key.name, "log.example");
  for (unsigned subset = 0; subset < 64; ++subset) {
    std::vector<bool> cosigned;
    int x = 0, y = 0;
    for (unsigned i = 0; i < 6; ++i) {
      cosigned.push_back((subset >> i & 1) != 0);
      (i < 3 ? x : y) += cosigned.back();
    }
    EXPECT_EQ(policy->Met(cosigned), x >= 2 && y >= 1) << subset;
  }
}

TEST(Policy, NeedsNobodyWhenItSaysSo) {
  const auto none = Policy::Parse("quorum none");
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->Met(std::vector<bool>()));
  const auto one = Policy::Parse("witness a " + WitnessVkey("w", 'a') + "\nquorum a\n");
  ASSERT_TRUE(one.ok());
  EXPECT_FALSE(one->Met({false}));
  EXPECT_TRUE(one->Met({true}));
}

TEST(Policy, RefusesAndNamesTheLine) {
  const std::string a = "witness a " + WitnessVkey("w", 'a') + "\n";
  const std::string b = "witness b " + WitnessVkey("v", 'b') + "\n";
  const struct {
    std::string text;
    std::string line;
  } rows[] = {
      {"", "line 1"},
      {a, "line 2"},
      {a + "quorum a\nquorum a\n", "line 3"},
      {"quorum a\n" + a, "line 1"},
      {"group g any a\n" + a, "line 1"},
      {a + a, "line 2"},
      {a + "witness b " + WitnessVkey("other-name", 'a') + "\n", "line 2"},
      {a + "witness a " + WitnessVkey("v", 'b') + "\n", "line 2"},
      {"witness none " + WitnessVkey("w", 'a') + "\n", "line 1"},
      {"witness a " + LogVkey("w", 'a') + "\n", "line 1"},
      {"log " + WitnessVkey("w", 'a') + "\n", "line 1"},
      {"log " + LogVkey("l", 'a') + "\nlog " + LogVkey("m", 'a') + "\n", "line 2"},
      {a + b + "group g 3 a b\n", "line 3"},
      {a + b + "group g 0 a b\n", "line 3"},
      {a + b + "group g 01 a b\n", "line 3"},
      {a + b + "group g most a b\n", "line 3"},
      {a + b + "group g any\n", "line 3"},
      {a + b + "group g any a a\n", "line 3"},
      {a + b + "group g any a\ngroup h any a b\n", "line 4"},
      {a + b + "group g any g\n", "line 3"},
      {a + "group a any a\n", "line 2"},
      {a + "group g any none\n", "line 2"},
      {a + "quorum\n", "line 2"},
      {"witness a\n", "line 1"},
      {"nonsense\n", "line 1"},
      {a + "quorum a\r\n", "line 2"},
      {a + std::string("quorum a\0", 9) + "\n", "line 2"},
  };
  for (const auto& row : rows) {
    const auto policy = Policy::Parse(row.text);
    ASSERT_FALSE(policy.ok()) << row.text;
    EXPECT_EQ(policy.status().reason(), Reason::kInputMalformed);
    EXPECT_TRUE(policy.status().message().starts_with(row.line))
        << row.text << policy.status().message();
  }
}

}  // namespace
}  // namespace jejak::witness
