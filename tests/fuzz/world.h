// A ledger of a small simulated election, for targets that need something true to begin with: made
// anew by each process, in a folder that goes with it.
//
// Thread rule: one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ledger/engine/ledger.h"
#include "ledger/merkle/note.h"
#include "tests/support/small_election.h"

namespace jejak::fuzz {

class World {
 public:
  static constexpr uint64_t kStations = 6;
  static World& The();

  engine::Ledger& ledger() { return *ledger_; }
  testing::SmallElection& election() { return election_; }
  // As they were when the ledger was made: the tallies are committed to.
  const std::vector<Bytes>& entries() const { return entries_; }
  const std::string& checkpoint() const { return checkpoint_; }
  merkle::VerifierKey log_key() const;
  std::shared_ptr<const engine::View> view() const { return ledger_->Newest(); }

  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

 private:
  std::filesystem::path folder_;
  testing::SmallElection election_{kStations};
  std::unique_ptr<engine::Ledger> ledger_;
  std::vector<Bytes> entries_;
  std::string checkpoint_;
};

}  // namespace jejak::fuzz
