#include "tools/cli/desk.h"

#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/client/errors.h"
#include "ledger/crypto/commitment.h"
#include "tools/cli/remote.h"

namespace jejak::cli {
namespace {

class LocalDesk final : public Desk {
 public:
  LocalDesk(engine::Ledger* ledger, std::unique_ptr<Session> session)
      : ledger_(ledger), session_(std::move(session)), asker_(Asker::Of(ledger)) {}

  std::future<Outcomes> Start(std::vector<event::SignedEvent> events, Handing handing) override {
    // Shared, since the waiter may be gone before set_value has returned.
    auto promise = std::make_shared<std::promise<std::vector<engine::Outcome>>>();
    engine::SubmitOptions options;
    options.proofs = handing.proofs;
    options.received_at = handing.received_at;
    options.commit_before = handing.commit_before;
    auto decided = promise->get_future();
    ledger_->SubmitAsync(std::move(events), options,
                         [promise](auto outcomes) { promise->set_value(std::move(outcomes)); });
    return std::async(std::launch::deferred, [this, decided = std::move(decided),
                                              names = std::move(handing.names)]() mutable {
      return Finish(decided.get(), names);
    });
  }
  Result<event::ChainHead> HeadOf(const PublicKey& key) override { return ledger_->HeadOf(key); }
  Result<std::optional<LogIndex>> Find(const Hash& event) override {
    return ledger_->Newest()->FindEvent(event);
  }
  Asker* asker() override { return asker_.get(); }
  Status Close() override { return session_ == nullptr ? Status() : session_->Close(); }

 private:
  Outcomes Finish(std::vector<engine::Outcome> outcomes, const engine::PeopleRows& names) {
    // Where the ledger has stopped, why it did.
    const Status stopped = ledger_->status();
    for (engine::Outcome& outcome : outcomes) {
      if (!stopped.ok() && outcome.door.reason() == Reason::kStopped) outcome.door = stopped;
    }
    if (names.empty() || !stopped.ok()) return outcomes;
    const auto view = ledger_->Newest();
    JEJAK_ASSIGN_OR_RETURN(const auto queries,
                           projection::Queries::Open(&view->rows(), view.get(), view->registry()));
    engine::PeopleRows fitting;
    for (const auto& [official, person] : names) {
      const auto enrolled = queries->Official(official);
      if (enrolled.ok() && enrolled->name == crypto::NameCommitment(person.salt, person.name))
        fitting.emplace_back(official, person);
    }
    if (!fitting.empty()) JEJAK_RETURN_IF_ERROR(ledger_->PutPeople(fitting));
    return outcomes;
  }

  engine::Ledger* ledger_;
  std::unique_ptr<Session> session_;  // null when the ledger is somebody else's
  std::unique_ptr<Asker> asker_;
};

class RemoteDesk final : public Desk {
 public:
  RemoteDesk(std::unique_ptr<client::Client> client, std::unique_ptr<Asker> asker)
      : client_(std::move(client)), asker_(std::move(asker)) {}

  std::future<Outcomes> Start(std::vector<event::SignedEvent> events, Handing handing) override {
    // In order: the next call leaves when this one was answered.
    std::promise<Outcomes> decided;
    decided.set_value(HandIn(events, std::move(handing)));
    return decided.get_future();
  }
  Result<event::ChainHead> HeadOf(const PublicKey& key) override { return client_->HeadOf(key); }
  Result<std::optional<LogIndex>> Find(const Hash& event) override {
    jejak::v1::GetEntryRequest request;
    request.set_event(std::string(event.view()));
    jejak::v1::GetEntryResponse answer;
    const Status status = asker_->Ask(request, &answer);
    if (status.reason() == Reason::kNotFound) return std::optional<LogIndex>();
    JEJAK_RETURN_IF_ERROR(status);
    return std::optional(LogIndex(answer.entry().index()));
  }
  Asker* asker() override { return asker_.get(); }
  Status Close() override { return {}; }

