// The single thread of the write path: admit, fold, seal, commit, answer.
#include <fmt/format.h>

#include "ledger/admission/decide.h"
#include "ledger/base/coding.h"
#include "ledger/engine/impl.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {
namespace {

using admission::Verdict;

// What a journal brought from elsewhere, or a key that was enrolled by an event just before.
Status CheckSignature(const projection::State& state, Item* unchecked) {
  const Item& item = *unchecked;
  if (item.signature_checked) return {};
  PublicKey author = item.event.author;
  const bool genesis =
      !state.Election().has_value() && item.event.kind() == event::BodyKind::kElectionOpened;
  if (!genesis && state.Key(author) == nullptr) {
    return Status(Reason::kKeyUnknown, "the author's key is not enrolled");
  }
  if (!event::VerifySignature(item.signed_event(), author)) {
    return Status(Reason::kSignatureInvalid, "the event is not what its author signed");
  }
  unchecked->proofs = admission::KeyProofs::Check(item.event);
  unchecked->signature_checked = true;
  return {};
}

// How far back the entries of an official are looked through for one that stands already.
constexpr int kLookedBack = 1'024;

// A retry that is not in the index of events looks like a fork. Before an official is said to have
// signed two histories: whether the very event is among what it did. An index that lost a row would
// make the ledger sign what no verification passes, for ever.
Status CheckFork(const projection::State& state, const View& committed, const Item& item) {
  const admission::KeyState* author = state.Key(item.event.author);
  if (author == nullptr) return {};
  const Status lost(Reason::kLedgerDamaged,
                    "an event that was logged is not in the index: run jejak verify");
  if (item.hash == author->head) return lost;
  Bytes prefix(author->official);
  prefix.push_back('\0');
  Bytes at = prefix + Bytes(9, '\xff');
  const auto cursor = committed.rows().NewCursor(projection::kActivity);
  for (int i = 0; i < kLookedBack; ++i) {
    cursor->SeekBefore(at);
    if (!cursor->Valid() || !cursor->key().starts_with(prefix)) break;
    at = Bytes(cursor->key());
    const LogIndex index(Reader(ByteView(at).substr(prefix.size())).Be64());
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, committed.Entry(index));
    if (entry.hash == item.hash) return lost;
    if (entry.event.author == item.event.author && entry.event.sequence < item.event.sequence &&
        !entry.entry.refusal) {
      break;
    }
  }
  return committed.rows().status();
}

}  // namespace

void Ledger::Impl::Start() {
  journal =
      std::make_unique<journal::LocalJournal>(options.clocks, last_received, options.markers);
  const size_t threads =
      options.verify_threads != 0 ? options.verify_threads : std::thread::hardware_concurrency();
  const auto knows_key = [this](const PublicKey& key) {
    if (known_keys.Contains(key)) return true;
    Bytes value;
    // Where it can't be read the sequencer looks again, and stops.
    if (!store::Apart(Newest()->rows())->Get(projection::kKeys, key.view(), &value)) return false;
    known_keys.Insert(key);
    return true;
  };
  pool = std::make_unique<VerifyPool>(threads, knows_key, journal.get());
  sequencer = std::thread([this] { Run(); });
}

std::shared_ptr<const View> Ledger::Impl::MakeView(TreeSize size, const Hash& root) {
  if (state == nullptr) {
    registry = nullptr;
  } else if (registry == nullptr || registry->changes() != state->registry().changes()) {
    registry = std::make_shared<const projection::Registry>(state->registry());
  }
  return std::make_shared<const View>(store->Snapshot(), size, root, registry);
}

void Ledger::Impl::Stop(Status why) {
  const std::lock_guard lock(mutex);
  if (stopped.ok()) stopped = std::move(why);
}

void Ledger::Impl::Run() {
  Status failed;
  while (true) {
    auto batch = journal->Next(options.batch_events_max, limits::kBatchBytesMax);
    if (!batch.ok()) {
      // The clock can't be trusted. Nothing was taken; after Stop the journal hands back what is
      // queued, and it is answered below.
      failed = batch.status();
      Stop(failed);
      journal->Stop();
      continue;
    }
    if (batch->empty()) return;
    if (failed.ok()) {
      const std::lock_guard lock(commit_mutex);
      failed = Process(std::move(*batch));
      if (failed.ok()) continue;
      Stop(failed);
      journal->Stop();
      continue;
    }
    const Status stopped_status(Reason::kStopped, "the ledger stopped: " + failed.ToString());
    Load answered;
    for (const journal::Ordered& ordered : *batch) {
      if (ordered.marker()) continue;
      answered.bytes += static_cast<Item&>(*ordered.proposal.attachment)
                            .Answer({stopped_status, std::nullopt, false});
      ++answered.events;
    }
    pool->Release(answered);
  }
}

