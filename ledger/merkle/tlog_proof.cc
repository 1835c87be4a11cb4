#include "ledger/merkle/tlog_proof.h"

#include <string_view>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/encoding.h"
#include "ledger/merkle/text_format.h"

namespace jejak::merkle {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";

Status Malformed(const char* what) { return {Reason::kProofMalformed, what}; }

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  JEJAK_CHECK(proof.index.value <= kDecimalMax && proof.path.size() <= kProofPathMax);
  std::string out = std::string(kHeader) + "\n";
  if (proof.extra) {
    JEJAK_CHECK(!proof.extra->empty() && proof.extra->size() <= kProofExtraBytesMax);
    out += "extra " + ToBase64(*proof.extra) + "\n";
  }
  out += "index " + std::to_string(proof.index.value) + "\n";
  for (const Hash& hash : proof.path) out += ToBase64(hash.view()) + "\n";
  return out + "\n" + proof.checkpoint;
}

Result<TlogProof> ParseTlogProof(ByteView text) {
  if (text.size() > kProofBytesMax) return Malformed("the proof is too long");
  TlogProof out;
  if (TakeLine(&text) != kHeader) return Malformed("the first line is not c2sp.org/tlog-proof@v1");
  auto line = TakeLine(&text);
  if (line && line->starts_with("extra ")) {
    out.extra = FromBase64(line->substr(6));
    if (!out.extra || out.extra->empty() || out.extra->size() > kProofExtraBytesMax) {
      return Malformed("the extra line can't be read");
    }
    line = TakeLine(&text);
  }
  if (!line || !line->starts_with("index ")) return Malformed("no line with the index");
  const auto index = ParseDecimal(line->substr(6));
  if (!index) return Malformed("the index is not a decimal number");
  out.index = LogIndex(*index);
  for (line = TakeLine(&text); line && !line->empty(); line = TakeLine(&text)) {
    const auto bytes = FromBase64(*line);
    const auto hash = bytes ? Hash::From(*bytes) : std::nullopt;
    if (!hash) return Malformed("a hash of the path is not base64 of 32 bytes");
    if (out.path.size() == kProofPathMax) return Malformed("the path is too long");
    out.path.push_back(*hash);
  }
  if (!line) return Malformed("no empty line before the checkpoint");
  JEJAK_RETURN_IF_ERROR(ParseNote(text).status());
  out.checkpoint = text;
  return out;
}

Result<SignedCheckpoint> VerifyTlogProof(const TlogProof& proof, const Hash& leaf,
                                         const VerifierKey& log,
                                         std::span<const VerifierKey> witnesses) {
  JEJAK_ASSIGN_OR_RETURN(SignedCheckpoint checkpoint,
                         OpenCheckpoint(proof.checkpoint, log, witnesses));
  JEJAK_RETURN_IF_ERROR(VerifyInclusion(proof.index, checkpoint.checkpoint.size, leaf, proof.path,
                                        checkpoint.checkpoint.root));
  return checkpoint;
}

}  // namespace jejak::merkle
