#include "tools/cli/commands.h"

namespace jejak::cli {

void AddEntryCommands(Program*) {}

}  // namespace jejak::cli
