#include "ledger/event/message.h"

#include <algorithm>
#include <memory>

namespace jejak::event {

Scratch& ThreadScratch() {
  thread_local const std::unique_ptr<Scratch> scratch = std::make_unique<Scratch>();
  return *scratch;
}

Status Malformed(const kj::Exception& e) {
  // Before the last "; " stands a condition with values of the message in it, which needn't be
  // text.
  std::string_view why(e.getDescription().begin(), e.getDescription().size());
  if (const size_t end = why.rfind("; "); end != why.npos) why.remove_prefix(end + 2);
  std::string message(why);
  std::erase_if(message, [](char c) { return c < ' ' || c > '~'; });
  return Status(Reason::kEventMalformed, std::move(message));
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
