// Inside of the engine: the state of an open ledger and its sequencer thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "ledger/engine/known_keys.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/verify_pool.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/projection/state.h"

namespace jejak::engine {

// One event of a batch, decided and waiting for the commit.
struct Decided {
  std::shared_ptr<Item> item;
  Outcome outcome;
};

struct Ledger::Impl {
  std::unique_ptr<store::Store> store;
  OpenOptions options;
  std::unique_ptr<projection::State> state;  // sequencer only, or under commit_mutex
  std::optional<merkle::TreeAppender> tree;  // likewise
  UnixMicros last_received;                  // of the newest entry
  std::string origin;
  std::atomic<bool> live{false};             // of mode live: nobody else gives the time

  KnownKeys known_keys;
  std::unique_ptr<journal::LocalJournal> journal;
  std::unique_ptr<VerifyPool> pool;
  std::thread sequencer;
  std::mutex commit_mutex;  // who holds it may write to the store
  std::shared_ptr<const projection::Registry> registry;  // of the newest view; under commit_mutex
  Status damage;  // that the sequencer came upon: nothing is committed any more

  mutable std::mutex mutex;  // guards the two below
  std::shared_ptr<const View> newest;
  Status stopped;

  // Checks what only log, tree and projections together can show, and gets ready for reading.
  Status Prepare();
  Status CheckHead();
  Status CheckLastEntry();
  Status CheckCheckpoint();
  // Starts the threads of the write path.
  void Start();
  void Run();
  // Decides, folds, seals, commits and answers one batch. Not OK: the ledger stops.
  Status Process(std::vector<journal::Ordered> batch);
  Decided Decide(const journal::Ordered& ordered, store::WriteSet* rows);
  // Logs the entry, and folds it.
  LogIndex Append(const event::Event& event, const Hash& hash, const event::Entry& entry,
                  store::WriteSet* rows, Hash* leaf);
  // Logs the ledger's own commitment to the tallies as they are.
  Status AppendCommitment(UnixMicros received_at, store::WriteSet* rows);
  // False after the key in force was changed in this batch: what comes next is signed by the new
  // one.
  bool HasKeyInForce() const;
  Result<Receipt> ExistingReceipt(LogIndex index) const;
  // Fills what the receipt can only say after the commit.
  Status Complete(Decided* decided, const std::string& checkpoint) const;
  // Commits when the batch added entries. Returns the newest checkpoint's text.
  Result<std::string> CommitIfGrown(TreeSize before, store::WriteSet rows);
  // Signs, writes and syncs everything since the last commit. Returns the checkpoint's text.
  Result<std::string> Commit(store::WriteSet rows);
  void Stop(Status why);
  // A view of what is committed: its registry is copied when it changed since the last view.
  std::shared_ptr<const View> MakeView(TreeSize size, const Hash& root);
  std::shared_ptr<const View> Newest() const {
    const std::lock_guard lock(mutex);
    return newest;
  }
  void SetNewest(std::shared_ptr<const View> view) {
    const std::lock_guard lock(mutex);
    newest = std::move(view);
  }
};

}  // namespace jejak::engine
