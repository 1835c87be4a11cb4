#include "ledger/projection/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/projection/tables.h"

namespace jejak::projection {
namespace {

Status Damaged(std::string_view what) {
  return Status(Reason::kLedgerDamaged,
                fmt::format("a row of the registry does not decode: {}", what));
}

}  // namespace

std::shared_ptr<const BallotEntry> ContestEntry::BallotAt(const RegionCode& place) const {
  for (RegionCode code = place;; code = code.Parent()) {
    const auto it = members.find(code);
    if (it != members.end()) return it->second;
    if (code.IsNation()) return nullptr;
  }
}

std::shared_ptr<const BallotEntry> ContestEntry::OnlyBallotOf(const RegionCode& region) const {
  const auto it = above.find(region);
  if (it != above.end()) return it->second;
  return BallotAt(region);
}

void ContestEntry::Add(std::shared_ptr<const BallotEntry> entry) {
  const admission::BallotState& ballot = *entry->ballot;
  for (const event::Choice& choice : ballot.choices) meanings.emplace(choice.id, choice);
  last_ballot = std::max(last_ballot, ballot.registered_at);
  ballots[ballot.dapil] = entry;
  for (const RegionCode& member : ballot.members) {
    members[member] = entry;
    for (RegionCode code = member; !code.IsNation();) {
      code = code.Parent();
      const auto [it, added] = above.emplace(code, entry);
      if (!added && it->second != entry) it->second = nullptr;
    }
  }
}

Result<Registry> Registry::Load(const KeyValueReader& rows) {
  Registry out;
  Bytes value;
  if (!rows.Get(kRegistry, ElectionKey(), &value)) {
    JEJAK_RETURN_IF_ERROR(rows.status());
    return out;
  }
  out.election_ = Decode<ElectionRow>(value);
  if (!out.election_) return Damaged("election");
  for (const std::string& id : out.election_->contests) {
    if (!rows.Get(kRegistry, ContestKey(id), &value)) {
      JEJAK_RETURN_IF_ERROR(rows.status());
      return Damaged(id);
    }
    auto contest = Decode<admission::ContestState>(value);
    if (!contest) return Damaged(id);
    out.AddContest(std::move(*contest));
    const Bytes prefix = BallotKey(id, "");
    auto cursor = rows.NewCursor(kRegistry);
    for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
         cursor->Next()) {
      auto ballot = Decode<admission::BallotState>(cursor->value());
      if (!ballot) return Damaged(id);
      out.AddBallot(std::move(*ballot));
    }
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  return out;
}

const ContestEntry* Registry::Contest(std::string_view id) const {
  const auto it = contests_.find(id);
  return it == contests_.end() ? nullptr : &it->second;
}

void Registry::AddContest(admission::ContestState state) {
  ++changes_;
  const std::string id = state.id;
  contests_[id].state = std::make_shared<const admission::ContestState>(std::move(state));
}

void Registry::ReplaceBallot(admission::BallotState ballot) {
  ++changes_;
  ContestEntry& contest = contests_[ballot.contest];
  const auto old = contest.ballots[ballot.dapil];
  auto entry = std::make_shared<BallotEntry>(*old);
  for (const event::Choice& choice : ballot.choices) contest.meanings[choice.id] = choice;
  entry->ballot = std::make_shared<const admission::BallotState>(std::move(ballot));
  contest.ballots[entry->ballot->dapil] = entry;
  for (auto* index : {&contest.members, &contest.above}) {
    for (auto& [code, known] : *index) {
      if (known == old) known = entry;
    }
  }
}

void Registry::AddBallot(admission::BallotState ballot) {
  ++changes_;
  auto entry = std::make_shared<BallotEntry>();
  for (const event::Choice& choice : ballot.choices)
    entry->choices.push_back({choice.id, choice.kind, choice.party});
  std::sort(entry->choices.begin(), entry->choices.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  entry->ballot = std::make_shared<const admission::BallotState>(std::move(ballot));
  contests_[entry->ballot->contest].Add(std::move(entry));
}

void Registry::ForgetBallots(TreeSize size) {
  for (auto& [id, contest] : contests_) {
    if (contest.last_ballot.value < size.value) continue;
    ++changes_;
    ContestEntry then;
    then.state = contest.state;
    for (const auto& [dapil, entry] : contest.ballots) {
      if (entry->ballot->registered_at.value < size.value) then.Add(entry);
    }
    contest = std::move(then);
  }
}

}  // namespace jejak::projection
