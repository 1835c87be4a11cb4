// What KPU published in 2024 must come out as it was counted independently: how many results,
// corrections and empty versions, what the newest figures sum to, and which rules Bulungan's forms
// break. Needs the shared data folder (JEJAK_SHARED), which is not part of the project.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "ledger/election/form.h"
#include "ledger/election/rules.h"
#include "ledger/sirekap/plan.h"
#include "ledger/sirekap/reader.h"
#include "ledger/sirekap/tables.h"

namespace jejak::sirekap {
namespace {

using election::ChoiceKind;
using election::FieldKey;
using election::Figure;
using election::Rule;
using election::StationCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::vector<election::ElectionChoice> kTickets = {{100025, ChoiceKind::kTicket, 0},
                                                        {100026, ChoiceKind::kTicket, 0},
                                                        {100027, ChoiceKind::kTicket, 0}};
const election::FormContext kPpwp = {.kind = election::ContestKind::kTicket,
                                     .choices = kTickets,
                                     .dpt_max = 300,
                                     .reserve_permille = 20};

std::string DataFolder() {
  const char* shared = std::getenv("JEJAK_SHARED");
  return (shared ? std::string(shared) : std::string(JEJAK_SOURCE_DIR "/../shared")) + "/data/";
}

class RealData : public ::testing::Test {
 protected:
  // Reads, sorts and plans everything under `name`. Skips the test where the data is not there.
  void Import(const std::string& name) {
    const std::string path = DataFolder() + name;
    if (!std::filesystem::exists(path))
      GTEST_SKIP() << "set JEJAK_SHARED to the shared data folder";
    std::vector<Version> versions;
    const Status status =
        ReadVersions(path, election::ContestKind::kTicket,
                     {[&](Version version) { versions.push_back(std::move(version)); },
                      [&](const Skipped& s) {
                        ADD_FAILURE() << *s.origin.file << ":" << s.origin.line << s.why;
                      }});
    ASSERT_TRUE(status.ok()) << status.ToString();
    SortForImport(&versions);
    uint8_t event = 0;
    for (const Version& version : versions) {
      ImportedState& state = states_[version.tps];
      const Plan plan = planner_.Decide(state, version);
      counts_.Add(plan.decision);
      Apply(plan, version, Hash{{++event}}, &state);
    }
    // The same again adds nothing.
    for (const Version& version : versions) {
      again_.Add(planner_.Decide(states_[version.tps], version).decision);
    }
  }
  uint64_t Sum(FieldKey key, const std::string& region) const {
    uint64_t sum = 0;
    for (const auto& [tps, state] : states_) {
      if (!tps.view().starts_with(region)) continue;
      sum += election::FormView(state.values).Get(key).value_or(0);
    }
    return sum;
  }
  uint64_t Present(FieldKey key, const std::string& region) const {
    uint64_t sum = 0;
    for (const auto& [tps, state] : states_) {
      const bool has = election::FormView(state.values).Get(key).has_value();
      sum += tps.view().starts_with(region) && has ? 1u : 0u;
    }
    return sum;
  }
  std::vector<uint64_t> Votes(const std::string& region) const {
    return {Sum(FieldKey::Votes(100025), region), Sum(FieldKey::Votes(100026), region),
            Sum(FieldKey::Votes(100027), region)};
  }
  std::vector<std::string> RulesOf(const std::string& tps) const {
    std::set<std::string> out;
    const auto& values = states_.at(*StationCode::Parse(tps)).values;
    for (const auto& finding : election::CheckForm(values, kPpwp)) {
      out.emplace(election::InfoOf(finding.rule).id);
    }
    return {out.begin(), out.end()};
  }

