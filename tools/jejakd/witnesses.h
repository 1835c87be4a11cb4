// The witnesses of a policy, for as long as the daemon lives: before the ledger may sign anything
// it is held against what they hold, and each published checkpoint is brought to them.
//
// Thread rule: Published, Stop and status from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tile.h"
#include "ledger/witness/cosign.h"
#include "tools/jejakd/telemetry.h"

namespace jejak::daemon {

class Witnesses {
 public:
  struct Options {
    std::string policy_file;  // C2SP tlog-policy
    // All that the ledger has signed checkpoints with.
    std::vector<merkle::VerifierKey> log_keys;
    // Whether the daemon is told to end, beside Stop: what is asked then is given up within a
    // second. From any thread.
    std::function<bool()> told_to_end;
  };
  // Errors: those of reading the policy.
  static Result<std::unique_ptr<Witnesses>> Make(Options options, Telemetry* telemetry);
  ~Witnesses();

  // ROLLED_BACK or PROOF_INVALID when witnesses hold a longer or another history than the ledger,
  // which then must sign nothing (Cosigner::MayStillSign). One that can't be asked is reported,
  // and passed over.
  Status MaySign(const std::string& checkpoint, const merkle::TileSource& tiles);

  // Takes up the newest checkpoint with a quorum that was kept in `folder`, so that it is served
  // until there is a newer one; one that doesn't hold is reported, and passed over. `log` is the
  // key in force. ROLLED_BACK when the ledger is shorter than what that key and the quorum signed,
  // or another.
  Status Recall(const std::filesystem::path& folder, const merkle::TileSource& tiles,
                TreeSize size, const merkle::VerifierKey& log);
  // From now on, until Stop, what stands in `folder` is brought to them whenever it was published.
  // `newest`: the ledger as it is, of which a witness may have seen more than is published.
  void Start(std::filesystem::path folder, witness::NewestLog newest);
  void Published();
  // Gives up what is being asked. Nothing is asked afterwards.
  void Stop();
  // The newest checkpoint with the policy's quorum of cosignatures; empty for none yet.
  std::string Cosigned() const;
  // Not OK once witnesses were found to hold another history: the ledger must be stopped.
  Status status() const;

 private:
  Witnesses(witness::Policy policy, Options options, Telemetry* telemetry);
  void Run();
  Status Bring();
  // How each witness is, said once until it changes: what it says against the ledger, in full.
  void Report(const std::vector<witness::WitnessReply>& replies);

  Telemetry* const telemetry_;
  std::atomic<bool> given_up_{false};
  const std::unique_ptr<witness::Transport> transport_;
  witness::Cosigner cosigner_;
  std::filesystem::path folder_;
  witness::NewestLog newest_;
  std::map<std::string, std::string> told_;  // by witness; of whoever asks

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool published_ = false;
  bool stopping_ = false;
  Status failed_;
  std::string cosigned_;
  std::thread thread_;
};

}  // namespace jejak::daemon
