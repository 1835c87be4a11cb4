#include "ledger/sim/run.h"

#include <utility>
#include <vector>

namespace jejak::sim {
namespace {

void Count(const Step& step, RunReport* report) {
  ++report->steps;
  report->last = step.received_at;
  switch (step.expected.kind) {
    case Expected::Kind::kAccepted: ++report->accepted; break;
    case Expected::Kind::kRefused: ++report->refused; break;
    case Expected::Kind::kDoor: ++report->door; break;
  }
}

}  // namespace

Result<RunReport> RunSimulation(Simulation* simulation, const RunOptions& options,
                                const Submit& submit) {
  RunReport report;
  std::vector<Step> batch;
  const auto hand_over = [&]() -> Status {
    if (batch.empty()) return OkStatus();
    JEJAK_ASSIGN_OR_RETURN(const TreeSize size, submit(batch));
    simulation->SetLogSize(size);
    batch.clear();
    return OkStatus();
  };
  while (true) {
    if (batch.size() >= options.batch_max || simulation->NextAsksLogSize()) {
      JEJAK_RETURN_IF_ERROR(hand_over());
    }
    const Step* next = simulation->Peek();
    if (next == nullptr) report.finished = true;
    if (next == nullptr || (options.until && next->received_at > *options.until)) break;
    batch.push_back(std::move(*simulation->Next()));
    Count(batch.back(), &report);
  }
  JEJAK_RETURN_IF_ERROR(hand_over());
  return report;
}

}  // namespace jejak::sim
