// What every entry does, whatever its body: the author's chain, refusals, activity, and the event
// index.
#include "ledger/base/coding.h"
#include "ledger/base/limits.h"
#include "ledger/projection/event_facts.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {

void State::Apply(const LoggedEvent& e) {
  JEJAK_CHECK(e.index.value == size_.value);
  result_done_.reset();
  // The author first: a body may change the very key that signed it, and has the last word.
  AdvanceAuthor(e);
  if (!e.refusal) {
    FoldBody(e);
  } else if (e.refusal->reason == Reason::kResultExists ||
             e.refusal->reason == Reason::kStageSealed) {
    NoteCompeting(e);
  }
  // Genesis enrols its own author, whose chain starts with it.
  if (e.index.value == 0) AdvanceAuthor(e);

  value_.clear();
  Writer(&value_).Be64(e.index.value);
  rows_.Append(kEventIndex, e.hash.view(), value_);
  batch_events_.emplace(e.hash, e.index);
  const KeyRow* author = LoadKey(e.event.author);
  if (author != nullptr) {
    ActivityRow activity{e.event.kind(), 0, 0, result_done_};
    if (e.refusal) activity.refusal = InfoOf(e.refusal->reason).logged_number;
    const auto* enrolled = std::get_if<event::OfficialsEnrolled>(&e.event.body);
    if (enrolled != nullptr && !e.refusal)
      activity.enrolled = static_cast<uint32_t>(enrolled->officials.size());
    key_.assign(author->state.official);
    key_.push_back('\0');
    Writer(&key_).Be64(e.index.value);
    value_.clear();
    EncodeTo(activity, &value_);
    rows_.Append(kActivity, key_, value_);
    if (e.refusal) {
      const RefusalRow row{InfoOf(e.refusal->reason).logged_number, e.refusal->number,
                           author->state.official, PlaceOf(e.event.body).value_or(RegionCode())};
      rows_.Append(kRefusals, IndexKey(e.index), Encode(row));
    }
  }
  NoteObserved(e);
  tallies_.EndEntry(e.index);
  size_ = TreeSize(size_.value + 1);
}

void State::AdvanceAuthor(const LoggedEvent& e) {
  KeyRow* row = LoadKey(e.event.author);
  if (row == nullptr) return;
  admission::KeyState& key = row->state;
  const bool fork = e.refusal && e.refusal->reason == Reason::kAuthorFork;
  if (fork) {
    rows_.Put(kRegistry, ForkKey(e.event.author, e.event.sequence), IndexKey(e.index));
  } else {
    key.next_sequence = e.event.sequence + 1;
    key.head = e.hash;
  }
  if (!e.refusal) {
    key.refusals_in_a_row = 0;
  } else if (++key.refusals_in_a_row >= limits::kRefusalsInARowMax) {
    key.suspended = true;
  }
  keys_.Changed(e.event.author.view());
}

// When a source showed what the entry says. Only what is later than all before has a row: the first
// entry that was observed after some time is then the first row beyond it.
void State::NoteObserved(const LoggedEvent& e) {
  UnixMicros observed;
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&e.event.body))
    observed = submitted->source ? submitted->source->observed : observed;
  if (const auto* corrected = std::get_if<event::ResultCorrected>(&e.event.body))
    observed = corrected->source ? corrected->source->observed : observed;
  if (observed <= observed_) return;
  observed_ = observed;
  Bytes key;
  Writer(&key).Be64(static_cast<uint64_t>(observed.value));
  rows_.Put(kObserved, key, IndexKey(e.index));
}

void State::FoldBody(const LoggedEvent& e) {
  std::visit([&](const auto& body) { Fold(e, body); }, e.event.body);
}

}  // namespace jejak::projection
