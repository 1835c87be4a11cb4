// Where signed events go: a local ledger, or a daemon. What a command says doesn't depend on which.
//
// Durability: an outcome with a receipt is on the disk of whoever gave it. Thread rule: one thread.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "tools/cli/asker.h"
#include "tools/cli/session.h"

namespace jejak::cli {

// What goes with events.
struct Handing {
  bool proofs = true;
  engine::PeopleRows names;                // of officials that they enrol; kept where they fit
  std::optional<UnixMicros> received_at;   // of a simulation
  bool commit_before = false;              // likewise; a daemon sees by itself that an hour ends
};

class Desk {
 public:
  using Outcomes = Result<std::vector<engine::Outcome>>;

  // Of --server, or of --ledger, opened for writing with commits of at most `batch` events.
  static Result<std::unique_ptr<Desk>> Open(const Globals& globals, size_t batch = 0);
  // Of a ledger that is somebody else's.
  static std::unique_ptr<Desk> Of(engine::Ledger* ledger);
  virtual ~Desk() = default;

  // Hands events in, in this order; they are decided when the answer is asked for, at the latest.
  // The next may be handed in before that.
  virtual std::future<Outcomes> Start(std::vector<event::SignedEvent> events, Handing handing) = 0;
  Outcomes Submit(std::vector<event::SignedEvent> events, Handing handing) {
    return Start(std::move(events), std::move(handing)).get();
  }
  // Where the key's chain stands. KEY_UNKNOWN.
  virtual Result<event::ChainHead> HeadOf(const PublicKey& key) = 0;
  // The entry of the event with this hash.
  virtual Result<std::optional<LogIndex>> Find(const Hash& event) = 0;
  virtual Asker* asker() = 0;
  // Ends what was opened; nothing may be asked after it.
  virtual Status Close() = 0;
};

// Signs one author's events in the order of its chain.
class Signer {
 public:
  // From where the key's chain stands.
  static Result<Signer> For(Desk* desk, crypto::SecretKey key);
  Signer(crypto::SecretKey key, const Hash& election, event::ChainHead head)
      : key_(std::move(key)), election_(election), head_(head) {}

  // Moves the chain on only when it succeeds. `hash` receives the event's hash.
  Result<event::SignedEvent> Sign(event::Body body, UnixMicros occurred_at, Hash* hash = nullptr);
  const PublicKey& key() const { return key_.public_key(); }

 private:
  crypto::SecretKey key_;
  Hash election_;
  event::ChainHead head_;
};

// Appends one event. What is turned away at the door is the error; what is refused in the log is in
// the receipt.
Result<engine::Receipt> Append(Desk* desk, const event::SignedEvent& event,
                               engine::PeopleRows names = {});
// The refusal in the receipt as an error; OK for an accepted one.
Status RefusalOf(const engine::Receipt& receipt);
// Hash of genesis.
Result<Hash> ElectionOf(Desk* desk);

}  // namespace jejak::cli
