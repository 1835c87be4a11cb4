// Admission and the folds: whatever enrolled authors sign, in any order, gets a verdict and leaves
// a sound state, whose tally is the same after the rows were written and read again. The input is a
// sequence of authors and bodies; signatures are taken as checked, and places in chains as right.
#include "ledger/admission/decide.h"
#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/event/testing_samples.h"
#include "ledger/projection/state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace jejak::fuzz {
namespace {

using projection::State;

constexpr size_t kEventsMax = 24;

const std::vector<PublicKey>& Authors() {
  static const std::vector<PublicKey> authors = [] {
    std::vector<PublicKey> out;
    for (const char* who : {"root", "ledger", "bawaslu", "kpu", "kabkota.6501", "kpps.0", "kpps.1",
                            "kpps.4", "kpps.5"}) {
      out.push_back(testing::SmallElection::KeyOf(who).public_key());
    }
    return out;
  }();
  return authors;
}

// The rows after the entries of the small election.
struct Base {
  MemoryStore rows;
  TreeSize size;
  Hash election;

  Base() {
    auto state = State::Load(&rows, TreeSize(0));
    JEJAK_CHECK(state.ok());
    for (const Bytes& bytes : World::The().entries()) {
      const auto entry = event::DecodeEntry(bytes);
      const auto event = event::DecodeEvent(entry->event);
      (*state)->Apply({*event, event::EventHash(entry->event), NextIndex(size), entry->received_at,
                       entry->refusal});
      ++size.value;
    }
    Store(state->get(), &rows);
    election = World::The().election().election();
  }
  static void Store(State* state, MemoryStore* rows) {
    state->Flush();
    JEJAK_CHECK(state->status().ok());
    state->rows().Drain([rows](const RowChange& change) { rows->Apply(change); });
  }
};

// Gives the event its place in its author's chain; says whether it can be one at all.
bool Place(const State& state, const PublicKey& author, const Hash& election, event::Event* event) {
  const auto key = state.Key(author);
  event->election = election;
  event->author = author;
  event->sequence = key ? key->next_sequence : 0;
  event->previous = key ? key->head : Hash{};
  return event::EncodeEvent(*event).ok();
}

// One event of the input, folded when its verdict is to log it.
void Step(Reader* r, const Hash& election, State* state) {
  const PublicKey& author = Authors()[r->U8() % Authors().size()];
  const ByteView bytes = r->Raw(std::min<size_t>(8u * r->Be16(), r->remaining()));
  auto event = event::DecodeLoggedEvent(bytes);
  if (!event.ok() || !Place(*state, author, election, &*event)) return;
  const Hash hash = event::EventHash(*event::EncodeEvent(*event));
  using Kind = admission::Verdict::Kind;
  const admission::Verdict verdict =
      admission::Decide(*state, *event, hash, admission::KeyProofs::Trusted());
  JEJAK_CHECK(state->status().ok());
  if (verdict.kind != Kind::kAccepted && verdict.kind != Kind::kRefused) return;
  std::optional<event::Refusal> refusal;
  if (verdict.kind == Kind::kRefused) {
    refusal = verdict.refusal;
    JEJAK_CHECK(InfoOf(refusal->reason).logged_number != 0);
  }
  const UnixMicros time(1'707'900'000'000'000 + static_cast<int64_t>(state->Size().value));
  if (state->CommitmentFault(*event, !refusal, time)) return;  // no ledger logs it
  const Hash before = state->TallyRoot();
  state->Apply({*event, hash, NextIndex(state->Size()), time, refusal});
  JEJAK_CHECK(state->status().ok());
  if (refusal) JEJAK_CHECK(state->TallyRoot() == before);
}

}  // namespace

void Run(ByteView input) {
  static const Base base;
  MemoryStore rows = base.rows;
  auto state = State::Load(&rows, base.size);
  JEJAK_CHECK(state.ok());
  Reader r(input);
  for (size_t n = 0; r.remaining() >= 3 && n < kEventsMax; ++n)
    Step(&r, base.election, state->get());
  const Hash root = (*state)->TallyRoot();
  const TreeSize size = (*state)->Size();
  Base::Store(state->get(), &rows);
  auto again = State::Load(&rows, size);
  JEJAK_CHECK(again.ok() && (*again)->TallyRoot() == root && (*again)->status().ok());
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  const auto add = [&out](uint8_t author, const event::Event& event, Bytes before = {}) {
    const auto bytes = event::EncodeEvent(event);
    if (!bytes.ok()) return Bytes();
    Writer w(&before);
    w.U8(author);
    w.Be16(static_cast<uint16_t>(bytes->size() / 8));
    w.Raw(*bytes);
    out.push_back(before);
    return before;
  };
  const testing::SmallElection& election = World::The().election();
  const Bytes first = add(7, event::EventOf(election.Form(4)));
  add(8, event::EventOf(election.Form(5)), first);
  for (size_t kind = 0; kind < event::kBodyKinds; ++kind) {
    const auto of = static_cast<event::BodyKind>(kind);
    add(event::BodyKind::kResultSubmitted <= of ? 5 : 0, event::EventOf(event::FullBody(of)));
    add(3, event::EventOf(event::MinimalBody(of)));
  }
  for (const Bytes& bytes : World::The().entries()) {
    const auto event = event::DecodeEvent(event::DecodeEntry(bytes)->event);
    for (uint8_t author = 0; author < Authors().size(); ++author) {
      if (Authors()[author] == event->author) add(author, *event);
    }
  }
  return out;
}

}  // namespace jejak::fuzz
