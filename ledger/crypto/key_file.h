// Key files: an Ed25519 seed on disk, under a passphrase (Argon2id and XSalsa20-Poly1305) or, said
// aloud, in the clear.
//
// Thread rule: free functions, safe from any thread; InitCrypto first.
// Durability: WriteKeyFile returns OK only after the file and its directory entry are synced; it
// never overwrites, and a crash leaves either no file by that name or the whole one (and perhaps
// a "<name>.tmp-<hex>" beside it, just as private, to be deleted).
// Spec: docs/reference/log.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::crypto {

// Bytes of a whole key file; a longer one isn't read.
inline constexpr size_t kKeyFileBytesMax = 1'024;

// Cost of Argon2id. Files that ask for more than the maxima are refused before anything is
// allocated.
struct KdfCost {
  uint64_t operations = 3;                        // passes over the memory
  uint64_t memory_bytes = uint64_t{64} << 20;
};
inline constexpr KdfCost kKdfCostMin{1, uint64_t{8} << 10};
inline constexpr KdfCost kKdfCostMax{16, uint64_t{512} << 20};

// The text of a key file. No passphrase means unencrypted. An empty passphrase, or a cost outside
// the bounds, is INVALID_ARGUMENT. The caller wipes the text.
Result<Bytes> EncodeKeyFile(const SecretKey& key, std::optional<std::string_view> passphrase,
                            KdfCost cost = {});
// The key in `text`. KEY_FILE_DAMAGED when it isn't a key file or any byte was changed;
// PASSPHRASE_WRONG when the passphrase doesn't open it, or is missing where one is needed. An
// unencrypted file needs none and ignores it.
Result<SecretKey> DecodeKeyFile(ByteView text, std::optional<std::string_view> passphrase);
// The public key in `text`, without a passphrase; KEY_FILE_DAMAGED.
Result<PublicKey> DecodePublicKey(ByteView text);

// Makes `path` with mode 0600. FILE_EXISTS when there is something by that name. Other errors:
// INVALID_ARGUMENT, PERMISSION_DENIED, DISK_FULL, NOT_FOUND (no such folder), IO_ERROR.
Status WriteKeyFile(const std::string& path, const SecretKey& key,
                    std::optional<std::string_view> passphrase, KdfCost cost = {});
// NOT_FOUND, KEY_FILE_PERMISSIONS when group or others may read or write it, and those of
// DecodeKeyFile.
Result<SecretKey> ReadKeyFile(const std::string& path, std::optional<std::string_view> passphrase);
Result<PublicKey> ReadPublicKey(const std::string& path);

}  // namespace jejak::crypto
