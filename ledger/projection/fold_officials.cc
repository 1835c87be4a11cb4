// Folds of officials and their keys.
#include <algorithm>

#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {

void State::PutOfficial(std::string_view id, const admission::OfficialState& official) {
  rows_.Put(kRegistry, OfficialKey(id), Encode(official));
}

void State::PutKey(const PublicKey& key, const KeyRow& row) { keys_.Put(key.view(), row); }

void State::EnrolKey(std::string_view id, const admission::OfficialState& official,
                     const PublicKey& key, LogIndex index) {
  KeyRow row;
  row.state.official = std::string(id);
  row.state.role = official.role;
  row.state.jurisdiction = official.jurisdiction;
  row.state.contest = official.contest;
  row.state.choice = official.choice;
  row.state.enrolled_at = index;
  row.state.official_suspended = official.suspended;
  PutKey(key, row);
}

void State::Fold(const LoggedEvent& e, const event::OfficialsEnrolled& body) {
  const KeyRow* author = LoadKey(e.event.author);
  const std::string enrolled_by = author == nullptr ? "" : author->state.official;
  for (const event::OfficialFact& fact : body.officials) {
    admission::OfficialState official;
    official.body = fact.body;
    official.role = fact.role;
    official.jurisdiction = fact.jurisdiction;
    official.contest = fact.contest;
    official.choice = fact.choice;
    official.decree = fact.decree;
    official.name = fact.name;
    official.enrolled_at = e.index;
    official.enrolled_by = enrolled_by;
    for (const event::NewKey& key : fact.keys) official.keys.push_back(key.key);
    PutOfficial(fact.id, official);
    for (const event::NewKey& key : fact.keys) EnrolKey(fact.id, official, key.key, e.index);
  }
}

void State::Fold(const LoggedEvent& e, const event::KeyEnrolled& body) {
  auto official = Official(body.official);
  if (!official) return;
  official->keys.push_back(body.key.key);
  PutOfficial(body.official, *official);
  EnrolKey(body.official, *official, body.key.key, e.index);
}

void State::Fold(const LoggedEvent& e, const event::KeyRevoked& body) {
  const KeyRow* known = LoadKey(body.key);
  if (known == nullptr) return;
  KeyRow row = *known;
  row.state.revoked = true;
  row.revoked_at = e.index;
  row.suspect_since = body.suspect_since;
  PutKey(body.key, row);
  if (body.suspect_since) Suspect(e, body);
}

void State::Fold(const LoggedEvent&, const event::KeyReleased& body) {
  const KeyRow* known = LoadKey(body.key);
  if (known == nullptr) return;
  KeyRow row = *known;
  row.state.suspended = false;
  row.state.refusals_in_a_row = 0;
  PutKey(body.key, row);
}

void State::SetOfficialSuspended(std::string_view id, bool suspended) {
  auto official = Official(id);
  if (!official) return;
  official->suspended = suspended;
  PutOfficial(id, *official);
  for (const PublicKey& key : official->keys) {
    const KeyRow* known = LoadKey(key);
    if (known == nullptr) continue;
    KeyRow row = *known;
    row.state.official_suspended = suspended;
    PutKey(key, row);
  }
}

void State::Fold(const LoggedEvent&, const event::OfficialSuspended& body) {
  SetOfficialSuspended(body.official, true);
}

void State::Fold(const LoggedEvent&, const event::OfficialReinstated& body) {
  SetOfficialSuspended(body.official, false);
}

void State::Fold(const LoggedEvent& e, const event::LedgerKeyChanged& body) {
  // The key before it may sign nothing more.
  ElectionRow& election = registry_.mutable_election();
  const KeyRow* known = LoadKey(election.state.ledger_key);
  if (known != nullptr) {
    KeyRow row = *known;
    row.state.revoked = true;
    row.revoked_at = e.index;
    PutKey(election.state.ledger_key, row);
  }
  election.state.ledger_key = body.key.key;
  rows_.Put(kRegistry, ElectionKey(), Encode(election));
  auto official = Official("ledger");
  if (!official) return;
  official->keys.push_back(body.key.key);
  PutOfficial("ledger", *official);
  EnrolKey("ledger", *official, body.key.key, e.index);
}

}  // namespace jejak::projection
