#include "ledger/service/answers.h"

namespace jejak::service {

Result<event::SignedEvent> ReadSignedEvent(const jejak::v1::SignedEvent& message) {
  const auto signature = Signature::From(message.signature());
  if (!signature) {
    return Status(Reason::kEventMalformed, "a signature has 64 bytes")
        .With("field", "event.signature");
  }
  return event::SignedEvent{message.event(), *signature};
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
