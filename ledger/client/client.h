// A daemon, as a device or a monitor uses it.
//
// Durability: a receipt is given only for what the daemon says is on its disk, and only one that is
// of the event and leads to a checkpoint; whose checkpoint it is, CheckReceipt finds with the log's
// key. Thread rule: all methods from any thread. Errors: those that the .proto files name,
// UNAVAILABLE when the daemon can't be reached, DEADLINE_EXCEEDED, VERIFICATION_FAILED for an
// answer that is not one to the question, INTERRUPTED.
#pragma once

#include <jejak/v1/audit.pb.h>
#include <jejak/v1/log.pb.h>
#include <jejak/v1/registry.pb.h>
#include <jejak/v1/results.pb.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/merkle/note.h"

namespace jejak::client {

struct Server {
  std::string address;      // host:port
  std::string roots;        // PEM text that the server's certificate leads to; empty: no TLS
  std::string certificate;  // PEM text of the client's own, for mutual TLS
  std::string key;          // PEM text
  // Asked to stop, every call ends with INTERRUPTED, whether or not the server answers.
  std::stop_token stop;
  // How long a replay is taken up again, with pauses, while nothing comes.
  std::chrono::milliseconds reconnect = std::chrono::seconds(30);
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

// That the receipt is for this event, and that the log of this key has it. PROOF_INVALID.
Status CheckReceipt(const event::SignedEvent& event, const Receipt& receipt,
                    const merkle::VerifierKey& log);

// That a tlog-proof is of this entry and leads to the checkpoint in it; nobody's signature is
// looked at. PROOF_INVALID.
Status CheckProof(const std::string& text, LogIndex index, const Hash& leaf);

// What goes with events that are handed in.
struct PersonName {
  std::string official;
  Bytes salt;
  std::string name;
};
struct Beside {
  bool proofs = true;
  std::vector<PersonName> names;          // of officials that the events enrol
  std::optional<UnixMicros> received_at;  // of a simulation, where the daemon takes it
};

// What became of one event of several.
struct SubmitOutcome {
  Status door;                     // why it was turned away
  std::optional<Receipt> receipt;  // when it was not
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

// Every question that a daemon answers in one message: Q(service, call).
#define JEJAK_QUESTIONS(Q)                                                                   \
  Q(Results, GetTally) Q(Results, GetTallyProof) Q(Results, ListStations)                    \
  Q(Results, GetProgress) Q(Audit, TraceFigure) Q(Audit, ExplainChange) Q(Audit, GetEntry)   \
  Q(Audit, GetHistory) Q(Audit, ListFindings) Q(Audit, ListActivity) Q(Audit, ListRefusals)  \
  Q(Audit, ListRecords) Q(Log, GetCheckpoint) Q(Log, GetConsistencyProof)                    \
  Q(Registry, GetElection) Q(Registry, ListContests) Q(Registry, ListBallots)                \
  Q(Registry, GetRegion) Q(Registry, GetOfficial) Q(Registry, GetKey)

class Client {
 public:
  static Result<std::unique_ptr<Client>> Connect(const Server& server);
  ~Client();

  Result<ElectionFacts> Election();
  // What the key's next event must carry. KEY_UNKNOWN.
  Result<event::ChainHead> HeadOf(const PublicKey& key);
  // Hands events in, in this order, each with its outcome; again where the line breaks, and after
  // a while where the daemon asks for it: each is in the log once.
  Result<std::vector<SubmitOutcome>> SubmitAll(const std::vector<event::SignedEvent>& events,
                                               const Beside& beside = {});
  // Questions and answers as proto/jejak/v1 has them; asked again where the line breaks.
#define JEJAK_ASK(service, call) \
  Status Ask(const jejak::v1::call##Request& request, jejak::v1::call##Response* out);
  JEJAK_QUESTIONS(JEJAK_ASK)
#undef JEJAK_ASK
  // From `from` to `to` (the end when none), then live when `follow`; where the line breaks it goes
  // on where it was, without a gap or a repeat, until nothing came for `reconnect`. Ends when a
  // handler says so. VERIFICATION_FAILED for an entry that is left out, repeated, out of order or
  // not asked for, and for an end before the end; of a filtered one nobody sees what is left out.
  Status Replay(LogIndex from, std::optional<LogIndex> to, bool follow, const ReplayFilter& filter,
                const ReplayHandler& handler);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::client
