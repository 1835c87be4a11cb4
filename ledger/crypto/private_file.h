// Files that only their owner may read: made whole or not at all, and refused when others could
// read them.
//
// Thread rule: free functions, safe from any thread.
// Durability: CreatePrivateFile returns OK only after the file and its directory entry are synced.
#pragma once

#include <cstddef>
#include <string>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak::crypto {

// Makes `path` with mode 0600 and these bytes, by way of a temporary file beside it. FILE_EXISTS
// when there is anything by that name; else NOT_FOUND (no such folder), PERMISSION_DENIED,
// DISK_FULL, IO_ERROR.
Status CreatePrivateFile(const std::string& path, ByteView bytes);

// Reads at most `bytes_max` + 1 bytes, so that the caller sees when a file is too long.
// KEY_FILE_PERMISSIONS when group or others have any right to the file that was opened;
// KEY_FILE_DAMAGED when it is no regular file; else NOT_FOUND, PERMISSION_DENIED, IO_ERROR.
Status ReadPrivateFile(const std::string& path, size_t bytes_max, Bytes* out);

}  // namespace jejak::crypto
