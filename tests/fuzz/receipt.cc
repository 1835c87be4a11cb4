// What a device gets from a server that lies: any error details are an error, and a receipt holds
// only for the event, entry and log that it is about.
#include "ledger/client/client.h"
#include "ledger/client/errors.h"
#include "ledger/merkle/tlog_proof.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace jejak::fuzz {
namespace {

// The receipt of an entry that is there, with another proof.
void CheckProof(ByteView proof) {
  const auto view = World::The().view();
  const auto entry = view->Entry(LogIndex(9));
  const event::SignedEvent event{entry->entry.event, entry->entry.signature};
  client::Receipt receipt;
  receipt.index = LogIndex(9);
  receipt.event = entry->hash;
  receipt.received_at = entry->entry.received_at;
  receipt.refusal = entry->entry.refusal;
  receipt.leaf = merkle::LeafHash(entry->bytes);
  receipt.proof = Bytes(proof);
  const Status held = client::CheckReceipt(event, receipt, World::The().log_key());
  if (!held.ok()) return;
  const auto parsed = merkle::ParseTlogProof(proof);
  JEJAK_CHECK(parsed.ok() && parsed->index == receipt.index);
  JEJAK_CHECK(merkle::ParseNote(parsed->checkpoint)->text ==
              merkle::ParseNote(World::The().checkpoint())->text);
  // Of this event as it was received, and of nothing else.
  client::Receipt other = receipt;
  other.received_at.value += 1;
  JEJAK_CHECK(!client::CheckReceipt(event, other, World::The().log_key()).ok());
  other = receipt;
  other.refusal = event::Refusal{Reason::kStageSealed, 0};
  JEJAK_CHECK(!client::CheckReceipt(event, other, World::The().log_key()).ok());
}

}  // namespace

void Run(ByteView input) {
  CheckProof(input);
  const grpc::Status failed(grpc::StatusCode::FAILED_PRECONDITION, "words", std::string(input));
  JEJAK_CHECK(!client::FromGrpc(failed).ok());
}

std::vector<Bytes> Seeds() {
  const auto view = World::The().view();
  return {*view->TlogProof(LogIndex(9)), *view->TlogProof(LogIndex(8))};
}

}  // namespace jejak::fuzz
