// What a decoded row may be trusted with: words index tables, places in lists are found by
// bisection. A row that breaks that is damage, however well it reads.
#include "ledger/projection/rows.h"

#include <gtest/gtest.h>

#include <functional>

#include "ledger/projection/rows_records.h"

namespace jejak::projection {
namespace {

const FieldKey kNoFigure{election::FieldKind::kFigure, election::kFigures};

// `Row` as `change` leaves it, written out. Writing checks nothing of this.
template <typename Row>
bool Reads(const std::function<void(Row*)>& change) {
  Row row;
  change(&row);
  return Decode<Row>(Encode(row)).has_value();
}

RoundRow Round() {
  RoundRow round;
  round.versions = {LogIndex(7), LogIndex(300)};
  round.cells = {{FieldKey::Votes(1), 41, LogIndex(7)}, {FieldKey::Votes(2), 5, LogIndex(300)}};
  round.evidence = {{1, "image/jpeg", Hash{}, ""}};
  round.evidence_set_by = {LogIndex(7)};
  round.findings = {{static_cast<uint8_t>(election::Rule::kC21), 4, LogIndex(7)}};
  return round;
}
bool RoundReads(const std::function<void(RoundRow*)>& change) {
  RoundRow round = Round();
  change(&round);
  const bool reads = Decode<RoundRow>(Encode(round)).has_value();
  // Wherever it stands.
  EXPECT_EQ(Decode<ResultRow>(Encode(ResultRow{round, 1, {}})).has_value(), reads);
  return reads;
}

TEST(RowsTest, WordsAreKnown) {
  using election::Role;
  EXPECT_TRUE(Reads<KeyRow>([](KeyRow* row) { row->state.role = Role::kLedger; }));
  EXPECT_FALSE(Reads<KeyRow>([](KeyRow* row) { row->state.role = static_cast<Role>(19); }));
  EXPECT_FALSE(Reads<admission::OfficialState>(
      [](admission::OfficialState* row) { row->role = static_cast<Role>(0xffff); }));
  EXPECT_FALSE(Reads<admission::ContestState>(
      [](admission::ContestState* row) { row->last_stage = static_cast<election::Stage>(5); }));
  using event::BodyKind;
  EXPECT_TRUE(Reads<admission::ReferenceState>(
      [](admission::ReferenceState* row) { row->kind = BodyKind::kTallyCommitted; }));
  EXPECT_FALSE(Reads<admission::ReferenceState>([](admission::ReferenceState* row) {
    row->kind = static_cast<BodyKind>(event::kBodyKinds);
  }));
}

TEST(RowsTest, FiguresAreKnown) {
  EXPECT_TRUE(Reads<FindingRow>(
      [](FindingRow* row) { row->fields = {FieldKey::Of(election::Figure::kTotal)}; }));
  EXPECT_FALSE(Reads<FindingRow>([](FindingRow* row) { row->fields = {kNoFigure}; }));
  EXPECT_FALSE(Reads<TallyRow>([](TallyRow* row) { row->sums = {{kNoFigure, 1, 1}}; }));
  EXPECT_TRUE(Reads<CopiesRow>(
      [](CopiesRow* row) { row->copies = {{1, LogIndex(9), {{FieldKey::Votes(1), 5}}}}; }));
  EXPECT_FALSE(Reads<CopiesRow>(
      [](CopiesRow* row) { row->copies = {{1, LogIndex(9), {{kNoFigure, 5}}}}; }));
}

TEST(RowsTest, RulesAreKnown) {
  EXPECT_TRUE(RoundReads([](RoundRow*) {}));
  EXPECT_FALSE(RoundReads([](RoundRow* row) { row->findings[0].rule = 0; }));
  EXPECT_FALSE(RoundReads([](RoundRow* row) { row->findings[0].rule = 22; }));
}

TEST(RowsTest, ListsThatAreSearchedAscend) {
  const auto without_places = [](RoundRow* row) {
    row->cells.clear();
    row->evidence.clear();
    row->evidence_set_by.clear();
  };
  EXPECT_TRUE(RoundReads(without_places));
  EXPECT_FALSE(RoundReads([&](RoundRow* row) {
    without_places(row);
    std::swap(row->versions[0], row->versions[1]);
  }));
  EXPECT_FALSE(RoundReads([&](RoundRow* row) {
    without_places(row);
    row->versions[1] = row->versions[0];
  }));
  EXPECT_FALSE(RoundReads([](RoundRow* row) { std::swap(row->cells[0], row->cells[1]); }));
  EXPECT_FALSE(Reads<TallyRow>([](TallyRow* row) {
    row->sums = {{FieldKey::Votes(2), 1, 1}, {FieldKey::Votes(1), 1, 1}};
  }));
  EXPECT_FALSE(Reads<TallyDelta>([](TallyDelta* row) {
    row->sums = {{FieldKey::Votes(1), 1, 1}, {FieldKey::Votes(1), 1, 1}};
  }));
}

// A figure set by a version that the row doesn't have.
TEST(RowsTest, PlacesAreInTheirList) {
  Bytes bytes = Encode(Round());
  size_t refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = bytes;
      changed[at] ^= static_cast<char>(1 << bit);
      const auto row = Decode<RoundRow>(changed);
      if (!row) {
        ++refused;
        continue;
      }
      // What reads is written as the same, so that every place was found again.
      EXPECT_EQ(Encode(*row), changed) << "byte " << at << ", bit " << bit;
    }
  }
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace jejak::projection
