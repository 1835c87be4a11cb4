// Reading a file of a folder that somebody else made: what stands in its place may be anything.
#pragma once

#include <filesystem>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak::publish {

// At most one byte more than `bytes_max`. INPUT_MALFORMED for a pipe, a folder or a device, none of
// which is waited for; errors of files.
Result<Bytes> ReadPlainFile(const std::filesystem::path& file, size_t bytes_max);

}  // namespace jejak::publish
