// An overlay must read like its base with the changes applied. Shown against a plain map, on random
// operations from a printed seed, for look-ups, cursors, and for what draining hands to the base.
#include "ledger/base/kv.h"

#include <gtest/gtest.h>

#include <random>

namespace jejak {
namespace {

constexpr TableId kTable{3};

TEST(Overlay, ReadsLikeABaseWithTheChangesApplied) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    MemoryStore base;
    Overlay overlay(&base);
    std::map<Bytes, Bytes, std::less<>> model;
    for (int step = 0; step < 400; ++step) {
      const Bytes key = std::to_string(random() % 40);
      const auto action = random() % 10;
      if (action < 5) {
        const Bytes value = std::to_string(random());
        overlay.Put(kTable, key, value);
        model[key] = value;
      } else if (action < 8) {
        overlay.Delete(kTable, key);
        model.erase(key);
      } else if (action == 8) {
        Bytes value;
        ASSERT_EQ(overlay.Get(kTable, key, &value), model.contains(key));
        if (model.contains(key)) {
          ASSERT_EQ(value, model[key]);
        }
      } else {
        overlay.Drain([&](const RowChange& change) { base.Apply(change); });
        ASSERT_TRUE(overlay.empty());
        ASSERT_EQ(base.table(kTable), model);
      }
    }
    const Bytes from = std::to_string(random() % 40);
    auto cursor = overlay.NewCursor(kTable);
    cursor->Seek(from);
    for (auto it = model.lower_bound(from); it != model.end(); ++it, cursor->Next()) {
      ASSERT_TRUE(cursor->Valid());
      ASSERT_EQ(cursor->key(), it->first);
      ASSERT_EQ(cursor->value(), it->second);
    }
    ASSERT_FALSE(cursor->Valid());
  }
}

constexpr TableId kCached{3};
constexpr TableId kPlain{5};

// How often a reader was asked.
class Counting : public KeyValueReader {
 public:
  bool Get(TableId table, ByteView key, Bytes* value) const override {
    ++asked;
    return store.Get(table, key, value);
  }
  std::unique_ptr<Cursor> NewCursor(TableId table) const override {
    return store.NewCursor(table);
  }
  Status status() const override { return {}; }
  MemoryStore store;
  mutable size_t asked = 0;
};

TEST(OverlayCacheTest, ReadsAreThoseOfAMapWhateverTheCacheHolds) {
  for (const size_t cache_bytes : {size_t{0}, size_t{300}, size_t{2'000}, size_t{1} << 20}) {
    std::mt19937_64 random(cache_bytes + 1);
    Counting base;
    Overlay overlay(&base);
    overlay.Cache(kCached, cache_bytes);
    std::map<std::pair<TableId, Bytes>, Bytes> expected;
    for (int step = 0; step < 20'000; ++step) {
      const TableId table = random() % 4 == 0 ? kPlain : kCached;
      const Bytes key = "key" + std::to_string(random() % 40);
      const auto what = random() % 10;
      if (what == 0) {
        overlay.Delete(table, key);
        expected.erase({table, key});
      } else if (what < 4) {
        overlay.Put(table, key, std::to_string(step));
        expected[{table, key}] = std::to_string(step);
      } else if (what == 4) {
        overlay.Drain([&](const RowChange& change) { base.store.Apply(change); });
        EXPECT_TRUE(overlay.empty());
      } else {
        Bytes value;
        const auto it = expected.find({table, key});
        ASSERT_EQ(overlay.Get(table, key, &value), it != expected.end()) << "step " << step;
        if (it != expected.end()) {
          ASSERT_EQ(value, it->second) << "step " << step;
        }
      }
    }
  }
}

TEST(OverlayCacheTest, ACachedTableAsksItsBaseOnce) {
  Counting base;
  base.store.Apply({kCached, "there", "1"});
  base.store.Apply({kPlain, "there", "1"});
  Overlay overlay(&base);
  overlay.Cache(kCached, 1 << 20);
  Bytes value;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(overlay.Get(kCached, "there", &value));
    EXPECT_FALSE(overlay.Get(kCached, "absent", &value));
  }
  EXPECT_EQ(base.asked, 2U);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(overlay.Get(kPlain, "there", &value));
  EXPECT_EQ(base.asked, 5U);
  // What was written is known without asking.
  overlay.Put(kCached, "new", "2");
  overlay.Drain([&](const RowChange& change) { base.store.Apply(change); });
  EXPECT_TRUE(overlay.Get(kCached, "new", &value));
  EXPECT_EQ(value, "2");
  EXPECT_EQ(base.asked, 5U);
}

TEST(OverlayCacheTest, TheCacheForgetsWhatWasNotUsed) {
  Counting base;
  Overlay overlay(&base);
  overlay.Cache(kCached, 4'000);
  Bytes value;
  overlay.Get(kCached, "first", &value);
  for (int i = 0; i < 1'000; ++i) {
    overlay.Get(kCached, "key" + std::to_string(i), &value);
    if (i % 5 == 0) overlay.Get(kCached, "used", &value);
  }
  const size_t before = base.asked;
  overlay.Get(kCached, "used", &value);
  EXPECT_EQ(base.asked, before);
  overlay.Get(kCached, "first", &value);
  EXPECT_EQ(base.asked, before + 1);
}

}  // namespace
}  // namespace jejak
