#include "tools/cli/commands.h"

namespace jejak::cli {

void AddListCommands(Program*) {}

}  // namespace jejak::cli
