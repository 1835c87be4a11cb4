#include "ledger/crypto/commitment.h"
#include "ledger/service/answers.h"

namespace jejak::service {

event::SignedEvent ReadSignedEvent(const jejak::v1::SignedEvent& message) {
  // What is no signature is one that never holds, so that the event is told so, and the others of
  // its batch or stream are decided.
  static const Signature kNone = *Signature::From(std::string(Signature::kSize, '\xff'));
  // Of one that is too large, enough to be told so.
  return {message.event().substr(0, limits::kEventBytesMax + 1),
          Signature::From(message.signature()).value_or(kNone)};
}

Result<std::optional<UnixMicros>> ReadReceivedAt(bool there,
                                                 const google::protobuf::Timestamp& time,
                                                 bool given, UnixMicros now) {
  if (!there) return std::optional<UnixMicros>();
  if (!given)
    return Status(Reason::kModeForbids, "this daemon's own clock says when it received an event");
  JEJAK_ASSIGN_OR_RETURN(const UnixMicros at, ReadTime(time, "received_at"));
  // A later event would stand before the newest entry, and the sequencer stops for that.
  if (at > now) return BadField("received_at", "is still to come");
  return std::optional(at);
}

Result<uint32_t> KeepNames(
    engine::Ledger* ledger,
    const google::protobuf::RepeatedPtrField<jejak::v1::PersonName>& names) {
  if (names.empty()) return uint32_t{0};
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*ledger));
  uint32_t kept = 0;
  engine::PeopleRows fresh;
  for (const auto& name : names) {
    const auto salt = crypto::Salt::From(name.salt());
    if (!salt) return BadField("names.salt", "32 bytes");
    const auto official = asked.queries->Official(name.official());
    if (!official.ok() && official.status().reason() != Reason::kUnknownOfficial)
      return official.status();
    if (!official.ok() || crypto::NameCommitment(*salt, name.name()) != official->name) continue;
    ++kept;
    if (!asked.view->PersonOf(name.official()))
      fresh.emplace_back(name.official(), engine::Person{*salt, name.name()});
  }
  if (!fresh.empty()) JEJAK_RETURN_IF_ERROR(ledger->PutPeople(fresh));
  return kept;
}

Status ProveReceipts(const engine::Ledger& ledger, std::vector<engine::Outcome>* outcomes) {
  const auto view = ledger.Newest();
  if (view == nullptr) return Status(Reason::kStopped, "the ledger is closed");
  for (engine::Outcome& outcome : *outcomes) {
    if (!outcome.receipt) continue;
    JEJAK_ASSIGN_OR_RETURN(outcome.receipt->proof, view->TlogProof(outcome.receipt->index));
  }
  return {};
}

JEJAK_ANSWER(GetChainHead) {
  const auto key = PublicKey::From(request.key());
  if (!key) return BadField("key", "32 bytes");
  JEJAK_ASSIGN_OR_RETURN(const event::ChainHead head, context.ledger->HeadOf(*key));
  out->set_next_sequence(head.next_sequence);
  out->set_previous(std::string(head.previous.view()));
  return {};
}

}  // namespace jejak::service
