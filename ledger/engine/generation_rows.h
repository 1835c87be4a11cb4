// A generation of the projections while it is built: rows that were gathered are written by a
// thread of its own while the next ones are being gathered, and can be read meanwhile.
//
// Thread rule: one caller. Durability: none until the generation is finished.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/base/row_store.h"
#include "ledger/store/store.h"

namespace jejak::engine {

class GenerationRows final : public RowStore {
 public:
  // `generation` is borrowed. Rows of table `with_log` are not written, since the log has them.
  GenerationRows(store::GenerationWriter* generation, std::optional<TableId> with_log);
  ~GenerationRows() override;

  const KeyValueReader& reader() const override;
  // Waits for the rows before, and takes these.
  Status Write(Overlay* rows) override;
  Status Settle() override;

 private:
  class Reader;
  void Run();
  // What was taken last, whether it is written by now or not: a value, none when the row was
  // deleted, and no answer when it wasn't among them.
  std::optional<std::optional<ByteView>> Taken(TableId table, ByteView key) const;

  store::GenerationWriter* const generation_;
  const std::optional<TableId> with_log_;
  std::unique_ptr<Reader> reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  store::SortedRows rows_;  // while writing_, both threads only read them
  bool writing_ = false;
  bool stopping_ = false;
  Status failed_;
  std::thread thread_;
};

}  // namespace jejak::engine
