#include "ledger/event/codec.h"

#include <utility>

#include "ledger/base/limits.h"
#include "ledger/event/body_union.h"
#include "ledger/event/message.h"

namespace jejak::event {
namespace {

Status GetEvent(wire::Event::Reader from, Event* to) {
  Decoder d;
  d.Fixed("election", from.getElection(), &to->election);
  d.Fixed("author", from.getAuthor(), &to->author);
  to->sequence = from.getSequence();
  d.Fixed("previous", from.getPrevious(), &to->previous);
  to->occurred_at = UnixMicros(from.getOccurredAt());
  if (d.ok()) GetBody(from.getBody(), &d, &to->body);
  return d.Take();
}

template <typename Use>
Status WithEncodedEvent(const Event& event, Use use) {
  const auto put = [&event](wire::Event::Builder to) {
    to.setElection(Data(event.election));
    to.setAuthor(Data(event.author));
    to.setSequence(event.sequence);
    to.setPrevious(Data(event.previous));
    to.setOccurredAt(event.occurred_at.value);
    PutBody(event.body, to.getBody());
  };
  return WithCanonical<wire::Event>(limits::kEventBytesMax, put, use);
}

}  // namespace

Result<Bytes> EncodeEvent(const Event& event) {
  JEJAK_RETURN_IF_ERROR(ValidateBody(event.body));
  Bytes out;
  JEJAK_RETURN_IF_ERROR(WithEncodedEvent(event, [&out](ByteView bytes) {
    out.assign(bytes);
    return OkStatus();
  }));
  return out;
}

Result<Event> DecodeLoggedEvent(ByteView bytes) {
  Event event;
  JEJAK_RETURN_IF_ERROR(WithReader<wire::Event>(
      bytes, limits::kEventBytesMax, [&event](auto root) { return GetEvent(root, &event); }));
  return event;
}

Result<Event> DecodeEvent(ByteView bytes) {
  Event event;
  JEJAK_RETURN_IF_ERROR(WithReader<wire::Event>(
      bytes, limits::kEventBytesMax, [&event](auto root) { return GetEvent(root, &event); }));
  JEJAK_RETURN_IF_ERROR(ValidateBody(event.body));
  JEJAK_RETURN_IF_ERROR(
      WithEncodedEvent(event, [bytes](ByteView encoded) { return CheckSame(bytes, encoded); }));
  return event;
}

}  // namespace jejak::event
