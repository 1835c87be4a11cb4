// What an import adds must be exactly what the versions of a TPS differ in, and running it again
// must add nothing. Shown by applying each planned event to a form and comparing that with the
// version.
#include "ledger/sirekap/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ledger/election/form.h"

namespace jejak::sirekap {
namespace {

using election::FieldKey;
using election::Figure;
using election::StationCode;

const ImportPlanner kPlanner("ppwp");
constexpr int64_t kSecond = 1'000'000;

Version At(int64_t second, std::vector<election::FieldValue> values,
           std::vector<std::string> images = {}) {
  Version version;
  version.tps = *StationCode::Parse("6501011001001");
  version.published = UnixMicros(second * kSecond);
  version.values = std::move(values);
  version.images = std::move(images);
  return version;
}
Hash HashOf(uint8_t first) {
  Hash hash;
  hash.bytes[0] = first;
  return hash;
}

TEST(ImportPlanner, FirstContentIsSubmitted) {
  Version version = At(5,
                       {{FieldKey::Of(Figure::kValid), 260},
                        {FieldKey::Votes(100025), 63},
                        {FieldKey::PartyTotal(4), 9}},
                       {"", "https://a/2.jpg"});
  version.observed = UnixMicros(9 * kSecond);
  version.psu = "Reguler";
  const Plan plan = kPlanner.Decide({}, version);
  EXPECT_EQ(plan.decision, Decision::kSubmitted);
  EXPECT_EQ(plan.occurred_at, version.published);
  const auto& body = std::get<event::ResultSubmitted>(plan.body);
  EXPECT_EQ(body.contest, "ppwp");
  EXPECT_EQ(body.tps, version.tps);
  EXPECT_EQ(body.round, 1);
  EXPECT_EQ(body.state, election::FieldState::kUnstated);
  EXPECT_EQ(body.figures, (std::vector<event::FigureValue>{{Figure::kValid, 260}}));
  EXPECT_EQ(body.votes, (std::vector<event::ChoiceValue>{{100025, 63}}));
  EXPECT_EQ(body.party_totals, (std::vector<event::ChoiceValue>{{4, 9}}));
  EXPECT_EQ(body.evidence,
            (std::vector<event::Evidence>{{2, "image/jpeg", std::nullopt, "https://a/2.jpg"}}));
  EXPECT_EQ(body.source,
            (event::Source{"sirekap", version.published, version.observed, "psu=Reguler"}));
  EXPECT_EQ(TimeOf(*body.source), version.time());
}

TEST(ImportPlanner, DecidesByContentAndTime) {
  ImportedState state;
  EXPECT_EQ(kPlanner.Decide(state, At(1, {})).decision, Decision::kEmpty);
  const Version first = At(5, {{FieldKey::Votes(100025), 63}, {FieldKey::Votes(100026), 181}},
                           {"https://a/1.jpg", "https://a/2.jpg"});
  Apply(kPlanner.Decide(state, first), first, HashOf(1), &state);
  EXPECT_EQ(kPlanner.Decide(state, first).decision, Decision::kStale);
  EXPECT_EQ(kPlanner.Decide(state, At(4, {})).decision, Decision::kStale);
  Version same = first;
  same.published = UnixMicros(6 * kSecond);
  same.psu = "Reguler";
  EXPECT_EQ(kPlanner.Decide(state, same).decision, Decision::kUnchanged);

  const Version second = At(7, {{FieldKey::Of(Figure::kValid), 9}, {FieldKey::Votes(100026), 180}},
                            {"https://a/new.jpg", "https://a/2.jpg", "https://a/3.jpg"});
  const Plan plan = kPlanner.Decide(state, second);
  ASSERT_EQ(plan.decision, Decision::kCorrected);
  const auto& body = std::get<event::ResultCorrected>(plan.body);
  EXPECT_EQ(body.supersedes, HashOf(1));
  EXPECT_EQ(body.reason, election::CorrectionReason::kUnstated);
  EXPECT_EQ(body.explanation, "");
  EXPECT_EQ(body.changes, (std::vector<event::Change>{{FieldKey::Of(Figure::kValid), 9},
                                                      {FieldKey::Votes(100025), std::nullopt},
                                                      {FieldKey::Votes(100026), 180}}));
  ASSERT_EQ(body.evidence.size(), 2u);
  EXPECT_EQ(body.evidence[0].page, 1);
  EXPECT_EQ(body.evidence[0].set->url, "https://a/new.jpg");
  EXPECT_EQ(body.evidence[1].page, 3);
  Apply(plan, second, HashOf(2), &state);

  const Plan withdrawn = kPlanner.Decide(state, At(8, {}));
  ASSERT_EQ(withdrawn.decision, Decision::kCorrected);
  const auto& gone = std::get<event::ResultCorrected>(withdrawn.body);
  EXPECT_EQ(gone.changes.size(), 2u);
  EXPECT_EQ(gone.evidence.size(), 3u);
  EXPECT_FALSE(gone.changes[0].value || gone.evidence[0].set);
  Apply(withdrawn, At(8, {}), HashOf(3), &state);
  EXPECT_EQ(kPlanner.Decide(state, At(9, {})).decision, Decision::kUnchanged);
  EXPECT_EQ(kPlanner.Decide(state, At(9, first.values)).decision, Decision::kCorrected);
}

// A hash that someone added to a photo with the same address stays, and is no difference.
TEST(ImportPlanner, KnownHashOfAPhotoIsNoDifference) {
  ImportedState state;
  const Version first = At(5, {}, {"https://a/1.jpg"});
  Apply(kPlanner.Decide(state, first), first, HashOf(1), &state);
  state.evidence[0].sha256 = HashOf(7);
  const Version same = At(6, {}, {"https://a/1.jpg"});
  EXPECT_EQ(kPlanner.Decide(state, same).decision, Decision::kUnchanged);
  const Version more = At(6, {{FieldKey::Votes(1), 1}}, {"https://a/1.jpg"});
  const Plan plan = kPlanner.Decide(state, more);
  EXPECT_TRUE(std::get<event::ResultCorrected>(plan.body).evidence.empty());
  Apply(plan, more, HashOf(2), &state);
  EXPECT_EQ(state.evidence[0].sha256, HashOf(7));
}

TEST(SortForImport, ByTimeThenCodeAndStable) {
  std::vector<Version> versions = {At(5, {}), At(3, {}), At(3, {}), At(3, {})};
  versions[1].tps = *StationCode::Parse("6501011001009");
  versions[2].psu = "first";
  versions[3].psu = "second";
  versions[0].observed = UnixMicros(2 * kSecond);
  SortForImport(&versions);
  EXPECT_EQ(versions[0].observed, UnixMicros(2 * kSecond));
  EXPECT_EQ(versions[1].psu, "first");
  EXPECT_EQ(versions[2].psu, "second");
  EXPECT_EQ(versions[3].tps.str(), "6501011001009");
}

// Random versions: the events, applied one after another to an empty form, give the version each
// time.
TEST(ImportPlanner, EventsRebuildEveryVersion) {
  std::mt19937 random(3);
  ImportedState state;
  election::Form form;
  std::vector<std::string> photos(4);
  for (int64_t second = 1; second < 500; ++second) {
    election::Form next;
    for (uint32_t i = 0; i < 6; ++i) {
      if (random() % 3 != 0) next.Set(FieldKey::Votes(1 + i), static_cast<uint32_t>(random() % 3));
    }
    std::vector<std::string> images(4);
    for (auto& url : images)
      url = random() % 2 == 0 ? "" : "https://a/" + std::to_string(random() % 2);
    const Version version = At(second, next.values, images);
    const Plan plan = kPlanner.Decide(state, version);
    if (const auto* body = std::get_if<event::ResultSubmitted>(&plan.body)) {
      for (const auto& [choice, votes] : body->votes) form.Set(FieldKey::Votes(choice), votes);
      for (const auto& evidence : body->evidence) photos[evidence.page - 1u] = evidence.url;
    } else if (const auto* change = std::get_if<event::ResultCorrected>(&plan.body)) {
      EXPECT_TRUE(std::is_sorted(change->changes.begin(), change->changes.end(),
                                 [](const auto& a, const auto& b) { return a.field < b.field; }));
      for (const auto& [field, value] : change->changes) form.Set(field, value);
      for (const auto& [page, set] : change->evidence) photos[page - 1u] = set ? set->url : "";
    }
    Apply(plan, version, HashOf(static_cast<uint8_t>(second)), &state);
    EXPECT_EQ(form, next);
    EXPECT_EQ(photos, images);
  }
}

}  // namespace
}  // namespace jejak::sirekap
