#include "ledger/engine/generation_rows.h"

#include <algorithm>
#include <utility>

#include "ledger/engine/written_keys.h"

namespace jejak::engine {

// Does not look for rows that were never written, as nearly all that a first submission asks for.
class GenerationRows::Reader final : public KeyValueReader {
 public:
  explicit Reader(GenerationRows* rows) : base_(&rows->generation_->reader()), rows_(rows) {}

  bool Get(TableId table, ByteView key, Bytes* value) const override {
    if (table == rows_->with_log_) return base_->Get(table, key, value);
    if (!written.MayHave(table, key)) return false;
    if (const auto taken = rows_->Taken(table, key)) {
      if (*taken) value->assign(**taken);
      return taken->has_value();
    }
    return base_->Get(table, key, value);
  }
  std::unique_ptr<Cursor> NewCursor(TableId table) const override {
    (void)rows_->Settle();  // what failed shows at the next write
    return base_->NewCursor(table);
  }
  Status status() const override { return base_->status(); }

  WrittenKeys written;

 private:
  const KeyValueReader* const base_;
  GenerationRows* const rows_;
};

GenerationRows::GenerationRows(store::GenerationWriter* generation, std::optional<TableId> with_log)
    : generation_(generation),
      with_log_(with_log),
      reader_(std::make_unique<Reader>(this)),
      thread_([this] { Run(); }) {}

GenerationRows::~GenerationRows() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

const KeyValueReader& GenerationRows::reader() const { return *reader_; }

Status GenerationRows::Write(Overlay* rows) {
  JEJAK_RETURN_IF_ERROR(Settle());
  rows_.Clear();
  rows->Drain([&](const RowChange& change) {
    if (change.table == with_log_) return;
    rows_.Add(change);
    reader_->written.Add(change.table, change.key);
  });
  const std::lock_guard lock(mutex_);
  writing_ = true;
  changed_.notify_all();
  return {};
}

Status GenerationRows::Settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !writing_; });
  return failed_;
}

std::optional<std::optional<ByteView>> GenerationRows::Taken(TableId table, ByteView key) const {
  const auto& rows = rows_.rows();
  const auto at = std::lower_bound(
      rows.begin(), rows.end(), table, [&](const store::SortedRows::Row& row, TableId wanted) {
        return row.table != wanted ? row.table < wanted : rows_.key(row) < key;
      });
  if (at == rows.end() || at->table != table || rows_.key(*at) != key) return std::nullopt;
  return at->put ? std::optional(rows_.value(*at)) : std::optional<ByteView>();
}

void GenerationRows::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return writing_ || stopping_; });
    if (!writing_) return;
    lock.unlock();
    Status status = generation_->Write(rows_);
    lock.lock();
    if (failed_.ok()) failed_ = std::move(status);
    writing_ = false;
    changed_.notify_all();
  }
}

}  // namespace jejak::engine
