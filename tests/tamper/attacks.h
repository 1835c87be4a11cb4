// The table of attacks. Each is carried out against a real ledger, and must be answered by its
// named check with the expected reason.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/tamper/stage.h"

namespace jejak::tamper {

struct Attack {
  std::string who;       // operator (has the ledger's key), disk (may write its files), …
  std::string what;      // is done
  std::string check;     // that must answer
  std::string expected;  // reason
  std::function<std::string(Stage*)> carry_out;  // gives the reason; may have "@INDEX" behind it
};

std::vector<Attack> AttacksOnEntries();
std::vector<Attack> AttacksOnVerdicts();
std::vector<Attack> AttacksOnKeys();
std::vector<Attack> AttacksOnTallies();
std::vector<Attack> AttacksOnCheckpoints();
std::vector<Attack> AttacksOnDisk();
std::vector<Attack> AttacksOnCopies();

}  // namespace jejak::tamper
