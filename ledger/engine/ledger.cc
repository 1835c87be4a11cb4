#include "ledger/engine/ledger.h"

#include <fmt/format.h>

#include <future>

#include "ledger/admission/decide.h"
#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/engine/bound_export.h"
#include "ledger/engine/impl.h"
#include "ledger/engine/tables.h"
#include "ledger/projection/tables.h"

namespace jejak::engine {

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Ledger::~Ledger() { (void)Close(); }

Result<std::unique_ptr<Ledger>> Ledger::Open(const std::filesystem::path& dir,
                                             OpenOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->options.store.create_if_missing = false;
  JEJAK_ASSIGN_OR_RETURN(impl->store, store::Store::Open(dir, AllTables(), impl->options.store));
  if (impl->store->head().size.value == 0) {
    return Status(Reason::kLedgerMissing,
                  fmt::format("the ledger in {} has no election yet", dir.string()));
  }
  JEJAK_RETURN_IF_ERROR(impl->Prepare());
  if (impl->options.ledger_key != nullptr && impl->state != nullptr) {
    // Before the first signature.
    JEJAK_ASSIGN_OR_RETURN(const auto folder, BoundExport(dir));
    if (folder) JEJAK_RETURN_IF_ERROR(CheckPublished(*impl->Newest(), impl->origin, *folder));
  }
  if (!impl->options.store.read_only) JEJAK_RETURN_IF_ERROR(impl->store->ConfirmHead());
  if (impl->options.ledger_key != nullptr && impl->state != nullptr) impl->Start();
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

namespace {

// The verdict on genesis, before anything is written.
Status CheckGenesis(const event::SignedEvent& genesis, const crypto::SecretKey* ledger_key) {
  JEJAK_ASSIGN_OR_RETURN(const event::Event decoded, event::DecodeEvent(genesis.bytes));
  const auto* body = std::get_if<event::ElectionOpened>(&decoded.body);
  if (body == nullptr)
    return Status(Reason::kInvalidArgument, "the first event must be electionOpened");
  if (!event::VerifySignature(genesis, decoded.author)) {
    return Status(Reason::kSignatureInvalid, "genesis is not what the root key signed");
  }
  if (ledger_key == nullptr || ledger_key->public_key() != body->ledger_key.key) {
    return Status(Reason::kLedgerKeyWrong, "genesis names another ledger key");
  }
  const MemoryStore empty;
  JEJAK_ASSIGN_OR_RETURN(const auto state, projection::State::Load(&empty, TreeSize(0)));
  const auto verdict = admission::Decide(*state, decoded, event::EventHash(genesis.bytes));
  if (verdict.kind == admission::Verdict::Kind::kDoor) return verdict.door;
  if (verdict.kind == admission::Verdict::Kind::kAccepted) return {};
  return Status(verdict.refusal.reason, "genesis is refused");
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::Create(const std::filesystem::path& dir,
                                               const event::SignedEvent& genesis,
                                               OpenOptions options, const SubmitOptions& submit) {
  JEJAK_RETURN_IF_ERROR(CheckGenesis(genesis, options.ledger_key.get()));
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->options.store.create_if_missing = true;
  JEJAK_ASSIGN_OR_RETURN(impl->store, store::Store::Open(dir, AllTables(), impl->options.store));
  if (impl->store->head().size.value != 0) {
    return Status(Reason::kLedgerExists, fmt::format("there is a ledger in {}", dir.string()));
  }
  JEJAK_RETURN_IF_ERROR(impl->Prepare());
  JEJAK_RETURN_IF_ERROR(impl->store->ConfirmHead());
  impl->Start();
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(impl)));
  const Outcome outcome = ledger->SubmitOne(genesis, submit);
  JEJAK_RETURN_IF_ERROR(outcome.door);
  JEJAK_CHECK(!outcome.receipt->refusal.has_value());  // CheckGenesis decided the same
  return ledger;
}

void Ledger::SubmitAsync(std::vector<event::SignedEvent> events, const SubmitOptions& options,
                         std::function<void(std::vector<Outcome>)> done) {
  auto submission = std::make_shared<Submission>();
  submission->options = options;
  submission->done = std::move(done);
  Status refused;
  if (impl_->pool == nullptr) {
    refused =
        Status(Reason::kLedgerKeyWrong, "the ledger was opened without its key, for reading only");
  } else if (options.received_at && impl_->live) {
    refused = Status(Reason::kModeForbids, "in a live election the ledger's own clock says when");
  }
  if (!refused.ok()) {
    submission->done(std::vector<Outcome>(events.size(), Outcome{refused, std::nullopt, false}));
    return;
  }
  submission->events = std::move(events);
  impl_->pool->Submit(std::move(submission));
}

std::vector<Outcome> Ledger::Submit(std::vector<event::SignedEvent> events,
                                    const SubmitOptions& options) {
  // Shared, since the waiter may be gone before set_value has returned.
  auto promise = std::make_shared<std::promise<std::vector<Outcome>>>();
  auto future = promise->get_future();
  SubmitAsync(std::move(events), options, [promise](std::vector<Outcome> outcomes) {
    promise->set_value(std::move(outcomes));
  });
  return future.get();
}

Outcome Ledger::SubmitOne(event::SignedEvent event, const SubmitOptions& options) {
  std::vector<event::SignedEvent> one;
  one.push_back(std::move(event));
  return Submit(std::move(one), options).front();
}

Status Ledger::PutPeople(const PeopleRows& people) {
  const std::lock_guard lock(impl_->commit_mutex);
  JEJAK_RETURN_IF_ERROR(status());
  if (impl_->state == nullptr)
    return Status(Reason::kStopped, "the projections must be rebuilt first");
  store::WriteSet rows = impl_->store->NewWriteSet();
  for (const auto& [official, person] : people) {
    const auto known = impl_->state->Official(official);
    if (!known) return Status(Reason::kUnknownOfficial, official);
    if (crypto::NameCommitment(person.salt, person.name) != known->name) {
      return Status(Reason::kInvalidArgument,
                    "the name does not fit the commitment of " + official);
    }
    rows.Put(kPeople, official, EncodePerson(person));
  }
  JEJAK_RETURN_IF_ERROR(impl_->state->status());
  store::HeadRecord head = impl_->store->head();
  ++head.commit;
  const Status written = impl_->store->Commit(std::move(rows), head);
  if (!written.ok()) {
    impl_->Stop(written);
    return written;
  }
  auto view = impl_->MakeView(head.size, head.root);
  impl_->state->Rebase(&view->rows());
  impl_->SetNewest(std::move(view));
  return {};
}

std::shared_ptr<const View> Ledger::Newest() const {
  const std::shared_ptr<const View> newest = impl_->Newest();
  return newest == nullptr ? nullptr : newest->Apart();
}

Result<event::ChainHead> Ledger::HeadOf(const PublicKey& key) const {
  const std::shared_ptr<const View> view = Newest();
  Bytes value;
  if (!view->rows().Get(projection::kKeys, key.view(), &value)) {
    JEJAK_RETURN_IF_ERROR(view->rows().status());
    return Status(Reason::kKeyUnknown, "key " + ToHex(key) + " is not enrolled");
  }
  const auto row = projection::Decode<projection::KeyRow>(value);
  if (!row)
    return Status(Reason::kLedgerDamaged, "the row of key " + ToHex(key) + " does not decode");
  return event::ChainHead{row->state.next_sequence, row->state.head};
}

Status Ledger::VerifyChecksums(const Progress& progress) const {
  return impl_->store->VerifyChecksums(progress);
}

Result<Hash> Ledger::ProjectionDigest() const {
  const std::shared_ptr<const View> view = Newest();
  Hash digest;
  for (const store::TableSpec& table : AllTables()) {
    if (table.kind != store::TableKind::kProjection) continue;
    auto cursor = view->rows().NewCursor(table.id);
    for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
      Bytes lengths;
      Writer w(&lengths);
      w.U8(static_cast<uint8_t>(table.id));
      w.Be32(static_cast<uint32_t>(cursor->key().size()));
      w.Be32(static_cast<uint32_t>(cursor->value().size()));
      digest = crypto::Sha256({digest.view(), lengths, cursor->key(), cursor->value()});
    }
  }
  JEJAK_RETURN_IF_ERROR(view->rows().status());
  return digest;
}

Status RebuildFirst(const std::filesystem::path& dir) {
  return Status(Reason::kLedgerDamaged,
                fmt::format("{}: its projections are of another release, or were lost; its log has "
                            "all that they are made of: run jejak rebuild",
                            dir.string()))
      .With("ledger", dir.string());
}

bool Ledger::RebuildNeeded() const { return impl_->store->rebuild_needed(); }

Result<Hash> Ledger::TallyRoot() {
  const std::lock_guard lock(impl_->commit_mutex);
  if (impl_->state == nullptr)
    return Status(Reason::kStopped, "the projections must be rebuilt first");
  const Hash root = impl_->state->TallyRoot();
  JEJAK_RETURN_IF_ERROR(impl_->state->status());
  return root;
}

Status Ledger::status() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->stopped;
}

Status Ledger::Close() {
  if (impl_->store == nullptr) return {};
  if (impl_->pool != nullptr) impl_->pool->Stop();
  if (impl_->journal != nullptr) impl_->journal->Stop();
  if (impl_->sequencer.joinable()) impl_->sequencer.join();
  impl_->pool.reset();  // not before: the sequencer tells it what was answered
  impl_->state.reset();
  impl_->SetNewest(nullptr);
  const Status closed = impl_->store->Close();
  impl_->store.reset();
  return closed;
}

}  // namespace jejak::engine
