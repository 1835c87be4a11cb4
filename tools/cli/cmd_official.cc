#include "tools/cli/commands.h"

namespace jejak::cli {

void AddOfficialCommands(Program*) {}

}  // namespace jejak::cli