Decided Ledger::Impl::Decide(const journal::Ordered& ordered, store::WriteSet* rows) {
  Decided out;
  out.item = std::static_pointer_cast<Item>(ordered.proposal.attachment);
  const Item& item = *out.item;
  out.outcome.door = CheckSignature(*state, out.item.get());
  if (out.outcome.door.ok() && !HasKeyInForce()) {
    out.outcome.door = Status(Reason::kStopped, "the ledger's key was changed just before");
  }
  if (out.outcome.door.ok() && item.event.kind() == event::BodyKind::kTallyCommitted &&
      item.event.author == options.ledger_key->public_key()) {
    out.outcome.door =
        Status(Reason::kFieldInvalid, "a ledger commits to its tallies itself, when it is time");
  }
  if (!out.outcome.door.ok()) return out;

  Verdict verdict = admission::Decide(*state, item.event, item.hash, item.proofs);
  if (verdict.kind == Verdict::Kind::kRefused &&
      verdict.refusal.reason == Reason::kAuthorFork && damage.ok()) {
    damage = CheckFork(*state, *Newest(), item);
  }
  if (verdict.kind == Verdict::Kind::kDoor) {
    out.outcome.door = std::move(verdict.door);
    return out;
  }
  Receipt receipt;
  receipt.event = item.hash;
  if (verdict.kind == Verdict::Kind::kRetry) {
    receipt.index = verdict.existing;
    out.outcome.existing = true;
    out.outcome.receipt = std::move(receipt);
    return out;
  }
  event::Entry entry{ordered.received_at, item.signed_event().bytes, item.signed_event().signature,
                     std::nullopt};
  if (verdict.kind == Verdict::Kind::kRefused) entry.refusal = verdict.refusal;
  receipt.index = Append(item.event, item.hash, entry, rows, &receipt.leaf);
  receipt.received_at = entry.received_at;
  receipt.refusal = entry.refusal;
  out.outcome.receipt = std::move(receipt);
  return out;
}

LogIndex Ledger::Impl::Append(const event::Event& event, const Hash& hash,
                              const event::Entry& entry, store::WriteSet* rows, Hash* leaf) {
  auto bytes = event::EncodeEntry(entry);
  JEJAK_CHECK(bytes.ok());  // an event within its limit fits an entry
  *leaf = merkle::LeafHash(*bytes);
  const LogIndex index = tree->Append(*leaf);
  state->Apply({event, hash, index, entry.received_at, entry.refusal});
  rows->Put(kEntries, projection::IndexKey(index), *bytes);
  last_received = entry.received_at;
  return index;
}

bool Ledger::Impl::HasKeyInForce() const {
  const auto election = state->Election();
  return !election || election->ledger_key == options.ledger_key->public_key();
}

Status Ledger::Impl::AppendCommitment(UnixMicros received_at, store::WriteSet* rows) {
  const PublicKey& key = options.ledger_key->public_key();
  const admission::KeyState* chain = state->Key(key);
  if (chain == nullptr) return Status(Reason::kLedgerKeyWrong, "the ledger's key is not enrolled");
  event::Event event;
  event.election = state->Election()->id;
  event.author = key;
  event.sequence = chain->next_sequence;
  event.previous = chain->head;
  event.occurred_at = received_at;
  event.body = event::TallyCommitted{state->TallyRoot()};
  JEJAK_RETURN_IF_ERROR(state->status());
  JEJAK_ASSIGN_OR_RETURN(event::SignedEvent made, event::Sign(event, *options.ledger_key));
  const Hash hash = event::EventHash(made.bytes);
  const Verdict verdict =
      admission::Decide(*state, event, hash, admission::KeyProofs::Trusted());
  if (verdict.kind != Verdict::Kind::kAccepted) {
    return Status(Reason::kLedgerKeyWrong,
                  "the ledger's key may not commit to the tallies: it was suspended or revoked");
  }
  Hash leaf;
  Append(event, hash, {received_at, std::move(made.bytes), made.signature, std::nullopt}, rows,
         &leaf);
  return {};
}

