// Answers over a small log of a party contest with two dapil.
#include "ledger/projection/queries.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/projection/test_counted.h"

namespace jejak::projection::counted {
namespace {

TEST(Queries, MixedRegionsShowPartiesAndDapilShowCandidates) {
  Counted counted;
  const auto queries = counted.world.Ask();
  const Tally province = queries->TallyOf("pdpr", Code("65")).value();
  ASSERT_EQ(province.votes.size(), 2u);
  EXPECT_EQ(province.votes[0].choice.id, 1u);
  EXPECT_EQ(province.votes[0].votes, 8u);
  EXPECT_EQ(province.votes[0].party_total, 24u);
  EXPECT_EQ(province.votes[0].party_total_present, 2u);
  EXPECT_EQ(province.votes[1].votes, 0u);
  EXPECT_EQ(province.votes[1].present, 1u);
  EXPECT_EQ(province.stations.total, 3);
  EXPECT_EQ(province.stations.reported, 2);
  EXPECT_EQ(province.stations.corrected, 1);
  EXPECT_EQ(province.figures[static_cast<size_t>(Figure::kValid)].value, 24u);
  EXPECT_EQ(province.figures[static_cast<size_t>(Figure::kTotal)].value, std::nullopt);

  const Tally dapil = queries->TallyOfDapil("pdpr", "651").value();
  const Tally regency = queries->TallyOf("pdpr", Code("6501")).value();
  ASSERT_EQ(dapil.votes.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(dapil.votes[i].choice.id, regency.votes[i].choice.id);
    EXPECT_EQ(dapil.votes[i].votes, regency.votes[i].votes);
  }
  EXPECT_EQ(dapil.votes[1].votes, 12u);
  EXPECT_EQ(dapil.expected, 3u);
  const Tally station = queries->TallyOf("pdpr", Code("6501011001002")).value();
  EXPECT_EQ(station.stations.total, 1);
  EXPECT_EQ(station.votes[0].votes, std::nullopt);
}

TEST(Queries, ChildrenAreThoseOfTheContest) {
  Counted counted;
  const auto queries = counted.world.Ask();
  EXPECT_EQ(queries->Children("pdpr", RegionCode()).value(), std::vector{Code("65")});
  EXPECT_EQ(queries->Children("pdpr", Code("65")).value(),
            (std::vector{Code("6501"), Code("6502")}));
  EXPECT_EQ(queries->Children("pdpr", Code("6501011001")).value(),
            (std::vector{Code("6501011001001"), Code("6501011001002")}));
  EXPECT_EQ(queries->Children("ppwp", Code("65")).status().reason(), Reason::kUnknownContest);
}

TEST(Queries, TraceLeadsEachFigureToWhoSetIt) {
  Counted counted;
  const auto queries = counted.world.Ask();
  const TracePage page = queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 10).value();
  EXPECT_EQ(page.value, 12u);
  EXPECT_EQ(page.missing, 1u);
  ASSERT_EQ(page.entries.size(), 1u);
  const TraceEntry& changed = page.entries[0];
  EXPECT_EQ(changed.index, counted.corrected);
  EXPECT_EQ(changed.event, counted.world.HashOf(counted.corrected));
  EXPECT_EQ(changed.author.official, "ppk.1");
  EXPECT_EQ(changed.reason, "misread");
  EXPECT_EQ(changed.original_value, 10u);
  EXPECT_EQ(changed.original_author.official, "kpps.1");
  ASSERT_EQ(changed.edits.size(), 1u);
  EXPECT_EQ(changed.edits[0].before, 10u);

  const TracePage own = queries->Trace("pdpr", Code("65"), FieldKey::Votes(1), "", 1).value();
  ASSERT_EQ(own.entries.size(), 1u);
  EXPECT_EQ(own.entries[0].author.official, "kpps.1");
  EXPECT_TRUE(own.entries[0].edits.empty());
  EXPECT_EQ(own.next, "6502011001001");
  const TracePage rest =
      queries->Trace("pdpr", Code("65"), FieldKey::Votes(1), own.next, 1).value();
  EXPECT_EQ(own.entries[0].value + rest.entries[0].value, *own.value);
  EXPECT_EQ(rest.next, "");

  // A candidate's votes are no number of a region that votes on several ballots.
  const auto mixed = queries->Trace("pdpr", Code("65"), FieldKey::Votes(101), "", 1);
  EXPECT_EQ(mixed.status().reason(), Reason::kInvalidArgument);
  const auto unknown = queries->Trace("pdpr", Code("65"), FieldKey::Votes(9), "", 1);
  EXPECT_EQ(unknown.status().reason(), Reason::kUnknownChoice);
}

TEST(Queries, AnOldRoundStaysHistory) {
  Counted counted;
  World& world = counted.world;
  event::RoundOpened opened;
  opened.contests = {"pdpr"};
  opened.places = {Code("6501011001001")};
  world.Add(kRoot, opened);
  // Until the new round has a result, the old figures are shown, and still traced.
  auto queries = world.Ask();
  EXPECT_EQ(queries->TallyOf("pdpr", Code("6501")).value().votes[1].votes, 12u);
  EXPECT_EQ(queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 9)->entries[0].round, 1);

  event::ResultSubmitted again = Form("6501011001001", {{101, 3}}, {}, 3);
  again.round = 2;
  const LogIndex index = world.Add(kKpps, again);
  queries = world.Ask();
  const TracePage page = queries->Trace("pdpr", Code("6501"), FieldKey::Votes(101), "", 9).value();
  EXPECT_EQ(page.value, 3u);
  EXPECT_EQ(page.entries[0].round, 2);
  EXPECT_EQ(page.entries[0].original_index, index);
  const auto history = queries->History("pdpr", Code("6501011001001")).value();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[1].round, 1);
  EXPECT_EQ(history[2].round, 2);
  EXPECT_EQ(history[2].values.size(), 2u);
  ASSERT_EQ(history[1].changes.size(), 3u);
  EXPECT_EQ(history[1].changes[0].before, 15u);
}

TEST(Queries, StationsAndListsGoPageByPage) {
  Counted counted;
  World& world = counted.world;
  const LogIndex refused = world.Add(kKpps, Form("6501011001001", {{101, 9}}, {}, 9),
                                     event::Refusal{Reason::kResultExists, 0});
  const auto queries = world.Ask();
  std::string next;
  std::vector<std::string> codes;
  do {
    ASSERT_LT(codes.size(), 4u);
    const auto lines = queries->Stations("pdpr", Code("65"), next, 2, &next).value();
    for (const StationLine& line : lines) codes.push_back(line.code.str());
  } while (!next.empty());
  EXPECT_EQ(codes, (std::vector<std::string>{"6501011001001", "6501011001002", "6502011001001"}));

  const auto refusals =
      queries->Refusals(Code("6501"), "kpps.1", Reason::kResultExists, LogIndex(0), 9).value();
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].index, refused);
  EXPECT_TRUE(queries->Refusals(Code("6502"), {}, {}, LogIndex(0), 9)->empty());
  const auto activity = queries->Activity("kpps.1", LogIndex(0), 9).value();
  ASSERT_EQ(activity.size(), 2u);
  EXPECT_EQ(activity[0].refusal, 0);
  EXPECT_NE(activity[1].refusal, 0);
  // Whoever came second with other figures stays seen at the TPS.
  const auto findings = queries->Findings("pdpr", Code("6501"), election::Rule::kC20).value();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].opened_by, refused);
  EXPECT_EQ(queries->AuthorOf(KeyOf(99)).status().reason(), Reason::kNotFound);
}

}  // namespace
}  // namespace jejak::projection::counted
