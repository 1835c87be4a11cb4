// The ledger: the write path from signed event to receipt. Verification runs in parallel; one
// sequencer gives the order, decides and folds event by event, and commits a batch with one atomic
// write and one fsync; then the receipts leave. Whatever arrives while a commit is on its way is
// the next batch.
//
// Durability: an outcome with a receipt is given only after the entry, its leaf and its effects are
// on disk. After a failed write nothing is tried again: every later call answers STOPPED.
//
// Thread rule: all methods may be called from any thread. Spec: docs/internals/write-path.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/engine/view.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/journal/local_journal.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/store/store.h"

namespace jejak::engine {

// What proves that the ledger has an entry.
struct Receipt {
  LogIndex index;
  Hash event;
  UnixMicros received_at;
  std::optional<event::Refusal> refusal;  // none: accepted
  Hash leaf;
  // C2SP tlog-proof against the checkpoint of the commit; empty unless asked for.
  std::string proof;
};

// Either turned away at the door, or in the log.
struct Outcome {
  Status door;  // not OK: not logged, and why
  std::optional<Receipt> receipt;
  bool existing = false;  // a retry: the entry was there before
};

struct SubmitOptions {
  bool proofs = false;                      // fill Receipt.proof
  std::optional<UnixMicros>
      received_at;  // outside live elections only: the ledger's clock for these
  // Asks for a commitment to the tallies right before these; it comes if they changed since the
  // last.
  bool commit_before = false;
  // Rather than hold the caller back while too many events are queued, turns these away at the
  // door: OVERLOADED.
  bool never_wait = false;
};

struct OpenOptions {
  store::OpenOptions store;
  // Null: only reading. Otherwise it must be the ledger key in force.
  std::shared_ptr<const crypto::SecretKey> ledger_key;
  size_t verify_threads = 0;  // 0: as many as there are cores
  size_t batch_events_max = limits::kBatchEventsMax;
  journal::Clocks clocks = journal::Clocks::System();
  journal::Markers markers;
  // Told the size after each commit, on the sequencer's thread: it must be quick. May be null.
  std::function<void(TreeSize)> committed;
};

using PeopleRows = std::vector<std::pair<std::string, Person>>;  // by official

class Ledger {
 public:
  // Opens the ledger in `dir`. Besides what store::Store::Open refuses: LEDGER_DAMAGED when log,
  // tree, checkpoint and projections don't fit together, ROLLED_BACK when the tree has another root
  // than HEAD acknowledged, LEDGER_KEY_WRONG, RULES_UNKNOWN.
  static Result<std::unique_ptr<Ledger>> Open(const std::filesystem::path& dir,
                                              OpenOptions options);
  // Makes a ledger in `dir` with `genesis` (electionOpened) as entry 0. LEDGER_EXISTS, or the
  // refusal.
  static Result<std::unique_ptr<Ledger>> Create(const std::filesystem::path& dir,
                                                const event::SignedEvent& genesis,
                                                OpenOptions options,
                                                const SubmitOptions& submit = {});
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Decides and logs `events` in this order, and answers in this order. Waits; holds the caller
  // back while too many events are queued.
  std::vector<Outcome> Submit(std::vector<event::SignedEvent> events,
                              const SubmitOptions& options = {});
  Outcome SubmitOne(event::SignedEvent event, const SubmitOptions& options = {});
  // The same without waiting: `done` is called once, on the sequencer's thread, and must be quick.
  void SubmitAsync(std::vector<event::SignedEvent> events, const SubmitOptions& options,
                   std::function<void(std::vector<Outcome>)> done);

  // Stores names beside the log. Names that don't fit the commitment in the log are
  // INVALID_ARGUMENT.
  Status PutPeople(const PeopleRows& people);

  // The newest committed state.
  std::shared_ptr<const View> Newest() const;
  // Where the key's chain stands in the newest committed state: what its next event must carry.
  Result<event::ChainHead> HeadOf(const PublicKey& key) const;

  // Rebuilds every projection from the log into a new generation and switches to it. `progress` may
  // be null; it is told entries done and in all, and returns false to stop with INTERRUPTED.
  using Progress = std::function<bool(uint64_t done, uint64_t total)>;
  Status Rebuild(const Progress& progress);
  // Reads every table file against its checksums.
  Status VerifyChecksums(const Progress& progress) const;
  // SHA-256 over all rows of all projections in order: equal states have equal digests.
  Result<Hash> ProjectionDigest() const;

  // The rows are of another release, or some are not there: nothing but Rebuild is possible.
  bool RebuildNeeded() const;
  // Root of the tally tree over the newest entries.
  Result<Hash> TallyRoot();

  // OK, or what stopped the ledger.
  Status status() const;
  // Finishes what was queued, and closes the store cleanly.
  Status Close();

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// LEDGER_DAMAGED, for whoever can do nothing with a ledger of which RebuildNeeded() is true.
Status RebuildFirst(const std::filesystem::path& dir);

}  // namespace jejak::engine
