#include "ledger/admission/decide.h"

#include <string>
#include <utility>
#include <variant>

#include "ledger/admission/judge.h"
#include "ledger/base/encoding.h"

namespace jejak::admission {
namespace {

using event::BodyKind;

Verdict AtTheDoor(Status status) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kDoor;
  verdict.door = std::move(status);
  return verdict;
}

Verdict Retry(LogIndex existing) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kRetry;
  verdict.existing = existing;
  return verdict;
}

Verdict Accepted() {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kAccepted;
  verdict.advances_chain = true;
  return verdict;
}

Verdict Refused(const event::Refusal& refusal, bool advances_chain) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kRefused;
  verdict.refusal = refusal;
  verdict.advances_chain = advances_chain;
  return verdict;
}

Verdict Refused(Reason reason) { return Refused({reason, 0}, true); }

Verdict DecideGenesis(const event::Event& event, const KeyProofs& proofs) {
  Status status = JudgeGenesis(event, proofs);
  return status.ok() ? Accepted() : AtTheDoor(std::move(status));
}

// The event is at a point of the chain that is used, or doesn't follow the chain's head.
Verdict DecideFork(const StateView& view, const event::Event& event, const KeyState& author) {
  if (author.suspended) return AtTheDoor({Reason::kKeySuspended, "this key"});
  if (view.ForkLogged(event.author, event.sequence)) {
    return AtTheDoor(Status(Reason::kForkRepeated, "at sequence " + std::to_string(event.sequence))
                         .With("expected_sequence", std::to_string(author.next_sequence))
                         .With("head", ToHex(author.head)));
  }
  return Refused({Reason::kAuthorFork, 0}, false);
}

}  // namespace

Verdict Decide(const StateView& view, const event::Event& event, const Hash& hash,
               const KeyProofs& proofs) {
  const std::optional<ElectionState> election = view.Election();
  if (!election) return DecideGenesis(event, proofs);
  if (hash == election->id) return Retry(LogIndex(0));
  if (!RulesKnown(election->rules)) {
    return AtTheDoor({Reason::kRulesUnknown, "rules version " + std::to_string(election->rules)});
  }
  if (event.election != election->id) {
    return AtTheDoor({Reason::kWrongElection, "election " + ToHex(event.election)});
  }
  const KeyState* const author = view.Key(event.author);
  if (author == nullptr) return AtTheDoor({Reason::kKeyUnknown, "key " + ToHex(event.author)});

  // The next link of the chain can't be a retry: its hash would be the head that it follows.
  const bool follows = event.sequence == author->next_sequence && event.previous == author->head;
  if (event.sequence <= author->next_sequence && !follows) {
    if (const auto existing = view.FindEvent(hash)) return Retry(*existing);
    return DecideFork(view, event, *author);
  }
  if (author->suspended) return AtTheDoor({Reason::kKeySuspended, "this key"});
  if (!follows) {
    return AtTheDoor(Status(Reason::kSequenceGap, "sequence " + std::to_string(event.sequence))
                         .With("expected_sequence", std::to_string(author->next_sequence))
                         .With("head", ToHex(author->head)));
  }

  if (author->revoked) return Refused(Reason::kKeyRevoked);
  if (author->official_suspended) return Refused(Reason::kOfficialSuspended);
  const Entitlement& may = May(author->role, event.kind());
  if (may.scope == Scope::kNone) return Refused(Reason::kRoleNotEntitled);
  if (const auto* rules = std::get_if<event::RulesChanged>(&event.body)) {
    if (!RulesKnown(rules->rules)) {
      return AtTheDoor({Reason::kRulesUnknown, "rules version " + std::to_string(rules->rules)});
    }
  }

  const Act act{view, *election, event, *author, may, proofs};
  Faults faults;
  if (may.Has(kNotLive) && act.Live()) faults.Add(Reason::kModeForbids);
  std::visit([&](const auto& body) { Judge(act, body, &faults); }, event.body);
  return faults.any() ? Refused(faults.first(), true) : Accepted();
}

}  // namespace jejak::admission
