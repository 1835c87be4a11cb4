// The order of events. Everything that orders is behind this interface: which event is next, when
// the ledger received it, and where a commit may end. Nothing else in the ledger may assume that
// this process decides them, so that a replicated log can take the place of the local queue.
//
// Thread rule: Propose from any thread; Next from one.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/signing.h"

namespace jejak::journal {

// What this process already knows of a proposal (decoded event, who waits for it). A journal that
// brings events from elsewhere leaves it out, and the engine decodes and verifies for itself.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

struct Proposal {
  // Null: no event, but a marker that asks for a commitment to the tallies.
  std::shared_ptr<const event::SignedEvent> event;
  // Outside live elections only: when the ledger shall say it received the event.
  std::optional<UnixMicros> received_at;
  std::shared_ptr<Attachment> attachment;
};

struct Ordered {
  Proposal proposal;
  UnixMicros received_at;  // never decreasing over all that Next returns
  // Brings no event, but asks for a commitment to the tallies here.
  bool marker() const { return proposal.event == nullptr; }
};

class Journal {
 public:
  virtual ~Journal() = default;
  // Hands in proposals, to be ordered as they stand. STOPPED after Stop.
  virtual Status Propose(std::vector<Proposal> proposals) = 0;
  // Waits until there is something, and takes up to `events_max` events and about `bytes_max` bytes
  // of them, at least one, in order; what it returns together may be committed together. Empty
  // after Stop, when nothing is left. Markers come about once a second under load, when nothing has
  // come for a moment, and before the end. CLOCK_SKEWED when the time can't be trusted.
  virtual Result<std::vector<Ordered>> Next(size_t events_max, size_t bytes_max) = 0;
  // No more proposals; what is queued still comes out.
  virtual void Stop() = 0;
};

}  // namespace jejak::journal
