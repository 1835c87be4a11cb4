// The witnesses of a policy, for as long as the daemon lives: before the ledger may sign anything
// it is held against what they hold, and each published checkpoint is brought to them.
//
// Thread rule: Published and status from any thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/base/status.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tile.h"
#include "ledger/witness/cosign.h"
#include "tools/jejakd/telemetry.h"

namespace jejak::daemon {

class Witnesses {
 public:
  // `policy_file`: C2SP tlog-policy. Errors: those of reading it.
  static Result<std::unique_ptr<Witnesses>> Make(const std::string& policy_file,
                                                 Telemetry* telemetry);
  ~Witnesses();

  // ROLLED_BACK or PROOF_INVALID when a witness holds a longer or another history than the ledger,
  // which then must sign nothing. One that can't be asked is reported, and passed over.
  Status MaySign(const std::string& checkpoint, const merkle::TileSource& tiles);

  // Takes up the newest checkpoint with a quorum that was kept in `folder`, so that it is served
  // until there is a newer one; one that doesn't hold is reported, and passed over. `log` is the
  // key in force. ROLLED_BACK when the ledger is shorter than what that key and the quorum signed,
  // or another.
  Status Recall(const std::filesystem::path& folder, const merkle::TileSource& tiles,
                TreeSize size, const merkle::VerifierKey& log);
  // From now on what stands in `folder` is brought to them whenever it was published.
  void Start(std::filesystem::path folder);
  void Published();
  // The newest checkpoint with the policy's quorum of cosignatures; empty for none yet.
  std::string Cosigned() const;
  // Not OK once a witness was found to hold another history: the ledger must be stopped.
  Status status() const;

 private:
  Witnesses(witness::Policy policy, Telemetry* telemetry);
  void Run();
  Status Bring();
  // How each witness is, said once until it changes.
  void Report(const std::vector<witness::WitnessReply>& replies);

  Telemetry* const telemetry_;
  const std::unique_ptr<witness::Transport> transport_;
  witness::Cosigner cosigner_;
  std::filesystem::path folder_;
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
