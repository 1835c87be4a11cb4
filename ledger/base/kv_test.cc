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

}  // namespace
}  // namespace jejak
