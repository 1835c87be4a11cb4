#include "ledger/event/message.h"

#include <algorithm>
#include <memory>

namespace jejak::event {

Scratch& ThreadScratch() {
  thread_local const std::unique_ptr<Scratch> scratch = std::make_unique<Scratch>();
  return *scratch;
}

Status Malformed(const kj::Exception& e) {
  return Status(Reason::kEventMalformed, std::string(e.getDescription().cStr()));
}

Status TooLarge(size_t bytes, size_t bytes_max) {
  return Status(Reason::kEventTooLarge,
                std::to_string(bytes) + " bytes, and may be " + std::to_string(bytes_max));
}

Status CheckSame(ByteView given, ByteView encoded) {
  if (given == encoded) return OkStatus();
  const auto at = std::mismatch(given.begin(), given.end(), encoded.begin(), encoded.end());
  return Status(
      Reason::kEventNotCanonical,
      "these bytes are not the one encoding of what they say; the first that differs is byte " +
          std::to_string(at.first - given.begin()));
}

}  // namespace jejak::event
