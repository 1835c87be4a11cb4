// Contests and ballots in memory. There are few of them, each event asks for one, and a ballot is
// found by any of the codes that enclose a TPS, so they are read once at opening and kept up by the
// fold.
//
// Thread rule: one writer; readers need their own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/admission/state_view.h"
#include "ledger/base/kv.h"
#include "ledger/election/rules.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

// A ballot, and the same in the shape that the arithmetic rules take.
struct BallotEntry {
  std::shared_ptr<const admission::BallotState> ballot;
  std::vector<election::ElectionChoice> choices;  // ascending by id
};

struct ContestEntry {
  std::shared_ptr<const admission::ContestState> state;
  std::map<std::string, std::shared_ptr<const BallotEntry>, std::less<>> ballots;  // by dapil
  std::unordered_map<RegionCode, std::shared_ptr<const BallotEntry>> members;
  // Every region that has a member strictly inside: the one ballot of those members, null when
  // several.
  std::unordered_map<RegionCode, std::shared_ptr<const BallotEntry>> above;
  std::unordered_map<election::ChoiceId, event::Choice> meanings;
  LogIndex last_ballot;  // the newest entry that registered one

  // The ballot whose member encloses `place`; null when there is none.
  std::shared_ptr<const BallotEntry> BallotAt(const RegionCode& place) const;
  // True when a member lies inside `place`, or is it.
  bool AnyInside(const RegionCode& place) const {
    return members.contains(place) || above.contains(place);
  }
  // The one dapil that all in-scope places of `region` belong to; null when there are several or
  // none.
  std::shared_ptr<const BallotEntry> OnlyBallotOf(const RegionCode& region) const;
  // Takes in a ballot that it does not have yet.
  void Add(std::shared_ptr<const BallotEntry> entry);
};

class Registry {
 public:
  // Reads everything from kRegistry. Returns damage as LEDGER_DAMAGED.
  static Result<Registry> Load(const KeyValueReader& rows);

  const std::optional<ElectionRow>& election() const { return election_; }
  ElectionRow& mutable_election() {
    ++changes_;
    return *election_;
  }
  void SetElection(ElectionRow row) {
    ++changes_;
    election_ = std::move(row);
  }
  // Grows whenever something here may have changed: who keeps a copy knows when it is stale.
  uint64_t changes() const { return changes_; }
  // Null when not registered.
  const ContestEntry* Contest(std::string_view id) const;
  // Adds a contest, or changes the facts of one that is there.
  void AddContest(admission::ContestState state);
  void AddBallot(admission::BallotState ballot);
  // Another text for the same ballot: members and choices stay.
  void ReplaceBallot(admission::BallotState ballot);
  // Forgets the ballots that no entry before `size` registered, and the choices on them alone.
  void ForgetBallots(TreeSize size);
  const std::map<std::string, ContestEntry, std::less<>>& contests() const { return contests_; }

 private:
  std::optional<ElectionRow> election_;
  std::map<std::string, ContestEntry, std::less<>> contests_;
  uint64_t changes_ = 0;
};

}  // namespace jejak::projection
