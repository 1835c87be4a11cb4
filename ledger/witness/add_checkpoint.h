// What a log sends to a witness: a signed checkpoint, and the proof that it continues the one that
// the witness cosigned last.
//
// Thread rule: pure functions and values. Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <string>

#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::witness {

// Bytes of a request: 63 hashes, and a note of some dozens of signatures.
inline constexpr size_t kAddCheckpointBytesMax = size_t{256} << 10;
inline constexpr std::string_view kSizeContentType = "text/x.tlog.size";

struct AddCheckpoint {
  TreeSize old_size;       // of the checkpoint that the witness cosigned last; 0 for none
  merkle::Path proof;      // RFC 6962 consistency proof, at most 63 hashes
  std::string checkpoint;  // the signed note, byte for byte
};

// The fields' rules are the caller's duty.
std::string FormatAddCheckpoint(const AddCheckpoint& request);
// PROOF_MALFORMED on anything that FormatAddCheckpoint doesn't make. The note is not looked at.
Result<AddCheckpoint> ParseAddCheckpoint(ByteView body);

// "20852014\n", the body of a 409.
std::string FormatSize(TreeSize size);
Result<TreeSize> ParseSize(ByteView body);

}  // namespace jejak::witness
