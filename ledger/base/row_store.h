// Rows that a fold writes batch by batch and reads back: in memory, or on disk where they are too
// many.
//
// Thread rule: one thread at a time.
#pragma once

#include "ledger/base/kv.h"

namespace jejak {

class RowStore {
 public:
  virtual ~RowStore() = default;
  // All rows taken so far. Ask again after each Write: the former answer is gone.
  virtual const KeyValueReader& reader() const = 0;
  // Drains `rows`. What fails may be told by a later call.
  virtual Status Write(Overlay* rows) = 0;
  // Until all that was taken is written.
  virtual Status Settle() { return {}; }
};

class MemoryRows final : public RowStore {
 public:
  explicit MemoryRows(MemoryStore* store) : store_(store) {}
  const KeyValueReader& reader() const override { return *store_; }
  Status Write(Overlay* rows) override {
    rows->Drain([this](const RowChange& change) { store_->Apply(change); });
    return {};
  }

 private:
  MemoryStore* const store_;
};

}  // namespace jejak
