#include "tools/cli/commands.h"

namespace jejak::cli {

void AddLogCommands(Program*) {}

}  // namespace jejak::cli
