// Replays over lines that break, from servers that may not be honest.
#include <fmt/format.h>

#include "ledger/client/client_impl.h"
#include "ledger/client/replay_order.h"

namespace jejak::client {
namespace {

using jejak::v1::ReplayEntriesRequest;
using jejak::v1::ReplayEntriesResponse;
using Clock = std::chrono::steady_clock;

// A daemon that goes silent, and answers keepalives, would be waited for for ever: a stream that
// isn't followed ends after that long, and is taken up again where something came.
constexpr std::chrono::seconds kStreamMax{60};

std::string StateName(jejak::v1::ReplayProgress::State state) {
  switch (state) {
    case jejak::v1::ReplayProgress::STATE_CONFIRMED: return "confirmed";
    case jejak::v1::ReplayProgress::STATE_CAUGHT_UP: return "caught_up";
    case jejak::v1::ReplayProgress::STATE_IDLE: return "idle";
    default: return "behind";
  }
}

bool Filters(const ReplayFilter& f) {
  return !(f.contest.empty() && f.region.empty() && f.kind.empty() && f.official.empty() &&
           f.verdict.empty());
}

ReplayEntriesRequest RequestOf(LogIndex from, std::optional<LogIndex> to, bool follow,
                               const ReplayFilter& filter) {
  ReplayEntriesRequest out;
  out.set_from(from.value);
  if (to) out.set_to(to->value);
  out.set_follow(follow);
  out.mutable_filter()->set_contest(filter.contest);
  out.mutable_filter()->set_region(filter.region);
  out.mutable_filter()->set_kind(filter.kind);
  out.mutable_filter()->set_official(filter.official);
  out.mutable_filter()->set_verdict(filter.verdict);
  return out;
}

// Hands on what the message has. False when nobody wants more.
Result<bool> Take(ReplayEntriesResponse* message, ReplayOrder* order,
                  const ReplayHandler& handler) {
  for (auto& entry : *message->mutable_entries()) {
    JEJAK_RETURN_IF_ERROR(order->TakeEntry(LogIndex(entry.index())));
    if (!handler.entry(LogIndex(entry.index()), std::move(*entry.mutable_entry()))) return false;
  }
  if (!message->has_progress()) return true;
  const auto& progress = message->progress();
  const TreeSize size(progress.size());
  JEJAK_RETURN_IF_ERROR(order->TakeProgress(LogIndex(progress.next()), size));
  return handler.progress({StateName(progress.state()), size, order->next(),
                           TimeOf(progress.time())});
}

}  // namespace

Status Client::Replay(LogIndex from, std::optional<LogIndex> to, bool follow,
                      const ReplayFilter& filter, const ReplayHandler& handler) {
  ReplayOrder order(from, to, Filters(filter));
  Pauses pauses;
  for (auto heard = Clock::now();;) {
    const LogIndex begun = order.next();
    grpc::ClientContext context;
    const std::stop_callback cancel(impl_->stop, [&context] { context.TryCancel(); });
    if (!follow) context.set_deadline(In(kStreamMax));
    const auto stream =
        impl_->Log->ReplayEntries(&context, RequestOf(begun, to, follow, filter));
    ReplayEntriesResponse message;
    Result<bool> wanted = true;
    while (wanted.ok() && *wanted && stream->Read(&message)) {
      wanted = Take(&message, &order, handler);
      if (follow) heard = Clock::now();
    }
    if (!wanted.ok() || !*wanted) context.TryCancel();
    const grpc::Status answer = stream->Finish();
    JEJAK_RETURN_IF_ERROR(wanted.status());
    if (!*wanted) return {};
    if (impl_->stop.stop_requested()) return Status(Reason::kInterrupted, "");
    if (answer.ok()) return order.TakeEnd(follow);
    if (order.done()) return {};  // all came; how the line ended says nothing
    const bool came = order.next() > begun;
    if (came) {
      heard = Clock::now();
      pauses.Reset();
    }
    const bool in_time = answer.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED && !follow;
    if (in_time && !came) {
      return Status(Reason::kUnavailable,
                    fmt::format("the server did not send entry {}", begun.value));
    }
    if (!in_time && !LineBroke(answer)) return FromGrpc(answer);
    if (Clock::now() - heard > impl_->reconnect) return FromGrpc(answer);
    JEJAK_RETURN_IF_ERROR(pauses.Next(impl_->stop));
    impl_->AwaitChannel(impl_->reconnect);
  }
}

}  // namespace jejak::client