Result<std::string> Ledger::Impl::Commit(store::WriteSet rows) {
  state->Flush();
  JEJAK_RETURN_IF_ERROR(state->status());
  for (merkle::ChangedTile& tile : tree->DrainChanges()) {
    rows.Put(kTiles, merkle::TileKey(tile.id), tile.hashes);
  }
  const Hash root = tree->Root();
  const merkle::Note note =
      merkle::SignCheckpoint({origin, tree->size(), root, {}}, *options.ledger_key);
  std::string checkpoint = merkle::FormatNote(note);
  rows.Put(kCheckpoints, "latest", checkpoint);
  std::vector<PublicKey> enrolled;
  state->rows().Drain([&](const RowChange& change) {
    rows.Add(change);
    if (change.table == projection::kKeys) enrolled.push_back(*PublicKey::From(change.key));
  });
  const store::HeadRecord head{store->head().commit + 1, tree->size(), root};
  JEJAK_RETURN_IF_ERROR(store->Commit(std::move(rows), head));
  for (const PublicKey& key : enrolled) known_keys.Insert(key);
  auto view = MakeView(tree->size(), root);
  state->Rebase(&view->rows());
  SetNewest(std::move(view));
  if (options.committed) options.committed(tree->size());
  return checkpoint;
}

Result<Receipt> Ledger::Impl::ExistingReceipt(LogIndex index) const {
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, Newest()->Entry(index));
  return Receipt{index,       entry.hash, entry.entry.received_at, entry.entry.refusal,
                 merkle::LeafHash(entry.bytes), ""};
}

Status Ledger::Impl::Complete(Decided* decided, const std::string& checkpoint) const {
  if (!decided->outcome.receipt) return {};
  Receipt& receipt = *decided->outcome.receipt;
  if (decided->outcome.existing) {
    JEJAK_ASSIGN_OR_RETURN(receipt, ExistingReceipt(receipt.index));
  }
  if (!decided->item->submission->options.proofs) return {};
  merkle::TlogProof proof;
  proof.index = receipt.index;
  JEJAK_ASSIGN_OR_RETURN(proof.path, tree->InclusionProof(receipt.index, *Newest()));
  proof.checkpoint = checkpoint;
  receipt.proof = merkle::FormatTlogProof(proof);
  return {};
}

Result<std::string> Ledger::Impl::CommitIfGrown(TreeSize before, store::WriteSet rows) {
  JEJAK_RETURN_IF_ERROR(state->status());
  JEJAK_RETURN_IF_ERROR(damage);
  if (tree->size() != before) return Commit(std::move(rows));
  if (before.value == 0) return std::string();
  return Newest()->Checkpoint();
}

Status Ledger::Impl::Process(std::vector<journal::Ordered> batch) {
  store::WriteSet rows = store->NewWriteSet();
  std::vector<Decided> decided;
  decided.reserve(batch.size());
  const TreeSize before = tree->size();
  Status committed;  // to the tallies
  for (const journal::Ordered& ordered : batch) {
    if (ordered.marker()) {
      if (state->TallyChanges() != 0 && HasKeyInForce() && committed.ok())
        committed = AppendCommitment(ordered.received_at, &rows);
      continue;
    }
    decided.push_back(Decide(ordered, &rows));
    if (state->CommitmentDue() && committed.ok())
      committed = AppendCommitment(last_received, &rows);
    if (origin.empty() && state->registry().election()) {
      origin = state->registry().election()->origin;
      live = state->registry().election()->state.mode == election::Mode::kLive;
    }
  }
  const auto checkpoint = committed.ok() ? CommitIfGrown(before, std::move(rows))
                                         : Result<std::string>(committed);
  Load answered{decided.size(), 0};
  for (Decided& d : decided) {
    const Status status = checkpoint.ok() ? Complete(&d, *checkpoint) : checkpoint.status();
    if (!status.ok()) d.outcome = {status, std::nullopt, false};
    answered.bytes += d.item->Answer(std::move(d.outcome));
  }
  pool->Release(answered);
  JEJAK_RETURN_IF_ERROR(checkpoint.status());
  // The key that signs must be the one in force; after a change the ledger is opened again with the
  // new one.
  if (!HasKeyInForce()) {
    return Status(Reason::kLedgerKeyWrong,
                  "the ledger's key was changed: open the ledger with the new key");
  }
  return {};
}

}  // namespace jejak::engine
