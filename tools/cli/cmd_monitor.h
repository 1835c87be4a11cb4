// The monitor's command; with AddWitnessCommands.
#pragma once

#include "tools/cli/commands.h"

namespace jejak::cli {

void AddMonitorCommand(Program* program);

}  // namespace jejak::cli
