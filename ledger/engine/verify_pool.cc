#include "ledger/engine/verify_pool.h"

#include <algorithm>

#include "ledger/event/signing.h"

namespace jejak::engine {
namespace {

// Small enough to spread one caller's batch over the cores, large enough that the lock doesn't
// matter.
constexpr size_t kChunkEvents = 32;

}  // namespace

VerifyPool::VerifyPool(size_t threads, KnowsKey knows_key, journal::Journal* journal)
    : knows_key_(std::move(knows_key)), journal_(journal) {
  for (size_t i = 0; i < std::max<size_t>(1, threads); ++i)
    threads_.emplace_back([this] { Work(); });
}

VerifyPool::~VerifyPool() { Stop(); }

void VerifyPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void VerifyPool::Submit(std::shared_ptr<Submission> submission) {
  const size_t n = submission->events.size();
  submission->outcomes.resize(n);
  submission->remaining = n;
  size_t bytes = 0;
  for (const event::SignedEvent& event : submission->events) bytes += event.bytes.size();
  if (n == 0) {
    submission->done({});
    return;
  }
  {
    std::unique_lock lock(mutex_);
    // One caller may hand in more than the limits at once; then it waits until the queue is empty.
    const auto room = [&] {
      return queued_.events == 0 || (queued_.events + n <= limits::kQueueEventsMax &&
                                     queued_.bytes + bytes <= limits::kQueueBytesMax);
    };
    if (submission->options.never_wait && !room()) {
      lock.unlock();
      const Status busy(Reason::kOverloaded, "too many events wait to be verified");
      for (Outcome& outcome : submission->outcomes) outcome.door = busy;
      submission->done(std::move(submission->outcomes));
      return;
    }
    room_.wait(lock, room);
    queued_.events += n;
    queued_.bytes += bytes;
    for (size_t begin = 0; begin < n; begin += kChunkEvents) {
      auto chunk = std::make_shared<Chunk>();
      chunk->submission = submission;
      chunk->begin = begin;
      chunk->end = std::min(n, begin + kChunkEvents);
      chunks_.push_back(std::move(chunk));
    }
  }
  work_.notify_all();
}

void VerifyPool::Release(const Load& answered) {
  {
    const std::lock_guard lock(mutex_);
    queued_.events -= answered.events;
    queued_.bytes -= answered.bytes;
  }
  room_.notify_all();
}

void VerifyPool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || next_ < chunks_.size(); });
    if (next_ >= chunks_.size()) return;
    const std::shared_ptr<Chunk> chunk = chunks_[next_++];
    lock.unlock();
    Verify(chunk.get());
    lock.lock();
    chunk->done = true;
    // In order, and under the lock, so that no other thread can hand in a later chunk before an
    // earlier one.
    while (!chunks_.empty() && chunks_.front()->done) {
      const std::shared_ptr<Chunk> front = std::move(chunks_.front());
      chunks_.pop_front();
      --next_;
      std::vector<journal::Proposal> proposals = std::move(front->verified);
      std::vector<std::shared_ptr<journal::Attachment>> items;
      for (const auto& proposal : proposals) items.push_back(proposal.attachment);
      if (front->begin == 0 && front->submission->options.commit_before)
        proposals.insert(proposals.begin(), journal::Proposal{});
      if (proposals.empty()) continue;
      const Status proposed = journal_->Propose(std::move(proposals));
      if (proposed.ok()) continue;
      queued_.events -= items.size();
      for (const auto& item : items)
        queued_.bytes -= static_cast<Item&>(*item).Answer({proposed, std::nullopt, false});
      room_.notify_all();
    }
  }
}

void VerifyPool::Verify(Chunk* chunk) {
  Load turned_away;
  for (size_t at = chunk->begin; at < chunk->end; ++at) {
    auto item = std::make_shared<Item>();
    item->submission = chunk->submission;
    item->at = at;
    const Status status = Check(item.get());
    if (!status.ok()) {
      turned_away.bytes += item->Answer({status, std::nullopt, false});
      ++turned_away.events;
      continue;
    }
    const event::SignedEvent* signed_event = &chunk->submission->events[at];
    chunk->verified.push_back(
        {std::shared_ptr<const event::SignedEvent>(chunk->submission, signed_event),
         chunk->submission->options.received_at, std::move(item)});
  }
  if (turned_away.events != 0) Release(turned_away);
}

Status VerifyPool::Check(Item* item) const {
  const event::SignedEvent& signed_event = item->signed_event();
  JEJAK_ASSIGN_OR_RETURN(item->event, event::DecodeEvent(signed_event.bytes));
  item->hash = event::EventHash(signed_event.bytes);
  // Before any signature check: a stranger's event costs a look-up, not a curve operation.
  if (!knows_key_(item->event.author)) return {};
  if (!event::VerifySignature(signed_event, item->event.author)) {
    return Status(Reason::kSignatureInvalid, "the event is not what its author signed");
  }
  item->proofs = admission::KeyProofs::Check(item->event);
  item->signature_checked = true;
  return {};
}

}  // namespace jejak::engine
