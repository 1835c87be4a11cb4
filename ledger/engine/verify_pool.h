// Inside of the engine: parallel, stateless verification of what callers hand in. Events leave for
// the journal in the order in which they came, whatever thread verified them.
//
// Thread rule: Submit from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/admission/key_proofs.h"
#include "ledger/base/kv.h"
#include "ledger/engine/ledger.h"
#include "ledger/event/bodies.h"
#include "ledger/journal/journal.h"

namespace jejak::engine {

// What one caller handed in, and what it gets back. Each outcome is written by one thread; the last
// to finish calls `done`.
struct Submission {
  std::vector<event::SignedEvent> events;
  SubmitOptions options;
  std::vector<Outcome> outcomes;
  std::function<void(std::vector<Outcome>)> done;
  std::atomic<size_t> remaining{0};

  // One more outcome is final.
  void Finish() {
    if (remaining.fetch_sub(1) == 1) done(std::move(outcomes));
  }
};

// One event on its way.
struct Item final : journal::Attachment {
  std::shared_ptr<Submission> submission;
  size_t at = 0;  // in submission->events
  event::Event event;
  Hash hash;
  admission::KeyProofs proofs;     // of the keys that the event enrols
  bool signature_checked = false;  // false: the key wasn't known yet, the sequencer looks again

  const event::SignedEvent& signed_event() const { return submission->events[at]; }
  Outcome& outcome() const { return submission->outcomes[at]; }
  // The event's bytes go now, and not with the last of its submission: what is answered takes no
  // room. Returns how many they were.
  size_t Answer(Outcome outcome_of_it) const {
    const event::SignedEvent answered = std::move(submission->events[at]);
    outcome() = std::move(outcome_of_it);
    submission->Finish();
    return answered.bytes.size();
  }
};

// What the queue holds, or lets go.
struct Load {
  size_t events = 0;
  size_t bytes = 0;  // of the events
};

class VerifyPool {
 public:
  // Tells whether a key is enrolled in the newest committed state.
  using KnowsKey = std::function<bool(const PublicKey&)>;

  VerifyPool(size_t threads, KnowsKey knows_key, journal::Journal* journal);
  ~VerifyPool();
  // Hands everything that came in to the journal, and ends the threads. The sequencer may still
  // Release.
  void Stop();

  // Waits while too many events are queued, or bytes of them, or answers OVERLOADED when the caller
  // never waits.
  void Submit(std::shared_ptr<Submission> submission);
  // These were answered: room for more.
  void Release(const Load& answered);

 private:
  struct Chunk {
    std::shared_ptr<Submission> submission;
    size_t begin = 0, end = 0;
    std::vector<journal::Proposal> verified;
    bool taken = false, done = false;
  };
  void Work();
  void Verify(Chunk* chunk);
  // Door checks that need no order. Returns what turns the event away.
  Status Check(Item* item) const;

  const KnowsKey knows_key_;
  journal::Journal* const journal_;
  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::deque<std::shared_ptr<Chunk>>
      chunks_;  // in order of arrival; done ones leave from the front
  size_t next_ = 0;                            // first chunk that nobody has taken
  Load queued_;                                // handed in and not answered
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jejak::engine
