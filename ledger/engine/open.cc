// Opening: what only log, tree, checkpoint and projections together can show.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/admission/decide.h"
#include "ledger/base/encoding.h"
#include "ledger/engine/impl.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {
namespace {

Status Damaged(std::string what) { return Status(Reason::kLedgerDamaged, std::move(what)); }

}  // namespace

Status Ledger::Impl::CheckHead() {
  const store::HeadRecord acknowledged = store->opened_head();
  const store::HeadRecord have = store->head();
  if (tree->Root() != have.root)
    return Damaged("the tree does not have the root of the last commit");
  if (acknowledged.size == have.size || acknowledged.size.value == 0) return {};
  JEJAK_ASSIGN_OR_RETURN(const Hash root, merkle::RootAt(*Newest(), acknowledged.size));
  if (root == acknowledged.root) return {};
  return Status(
      Reason::kRolledBack,
      fmt::format("the log had root {} at size {} when it acknowledged it, and has {} now",
                  ToHex(acknowledged.root), acknowledged.size.value, ToHex(root)));
}

Status Ledger::Impl::CheckLastEntry() {
  const std::shared_ptr<const View> view = Newest();
  const LogIndex last(view->size().value - 1);
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, view->Entry(last));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Path path,
                         merkle::InclusionProof(*view, last, view->size()));
  const Status included = merkle::VerifyInclusion(last, view->size(), merkle::LeafHash(entry.bytes),
                                                  path, view->root());
  if (!included.ok())
    return Damaged(fmt::format("entry {} is not the one in the tree", last.value));
  auto cursor = view->rows().NewCursor(kEntries);
  cursor->Seek(projection::IndexKey(NextIndex(view->size())));
  if (cursor->Valid()) return Damaged("there are entries beyond the last commit");
  last_received = entry.entry.received_at;
  return view->rows().status();
}

Status Ledger::Impl::CheckCheckpoint() {
  const std::shared_ptr<const View> view = Newest();
  JEJAK_ASSIGN_OR_RETURN(const std::string text, view->Checkpoint());
  const auto note = merkle::ParseNote(text);
  const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  if (!checkpoint.ok()) return Damaged("the newest checkpoint does not read");
  if (checkpoint->size != view->size() || checkpoint->root != view->root() ||
      checkpoint->origin != origin) {
    return Damaged("the newest checkpoint is of another state");
  }
  for (const PublicKey& key : state->CheckpointSigners()) {
    if (merkle::OpenCheckpoint(text, {origin, merkle::KeyType::kEd25519, key}).ok()) return {};
  }
  return Damaged("the newest checkpoint is not signed by the ledger's key");
}

Status Ledger::Impl::Prepare() {
  const store::HeadRecord head = store->head();
  SetNewest(MakeView(head.size, head.root));
  if (head.size.value == 0) {
    tree.emplace();
    JEJAK_ASSIGN_OR_RETURN(state, projection::State::Load(&newest->rows(), head.size));
    return {};
  }
  JEJAK_ASSIGN_OR_RETURN(tree, merkle::TreeAppender::Open(*newest, head.size));
  JEJAK_RETURN_IF_ERROR(CheckHead());
  JEJAK_RETURN_IF_ERROR(CheckLastEntry());
  if (store->rebuild_needed()) return {};
  JEJAK_ASSIGN_OR_RETURN(state, projection::State::Load(&newest->rows(), head.size));
  const auto& election = state->registry().election();
  if (!election) return Damaged("the ledger has entries, but no election");
  if (!admission::RulesKnown(election->state.rules)) {
    return Status(Reason::kRulesUnknown,
                  fmt::format("the ledger is under rules {}", election->state.rules));
  }
  origin = election->origin;
  live = election->state.mode == election::Mode::kLive;
  auto view = MakeView(head.size, head.root);
  state->Rebase(&view->rows());
  SetNewest(std::move(view));
  JEJAK_RETURN_IF_ERROR(CheckCheckpoint());
  if (options.ledger_key != nullptr &&
      options.ledger_key->public_key() != election->state.ledger_key) {
    return Status(Reason::kLedgerKeyWrong, fmt::format("the ledger's key is {}, not {}",
                                                       ToHex(election->state.ledger_key),
                                                       ToHex(options.ledger_key->public_key())));
  }
  return state->status();
}

}  // namespace jejak::engine
