// Plays a simulation into whatever takes signed events, in batches.
//
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/sim/generator.h"
#include "ledger/sim/step.h"

namespace jejak::sim {

struct RunOptions {
  std::optional<UnixMicros> until;  // steps received later stay in the simulation
  size_t batch_max = 2'048;         // steps handed over at once
};

struct RunReport {
  uint64_t steps = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t door = 0;
  UnixMicros last;        // when the last of them was received
  bool finished = false;  // nothing is left in the simulation
};

// Takes the steps in this order, and answers the size of the log that includes the last of them
// that is logged, and nothing after it. An error ends the run.
using Submit = std::function<Result<TreeSize>(std::span<const Step>)>;

// Pulls steps and hands them over; before a certification, whose figures state the log's size,
// everything pulled so far. May be called again to go on where the run ended.
Result<RunReport> RunSimulation(Simulation* simulation, const RunOptions& options,
                                const Submit& submit);

}  // namespace jejak::sim
