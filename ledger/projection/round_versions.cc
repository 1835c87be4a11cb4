#include "ledger/projection/round_versions.h"

#include <algorithm>

namespace jejak::projection {
namespace {

bool AnyVote(const std::vector<Cell>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const Cell& c) {
    return c.key.kind == election::FieldKind::kVotes ||
           c.key.kind == election::FieldKind::kPartyTotal;
  });
}

// Applies one changed figure; the cells stay ascending.
void ChangeCell(const event::Change& change, LogIndex index, RoundRow* round) {
  const auto at = std::lower_bound(round->cells.begin(), round->cells.end(), change.field,
                                   [](const Cell& c, const FieldKey& k) { return c.key < k; });
  const bool there = at != round->cells.end() && at->key == change.field;
  if (!change.value) {
    if (!there) return;
    round->cells.erase(at);
    round->flags.corrected = true;
    return;
  }
  if (!there) {
    round->cells.insert(at, {change.field, *change.value, index});
    round->flags.completed = true;
    return;
  }
  if (at->value == *change.value) return;
  at->value = *change.value;
  at->set_by = index;
  round->flags.corrected = true;
}

void ChangeEvidence(const event::EvidenceChange& change, LogIndex index, RoundRow* round) {
  const auto at =
      std::lower_bound(round->evidence.begin(), round->evidence.end(), change.page,
                       [](const event::Evidence& e, uint16_t page) { return e.page < page; });
  const auto set_by = round->evidence_set_by.begin() + (at - round->evidence.begin());
  const bool there = at != round->evidence.end() && at->page == change.page;
  if (!change.set) {
    if (!there) return;
    round->evidence.erase(at);
    round->evidence_set_by.erase(set_by);
    round->flags.evidence_replaced = true;
    return;
  }
  if (!there) {
    round->evidence_set_by.insert(set_by, index);
    round->evidence.insert(at, *change.set);
    round->flags.evidence_replaced = true;
    return;
  }
  if (*at == *change.set) return;
  *at = *change.set;
  *set_by = index;
  round->flags.evidence_replaced = true;
}

void Note(LogIndex index, const Hash& event, RoundRow* round) {
  round->newest_event = event;
  round->versions.push_back(index);
  round->flags.reported = AnyVote(round->cells);
}

}  // namespace

std::vector<Cell> CellsOf(const event::ResultSubmitted& body, LogIndex index) {
  std::vector<Cell> cells;
  cells.reserve(body.figures.size() + body.votes.size() + body.party_totals.size());
  for (const auto& f : body.figures) cells.push_back({FieldKey::Of(f.figure), f.value, index});
  for (const auto& v : body.votes) cells.push_back({FieldKey::Votes(v.choice), v.value, index});
  for (const auto& t : body.party_totals)
    cells.push_back({FieldKey::PartyTotal(t.choice), t.value, index});
  return cells;
}

void SetSubmission(const event::ResultSubmitted& body, LogIndex index, const Hash& event,
                   RoundRow* round) {
  round->cells = CellsOf(body, index);
  round->evidence = body.evidence;
  round->evidence_set_by.assign(body.evidence.size(), index);
  Note(index, event, round);
}

void SetCorrection(const event::ResultCorrected& body, LogIndex index, const Hash& event,
                   RoundRow* round) {
  for (const event::Change& change : body.changes) ChangeCell(change, index, round);
  for (const event::EvidenceChange& change : body.evidence) ChangeEvidence(change, index, round);
  Note(index, event, round);
}

}  // namespace jejak::projection
