// A round's row, answers as of earlier sizes, and explanations between two, against what the naive
// model says or said at the time.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ledger/projection/queries.h"
#include "ledger/projection/test_log.h"
#include "ledger/projection/test_model.h"

namespace jejak::projection::testing {

// Sums of every region by size of the log.
using Past = std::map<uint64_t, std::map<Model::Place, TallyRow>>;

inline void CompareRound(const ModelRound& want, const RoundRow& have) {
  EXPECT_EQ(have.round, want.number);
  EXPECT_EQ(have.opened_at, want.opened_at);
  EXPECT_EQ(have.opened_event, want.opened_event);
  EXPECT_EQ(have.newest_event, want.newest_event);
  EXPECT_EQ(have.finalised, want.finalised);
  EXPECT_EQ(have.ppk_acted, want.ppk_acted);
  EXPECT_TRUE(have.flags == want.Flags());
  EXPECT_TRUE(have.versions == want.versions);
  EXPECT_TRUE(have.cells == want.Cells());
  std::vector<event::Evidence> evidence;
  std::vector<LogIndex> set_by;
  for (const auto& [page, photo] : want.evidence) {
    evidence.push_back(photo.first);
    set_by.push_back(photo.second);
  }
  EXPECT_TRUE(have.evidence == evidence);
  EXPECT_TRUE(have.evidence_set_by == set_by);
  std::vector<OpenFinding> open;
  for (const auto& [what, by] : want.open) open.push_back({what.first, what.second, by});
  EXPECT_TRUE(have.findings == open);
}

// Every region at every size that was remembered, from the newest rows.
inline void CompareAsOf(const TestLog& log, const Past& past) {
  for (const auto& [size, tallies] : past) {
    for (const auto& [place, row] : tallies) {
      ASSERT_TRUE(log.TallyAt(place.first, place.second, TreeSize(size)) == row)
          << place.first << " " << place.second.display() << " as of " << size;
    }
  }
}

inline uint64_t SumOf(const TallyRow& row, const FieldKey& field) {
  for (const SumCell& cell : row.sums) {
    if (cell.key == field) return cell.sum;
  }
  return 0;
}

// Between two sizes, the changes of a number add up to its difference, page by page, and each is in
// between.
inline void CompareExplanations(const TestLog& log, const Past& past, std::mt19937_64* random) {
  class NoAuthors final : public EntrySource {
   public:
    explicit NoAuthors(const TestLog* of) : log_(of) {}
    TreeSize size() const override { return TreeSize(log_->log().size()); }
    Result<ReadEntry> Entry(LogIndex index) const override {
      const TestEntry& logged = log_->log()[index.value];
      ReadEntry out;
      out.index = index;
      out.event = logged.event;
      out.hash = logged.hash;
      out.entry.refusal = logged.refusal;
      return out;
    }

   private:
    const TestLog* log_;
  };
  const NoAuthors entries(&log);
  const auto queries = Queries::Open(&log.rows(), &entries);
  ASSERT_TRUE(queries.ok());
  const auto pick = [random](const auto& list) -> const auto& {
    return *std::next(list.begin(), static_cast<long>((*random)() % list.size()));
  };
  for (int i = 0; i < 40; ++i) {
    const auto& one = pick(past);
    const auto& other = pick(past);
    const auto& a = one.first < other.first ? one : other;
    const auto& b = &a == &one ? other : one;
    const auto& place = pick(b.second).first;
    const FieldKey field = FieldKey::Of(election::Figure::kValid);
    int64_t delta = 0;
    LogIndex start(0);
    uint64_t before = a.first;
    while (true) {
      const auto page = (*queries)->Explain(place.first, place.second, field, TreeSize(a.first),
                                            TreeSize(b.first), start, 3);
      ASSERT_TRUE(page.ok()) << page.status().ToString();
      for (const ExplainedChange& change : page->changes) {
        const uint64_t index = change.entry.index.value;
        ASSERT_GE(index, before);
        ASSERT_LT(index, b.first);
        before = index + 1;
        delta += change.delta;
        ASSERT_EQ(int64_t{change.after.value_or(0)} - int64_t{change.before.value_or(0)},
                  change.delta);
      }
      if (!page->next) break;
      start = *page->next;
    }
    const auto row_at = [&](const auto& when) {
      const auto it = when.second.find(place);
      return it == when.second.end() ? TallyRow{} : it->second;
    };
    EXPECT_EQ(delta, static_cast<int64_t>(SumOf(row_at(b), field)) -
                         static_cast<int64_t>(SumOf(row_at(a), field)))
        << place.first << " " << place.second.display() << " " << a.first << " to " << b.first;
  }
}

}  // namespace jejak::projection::testing
