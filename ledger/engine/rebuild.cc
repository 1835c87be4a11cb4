// Rebuilding the projections: entries are read and decoded ahead by one thread, decided again and
// folded by another, and written by a third into a new generation that one pointer switches to.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>

#include "ledger/admission/decide.h"
#include "ledger/engine/impl.h"
#include "ledger/engine/tables.h"
#include "ledger/engine/written_keys.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {
namespace {

constexpr size_t kBlockEntries = 512;
constexpr size_t kBlocksAhead = 16;
// Bytes of rows gathered before they are written: of those that are only added, a third of all.
constexpr size_t kGatheredBytesMax = size_t{12} << 20;

using Block = std::vector<projection::ReadEntry>;

// Decodes the log ahead of whoever folds it. Thread rule: one consumer.
class Prefetch {
 public:
  explicit Prefetch(std::shared_ptr<const View> view)
      : view_(std::move(view)), thread_([this] { Run(); }) {}
  ~Prefetch() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  // Empty at the end.
  Result<Block> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !blocks_.empty() || ended_; });
    if (blocks_.empty()) {
      JEJAK_RETURN_IF_ERROR(failed_);
      return Block();
    }
    Block block = std::move(blocks_.front());
    blocks_.pop_front();
    changed_.notify_all();
    return block;
  }

 private:
  void Run() {
    Status failed;
    const auto cursor = view_->rows().NewCursor(kEntries);
    cursor->Seek("");
    for (uint64_t at = 0; at < view_->size().value && failed.ok();) {
      Block block;
      block.reserve(kBlockEntries);
      for (; block.size() < kBlockEntries && at < view_->size().value; ++at, cursor->Next()) {
        if (!cursor->Valid() || cursor->key() != ByteView(projection::IndexKey(LogIndex(at)))) {
          failed = view_->rows().status();
          if (failed.ok()) failed = Status(Reason::kLedgerDamaged, fmt::format("no entry {}", at));
          break;
        }
        auto entry = DecodeRead(LogIndex(at), Bytes(cursor->value()));
        if (!entry.ok()) {
          failed = entry.status();
          break;
        }
        block.push_back(std::move(*entry));
      }
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return blocks_.size() < kBlocksAhead || stopping_; });
      if (stopping_) return;
      if (!block.empty()) blocks_.push_back(std::move(block));
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    failed_ = failed;
    ended_ = true;
    changed_.notify_all();
  }

  const std::shared_ptr<const View> view_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> blocks_;
  bool ended_ = false;
  bool stopping_ = false;
  Status failed_;
  std::thread thread_;
};

// The same verdict must come out again, or the log was not decided by these rules.
Status CheckVerdict(const projection::State& state, const projection::ReadEntry& entry) {
  // Proofs of possession were checked when the entry came in, and the entry is the same: the tree
  // says so.
  const bool doubted =
      entry.entry.refusal && entry.entry.refusal->reason == Reason::kKeyUnacceptable;
  const admission::Verdict verdict = admission::Decide(
      state, entry.event, entry.hash,
      doubted ? admission::KeyProofs::Check(entry.event) : admission::KeyProofs::Trusted());
  const bool accepted = verdict.kind == admission::Verdict::Kind::kAccepted && !entry.entry.refusal;
  const bool refused =
      verdict.kind == admission::Verdict::Kind::kRefused && entry.entry.refusal == verdict.refusal;
  if (accepted || refused) return {};
  return Status(
      Reason::kVerificationFailed,
      fmt::format("entry {} bears another verdict than the rules give", entry.index.value));
}

