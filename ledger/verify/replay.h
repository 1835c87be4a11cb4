// A log checked entry by entry, as it grows: encodings, signatures, author chains, verdicts and
// commitments under the rules in force. For a monitor, which goes on where it stood; who checks a
// whole log at once is faster with verify.h.
//
// Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/base/row_store.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/state.h"

namespace jejak::verify {

// The first thing that does not hold.
struct ReplayFault {
  LogIndex index;
  std::string what;     // UPPER_SNAKE
  std::string meaning;  // for an auditor
};

// An entry that holds, and was folded.
struct Replayed {
  LogIndex index;
  event::Event event;
  Hash hash;
  UnixMicros received_at;
  std::optional<event::Refusal> refusal;
};

class Replay {
 public:
  // `rows` is borrowed, and holds none.
  static Result<std::unique_ptr<Replay>> Start(RowStore* rows);

  // Checks the next entry and folds it. `signed_before`: its signature was checked in an earlier
  // replay of the same bytes. A fault is in `fault`, and nothing more may be taken after it.
  // Errors: RULES_UNKNOWN, and those of the state.
  Result<Replayed> Take(ByteView entry, bool signed_before, std::optional<ReplayFault>* fault);

  TreeSize size() const { return tree_.size(); }
  Hash Root() const { return tree_.Root(); }
  projection::State& state() { return *state_; }

 private:
  explicit Replay(RowStore* rows) : rows_(rows) {}
  Status Check(const Replayed& entry, std::optional<ReplayFault>* fault);
  Status Fold(const Replayed& entry);

  RowStore* const rows_;
  std::unique_ptr<projection::State> state_;
  merkle::RootBuilder tree_;
  UnixMicros last_received_{INT64_MIN};
};

}  // namespace jejak::verify
