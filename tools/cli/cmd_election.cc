#include "tools/cli/commands.h"

namespace jejak::cli {

void AddElectionCommands(Program*) {}

}  // namespace jejak::cli
