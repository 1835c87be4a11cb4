#include "ledger/base/reason.h"

#include <array>

#include "ledger/base/check.h"

namespace jejak {
namespace {

constexpr ReasonInfo kOkInfo{Reason::kOk, "OK", Code::kOk, 0, 0, "done", "selesai", "", ""};

constexpr ReasonInfo kTable[] = {
#define JEJAK_REASON(id, name, code, exit, number, text_en, text_id, action_en, action_id) \
  {Reason::id, name, Code::code, exit, number, text_en, text_id, action_en, action_id},
#include "ledger/base/reasons.def"
#undef JEJAK_REASON
};

}  // namespace

std::span<const ReasonInfo> AllReasons() { return kTable; }

const ReasonInfo& InfoOf(Reason reason) {
  if (reason == Reason::kOk) return kOkInfo;
  const size_t at = static_cast<size_t>(reason) - 1;
  JEJAK_CHECK(at < std::size(kTable));
  return kTable[at];
}

std::optional<Reason> ReasonByName(std::string_view name) {
  for (const ReasonInfo& info : kTable) {
    if (info.name == name) return info.reason;
  }
  return std::nullopt;
}

std::optional<Reason> ReasonByLoggedNumber(uint16_t number) {
  if (number == 0) return std::nullopt;
  for (const ReasonInfo& info : kTable) {
    if (info.logged_number == number) return info.reason;
  }
  return std::nullopt;
}

std::string AnchorOf(Reason reason) {
  std::string out(InfoOf(reason).name);
  for (char& c : out) {
    if (c == '_') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace jejak
