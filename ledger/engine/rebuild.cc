// Rebuilding the projections: entries are read and decoded ahead by one thread, decided again and
// folded by another, and written by a third into a new generation that one pointer switches to.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>

#include "ledger/admission/decide.h"
#include "ledger/engine/generation_rows.h"
#include "ledger/engine/impl.h"
#include "ledger/engine/tables.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {
namespace {

constexpr size_t kBlockEntries = 512;
constexpr size_t kBlocksAhead = 16;
// Bytes of rows gathered before they are written: of a nation some hundred files a table, which one
// merge at the end reads together.
constexpr size_t kGatheredBytesMax = size_t{48} << 20;

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

}  // namespace

Status Ledger::Rebuild(const Progress& progress) {
  const std::lock_guard lock(impl_->commit_mutex);
  JEJAK_RETURN_IF_ERROR(status());
  const std::shared_ptr<const View> view = Newest();
  JEJAK_ASSIGN_OR_RETURN(const auto generation, impl_->store->BeginGeneration());
  {
    GenerationRows rows(generation.get(), projection::kEventIndex);
    JEJAK_ASSIGN_OR_RETURN(const auto state, projection::State::Load(&rows.reader(), TreeSize(0)));
    const auto write = [&] {
      state->Flush();
      JEJAK_RETURN_IF_ERROR(state->status());
      return rows.Write(&state->rows());
    };
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
        JEJAK_RETURN_IF_ERROR(write());
      if (progress && !progress(state->Size().value, view->size().value)) {
        return Status(Reason::kInterrupted, "the projections are as they were");
      }
    }
    JEJAK_RETURN_IF_ERROR(write());
    JEJAK_RETURN_IF_ERROR(rows.Settle());
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
