#include <fmt/format.h>

#include "ledger/merkle/note.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/service/answers.h"

namespace jejak::service {
namespace {

Result<TreeSize> SizeOrNewest(const engine::View& view, uint64_t size, const char* field) {
  if (size == 0) return view.size();
  if (size > view.size().value)
    return BadField(field, fmt::format("the log has {} entries", view.size().value));
  return TreeSize(size);
}

void PutPath(const merkle::Path& path, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const Hash& hash : path) *out->Add() = std::string(hash.view());
}

}  // namespace

JEJAK_ANSWER(GetCheckpoint) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(*out->mutable_checkpoint(), asked.view->Checkpoint());
  const auto& election = *asked.queries->registry().election();
  out->set_vkey(merkle::FormatVerifierKey(
      {election.origin, merkle::KeyType::kEd25519, election.state.ledger_key}));
  if (context.cosigned) out->set_cosigned(context.cosigned());
  if (!request.has_prove_since()) return {};
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path path,
                         ContinuationOf(*asked.view, request.prove_since()));
  PutPath(path, out->mutable_consistency());
  return {};
}

JEJAK_ANSWER(GetInclusionProof) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(const TreeSize size, SizeOrNewest(*asked.view, request.size(), "size"));
  if (request.index() >= size.value)
    return BadField("index", fmt::format("below the size, {}", size.value));
  const LogIndex index(request.index());
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path path,
                         merkle::InclusionProof(*asked.view, index, size));
  JEJAK_ASSIGN_OR_RETURN(const Hash root, merkle::RootAt(*asked.view, size));
  JEJAK_ASSIGN_OR_RETURN(const Bytes entry, asked.view->EntryBytes(index));
  out->set_size(size.value);
  out->set_root(std::string(root.view()));
  out->set_leaf(std::string(merkle::LeafHash(entry).view()));
  PutPath(path, out->mutable_path());
  return {};
}

JEJAK_ANSWER(GetConsistencyProof) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(const TreeSize second,
                         SizeOrNewest(*asked.view, request.second(), "second"));
  if (request.first() == 0 || request.first() > second.value)
    return BadField("first", fmt::format("from 1 to second, {}", second.value));
  const TreeSize first(request.first());
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path path,
                         merkle::ConsistencyProof(*asked.view, first, second));
  JEJAK_ASSIGN_OR_RETURN(const Hash first_root, merkle::RootAt(*asked.view, first));
  JEJAK_ASSIGN_OR_RETURN(const Hash second_root, merkle::RootAt(*asked.view, second));
  out->set_second(second.value);
  out->set_first_root(std::string(first_root.view()));
  out->set_second_root(std::string(second_root.view()));
  PutPath(path, out->mutable_path());
  return {};
}

}  // namespace jejak::service
