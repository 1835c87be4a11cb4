// What was said is changed, and what stands in the log: by the operator, who makes tree,
// checkpoint, tally commitments and projections anew with the ledger's key.
#include "tests/tamper/attacks.h"

namespace jejak::tamper {
namespace {

using event::ResultSubmitted;

constexpr const char* kOperator = "operator";

template <typename Body>
size_t FirstOf(const Stage& stage) {
  return stage.Find([](const event::Entry& entry, const event::Event& event) {
    return std::holds_alternative<Body>(event.body) && !entry.refusal;
  });
}

template <typename Body>
std::string AlterBody(Stage* stage, size_t index, const std::function<void(Body*)>& change) {
  Book lie = stage->honest();
  lie.Alter(index, [&](event::Event* event) { change(&std::get<Body>(event->body)); });
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// The last entry whose author never wrote again, so that no chain breaks when it goes.
size_t LastWord(const Stage& stage) {
  return stage.FindLast([&](const event::Entry& entry, const event::Event& event) {
    return std::holds_alternative<ResultSubmitted>(event.body) && !entry.refusal;
  });
}

std::string VoteChanged(Stage* stage) {
  return AlterBody<ResultSubmitted>(stage, stage->Form(false),
                                    [](ResultSubmitted* form) { form->votes[0].value += 100; });
}

std::string FigureChanged(Stage* stage) {
  const size_t index = stage->Find([](const event::Entry& entry, const event::Event& event) {
    const auto* form = std::get_if<ResultSubmitted>(&event.body);
    return form != nullptr && !entry.refusal && !form->figures.empty();
  });
  return AlterBody<ResultSubmitted>(stage, index,
                                    [](ResultSubmitted* form) { form->figures[0].value += 1; });
}

std::string PhotoReplaced(Stage* stage) {
  const size_t index = stage->Find([](const event::Entry& entry, const event::Event& event) {
    const auto* form = std::get_if<ResultSubmitted>(&event.body);
    return form != nullptr && !entry.refusal && !form->evidence.empty() &&
           form->evidence[0].sha256.has_value();
  });
  return AlterBody<ResultSubmitted>(
      stage, index, [](ResultSubmitted* form) { form->evidence[0].sha256->bytes[0] ^= 1; });
}

std::string RegionRenamed(Stage* stage) {
  return AlterBody<event::RegionsRegistered>(
      stage, FirstOf<event::RegionsRegistered>(*stage),
      [](event::RegionsRegistered* body) { body->regions.back().name += " BARU"; });
}

std::string CandidateRenamed(Stage* stage) {
  return AlterBody<event::BallotRegistered>(
      stage, FirstOf<event::BallotRegistered>(*stage),
      [](event::BallotRegistered* body) { body->choices[0].name = "Orang Lain"; });
}

std::string TimeOfAuthorChanged(Stage* stage) {
  Book lie = stage->honest();
  lie.Alter(stage->Form(false), [](event::Event* event) { event->occurred_at.value -= 1; });
  return stage->Tell(lie);
}

// The operator puts the figures under its own name instead.
std::string VoteTakenOver(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  const event::Body body = lie.EventAt(index).body;
  lie.Erase(index);
  lie.Invent(index, "ledger", body);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Ed25519 signatures have a second form (s + the group's order) that lax verifiers accept.
std::string SignatureBent(Stage* stage) {
  static constexpr uint8_t kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                         0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                         0,    0,    0,    0,    0,    0,    0,    0,
                                         0,    0,    0,    0,    0,    0,    0,    0x10};
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  event::Entry entry = lie.At(index);
  unsigned carry = 0;
  for (size_t i = 0; i < sizeof kOrder; ++i) {
    carry += unsigned{entry.signature.bytes[32 + i]} + kOrder[i];
    entry.signature.bytes[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  lie.Set(index, entry);
  return stage->Tell(lie);
}

std::string TimeRunsBack(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  event::Entry entry = lie.At(index);
  entry.received_at.value = lie.At(index - 1).received_at.value - 1;
  lie.Set(index, entry);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Still between its neighbours: the log alone can't show it.
std::string TimeShifted(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Find([&](const event::Entry& entry, const event::Event& event) {
    if (!std::holds_alternative<ResultSubmitted>(event.body)) return false;
    const auto at = stage->Find(
        [&](const event::Entry& other, const event::Event&) { return other.event == entry.event; });
    return lie.At(at - 1).received_at < entry.received_at;
  });
  event::Entry entry = lie.At(index);
  entry.received_at = lie.At(index - 1).received_at;
  lie.Set(index, entry);
  return stage->Tell(lie, /*since=*/true);
}

std::string DroppedFromAChain(Stage* stage) {
  Book lie = stage->honest();
  lie.Erase(stage->Form(true));
  Must(lie.Recommit());
  return stage->Tell(lie);
}

std::string LastWordDropped(Stage* stage) {
  Book lie = stage->honest();
  lie.Erase(LastWord(*stage));
  Must(lie.Recommit());
  return stage->Tell(lie, /*since=*/true);
}

std::string LastWordDroppedUnderTheOldTallies(Stage* stage) {
  Book lie = stage->honest();
  lie.Erase(stage->Form(false));
  return stage->Tell(lie);
}

std::string AttemptDropped(Stage* stage) {
  Book lie = stage->honest();
  lie.Erase(stage->Find(
      [&](const event::Entry& entry, const event::Event&) { return entry.refusal.has_value(); }));
  Must(lie.Recommit());
  return stage->Tell(lie);
}

std::string StrangerInserted(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  const auto key = *crypto::SecretKey::FromSeed(std::string(32, 's'));
  event::Event event = lie.EventAt(index);
  event.author = key.public_key();
  event.sequence = 0;
  event.previous = Hash{};
  const event::SignedEvent made = *event::Sign(event, key);
  lie.Insert(index, {lie.At(index).received_at, made.bytes, made.signature, std::nullopt});
  Must(lie.Recommit());
  return stage->Tell(lie);
}

std::string OneAuthorsSwapped(Stage* stage) {
  Book lie = stage->honest();
  const size_t first = stage->Form(true);
  const size_t second = *stage->NextOf(first);
  event::Entry a = lie.At(first), b = lie.At(second);
  std::swap(a.received_at, b.received_at);
  lie.Set(first, b);
  lie.Set(second, a);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Neither depends on the other.
std::string TwoAuthorsSwapped(Stage* stage) {
  Book lie = stage->honest();
  const auto submitted = [&](size_t i) {
    return std::holds_alternative<ResultSubmitted>(lie.EventAt(i).body) && !lie.At(i).refusal;
  };
  for (size_t i = 0; i + 1 < lie.size(); ++i) {
    if (!submitted(i) || !submitted(i + 1)) continue;
    event::Entry a = lie.At(i), b = lie.At(i + 1);
    std::swap(a.received_at, b.received_at);
    lie.Set(i, b);
    lie.Set(i + 1, a);
    Must(lie.Recommit());
    return stage->Tell(lie, /*since=*/true);
  }
  Broken("no two results beside one another");
}

std::string Duplicated(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  lie.Insert(index + 1, lie.At(index));
  Must(lie.Recommit());
  return stage->Tell(lie);
}

std::string EntryNotCanonical(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  lie.SetBytes(index, lie.BytesAt(index) + Bytes(8, '\0'));
  return stage->TellInExport(lie, lie.Checkpoint());
}

// With the author's own key: one meaning must not have two hashes.
std::string EventNotCanonical(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  event::Entry entry = lie.At(index);
  entry.event += Bytes(8, '\0');
  entry.signature = lie.keys()(stage->AuthorOf(index)).Sign(event::SigningMessage(entry.event));
  lie.Set(index, entry);
  return stage->TellInExport(lie, lie.Checkpoint());
}

}  // namespace

std::vector<Attack> AttacksOnEntries() {
  return {
      {kOperator, "changes a vote", "signature of the author", "SIGNATURE_INVALID", VoteChanged},
      {kOperator, "changes a figure of a form", "signature of the author", "SIGNATURE_INVALID",
       FigureChanged},
      {kOperator, "replaces the hash of a photo", "signature of the author", "SIGNATURE_INVALID",
       PhotoReplaced},
      {kOperator, "renames a region", "signature of the author", "SIGNATURE_INVALID",
       RegionRenamed},
      {kOperator, "renames a candidate", "signature of the author", "SIGNATURE_INVALID",
       CandidateRenamed},
      {kOperator, "changes the author's time", "signature of the author", "SIGNATURE_INVALID",
       TimeOfAuthorChanged},
      {kOperator, "bends a signature into its second form", "signature of the author",
       "SIGNATURE_INVALID", SignatureBent},
      {kOperator, "signs a form with the ledger's key", "verdict by the rules",
       "VERDICT_DIFFERS ROLE_NOT_ENTITLED", VoteTakenOver},
      {kOperator, "has an entry received before its predecessor", "order of receipt",
       "TIME_RUNS_BACK", TimeRunsBack},
      {kOperator, "shifts a time of receipt unseen", "kept checkpoint", "HISTORY_REWRITTEN",
       TimeShifted},
      {kOperator, "drops an entry its author went on from", "author's chain",
       "NOT_ADMISSIBLE SEQUENCE_GAP", DroppedFromAChain},
      {kOperator, "drops an author's last entry", "kept checkpoint", "ROLLED_BACK",
       LastWordDropped},
      {kOperator, "drops it under the tallies committed before", "tally commitment",
       "TALLY_ROOT_DIFFERS", LastWordDroppedUnderTheOldTallies},
      {kOperator, "hides a refused attempt", "author's chain", "NOT_ADMISSIBLE SEQUENCE_GAP",
       AttemptDropped},
      {kOperator, "inserts a form by a stranger", "enrolment of the key",
       "NOT_ADMISSIBLE KEY_UNKNOWN", StrangerInserted},
      {kOperator, "swaps two entries of one author", "author's chain",
       "NOT_ADMISSIBLE SEQUENCE_GAP", OneAuthorsSwapped},
      {kOperator, "swaps entries of two authors", "kept checkpoint", "HISTORY_REWRITTEN",
       TwoAuthorsSwapped},
      {kOperator, "logs an event twice", "identity of the event", "DUPLICATE", Duplicated},
      {kOperator, "logs an entry in a second encoding", "one encoding per meaning",
       "ENTRY_MALFORMED EVENT_NOT_CANONICAL", EntryNotCanonical},
      {"operator and author", "log an event in a second encoding", "one encoding per meaning",
       "EVENT_MALFORMED EVENT_NOT_CANONICAL", EventNotCanonical},
  };
}

}  // namespace jejak::tamper
