// Events as a device sends them, answered in order. What came while the last submission was on its
// way is the next one; when too much is unanswered the server stops reading. A sender that neither
// sends nor takes an answer for too long gives its place up.
#include <deque>
#include <memory>
#include <mutex>

#include "ledger/service/refused.h"
#include "ledger/service/shared.h"

namespace jejak::service {
namespace {

using jejak::v1::SyncEventsRequest;
using jejak::v1::SyncEventsResponse;

// Of one stream: events not answered, bytes of events not decided, submissions on their way.
constexpr size_t kUnansweredMax = 4'096;
constexpr size_t kUndecidedBytesMax = size_t{1} << 20;
constexpr size_t kSubmissionsMax = 4;
// Answers that have their proofs, which are ten times an answer, before they are sent.
constexpr size_t kProvenMax = 64;

// Events that are handed in together.
struct Batch {
  std::vector<uint64_t> tags;
  std::vector<bool> proofs;
  std::vector<event::SignedEvent> events;
  std::vector<engine::Outcome> outcomes;
  size_t bytes = 0;  // of the events
  bool decided = false;
};

// Operations start under the lock under which the call is seen to stand; see replay.cc.
class Sync final : public RawReactor,
                   public Listener,
                   public std::enable_shared_from_this<Sync> {
 public:
  Sync(Shared* shared, grpc::CallbackServerContext* call, std::unique_ptr<Slots::Slot> slot)
      : shared_(shared),
        call_(call),
        peer_(call->peer()),
        slot_(std::move(slot)),
        began_(std::chrono::steady_clock::now()) {}

  void Begin(const std::shared_ptr<Sync>& self) {
    self_ = self;
    {
      const std::lock_guard lock(mutex_);
      Read();
    }
    if (!shared_->pulse->Add(self)) Stop();
  }

  void OnReadDone(bool ok) override {
    Status wrong;
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      happened_us_ = MonotonicMicros();
      if (!ok) {
        half_closed_ = true;
      } else {
        wrong = Take();
      }
    }
    if (!wrong.ok()) return End(wrong);
    Advance();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(Status(Reason::kInterrupted, "the device is gone"));
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      written_.Clear();
      happened_us_ = MonotonicMicros();
      --unanswered_;
    }
    Advance();
  }

  void OnCancel() override { End(Status(Reason::kInterrupted, "the device is gone")); }
  void OnDone() override {
    {
      const std::lock_guard lock(mutex_);
      call_ = nullptr;
    }
    self_.reset();
  }

