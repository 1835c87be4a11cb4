// The ledger's side of witnessing: asks the witnesses of a policy to cosign a checkpoint, and
// before the ledger signs anything after a start, asks them what they hold.
//
// Thread rule: one thread; each call asks all witnesses at once, from threads of its own, and
// returns when the slowest has answered or was given up, which is after kAskTimeMax at the latest.
// The tiles are read from several threads.
// Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/merkle/tile.h"
#include "ledger/witness/policy.h"
#include "ledger/witness/transport.h"

namespace jejak::witness {

// For all requests to one witness about one checkpoint. They are a few KiB; on a 2G line of 4 KiB a
// second there is time for each of them.
inline constexpr std::chrono::milliseconds kAskTimeMax{15'000};

// What one witness did.
struct WitnessReply {
  std::string name;  // of the policy
  // OK: it cosigned, or what it holds is of this log. UNAVAILABLE: not reached, or no answer of a
  // witness; ROLLED_BACK: it holds a checkpoint beyond this one; PROOF_INVALID: it holds another
  // history; NOTE_UNVERIFIED: its signature, or the log's under what it holds, is wrong;
  // PERMISSION_DENIED: it doesn't watch this log, or knows another key.
  Status status;
  std::optional<TreeSize> holds;  // entries of the newest checkpoint it cosigned, where known
  uint64_t time_seconds = 0;      // of its cosignature
};

struct CosignReport {
  std::string checkpoint;  // with every cosignature that holds
  bool quorum = false;     // whether the policy is met
  std::vector<WitnessReply> replies;  // of the witnesses that have a URL
};

class Cosigner {
 public:
  // `transport` outlives it.
  Cosigner(Policy policy, Transport* transport);

  // `checkpoint` is signed by the log, durable with its tiles, and published or about to be: a
  // witness that answered holds the ledger to it. Errors: NOTE_MALFORMED, CHECKPOINT_MALFORMED.
  Result<CosignReport> AskWitnesses(const std::string& checkpoint,
                                    const merkle::TileSource& tiles);

  // What the witnesses hold of this log, against the ledger as it is: `checkpoint` and its tiles.
  // A ledger must sign nothing when any reply is ROLLED_BACK or PROOF_INVALID; one that could not
  // be had is only reported.
  Result<std::vector<WitnessReply>> AskWhatTheyHold(const std::string& checkpoint,
                                                    const merkle::TileSource& tiles);

  const Policy& policy() const { return policy_; }

 private:
  struct Asked;
  void AskOne(const PolicyWitness& witness, const Asked& asked, TreeSize* known,
              WitnessReply* reply, std::vector<merkle::NoteSignature>* signatures);
  void AskHeld(const PolicyWitness& witness, const Asked& asked, WitnessReply* reply);

  const Policy policy_;
  Transport* const transport_;
  std::vector<TreeSize> known_;  // size that each witness cosigned last
};

// The first reply that forbids the ledger to sign; OK for none.
Status MayStillSign(std::span<const WitnessReply> replies);

}  // namespace jejak::witness
