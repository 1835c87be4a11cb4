#include "ledger/merkle/split_view.h"

#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/prefix_roots.h"
#include "ledger/merkle/text_format.h"
#include "ledger/merkle/tlog_proof.h"

namespace jejak::merkle {
namespace {

constexpr std::string_view kHeader = "jejak/split-view@v1";
// A seed and a path.
constexpr size_t kNodesMax = kProofPathMax + 1;

Status Malformed(const char* what) { return {Reason::kProofMalformed, what}; }

bool InOrder(const Checkpoint& a, const Checkpoint& b) {
  return a.size != b.size ? a.size < b.size : a.root < b.root;
}

// Two notes one after the other, with an empty line between: checkpoints have none inside.
Status SplitNotes(ByteView text, SplitView* out) {
  const size_t text_end = text.find("\n\n");
  const size_t note_end = text_end == text.npos ? text.npos : text.find("\n\n", text_end + 2);
  if (note_end == text.npos) return Malformed("there are not two checkpoints");
  out->first = text.substr(0, note_end + 1);
  out->second = text.substr(note_end + 2);
  return {};
}

Result<SplitViewClaim> Compare(const SplitView& view, Checkpoint first, Checkpoint second) {
  if (first.origin != second.origin) return Status(Reason::kProofInvalid, "two different logs");
  if (!InOrder(first, second)) {
    return Status(Reason::kProofInvalid, "the checkpoints are the same, or in the wrong order");
  }
  SplitViewClaim claim{std::move(first), std::move(second), {}};
  if (claim.first.size == claim.second.size) {
    if (!view.nodes.empty()) return Status(Reason::kProofInvalid, "one size needs no nodes");
    claim.second_prefix = claim.second.root;
    return claim;
  }
  JEJAK_ASSIGN_OR_RETURN(const PrefixRoots roots,
                         RootsOfNodes(claim.first.size, claim.second.size, view.nodes));
  if (roots.new_root != claim.second.root) {
    return Status(Reason::kProofInvalid, "the nodes are not of the larger log");
  }
  if (roots.old_root == claim.first.root) {
    return Status(Reason::kProofInvalid, "the larger log continues the smaller one");
  }
  claim.second_prefix = roots.old_root;
  return claim;
}

std::optional<SplitView> IfItHolds(SplitView view, const Checkpoint& a, const Checkpoint& b) {
  if (!Compare(view, a, b).ok()) return std::nullopt;
  return view;
}

}  // namespace

std::string FormatSplitView(const SplitView& view) {
  std::string out(kHeader);
  out += "\n";
  for (const Hash& node : view.nodes) out += ToBase64(node.view()) + "\n";
  return out + "\n" + view.first + "\n" + view.second;
}

Result<SplitView> ParseSplitView(ByteView text) {
  if (text.size() > kProofBytesMax) return Malformed("the evidence is too long");
  if (TakeLine(&text) != kHeader) return Malformed("this is no evidence of a split view");
  SplitView out;
  while (true) {
    const auto line = TakeLine(&text);
    if (!line) return Malformed("the evidence ends within its nodes");
    if (line->empty()) break;
    const auto bytes = FromBase64(*line);
    const auto node = bytes ? Hash::From(*bytes) : std::nullopt;
    if (!node) return Malformed("a node is not base64 of 32 bytes");
    if (out.nodes.size() == kNodesMax) return Malformed("more nodes than any proof has");
    out.nodes.push_back(*node);
  }
  JEJAK_RETURN_IF_ERROR(SplitNotes(text, &out));
  for (const std::string* note : {&out.first, &out.second}) {
    const auto parsed = ParseNote(*note);
    if (!parsed.ok()) return Malformed("a checkpoint in it is no signed note");
    if (!ParseCheckpoint(parsed->text).ok()) return Malformed("a note in it is no checkpoint");
  }
  return out;
}

Result<SignedCheckpoint> OpenByAnyKey(ByteView note, std::span<const VerifierKey> log_keys) {
  Status first(Reason::kNoteUnverified, "no key of the log was given");
  for (const VerifierKey& key : log_keys) {
    auto opened = OpenCheckpoint(note, key);
    if (opened.ok()) return opened;
    if (&key == &log_keys.front()) first = opened.status();
  }
  return first;
}

Result<SplitViewClaim> CheckSplitView(const SplitView& view,
                                      std::span<const VerifierKey> log_keys) {
  JEJAK_ASSIGN_OR_RETURN(SignedCheckpoint first, OpenByAnyKey(view.first, log_keys));
  JEJAK_ASSIGN_OR_RETURN(SignedCheckpoint second, OpenByAnyKey(view.second, log_keys));
  return Compare(view, std::move(first.checkpoint), std::move(second.checkpoint));
}

std::optional<SplitView> FindSplitView(const Note& a, const Note& b, std::span<const Hash> nodes) {
  const auto one = ParseCheckpoint(a.text);
  const auto other = ParseCheckpoint(b.text);
  if (!one.ok() || !other.ok()) return std::nullopt;
  const bool in_order = InOrder(*one, *other);
  const Checkpoint& smaller = in_order ? *one : *other;
  const Checkpoint& larger = in_order ? *other : *one;
  SplitView view{{}, FormatNote(in_order ? a : b), FormatNote(in_order ? b : a)};
  if (smaller.size == larger.size) return IfItHolds(std::move(view), smaller, larger);
  view.nodes.assign(nodes.begin(), nodes.end());
  return IfItHolds(std::move(view), smaller, larger);
}

}  // namespace jejak::merkle
