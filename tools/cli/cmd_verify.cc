// Checking everything.
#include "tools/cli/commands.h"

namespace jejak::cli {

void AddVerifyCommands(Program*) {}

}  // namespace jejak::cli
