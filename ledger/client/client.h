// A daemon, as a device or a monitor uses it.
//
// Durability: a receipt is given only for what the daemon says is on its disk; check its proof with
// merkle. Thread rule: all methods from any thread. Errors: those that the .proto files name,
// UNAVAILABLE when the daemon can't be reached, DEADLINE_EXCEEDED.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::client {

struct Server {
  std::string address;      // host:port
  std::string roots;        // PEM text that the server's certificate leads to; empty: no TLS
  std::string certificate;  // PEM text of the client's own, for mutual TLS
  std::string key;          // PEM text
};

struct ElectionFacts {
  Hash id;
  std::string mode;
  std::string origin;
  PublicKey ledger_key;
  TreeSize size;
};

struct Receipt {
  LogIndex index;
  Hash event;
  UnixMicros received_at;
  std::optional<event::Refusal> refusal;
  Hash leaf;
  std::string proof;  // tlog-proof
  bool existing = false;
};

// Whose key it is.
struct KeyFacts {
  std::string official, role, body, decree;
  std::optional<std::string> name;
  LogIndex enrolled_at;
};

struct ReplayFilter {
  std::string contest, region, kind, official, verdict;  // empty: all
};
struct ReplayProgress {
  std::string state;  // confirmed, caught_up, behind, idle
  TreeSize size;
  LogIndex next;
  UnixMicros time;
};
// Entries as they come; return false to end. Either may be called from the calling thread only.
struct ReplayHandler {
  std::function<bool(LogIndex, Bytes)> entry;
  std::function<bool(const ReplayProgress&)> progress;
};

class Client {
 public:
  static Result<std::unique_ptr<Client>> Connect(const Server& server);
  ~Client();

  Result<ElectionFacts> Election();
  // What the key's next event must carry. KEY_UNKNOWN.
  Result<event::ChainHead> HeadOf(const PublicKey& key);
  Result<KeyFacts> KeyOf(const PublicKey& key);
  // Hands the event in, again where the line breaks: it is in the log once. What is turned away at
  // the door is the error.
  Result<Receipt> Submit(const event::SignedEvent& event);
  Result<std::string> Checkpoint();
  // From `from` to `to` (the end when none), then live when `follow`; a follower whose line breaks
  // goes on where it was, without a gap or a repeat. Ends when a handler says so.
  Status Replay(LogIndex from, std::optional<LogIndex> to, bool follow, const ReplayFilter& filter,
                const ReplayHandler& handler);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::client
