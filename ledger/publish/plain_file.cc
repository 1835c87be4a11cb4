#include "ledger/publish/plain_file.h"

#include <fmt/format.h>

#include "ledger/base/files.h"

namespace jejak::publish {

Result<Bytes> ReadPlainFile(const std::filesystem::path& file, size_t bytes_max) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  // Opening a pipe would wait for somebody to write.
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return Status(Reason::kInputMalformed, fmt::format("{} is not a file", file.string()));
  if (error == std::errc::too_many_symbolic_link_levels)
    return Status(Reason::kInputMalformed, fmt::format("{} is a link to itself", file.string()));
  return ReadFile(file, bytes_max);
}

}  // namespace jejak::publish
