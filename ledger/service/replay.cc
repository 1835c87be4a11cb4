// Entries from any index on, then live. A follower is a position in the log: nothing is queued for
// it, so that a slow one costs one message and never holds the writer.
#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "ledger/engine/tables.h"
#include "ledger/projection/entry_filter.h"
#include "ledger/projection/tables.h"
#include "ledger/service/shared.h"

namespace jejak::service {
namespace {

using jejak::v1::ReplayEntriesRequest;
using jejak::v1::ReplayEntriesResponse;
using jejak::v1::ReplayProgress;

// Of one message, about.
constexpr size_t kMessageBytes = size_t{256} << 10;
// Looked at for one message, so that a filter that matches nothing still says how it stands.
constexpr uint64_t kLookedAtMax = 4'096;
// A follower that was given up may read until then where to resume.
constexpr int64_t kForgottenStalls = 5;

// Every operation is started under the lock under which the call is seen to stand: after Finish
// gRPC may be done with it at any moment. gRPC calls back on its own threads, never from inside a
// start.
class Replay final : public RawReactor,
                     public Listener,
                     private Waiting::Call,
                     public std::enable_shared_from_this<Replay> {
 public:
  Replay(Shared* shared, grpc::CallbackServerContext* call)
      : shared_(shared), call_(call), began_(std::chrono::steady_clock::now()) {}

  // Lives until gRPC is done with it.
  void Begin(const std::shared_ptr<Replay>& self) {
    self_ = self;
    shared_->begun.Add(this, kCallBytes);
    StartRead(&bytes_);
  }

  void OnReadDone(bool ok) override {
    const Status status =
        ok ? Take() : Status(Reason::kInvalidArgument, "the call ended before its request");
    if (!status.ok()) return End(status);
    shared_->begun.Remove(this);
    const auto self = shared_from_this();
    if (!shared_->pulse->Add(self)) return Stop();
    if (!shared_->replayers.TryPost([self] { self->Step(); }))
      End(Status(Reason::kOverloaded, "too many calls wait to be answered"));
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      wrote_at_us_ = MonotonicMicros();
      bytes_.Clear();
    }
    if (!ok) return End(Status(Reason::kInterrupted, "the follower is gone"));
    if (ended_after_write_) return End({});
    Post();
  }
  void OnCancel() override { End(Status(Reason::kInterrupted, "the follower is gone")); }
  void OnDone() override {
    shared_->begun.Remove(this);
    {
      const std::lock_guard lock(mutex_);
      call_ = nullptr;
    }
    self_.reset();
  }

  void Grown() override { Wake(false); }
  void Tick() override {
    bool stalled = false, idle = false;
    {
      const std::lock_guard lock(mutex_);
      const int64_t quiet_us = MonotonicMicros() - wrote_at_us_;
      const int64_t stall_us = MicrosOf(shared_->options.follower_stall);
      stalled = writing_ && !ended_ && quiet_us > stall_us;
      // Why it ended waits behind what it does not read, and gRPC would keep both for ever.
      if (ended_ && call_ != nullptr && quiet_us > kForgottenStalls * stall_us) call_->TryCancel();
      // Nor is that kept for one that does not read.
      if (writing_ && quiet_us > MicrosOf(std::chrono::seconds(1)))
        response_ = ReplayEntriesResponse();
      idle = waiting_ && quiet_us > MicrosOf(shared_->options.idle_notice);
    }
    if (stalled) {
      End(Status(Reason::kFollowerTooSlow, fmt::format("resume from {}", resume_.load()))
              .With("next", std::to_string(resume_.load())));
    } else if (idle) {
      Wake(true);
    }
  }
  void Stop() override {
    End(Status(Reason::kStopped, fmt::format("the server stops; resume from {}", resume_.load()))
            .With("next", std::to_string(resume_.load())));
  }

 private:
  static int64_t MicrosOf(std::chrono::seconds s) { return s.count() * 1'000'000; }

  void GiveWay() override { call_->TryCancel(); }

  // The request that was read.
  Status Take() {
    JEJAK_RETURN_IF_ERROR(ReadMessage(bytes_, kQuestionBytesMax, &request_));
    bytes_.Clear();
    JEJAK_RETURN_IF_ERROR(shared_->MayAsk(call_->peer()));
    slot_ = shared_->followers.Take(call_->peer());
    if (slot_ == nullptr) return Status(Reason::kOverloaded, "too many follow already");
    next_ = request_.from();
    sent_ = request_.from();
    resume_ = request_.from();
    if (request_.has_to() && request_.to() != UINT64_MAX) end_ = request_.to() + 1;
    return {};
  }

  void Post() {
    shared_->replayers.Post([self = shared_from_this()] { self->Step(); });
  }

  void Wake(bool idle) {
    {
      const std::lock_guard lock(mutex_);
      if (!waiting_) {
        grown_ = true;  // looked at before it waits again
        return;
      }
      waiting_ = false;
      idle_ = idle;
    }
    Post();
  }

  // Whoever comes first ends the call.
  void End(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    shared_->Done("ReplayEntries", status, began_);
    Finish(ToGrpc(status));
  }

  // One message, or waiting, or the end. On a worker; never two at once.
  void Step() {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      grown_ = false;
    }
    response_.Clear();
    Status status = Fill();
    if (status.ok() && response_.entries_size() == 0 && !response_.has_progress())
      return WaitForMore();
    if (status.ok()) status = WriteMessage(response_, &bytes_);
    if (!status.ok()) return End(status);
    if (shared_->observer != nullptr)
      shared_->observer->Replayed(static_cast<size_t>(response_.entries_size()));
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    resume_ = sent_;
    sent_ = next_;
    writing_ = true;
    wrote_at_us_ = MonotonicMicros();
    StartWrite(&bytes_);
  }

