#include "ledger/base/status.h"

namespace jejak {

std::string Status::ToString() const {
  if (ok()) return "OK";
  std::string out(InfoOf(reason_).name);
  if (!message_.empty()) out.append(": ").append(message_);
  for (const auto& [key, value] : metadata_) {
    out.append(" [").append(key).append("=").append(value).append("]");
  }
  return out;
}

}  // namespace jejak