// Writes gathered rows to the new generation while the next ones are being gathered. Thread rule:
// one caller.
class Builder {
 public:
  explicit Builder(store::GenerationWriter* generation)
      : generation_(generation), thread_([this] { Run(); }) {}
  ~Builder() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  // Waits for the rows before, and takes these.
  template <typename Note>
  Status Write(projection::State* state, Note note) {
    state->Flush();
    JEJAK_RETURN_IF_ERROR(state->status());
    JEJAK_RETURN_IF_ERROR(Wait());
    rows_.Clear();
    state->rows().Drain([&](const RowChange& change) {
      if (change.table == projection::kEventIndex) return;  // kept with the log
      rows_.Add(change);
      note(change);
    });
    const std::lock_guard lock(mutex_);
    writing_ = true;
    changed_.notify_all();
    return {};
  }
  // What was taken last, whether it is written by now or not: a value, none when the row was
  // deleted, and no answer when it wasn't among them.
  std::optional<std::optional<ByteView>> Taken(TableId table, ByteView key) const {
    const auto& rows = rows_.rows();
    const auto at = std::lower_bound(
        rows.begin(), rows.end(), table, [&](const store::SortedRows::Row& row, TableId wanted) {
          return row.table != wanted ? row.table < wanted : rows_.key(row) < key;
        });
    if (at == rows.end() || at->table != table || rows_.key(*at) != key) return std::nullopt;
    return at->put ? std::optional(rows_.value(*at)) : std::optional<ByteView>();
  }
  // Until what was taken can be read.
  Status Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !writing_; });
    return failed_;
  }

 private:
  void Run() {
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

  store::GenerationWriter* const generation_;
  std::mutex mutex_;
  std::condition_variable changed_;
  store::SortedRows rows_;  // while writing_, both only read them
  bool writing_ = false;
  bool stopping_ = false;
  Status failed_;
  std::thread thread_;
};

// What the folds read of the new generation, with what is being written to it. Does not look for
// rows that were never written, as nearly all that a first submission asks for.
class Built final : public KeyValueReader {
 public:
  Built(const KeyValueReader* base, Builder* builder) : base_(base), builder_(builder) {}

  bool Get(TableId table, ByteView key, Bytes* value) const override {
    if (table != projection::kEventIndex && !written_.MayHave(table, key)) return false;
    if (const auto taken = builder_->Taken(table, key)) {
      if (*taken) value->assign(**taken);
      return taken->has_value();
    }
    return base_->Get(table, key, value);
  }
  std::unique_ptr<Cursor> NewCursor(TableId table) const override {
    (void)builder_->Wait();  // what failed shows at the next write
    return base_->NewCursor(table);
  }
  Status status() const override { return base_->status(); }
  void Note(const RowChange& change) { written_.Add(change.table, change.key); }

 private:
  const KeyValueReader* const base_;
  Builder* const builder_;
  WrittenKeys written_;
};

}  // namespace

Status Ledger::Rebuild(const Progress& progress) {
  const std::lock_guard lock(impl_->commit_mutex);
  JEJAK_RETURN_IF_ERROR(status());
  const std::shared_ptr<const View> view = Newest();
  JEJAK_ASSIGN_OR_RETURN(const auto generation, impl_->store->BeginGeneration());
  {
    Builder builder(generation.get());
    Built built(&generation->reader(), &builder);
    const auto note = [&](const RowChange& change) { built.Note(change); };
    JEJAK_ASSIGN_OR_RETURN(const auto state, projection::State::Load(&built, TreeSize(0)));
    Prefetch prefetch(view);
    while (true) {
      JEJAK_ASSIGN_OR_RETURN(const Block block, prefetch.Next());
      if (block.empty()) break;
      for (const projection::ReadEntry& entry : block) {
        JEJAK_RETURN_IF_ERROR(CheckVerdict(*state, entry));
        const bool accepted = !entry.entry.refusal.has_value();
        if (const auto fault =
                state->CommitmentFault(entry.event, accepted, entry.entry.received_at)) {
          return Status(Reason::kVerificationFailed,
                        fmt::format("entry {}: {}", entry.index.value, *fault));
        }
        state->Apply(
            {entry.event, entry.hash, entry.index, entry.entry.received_at, entry.entry.refusal});
      }
      if (state->rows().bytes() > kGatheredBytesMax)
        JEJAK_RETURN_IF_ERROR(builder.Write(state.get(), note));
      if (progress && !progress(state->Size().value, view->size().value)) {
        return Status(Reason::kInterrupted, "the projections are as they were");
      }
    }
    JEJAK_RETURN_IF_ERROR(builder.Write(state.get(), note));
    JEJAK_RETURN_IF_ERROR(builder.Wait());
  }
  JEJAK_RETURN_IF_ERROR(generation->Finish(view->size()));
  const auto rebuilt = impl_->store->Snapshot();
  JEJAK_ASSIGN_OR_RETURN(impl_->state, projection::State::Load(rebuilt.get(), view->size()));
  impl_->registry = nullptr;  // the new state counts its changes anew
  auto newest = impl_->MakeView(view->size(), view->root());
  impl_->state->Rebase(&newest->rows());
  impl_->SetNewest(std::move(newest));
  return {};
}

}  // namespace jejak::engine
