#include "tests/tamper/book.h"

#include "ledger/engine/ledger.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"
#include "ledger/publish/export.h"

namespace jejak::tamper {
namespace {

// The entries folded as they stand, whatever the rules say of them.
class Folder {
 public:
  static Result<Folder> Make() {
    Folder out;
    JEJAK_ASSIGN_OR_RETURN(out.state_, projection::State::Load(out.rows_.get(), TreeSize(0)));
    return out;
  }
  void Apply(size_t index, const event::Entry& entry, const event::Event& event) {
    state_->Apply(
        {event, event::EventHash(entry.event), LogIndex(index), entry.received_at, entry.refusal});
  }
  projection::State& state() { return *state_; }

 private:
  std::unique_ptr<MemoryStore> rows_ = std::make_unique<MemoryStore>();
  std::unique_ptr<projection::State> state_;
};

class Shown final : public publish::Log {
 public:
  Shown(const Book& book, const std::string& checkpoint) : book_(book), checkpoint_(checkpoint) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return book_.BytesAt(index.value); }
  Result<std::string> Checkpoint() const override { return checkpoint_; }

 private:
  const Book& book_;
  const std::string& checkpoint_;
};

}  // namespace

Result<Book> Book::Read(const fs::path& dir, Keys keys) {
  engine::OpenOptions options;
  options.store.read_only = true;
  JEJAK_ASSIGN_OR_RETURN(const auto ledger, engine::Ledger::Open(dir, options));
  const auto view = ledger->Newest();
  Book out;
  out.keys_ = std::move(keys);
  for (uint64_t i = 0; i < view->size().value; ++i) {
    JEJAK_ASSIGN_OR_RETURN(Bytes bytes, view->EntryBytes(LogIndex(i)));
    out.entries_.push_back(std::move(bytes));
  }
  out.origin_ = view->registry()->election()->origin;
  const auto cursor = view->rows().NewCursor(engine::kPeople);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next())
    out.people_.emplace(Bytes(cursor->key()), Bytes(cursor->value()));
  return out;
}

event::Entry Book::At(size_t index) const { return *event::DecodeEntry(entries_[index]); }

void Book::Set(size_t index, const event::Entry& entry) {
  entries_[index] = *event::EncodeEntry(entry);
}

void Book::Insert(size_t index, const event::Entry& entry) {
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(index),
                  *event::EncodeEntry(entry));
}

void Book::Erase(size_t index) {
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Book::Alter(size_t index, const std::function<void(event::Event*)>& change) {
  event::Entry entry = At(index);
  event::Event event = EventAt(index);
  change(&event);
  entry.event = *event::EncodeEvent(event);
  Set(index, entry);
}

void Book::AlterAndSign(size_t index, const std::string& official,
                        const std::function<void(event::Event*)>& change) {
  event::Entry entry = At(index);
  event::Event event = EventAt(index);
  change(&event);
  const event::SignedEvent made = *event::Sign(event, keys_(official));
  entry.event = made.bytes;
  entry.signature = made.signature;
  Set(index, entry);
}

void Book::Invent(size_t index, const std::string& official, event::Body body) {
  const crypto::SecretKey key = keys_(official);
  const event::ChainHead head = ChainAt(key.public_key(), index);
  const UnixMicros time = At(index - 1).received_at;
  const event::Event event{election(), key.public_key(), head.next_sequence, head.previous,
                           time,       std::move(body)};
  const event::SignedEvent made = *event::Sign(event, key);
  Insert(index, {time, made.bytes, made.signature, std::nullopt});
}

event::ChainHead Book::ChainAt(const PublicKey& key, size_t index) const {
  for (size_t i = index; i > 0; --i) {
    const event::Event event = EventAt(i - 1);
    if (event.author == key) return {event.sequence + 1, event::EventHash(At(i - 1).event)};
  }
  return {};
}

Status Book::Recommit() {
  JEJAK_ASSIGN_OR_RETURN(Folder folder, Folder::Make());
  const crypto::SecretKey key = ledger_key();
  event::ChainHead head;
  for (size_t i = 0; i < size(); ++i) {
    event::Event event = EventAt(i);
    if (event.author == key.public_key()) {
      event::Entry entry = At(i);
      if (auto* commitment = std::get_if<event::TallyCommitted>(&event.body))
        commitment->root = folder.state().TallyRoot();
      event.sequence = head.next_sequence;
      event.previous = head.previous;
      JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent made, event::Sign(event, key));
      entry.event = made.bytes;
      entry.signature = made.signature;
      Set(i, entry);
      head = {event.sequence + 1, event::EventHash(made.bytes)};
    }
    folder.Apply(i, At(i), event);
  }
  return folder.state().status();
}

std::string Book::Checkpoint(size_t size, const crypto::SecretKey& key) const {
  merkle::RootBuilder tree;
  for (size_t i = 0; i < size; ++i) tree.Append(merkle::LeafHash(entries_[i]));
  return merkle::FormatNote(merkle::SignCheckpoint({origin_, tree.size(), tree.Root(), {}}, key));
}

Status Book::WriteLedger(const fs::path& dir) const {
  store::OpenOptions options;
  options.create_if_missing = true;
  JEJAK_ASSIGN_OR_RETURN(const auto store, store::Store::Open(dir, engine::AllTables(), options));
  JEJAK_RETURN_IF_ERROR(store->ConfirmHead());
  JEJAK_ASSIGN_OR_RETURN(Folder folder, Folder::Make());
  merkle::TreeAppender tree;
  store::WriteSet rows = store->NewWriteSet();
  for (size_t i = 0; i < size(); ++i) {
    folder.Apply(i, At(i), EventAt(i));
    tree.Append(merkle::LeafHash(entries_[i]));
    rows.Put(engine::kEntries, projection::IndexKey(LogIndex(i)), entries_[i]);
  }
  folder.state().Flush();
  JEJAK_RETURN_IF_ERROR(folder.state().status());
  folder.state().rows().Drain([&](const RowChange& change) { rows.Add(change); });
  for (const merkle::ChangedTile& tile : tree.DrainChanges())
    rows.Put(engine::kTiles, merkle::TileKey(tile.id), tile.hashes);
  rows.Put(engine::kCheckpoints, "latest", Checkpoint());
  for (const auto& [official, person] : people_) rows.Put(engine::kPeople, official, person);
  JEJAK_RETURN_IF_ERROR(store->Commit(std::move(rows), {1, tree.size(), tree.Root()}));
  return store->Close();
}

Status Book::WriteExport(const fs::path& dir, const std::string& checkpoint) const {
  return publish::Export(Shown(*this, checkpoint), dir, nullptr).status();
}

}  // namespace jejak::tamper