  void WaitForMore() {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      resume_ = next_;
      if (!grown_) {
        response_ = ReplayEntriesResponse();  // what it was made in, while there is nothing to make
        waiting_ = true;
        return;
      }
    }
    Post();
  }

  Status Fill() {
    JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*shared_->context.ledger));
    if (!confirmed_) {
      const auto& f = request_.filter();
      JEJAK_ASSIGN_OR_RETURN(
          filter_, projection::ReadEntryFilter(
                       {f.contest(), f.region(), f.kind(), f.official(), f.verdict()},
                       *asked.queries));
      if (next_ > asked.as_of.size.value) {
        return Status(Reason::kInvalidArgument,
                      fmt::format("from: the log has {} entries", asked.as_of.size.value))
            .With("field", "from")
            .With("size", std::to_string(asked.as_of.size.value));
      }
    }
    const uint64_t size = asked.as_of.size.value;
    const uint64_t until = std::min(size, end_.value_or(size));
    JEJAK_RETURN_IF_ERROR(AddEntries(asked, until));
    const bool at_end = end_ && next_ >= *end_;
    const bool done = next_ >= until && (!request_.follow() || at_end);
    ReplayProgress::State state = ReplayProgress::STATE_UNSPECIFIED;
    if (done || (next_ >= size && !caught_up_)) {
      state = next_ >= size ? ReplayProgress::STATE_CAUGHT_UP : ReplayProgress::STATE_BEHIND;
      caught_up_ = next_ >= size;
    } else if (!confirmed_) {
      state = ReplayProgress::STATE_CONFIRMED;
    } else if (size - next_ > shared_->options.behind_entries && caught_up_) {
      state = ReplayProgress::STATE_BEHIND;
      caught_up_ = false;
    } else if (idle_) {
      state = ReplayProgress::STATE_IDLE;
    } else if (response_.entries_size() == 0 && next_ < until) {
      state = ReplayProgress::STATE_BEHIND;  // the filter matched nothing so far
    }
    idle_ = false;
    confirmed_ = true;
    ended_after_write_ = done;
    if (state == ReplayProgress::STATE_UNSPECIFIED) return {};
    auto* progress = response_.mutable_progress();
    progress->set_state(state);
    progress->set_size(size);
    progress->set_next(next_);
    if (next_ > 0) {
      JEJAK_ASSIGN_OR_RETURN(const UnixMicros time, asked.view->ReceivedAt(LogIndex(next_ - 1)));
      PutTime(time, progress->mutable_time());
    }
    return {};
  }

  Status AddEntries(const Asked& asked, uint64_t until) {
    if (next_ >= until) return {};
    const auto cursor = asked.rows().NewCursor(engine::kEntries);
    cursor->Seek(projection::IndexKey(LogIndex(next_)));
    size_t bytes = 0;
    const Wire wire(asked, shared_->context.body_json);
    const uint64_t stop = std::min(until, next_ + kLookedAtMax);
    for (; next_ < stop && bytes < kMessageBytes; ++next_, cursor->Next()) {
      if (!cursor->Valid() || cursor->key() != projection::IndexKey(LogIndex(next_))) {
        JEJAK_RETURN_IF_ERROR(asked.rows().status());
        return Status(Reason::kLedgerDamaged, fmt::format("entry {} is missing", next_));
      }
      if (!filter_.any() && !request_.view()) {
        auto* entry = response_.add_entries();
        entry->set_index(next_);
        entry->set_entry(std::string(cursor->value()));
        bytes += cursor->value().size();
        continue;
      }
      JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry,
                             asked.view->Entry(LogIndex(next_)));
      JEJAK_ASSIGN_OR_RETURN(const bool matches, filter_.Matches(entry, *asked.queries));
      if (!matches) continue;
      JEJAK_RETURN_IF_ERROR(wire.PutEntry(entry, request_.view(), response_.add_entries()));
      bytes += entry.bytes.size() * (request_.view() ? 3 : 1);
    }
    return {};
  }

  Shared* const shared_;
  grpc::CallbackServerContext* call_;  // null when gRPC is done with it
  std::shared_ptr<Replay> self_;       // until OnDone

  // Set before the first step, and kept.
  std::unique_ptr<Slots::Slot> slot_;
  ReplayEntriesRequest request_;
  std::optional<uint64_t> end_;  // first index not wanted

  // Of the one step that runs.
  ReplayEntriesResponse response_;  // under the lock while none does
  grpc::ByteBuffer bytes_;          // of the request, then of the message that is written
  projection::EntryFilter filter_;
  uint64_t next_ = 0;  // first index not looked at
  bool confirmed_ = false, caught_up_ = false, idle_ = false, ended_after_write_ = false;
  const std::chrono::steady_clock::time_point began_;

  std::mutex mutex_;  // guards what follows
  bool writing_ = false, waiting_ = false, grown_ = false, ended_ = false;
  int64_t wrote_at_us_ = MonotonicMicros();
  uint64_t sent_ = 0;                // up to here when the message on its way has arrived
  std::atomic<uint64_t> resume_{0};  // everything before it has arrived
};

}  // namespace

RawReactor* NewReplay(Shared* shared, grpc::CallbackServerContext* call) {
  auto replay = std::make_shared<Replay>(shared, call);
  auto* reactor = replay.get();
  reactor->Begin(replay);
  return reactor;
}

}  // namespace jejak::service
