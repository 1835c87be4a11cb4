// Events as a device sends them, answered in order. What came while the last submission was on its
// way is the next one; when too much is unanswered the server stops reading.
#include <deque>
#include <memory>
#include <mutex>

#include "ledger/service/shared.h"

namespace jejak::service {
namespace {

using jejak::v1::SyncEventsRequest;
using jejak::v1::SyncEventsResponse;

// Of one stream: events not answered, bytes of events not decided, submissions on their way.
constexpr size_t kUnansweredMax = 4'096;
constexpr size_t kUndecidedBytesMax = size_t{1} << 20;
constexpr size_t kSubmissionsMax = 4;

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
class Sync final : public grpc::ServerBidiReactor<SyncEventsRequest, SyncEventsResponse>,
                   public std::enable_shared_from_this<Sync> {
 public:
  Sync(Shared* shared, std::string peer)
      : shared_(shared),
        peer_(std::move(peer)),
        slot_(shared->senders.Take(peer_)),
        began_(std::chrono::steady_clock::now()) {}

  void Begin(const std::shared_ptr<Sync>& self) {
    self_ = self;
    if (slot_ == nullptr)
      return End(Status(Reason::kOverloaded, "too many streams of events are open already"));
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    Status wrong;
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      if (!ok) {
        half_closed_ = true;
      } else {
        wrong = Take();
        if (wrong.ok() && unanswered_ < kUnansweredMax && undecided_bytes_ < kUndecidedBytesMax)
          Read();
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
      --unanswered_;
    }
    Advance();
  }

  void OnCancel() override { End(Status(Reason::kInterrupted, "the device is gone")); }
  void OnDone() override { self_.reset(); }

 private:
  // Queues what was read. Under the lock.
  Status Take() {
    JEJAK_RETURN_IF_ERROR(shared_->MayHandIn(peer_, 1));
    auto signed_event = ReadSignedEvent(request_.event());
    if (!signed_event.ok()) return signed_event.status();
    if (waiting_ == nullptr) waiting_ = std::make_shared<Batch>();
    waiting_->tags.push_back(request_.tag());
    waiting_->proofs.push_back(!request_.omit_proof());
    waiting_->bytes += signed_event->bytes.size();
    undecided_bytes_ += signed_event->bytes.size();
    waiting_->events.push_back(std::move(*signed_event));
    ++unanswered_;
    return {};
  }

  // Under the lock.
  void Read() {
    if (ended_) return;
    reading_ = true;
    StartRead(&request_);
  }

  // Hands in what waits, writes what is decided, reads on when there is room again, and ends after
  // the last answer.
  void Advance() {
    bool end = false;
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
        StartWrite(&response_);
      }
      if (!reading_ && !half_closed_ && unanswered_ <= kUnansweredMax / 2 &&
          undecided_bytes_ <= kUndecidedBytesMax / 2)
        Read();
      end = half_closed_ && unanswered_ == 0 && waiting_ == nullptr && !writing_;
    }
    if (end) End({});
  }

  // Fills response_ with the next answer in order. Under the lock.
  bool NextAnswer() {
    while (!batches_.empty() && batches_.front()->decided) {
      Batch& batch = *batches_.front();
      if (answered_ < batch.outcomes.size()) {
        response_.Clear();
        response_.set_tag(batch.tags[answered_]);
        PutOutcome(batch.outcomes[answered_], response_.mutable_outcome());
        ++answered_;
        return true;
      }
      batches_.pop_front();
      answered_ = 0;
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
    std::vector<engine::Outcome> proven;
    for (size_t i = 0; i < batch->outcomes.size(); ++i) {
      if (!batch->proofs[i]) continue;
      proven.assign(1, std::move(batch->outcomes[i]));
      const Status status = ProveReceipts(*shared_->context.ledger, &proven);
      batch->outcomes[i] = std::move(proven.front());
      if (!status.ok()) return End(status);
    }
    {
      const std::lock_guard lock(mutex_);
      batch->decided = true;
      --on_their_way_;
      undecided_bytes_ -= batch->bytes;
    }
    Advance();
  }

  void End(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    shared_->Done("SyncEvents", status, began_);
    Finish(ToGrpc(status));
  }

  Shared* const shared_;
  const std::string peer_;
  const std::unique_ptr<Slots::Slot> slot_;  // null when there was none
  const std::chrono::steady_clock::time_point began_;
  std::shared_ptr<Sync> self_;  // until OnDone
  SyncEventsRequest request_;
  SyncEventsResponse response_;

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<Batch> waiting_;
  std::deque<std::shared_ptr<Batch>> batches_;  // handed in, in order, not wholly answered
  size_t answered_ = 0;                         // of the front batch
  size_t on_their_way_ = 0, unanswered_ = 0, undecided_bytes_ = 0;
  bool reading_ = true, writing_ = false, half_closed_ = false, ended_ = false;
};

}  // namespace

grpc::ServerBidiReactor<SyncEventsRequest, SyncEventsResponse>* NewSync(
    Shared* shared, grpc::CallbackServerContext* call) {
  auto sync = std::make_shared<Sync>(shared, call->peer());
  auto* reactor = sync.get();
  reactor->Begin(sync);
  return reactor;
}

}  // namespace jejak::service
