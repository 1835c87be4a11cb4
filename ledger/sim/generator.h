// A simulated election, pulled step by step: every event that anyone signs, from genesis on, with
// what the ledger must make of it. The same scenario and seed give the same bytes. Votes, people
// and most places are invented; the names and TPS counts of Bulungan are its public geography.
//
// Memory: a nation holds the chain heads of its committees above the stations, and the corrections
// that are due; nothing grows with the number of stations that are through.
//
// Thread rule: one thread at a time. No clock, no randomness but the seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/sim/account.h"
#include "ledger/sim/scenario.h"
#include "ledger/sim/step.h"
#include "ledger/sim/totals.h"

namespace jejak::sim {

struct World;

class Simulation {
 public:
  // INVALID_ARGUMENT for a contest that doesn't exist, ballots out of range, or no stations;
  // INTERNAL without a source of randomness, which libsodium wants even if nothing here draws on
  // it.
  static Result<Simulation> Create(const Scenario& scenario, uint64_t seed);
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;
  ~Simulation();

  // The next step, until there are no more. The first is genesis.
  std::optional<Step> Next();
  // The next step without taking it; null when there are no more. Valid until the next call.
  const Step* Peek();

  // A certification states the size of the log it was made at. Without being told, a simulation
  // takes it that the log holds the steps so far and nothing else; whoever plays it into a ledger
  // that writes entries of its own says the log's size after all steps pulled so far. The size must
  // not be larger than the log's.
  void SetLogSize(TreeSize size);
  // Whether the next steps, which aren't made yet, state the log's size: the time to say it.
  bool NextAsksLogSize() const;

  // The refusals that the ledger must have logged after the steps pulled so far, in order.
  const std::vector<ExpectedRefusal>& ExpectedRefusals() const;
  // What the ledger must answer after the steps pulled so far, read back from their bytes. Only in
  // the night of Bulungan.
  const Account& account() const;
  const SimTotals& totals() const { return account().totals(); }
  uint64_t steps() const { return steps_; }
  // Author chains that are remembered: what bounds the memory of a nation.
  size_t remembered_chains() const;

  // The key of a simulated official ("root", "ledger", "kpu.6501", "ppk.650110", "kpps.650…"), so
  // that a ledger can be played on with. Simulated keys protect nothing.
  Result<crypto::SecretKey> KeyOf(const std::string& official) const;

 private:
  struct Parts;
  explicit Simulation(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
  uint64_t steps_ = 0;
};

}  // namespace jejak::sim