  const ImportPlanner planner_{"ppwp"};
  std::map<StationCode, ImportedState> states_;
  ImportCounts counts_, again_;
};

TEST_F(RealData, KalimantanUtara) {
  Import("sirekap-65-ppwp.jsonl.gz");
  if (IsSkipped()) return;
  EXPECT_EQ(counts_.submitted, 1'966u);
  EXPECT_EQ(counts_.corrected, 6u);
  EXPECT_EQ(counts_.empty, 352u);
  EXPECT_EQ(counts_.unchanged + counts_.stale, 0u);
  EXPECT_EQ(again_.submitted + again_.corrected, 0u);
  EXPECT_EQ(states_.size(), 2'295u);
  EXPECT_THAT(Votes("65"), ElementsAre(60'399, 232'549, 40'646));
  const FieldKey valid = FieldKey::Of(Figure::kValid);
  EXPECT_EQ(Sum(valid, "6501"), 80'732u);
  EXPECT_EQ(Sum(FieldKey::Of(Figure::kInvalid), "6501"), 1'384u);
  EXPECT_EQ(Sum(FieldKey::Of(Figure::kTotal), "6501"), 82'116u);
  EXPECT_EQ(Sum(FieldKey::Of(Figure::kVotersRegisteredJ), "6501"), 96'979u);
  for (const Figure figure :
       {Figure::kValid, Figure::kInvalid, Figure::kTotal, Figure::kVotersRegisteredJ}) {
    EXPECT_EQ(Present(FieldKey::Of(figure), "6501"), 424u);
  }
}

TEST_F(RealData, FindingsOfBulungan) {
  Import("sirekap-65-ppwp.jsonl.gz");
  if (IsSkipped()) return;
  std::map<std::string_view, int> findings;
  std::map<std::string_view, std::set<StationCode>> stations;
  std::set<StationCode> serious;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> alike;
  for (const auto& [tps, state] : states_) {
    if (!tps.view().starts_with("6501")) continue;
    for (const auto& finding : election::CheckForm(state.values, kPpwp)) {
      const auto& info = election::InfoOf(finding.rule);
      ++findings[info.id];
      stations[info.id].insert(tps);
      if (info.severity != election::Severity::kWarning) serious.insert(tps);
    }
    const std::string vector = election::VoteVector(state.values, kPpwp);
    const std::string desa = tps.At(election::Level::kVillage).str();
    if (!vector.empty()) alike[{desa, vector}].push_back(tps.str());
  }
  EXPECT_THAT(findings, ElementsAre(Pair("C02", 12), Pair("C08", 6), Pair("C09", 5),
                                    Pair("C10", 13), Pair("C14", 6), Pair("C18", 7)));
  EXPECT_EQ(stations["C02"].size(), 8u);
  EXPECT_EQ(stations["C08"].size(), 6u);
  EXPECT_EQ(stations["C09"].size(), 5u);
  EXPECT_EQ(stations["C10"].size(), 13u);
  EXPECT_EQ(stations["C14"].size(), 2u);
  EXPECT_EQ(serious.size(), 23u);
  EXPECT_THAT(RulesOf("6501011001001"), IsEmpty());
  std::erase_if(alike, [](const auto& desa) { return desa.second.size() < 2; });
  ASSERT_EQ(alike.size(), 1u);
  EXPECT_THAT(alike.begin()->second, ElementsAre("6501051002027", "6501051002035"));
}

TEST_F(RealData, NusaTenggaraBarat) {
  Import("sirekap-52-ppwp.jsonl.gz");
  if (IsSkipped()) return;
  EXPECT_EQ(counts_.submitted, 15'125u);
  EXPECT_EQ(counts_.corrected, 279u);
  EXPECT_EQ(counts_.empty, 2'002u);
  EXPECT_EQ(counts_.unchanged + counts_.stale, 0u);
  EXPECT_EQ(again_.submitted + again_.corrected, 0u);
  EXPECT_EQ(states_.size(), 16'243u);
  EXPECT_THAT(Votes("52"), ElementsAre(700'829, 1'794'330, 207'899));
}

TEST_F(RealData, JakartaAsServed) {
  Import("kpu-json");
  if (IsSkipped()) return;
  EXPECT_EQ(states_.size(), 52u);
  const auto reported = std::count_if(states_.begin(), states_.end(), [](const auto& tps) {
    return !election::FormView(tps.second.values).votes().empty();
  });
  EXPECT_EQ(reported, 29);
  EXPECT_THAT(RulesOf("3101011001001"), ElementsAre("C02", "C10"));
  EXPECT_THAT(RulesOf("3101011003008"), ElementsAre("C09", "C12", "C14", "C18"));
}

TEST_F(RealData, Tables) {
  const std::string regions = DataFolder() + "wilayah.tsv.gz";
  if (!std::filesystem::exists(regions))
    GTEST_SKIP() << "set JEJAK_SHARED to the shared data folder";
  std::vector<Skipped> skipped;
  const auto rows = ReadRegions(regions, &skipped);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(rows->size(), 91'852u);
  EXPECT_EQ(skipped.size(), 2u) << "99BE and 99BE01, Zagreb";
  const auto counts = ReadStationCounts(DataFolder() + "tps-per-desa.tsv.gz", &skipped);
  ASSERT_TRUE(counts.ok()) << counts.status().ToString();
  EXPECT_EQ(counts->size(), 83'828u);
  EXPECT_EQ(skipped.size(), 2u);
}

}  // namespace
}  // namespace jejak::sirekap