 private:
  Outcomes HandIn(const std::vector<event::SignedEvent>& events, Handing handing) {
    client::Beside beside;
    beside.proofs = handing.proofs;
    beside.received_at = handing.received_at;
    for (auto& [official, person] : handing.names)
      beside.names.push_back({official, Bytes(person.salt.view()), std::move(person.name)});
    JEJAK_ASSIGN_OR_RETURN(auto outcomes, client_->SubmitAll(events, beside));
    std::vector<engine::Outcome> out(outcomes.size());
    for (size_t i = 0; i < outcomes.size(); ++i) {
      out[i].door = std::move(outcomes[i].door);
      if (!outcomes[i].receipt) continue;
      client::Receipt& r = *outcomes[i].receipt;
      out[i].existing = r.existing;
      out[i].receipt = {r.index, r.event, r.received_at, r.refusal, r.leaf, std::move(r.proof)};
    }
    return out;
  }

  std::unique_ptr<client::Client> client_;
  std::unique_ptr<Asker> asker_;
};

}  // namespace

Result<std::unique_ptr<Desk>> Desk::Open(const Globals& globals, size_t batch) {
  if (!globals.server.empty()) {
    JEJAK_ASSIGN_OR_RETURN(auto client, ConnectTo(globals));
    JEJAK_ASSIGN_OR_RETURN(auto asker, Asker::Open(globals));
    return std::unique_ptr<Desk>(new RemoteDesk(std::move(client), std::move(asker)));
  }
  JEJAK_ASSIGN_OR_RETURN(auto session, Session::Write(globals, batch));
  engine::Ledger* ledger = &session->ledger();
  return std::unique_ptr<Desk>(new LocalDesk(ledger, std::move(session)));
}

std::unique_ptr<Desk> Desk::Of(engine::Ledger* ledger) {
  return std::make_unique<LocalDesk>(ledger, nullptr);
}

Result<Signer> Signer::For(Desk* desk, crypto::SecretKey key) {
  JEJAK_ASSIGN_OR_RETURN(const Hash election, ElectionOf(desk));
  JEJAK_ASSIGN_OR_RETURN(const event::ChainHead head, desk->HeadOf(key.public_key()));
  return Signer(std::move(key), election, head);
}

Result<event::SignedEvent> Signer::Sign(event::Body body, UnixMicros occurred_at, Hash* hash) {
  event::Event event;
  event.election = election_;
  event.author = key_.public_key();
  event.sequence = head_.next_sequence;
  event.previous = head_.previous;
  event.occurred_at = occurred_at;
  event.body = std::move(body);
  JEJAK_ASSIGN_OR_RETURN(event::SignedEvent out, event::Sign(event, key_));
  head_.previous = event::EventHash(out.bytes);
  ++head_.next_sequence;
  if (hash != nullptr) *hash = head_.previous;
  return out;
}

Result<engine::Receipt> Append(Desk* desk, const event::SignedEvent& event,
                               engine::PeopleRows names) {
  Handing handing;
  handing.names = std::move(names);
  JEJAK_ASSIGN_OR_RETURN(std::vector<engine::Outcome> outcomes,
                         desk->Submit({event}, std::move(handing)));
  JEJAK_RETURN_IF_ERROR(outcomes.front().door);
  return std::move(*outcomes.front().receipt);
}

Status RefusalOf(const engine::Receipt& receipt) {
  if (!receipt.refusal) return OkStatus();
  return Status(receipt.refusal->reason,
                fmt::format("refused, and logged as entry {}", receipt.index.value))
      .With("index", std::to_string(receipt.index.value))
      .With("event", ToHex(receipt.event))
      .With("number", std::to_string(receipt.refusal->number));
}

Result<Hash> ElectionOf(Desk* desk) {
  JEJAK_ASSIGN_OR_RETURN(const auto* election, desk->asker()->Election());
  const auto id = Hash::From(election->election());
  if (!id) return client::WrongAnswer("answered with a wrong election");
  return *id;
}

}  // namespace jejak::cli
