// Verification of a whole log from public bytes: tree, checkpoint, cosignatures, every signature
// and author chain, every enrolment, every verdict under the rules in force, every commitment to
// the tallies. It shares with the ledger that wrote the log only the pure modules, and folds the
// entries into a state of its own.
//
// Memory: a few hundred entries on their way, the caches of the state, and what `rows` holds.
//
// Thread rule: Verify uses `threads` threads of its own and returns when all are done.
// Spec: docs/internals/verification.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/base/row_store.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/verify/faults.h"

namespace jejak::verify {

// Where the bytes come from. Thread rule: each entry is asked for once, in order, by one thread at
// a time, which need not be the same one.
class LogSource {
 public:
  virtual ~LogSource() = default;
  // The entry's bytes as they stand; NOT_FOUND when the source doesn't have it.
  virtual Result<Bytes> EntryBytes(LogIndex index) const = 0;
  // The newest signed checkpoint. Asked for once, before any entry.
  virtual Result<std::string> Checkpoint() const = 0;
  // The newest one that witnesses cosigned, where that may be another; empty otherwise.
  virtual std::string Cosigned() const { return {}; }
};

// What the verifier was given from outside. Without an election or key it checks the log only
// against itself.
struct Anchor {
  // The log's, as a vkey. One that a later entry replaced anchors a log in which it signed: what it
  // signed names the election, whose root replaced it.
  std::optional<merkle::VerifierKey> key;
  std::optional<Hash> election;            // hash of the genesis event
  // A checkpoint kept from before: this log must be a continuation of it.
  std::optional<std::string> since;
  // Keys of witnesses that are trusted, and how many of them must have cosigned the newest
  // checkpoint, the one that the source has from them, or the one kept from before.
  std::vector<merkle::VerifierKey> witnesses;
  size_t witnesses_needed = 0;
};

struct Options {
  Anchor anchor;
  size_t threads = 0;  // 0: as many as there are cores
  // Told entries done and in all; returns false to stop with INTERRUPTED. May be null.
  std::function<bool(uint64_t done, uint64_t total)> progress;
  // Told each entry that holds, in order, before the rows that it gave are written. A failure ends
  // verification with it. May be null.
  std::function<Status(LogIndex index, ByteView bytes, const Hash& leaf)> entry;
};

struct Cosigner {
  std::string name;
  uint64_t time_seconds = 0;  // when it saw the checkpoint, by its own clock
};

// A checkpoint that enough witnesses cosigned.
struct Witnessed {
  TreeSize size;
  std::vector<Cosigner> by;
};

// That the log continues the checkpoint kept from before.
struct Since {
  TreeSize size;
  Hash root;
  bool consistent = false;  // the first `size` entries give that root
  bool is_signed = false;   // by Anchor::key, where it was given
};

struct Report {
  std::optional<Fault> fault;  // none: everything holds
  std::string anchor;          // "key", "election" or "self"
  TreeSize size;
  Hash root;                   // of the entries as they are
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t signatures = 0;
  uint64_t commitments = 0;    // tallyCommitted entries checked
  Hash election;
  std::optional<Since> since;          // where one was given
  std::optional<Witnessed> witnessed;  // where witnesses were given
};

// The rows of the state that the entries gave, for comparing with the ledger's own.
using State = MemoryStore;

// A failure of the source, or rules that this program doesn't know, is the Status; anything that
// doesn't hold is report.fault. `state`, when given, receives every row of every projection.
Result<Report> Verify(const LogSource& source, const Options& options, State* state = nullptr);
// The same with the rows where the caller wants them: on disk, for a log that is too large.
Result<Report> VerifyInto(const LogSource& source, const Options& options, RowStore* rows);

}  // namespace jejak::verify