  void Grown() override {}
  void Tick() override {
    bool idle = false;
    {
      const std::lock_guard lock(mutex_);
      // While events are to be decided it is the ledger that is waited for.
      if (on_their_way_ != 0 || waiting_ != nullptr) return;
      const int64_t quiet_us = MonotonicMicros() - happened_us_;
      idle = quiet_us > shared_->options.sender_idle.count() * 1'000'000;
      // Why it ended waits behind what it does not read, and gRPC would keep both for ever.
      if (idle && ended_ && call_ != nullptr) call_->TryCancel();
    }
    if (idle) End(Status(Reason::kSenderIdle, ""));
  }
  // Whatever was read is decided and answered first.
  void Stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    Advance();
  }

 private:
  // Queues what was read. Under the lock.
  Status Take() {
    JEJAK_RETURN_IF_ERROR(shared_->MayHandIn(peer_, 1));
    SyncEventsRequest request;
    JEJAK_RETURN_IF_ERROR(ReadMessage(read_, kSingleBytesMax, &request));
    read_.Clear();
    event::SignedEvent signed_event = ReadSignedEvent(request.event());
    if (waiting_ == nullptr) waiting_ = std::make_shared<Batch>();
    waiting_->tags.push_back(request.tag());
    waiting_->proofs.push_back(!request.omit_proof());
    const size_t bytes = signed_event.bytes.size();
    waiting_->bytes += bytes;
    undecided_bytes_ += bytes;
    shared_->Undecided(static_cast<int64_t>(bytes));
    waiting_->events.push_back(std::move(signed_event));
    ++unanswered_;
    return {};
  }

  // Under the lock.
  void Read() {
    if (ended_) return;
    reading_ = true;
    StartRead(&read_);
  }

  // Once it is full it waits until half of it is gone. Under the lock.
  bool MayRead() {
    if (reading_ || half_closed_ || stopping_) return false;
    if (unanswered_ >= kUnansweredMax || undecided_bytes_ >= kUndecidedBytesMax) full_ = true;
    if (unanswered_ <= kUnansweredMax / 2 && undecided_bytes_ <= kUndecidedBytesMax / 2)
      full_ = false;
    // One event of each stream is let in whatever the others have.
    return !full_ && (undecided_bytes_ == 0 || !shared_->TooMuchUndecided());
  }

  // Hands in what waits, writes what is decided, reads on when there is room again, and ends after
  // the last answer.
  void Advance() {
    bool end = false;
    Status status;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      if (waiting_ != nullptr && on_their_way_ < kSubmissionsMax) {
        batches_.push_back(waiting_);
        ++on_their_way_;
        HandIn(std::move(waiting_));
      }
      if (!writing_ && NextAnswer()) {
        writing_ = true;
        StartWrite(&written_);
      }
      if (MayRead()) Read();
      end = (half_closed_ || stopping_) && unanswered_ == 0 && waiting_ == nullptr && !writing_;
      if (!half_closed_) status = Status(Reason::kStopped, "the server stops; all is answered");
    }
    if (end) End(status);
  }

  // Fills written_ with the next answer in order. Under the lock.
  bool NextAnswer() {
    while (!batches_.empty() && batches_.front()->decided) {
      Batch& batch = *batches_.front();
      if (answered_ < proven_) {
        response_.Clear();
        response_.set_tag(batch.tags[answered_]);
        PutOutcome(batch.outcomes[answered_], response_.mutable_outcome());
        JEJAK_CHECK(WriteMessage(response_, &written_).ok());  // far below what a message may be
        batch.outcomes[answered_] = {};
        ++answered_;
        return true;
      }
      if (answered_ < batch.outcomes.size()) {
        if (!proving_) Prove(batches_.front());
        return false;
      }
      batches_.pop_front();
      answered_ = proven_ = 0;
    }
    return false;
  }

  // On the feeder, which may wait for room; streams are served in turn.
  void HandIn(std::shared_ptr<Batch> batch) {
    shared_->feeder.Post([self = shared_from_this(), batch] {
      self->shared_->context.ledger->SubmitAsync(
          std::move(batch->events), {}, [self, batch](std::vector<engine::Outcome> outcomes) {
            batch->outcomes = std::move(outcomes);
            self->shared_->workers.Post([self, batch] { self->Decided(batch); });
          });
    });
  }

  void Decided(const std::shared_ptr<Batch>& batch) {
    shared_->CountEvents(batch->outcomes);
    shared_->Undecided(-static_cast<int64_t>(batch->bytes));
    {
      const std::lock_guard lock(mutex_);
      batch->decided = true;
      happened_us_ = MonotonicMicros();
      --on_their_way_;
      undecided_bytes_ -= batch->bytes;
    }
    Advance();
  }

  // Proves the next answers of the front batch, on a worker. Under the lock.
  void Prove(const std::shared_ptr<Batch>& batch) {
    proving_ = true;
    const size_t begin = proven_, end = std::min(begin + kProvenMax, batch->outcomes.size());
    shared_->workers.Post([self = shared_from_this(), batch, begin, end] {
      std::vector<engine::Outcome> proven;
      for (size_t i = begin; i < end; ++i) {
        if (!batch->proofs[i]) continue;
        proven.assign(1, std::move(batch->outcomes[i]));
        const Status status = ProveReceipts(*self->shared_->context.ledger, &proven);
        if (!status.ok()) return self->End(status);
        batch->outcomes[i] = std::move(proven.front());
      }
      {
        const std::lock_guard lock(self->mutex_);
        self->proven_ = end;
        self->proving_ = false;
      }
      self->Advance();
    });
  }

  void End(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    happened_us_ = MonotonicMicros();
    if (waiting_ != nullptr) shared_->Undecided(-static_cast<int64_t>(waiting_->bytes));
    waiting_ = nullptr;  // nobody was told of it
    shared_->Done("SyncEvents", status, began_);
    Finish(ToGrpc(status));
  }

  Shared* const shared_;
  grpc::CallbackServerContext* call_;  // null when gRPC is done with it
  const std::string peer_;
  const std::unique_ptr<Slots::Slot> slot_;
  const std::chrono::steady_clock::time_point began_;
  std::shared_ptr<Sync> self_;  // until OnDone
  grpc::ByteBuffer read_, written_;
  SyncEventsResponse response_;  // what written_ is made in

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<Batch> waiting_;
  std::deque<std::shared_ptr<Batch>> batches_;  // handed in, in order, not wholly answered
  size_t proven_ = 0, answered_ = 0;            // of the front batch
  size_t on_their_way_ = 0, unanswered_ = 0, undecided_bytes_ = 0;
  int64_t happened_us_ = MonotonicMicros();  // an event came, or was decided, or an answer left
  bool reading_ = false, writing_ = false, proving_ = false, full_ = false;
  bool half_closed_ = false, stopping_ = false, ended_ = false;
};

}  // namespace

RawReactor* NewSync(Shared* shared, grpc::CallbackServerContext* call) {
  auto slot = shared->senders.Take(call->peer());
  if (slot == nullptr) {
    const Status status(Reason::kOverloaded, "too many streams of events are open already");
    shared->Done("SyncEvents", status, std::chrono::steady_clock::now());
    return new Refused(shared, call, ToGrpc(status));
  }
  auto sync = std::make_shared<Sync>(shared, call, std::move(slot));
  auto* reactor = sync.get();
  reactor->Begin(sync);
  return reactor;
}

}  // namespace jejak::service
