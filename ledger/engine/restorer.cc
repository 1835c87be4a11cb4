#include "ledger/engine/restorer.h"

#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/files.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {

Result<std::unique_ptr<Restorer>> Restorer::Create(const std::filesystem::path& dir) {
  JEJAK_ASSIGN_OR_RETURN(const bool holds, HoldsFiles(dir));
  if (holds) return Status(Reason::kLedgerExists, dir.string() + " is not empty");
  store::OpenOptions options;
  options.create_if_missing = true;
  options.cache_bytes = size_t{64} << 20;
  JEJAK_ASSIGN_OR_RETURN(auto store, store::Store::Open(dir, AllTables(), options));
  JEJAK_RETURN_IF_ERROR(store->ConfirmHead());
  return std::unique_ptr<Restorer>(new Restorer(std::move(store)));
}

Restorer::Restorer(std::unique_ptr<store::Store> store)
    : store_(std::move(store)), pending_(store_->NewWriteSet()), reader_(store_->Snapshot()) {}

void Restorer::Add(LogIndex index, ByteView entry, const Hash& leaf) {
  const LogIndex at = tree_.Append(leaf);
  JEJAK_CHECK(at == index);
  pending_.Put(kEntries, projection::IndexKey(index), entry);
}

Status Restorer::Commit(store::WriteSet rows) {
  const store::HeadRecord head{store_->head().commit + 1, tree_.size(), tree_.Root()};
  JEJAK_RETURN_IF_ERROR(store_->Commit(std::move(rows), head));
  reader_ = store_->Snapshot();
  return {};
}

Status Restorer::Write(Overlay* rows) {
  if (tree_.size() == store_->head().size && rows->empty()) return {};
  for (merkle::ChangedTile& tile : tree_.DrainChanges())
    pending_.Put(kTiles, merkle::TileKey(tile.id), tile.hashes);
  rows->Drain([&](const RowChange& change) { pending_.Add(change); });
  return Commit(std::exchange(pending_, store_->NewWriteSet()));
}

Status Restorer::Finish(const std::string& checkpoint) {
  const auto note = merkle::ParseNote(checkpoint);
  const auto parsed = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  if (!parsed.ok() || parsed->size != tree_.size() || parsed->root != tree_.Root() ||
      store_->head().size != tree_.size()) {
    return Status(Reason::kLedgerDamaged, "the checkpoint is not of the restored entries");
  }
  store::WriteSet rows = store_->NewWriteSet();
  rows.Put(kCheckpoints, "latest", checkpoint);
  JEJAK_RETURN_IF_ERROR(Commit(std::move(rows)));
  pending_ = store_->NewWriteSet();
  reader_.reset();
  return store_->Close();
}

}  // namespace jejak::engine
