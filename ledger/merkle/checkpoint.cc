#include "ledger/merkle/checkpoint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/encoding.h"
#include "ledger/merkle/text_format.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::merkle {
namespace {

Status Malformed(const char* what) { return {Reason::kCheckpointMalformed, what}; }

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  JEJAK_CHECK(IsKeyName(checkpoint.origin) && checkpoint.size.value <= kDecimalMax);
  std::string out = checkpoint.origin + "\n" + std::to_string(checkpoint.size.value) + "\n" +
                    ToBase64(checkpoint.root.view()) + "\n";
  for (const std::string& line : checkpoint.extensions) {
    JEJAK_CHECK(!line.empty() && line.find('\n') == std::string::npos);
    out.append(line).append("\n");
  }
  return out;
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  if (!IsNoteText(text)) return Malformed("a checkpoint is lines of plain UTF-8");
  Checkpoint out;
  const auto origin = TakeLine(&text);
  if (!origin || !IsKeyName(*origin)) return Malformed("the origin can't be one");
  out.origin = *origin;
  const auto size_line = TakeLine(&text);
  const auto size = size_line ? ParseDecimal(*size_line) : std::nullopt;
  if (!size) return Malformed("the size is not a decimal number");
  out.size = TreeSize(*size);
  const auto root_line = TakeLine(&text);
  const auto root_bytes = root_line ? FromBase64(*root_line) : std::nullopt;
  const auto root = root_bytes ? Hash::From(*root_bytes) : std::nullopt;
  if (!root) return Malformed("the root is not base64 of 32 bytes");
  out.root = *root;
  while (!text.empty()) {
    const auto line = TakeLine(&text);
    if (!line || line->empty()) return Malformed("an extension line is empty");
    out.extensions.emplace_back(*line);
  }
  return out;
}

Note SignCheckpoint(const Checkpoint& checkpoint, const crypto::SecretKey& log_key) {
  Note note;
  note.text = FormatCheckpoint(checkpoint);
  note.signatures.push_back(SignNote(note.text, checkpoint.origin, log_key));
  return note;
}

Result<SignedCheckpoint> OpenCheckpoint(ByteView note, const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses) {
  SignedCheckpoint out;
  JEJAK_ASSIGN_OR_RETURN(out.note, ParseNote(note));
  std::vector<VerifierKey> keys = {log};
  keys.insert(keys.end(), witnesses.begin(), witnesses.end());
  JEJAK_ASSIGN_OR_RETURN(const auto verified, VerifyNote(out.note, keys));
  bool by_log = false;
  for (const VerifiedSignature& signature : verified) {
    if (signature.key == 0) {
      by_log = true;
    } else {
      out.cosignatures.push_back({signature.key - 1, signature.time_seconds});
    }
  }
  if (!by_log) return Status(Reason::kNoteUnverified, "the log has not signed the checkpoint");
  JEJAK_ASSIGN_OR_RETURN(out.checkpoint, ParseCheckpoint(out.note.text));
  if (out.checkpoint.origin != log.name) {
    return Status(Reason::kNoteUnverified, "the checkpoint is of another log than the key's");
  }
  if (out.checkpoint.size.value == 0 && out.checkpoint.root != EmptyRoot()) {
    return Status(Reason::kProofInvalid, "an empty log with the root of another");
  }
  return out;
}

}  // namespace jejak::merkle
