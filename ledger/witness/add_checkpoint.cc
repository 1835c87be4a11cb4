#include "ledger/witness/add_checkpoint.h"

#include "ledger/base/encoding.h"
#include "ledger/merkle/text_format.h"
#include "ledger/merkle/tlog_proof.h"

namespace jejak::witness {
namespace {

constexpr std::string_view kOld = "old ";

Status Malformed(const char* what) { return {Reason::kProofMalformed, what}; }

}  // namespace

std::string FormatAddCheckpoint(const AddCheckpoint& request) {
  std::string out(kOld);
  out += std::to_string(request.old_size.value) + "\n";
  for (const Hash& hash : request.proof) out += ToBase64(hash.view()) + "\n";
  return out + "\n" + request.checkpoint;
}

Result<AddCheckpoint> ParseAddCheckpoint(ByteView body) {
  if (body.size() > kAddCheckpointBytesMax) return Malformed("the request is too long");
  AddCheckpoint out;
  const auto first = merkle::TakeLine(&body);
  if (!first || !first->starts_with(kOld)) return Malformed("the first line is not the old size");
  const auto old = merkle::ParseDecimal(first->substr(kOld.size()));
  if (!old) return Malformed("the old size is not a decimal number");
  out.old_size = TreeSize(*old);
  while (true) {
    const auto line = merkle::TakeLine(&body);
    if (!line) return Malformed("the request ends within its proof");
    if (line->empty()) break;
    const auto bytes = FromBase64(*line);
    const auto hash = bytes ? Hash::From(*bytes) : std::nullopt;
    if (!hash) return Malformed("a line of the proof is not base64 of 32 bytes");
    if (out.proof.size() == merkle::kProofPathMax) return Malformed("the proof is too long");
    out.proof.push_back(*hash);
  }
  out.checkpoint = body;
  return out;
}

std::string FormatSize(TreeSize size) { return std::to_string(size.value) + "\n"; }

Result<TreeSize> ParseSize(ByteView body) {
  const auto line = merkle::TakeLine(&body);
  const auto size = line && body.empty() ? merkle::ParseDecimal(*line) : std::nullopt;
  if (!size) return Malformed("the answer is not a size");
  return TreeSize(*size);
}

}  // namespace jejak::witness
