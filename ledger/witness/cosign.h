// The ledger's side of witnessing: asks the witnesses of a policy to cosign a checkpoint, and
// before the ledger signs anything after a start, asks them what they hold; and judges what their
// word against the ledger is worth.
//
// Thread rule: one thread; each call asks all witnesses at once, from threads of its own, and
// returns when the slowest has answered or was given up, which is after kAskTimeMax at the latest.
// The tiles, and the newest log, are read from several threads.
// Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
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

// What a witness's word says against the ledger.
enum class Against {
  kNothing,
  // It says that it cosigned more entries than the ledger has, or others. Whoever answers at its
  // address can say so.
  kClaim,
  // It shows a note that says so, signed by its key and by one of the log's.
  kEvidence,
};

// What one witness did.
struct WitnessReply {
  std::string name;  // of the policy
  // OK: it cosigned, or what it holds is of this log. UNAVAILABLE: not reached, or no answer of a
  // witness; ROLLED_BACK, with `against`: it holds a checkpoint beyond this log; PROOF_INVALID,
  // with `against`: it holds another history; NOTE_UNVERIFIED: its signature is wrong;
  // PERMISSION_DENIED: it doesn't watch this log, or knows another key.
  Status status;
  Against against = Against::kNothing;
  std::optional<TreeSize> holds;  // entries of the newest checkpoint it cosigned, where known
  uint64_t time_seconds = 0;      // of its cosignature
};

struct CosignReport {
  std::string checkpoint;  // with every cosignature that holds
  bool quorum = false;     // whether the policy is met
  std::vector<WitnessReply> replies;  // of the witnesses that have a URL
};

// The log at a moment, which may have grown since a checkpoint of it was published: what a
// witness's word is held against.
struct LogState {
  TreeSize size;
  std::shared_ptr<const merkle::TileSource> tiles;
};
using NewestLog = std::function<LogState()>;

class Cosigner {
 public:
  // `log_keys` are all that the log has signed with; those of the policy count beside them.
  // `transport` outlives it.
  Cosigner(Policy policy, std::vector<merkle::VerifierKey> log_keys, Transport* transport,
           std::chrono::milliseconds ask_time = kAskTimeMax);

  // `checkpoint` is signed by the log, durable with its tiles, and published or about to be: a
  // witness that answered holds the ledger to it. `newest` is asked for the log that a witness
  // who knows more of it must know; null when there is no more than the checkpoint's. Errors:
  // NOTE_MALFORMED, CHECKPOINT_MALFORMED.
  Result<CosignReport> AskWitnesses(const std::string& checkpoint,
                                    const merkle::TileSource& tiles,
                                    const NewestLog& newest = nullptr);

  // What the witnesses hold of this log, against the ledger as it is: `checkpoint` and its tiles.
  // One that could not be had is only reported.
  Result<std::vector<WitnessReply>> AskWhatTheyHold(const std::string& checkpoint,
                                                    const merkle::TileSource& tiles);

  // Whether the ledger may sign after these replies: not when one of them is evidence, nor when
  // the witnesses that claim would make the policy's quorum together. A claim stands until its
  // witness has cosigned again. With the quorum `none`, or without enough of them, claims are only
  // reported. ROLLED_BACK or PROOF_INVALID, with who says what.
  Status MayStillSign(std::span<const WitnessReply> replies) const;

  const Policy& policy() const { return policy_; }

 private:
  struct Asked;
  // What is remembered of a witness.
  struct Known {
    TreeSize cosigned;  // where the next proof begins; a mistake costs one more request
    Status claim;       // that it has not taken back by cosigning
  };
  Result<HttpAnswer> Post(const PolicyWitness& witness, const Asked& asked, TreeSize from) const;
  static Status Conflict(const Asked& asked, TreeSize from, TreeSize size, Against* against);
  static Status TakeCosignature(const PolicyWitness& witness, const Asked& asked,
                                const std::string& body, WitnessReply* reply,
                                merkle::NoteSignature* signature);
  void AskOne(const PolicyWitness& witness, const Asked& asked, Known* known,
              WitnessReply* reply, merkle::NoteSignature* signature) const;
  void AskHeld(const PolicyWitness& witness, const Asked& asked, WitnessReply* reply) const;

  const Policy policy_;
  std::vector<merkle::VerifierKey> log_keys_;
  Transport* const transport_;
  const std::chrono::milliseconds ask_time_;
  std::vector<Known> known_;  // by place in the policy
};

}  // namespace jejak::witness
