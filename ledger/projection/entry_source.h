// Where answers read the log's entries: the ledger's own, an export, or a test's.
#pragma once

#include <memory>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"

namespace jejak::projection {

// One entry with its event decoded.
struct ReadEntry {
  LogIndex index;
  Bytes bytes;  // of the entry: the Merkle leaf
  event::Entry entry;
  event::Event event;
  Hash hash;  // of the event
};

// Thread rule: safe from several threads at once.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  // NOT_FOUND beyond the end; LEDGER_DAMAGED where bytes don't decode.
  virtual Result<ReadEntry> Entry(LogIndex index) const = 0;
  virtual TreeSize size() const = 0;
};

}  // namespace jejak::projection
