// The command `restore`; added with those of cmd_log.cc.
#pragma once

#include "tools/cli/commands.h"

namespace jejak::cli {

void AddRestoreCommand(Program* program);

}  // namespace jejak::cli
