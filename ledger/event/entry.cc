// Log entries: the Merkle leaf's bytes.
#include <utility>

#include "ledger/base/limits.h"
#include "ledger/event/codec.h"
#include "ledger/event/decode.h"
#include "ledger/event/encode.h"
#include "ledger/event/message.h"

namespace jejak::event {
namespace {

// An event inside an entry has the outward shape of one; what it says was checked before.
Status CheckEntry(const Entry& entry) {
  const size_t size = entry.event.size();
  Problems problems;
  if (size == 0 || size % sizeof(word) != 0) {
    problems.Fail(Reason::kFieldInvalid, "event", "is empty, or not a multiple of 8 bytes long");
  }
  if (size > limits::kEventBytesMax) return TooLarge(size, limits::kEventBytesMax);
  if (entry.refusal && InfoOf(entry.refusal->reason).logged_number == 0) {
    problems.Fail(Reason::kFieldInvalid, "refused.reason", "is never logged");
  }
  return problems.Take();
}

Status GetEntry(wire::Entry::Reader from, Entry* to) {
  Decoder d;
  to->received_at = UnixMicros(from.getReceivedAt());
  const capnp::Data::Reader event = from.getEvent();
  to->event.assign(reinterpret_cast<const char*>(event.begin()), event.size());
  d.Fixed("signature", from.getSignature(), &to->signature);
  const auto verdict = from.getVerdict();
  switch (verdict.which()) {
    case wire::Entry::Verdict::ACCEPTED: return d.Take();
    case wire::Entry::Verdict::REFUSED: {
      const wire::Refusal::Reader refused = verdict.getRefused();
      const auto reason = ReasonByLoggedNumber(refused.getReason());
      if (reason) {
        to->refusal = Refusal{*reason, refused.getNumber()};
      } else {
        d.Fail(Reason::kRulesUnknown, "refused.reason",
               "is a reason that this program does not know");
      }
      return d.Take();
    }
  }
  d.UnknownUnion("verdict");
  return d.Take();
}

template <typename Use>
Status WithEncodedEntry(const Entry& entry, Use use) {
  const auto put = [&entry](wire::Entry::Builder to) {
    to.setReceivedAt(entry.received_at.value);
    to.setEvent({reinterpret_cast<const capnp::byte*>(entry.event.data()), entry.event.size()});
    to.setSignature(Data(entry.signature));
    if (entry.refusal) {
      auto refused = to.getVerdict().initRefused();
      refused.setReason(InfoOf(entry.refusal->reason).logged_number);
      refused.setNumber(entry.refusal->number);
    }
  };
  return WithCanonical<wire::Entry>(limits::kEntryBytesMax, put, use);
}

}  // namespace

Result<Bytes> EncodeEntry(const Entry& entry) {
  JEJAK_RETURN_IF_ERROR(CheckEntry(entry));
  Bytes out;
  JEJAK_RETURN_IF_ERROR(WithEncodedEntry(entry, [&out](ByteView bytes) {
    out.assign(bytes);
    return OkStatus();
  }));
  return out;
}

Result<Entry> DecodeLoggedEntry(ByteView bytes) {
  Entry entry;
  JEJAK_RETURN_IF_ERROR(WithReader<wire::Entry>(
      bytes, limits::kEntryBytesMax, [&entry](auto root) { return GetEntry(root, &entry); }));
  return entry;
}

Result<Entry> DecodeEntry(ByteView bytes) {
  JEJAK_ASSIGN_OR_RETURN(Entry entry, DecodeLoggedEntry(bytes));
  JEJAK_RETURN_IF_ERROR(CheckEntry(entry));
  JEJAK_RETURN_IF_ERROR(
      WithEncodedEntry(entry, [bytes](ByteView encoded) { return CheckSame(bytes, encoded); }));
  return entry;
}

}  // namespace jejak::event
