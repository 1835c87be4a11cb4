// Verification of a whole log from public bytes: tree, checkpoint, every signature and author
// chain, every enrolment, every verdict under the rules in force. It shares with the ledger that
// wrote the log only the pure modules, and folds the entries into a state of its own.
//
// Thread rule: Verify uses `threads` threads of its own and returns when all are done.
// Spec: docs/internals/verification.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/base/kv.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/merkle/checkpoint.h"

namespace jejak::verify {

// Where the bytes come from. Thread rule: safe from several threads at once.
class LogSource {
 public:
  virtual ~LogSource() = default;
  // The entry's bytes as they stand; NOT_FOUND when the source doesn't have it.
  virtual Result<Bytes> EntryBytes(LogIndex index) const = 0;
  // The newest signed checkpoint.
  virtual Result<std::string> Checkpoint() const = 0;
};

// What the verifier was given from outside. Without an election or key it checks the log only
// against itself.
struct Anchor {
  std::optional<merkle::VerifierKey> key;  // the log's, as a vkey
  std::optional<Hash> election;            // hash of the genesis event
  // A checkpoint kept from before: this log must be a continuation of it.
  std::optional<std::string> since;
};

struct Options {
  Anchor anchor;
  size_t threads = 0;  // 0: as many as there are cores
  // Told entries done and in all; returns false to stop with INTERRUPTED. May be null.
  std::function<bool(uint64_t done, uint64_t total)> progress;
};

// The first thing that is wrong.
struct Fault {
  std::optional<LogIndex> index;  // entry; none for faults of the checkpoint or the whole
  std::string what;               // UPPER_SNAKE
  std::string meaning;            // for an auditor
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
};

// The rows of the state that the entries gave, for comparing with the ledger's own.
using State = MemoryStore;

// A failure of the source, or rules that this program doesn't know, is the Status; anything that
// doesn't hold is report.fault. `state`, when given, receives every row of every projection.
Result<Report> Verify(const LogSource& source, const Options& options, State* state = nullptr);

}  // namespace jejak::verify
