#include "ledger/verify/replay.h"

#include <fmt/format.h>

#include <utility>

#include "ledger/admission/decide.h"
#include "ledger/event/signing.h"

namespace jejak::verify {
namespace {

// Entries whose rows are gathered before they go to the store: few, as whoever watches the replay
// looks among them after each entry.
constexpr uint64_t kFlushEntries = 256;

std::string Word(const std::optional<event::Refusal>& refusal) {
  return refusal ? fmt::format("refused as {} ({})", InfoOf(refusal->reason).name, refusal->number)
                 : std::string("accepted");
}

}  // namespace

Result<std::unique_ptr<Replay>> Replay::Start(RowStore* rows) {
  std::unique_ptr<Replay> out(new Replay(rows));
  JEJAK_ASSIGN_OR_RETURN(out->state_, projection::State::Load(&rows->reader(), TreeSize(0)));
  return out;
}

Result<Replayed> Replay::Take(ByteView entry, bool signed_before,
                              std::optional<ReplayFault>* fault) {
  Replayed out;
  out.index = NextIndex(tree_.size());
  const auto blame = [&](std::string what, std::string meaning) {
    *fault = ReplayFault{out.index, std::move(what), std::move(meaning)};
    return out;
  };
  const auto decoded = event::DecodeEntry(entry);
  if (!decoded.ok()) {
    if (decoded.status().reason() == Reason::kRulesUnknown) return decoded.status();
    return blame("ENTRY_MALFORMED", decoded.status().ToString());
  }
  auto event = event::DecodeEvent(decoded->event);
  if (!event.ok()) {
    if (event.status().reason() == Reason::kRulesUnknown) return event.status();
    return blame("EVENT_MALFORMED", event.status().ToString());
  }
  out.event = std::move(*event);
  out.hash = event::EventHash(decoded->event);
  out.received_at = decoded->received_at;
  out.refusal = decoded->refusal;
  if (!signed_before &&
      !event::VerifySignature({decoded->event, decoded->signature}, out.event.author)) {
    return blame("SIGNATURE_INVALID", "the author's key did not sign this event");
  }
  JEJAK_RETURN_IF_ERROR(Check(out, fault));
  if (*fault) return out;
  tree_.Append(merkle::LeafHash(entry));
  JEJAK_RETURN_IF_ERROR(Fold(out));
  return out;
}

Status Replay::Check(const Replayed& entry, std::optional<ReplayFault>* fault) {
  using Kind = admission::Verdict::Kind;
  const auto blame = [&](std::string what, std::string meaning) {
    *fault = ReplayFault{entry.index, std::move(what), std::move(meaning)};
    return OkStatus();
  };
  if (entry.received_at < last_received_) {
    return blame("TIME_RUNS_BACK", "the ledger says it received this entry before the one before");
  }
  const admission::Verdict verdict = admission::Decide(*state_, entry.event, entry.hash);
  if (verdict.kind == Kind::kDoor) {
    if (verdict.door.reason() == Reason::kRulesUnknown) return verdict.door;
    return blame("NOT_ADMISSIBLE", "this event must not be in the log: " + verdict.door.ToString());
  }
  if (verdict.kind == Kind::kRetry) {
    return blame("DUPLICATE", fmt::format("the same event stands at entry {} already",
                                          verdict.existing.value));
  }
  std::optional<event::Refusal> refusal;
  if (verdict.kind == Kind::kRefused) refusal = verdict.refusal;
  if (refusal != entry.refusal) {
    return blame("VERDICT_DIFFERS", "the log says " + Word(entry.refusal) + ", the rules say " +
                                        Word(refusal));
  }
  if (const auto wrong = state_->CommitmentFault(entry.event, !entry.refusal, entry.received_at)) {
    return blame(std::string(*wrong),
                 "the ledger's commitment to its tallies is not as it must be");
  }
  return {};
}

Status Replay::Fold(const Replayed& entry) {
  last_received_ = entry.received_at;
  state_->Apply({entry.event, entry.hash, entry.index, entry.received_at, entry.refusal});
  JEJAK_RETURN_IF_ERROR(state_->status());
  if (state_->Election() && !admission::RulesKnown(state_->Election()->rules)) {
    return {Reason::kRulesUnknown,
            fmt::format("entry {} puts newer rules in force", entry.index.value)};
  }
  if (tree_.size().value % kFlushEntries != 0) return {};
  state_->Flush();
  JEJAK_RETURN_IF_ERROR(state_->status());
  JEJAK_RETURN_IF_ERROR(rows_->Write(&state_->rows()));
  state_->Rebase(&rows_->reader());
  return {};
}

}  // namespace jejak::verify
