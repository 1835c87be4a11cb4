#include "ledger/election/rules.h"

#include <array>

#include "ledger/base/check.h"

namespace jejak::election {
namespace {

constexpr std::array<RuleInfo, kRules> kTable = {{
#define JEJAK_RULE(number, severity, compares, row, en, id) \
  {Rule::kC##number, "C" #number, Severity::severity, compares, row, en, id},
#include "ledger/election/rules.def"
#undef JEJAK_RULE
}};

// Rules stand in the table at their number.
constexpr bool InOrder() {
  for (size_t i = 0; i < kRules; ++i) {
    if (static_cast<size_t>(kTable[i].rule) != i + 1) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
    case Severity::kRecountGround:
      return "recount_ground";
  }
  return "?";
}

std::span<const RuleInfo> AllRules() { return kTable; }

const RuleInfo& InfoOf(Rule rule) {
  const size_t at = static_cast<size_t>(rule) - 1;
  JEJAK_CHECK(at < kRules);
  return kTable[at];
}

std::optional<Rule> ParseRule(std::string_view id) {
  for (const RuleInfo& info : kTable) {
    if (info.id == id) return info.rule;
  }
  return std::nullopt;
}

}  // namespace jejak::election
