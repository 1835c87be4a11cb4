// A state over plain maps, for tests: what a test puts in is what the verdict sees.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "ledger/admission/state_view.h"

namespace jejak::admission {

class FakeView : public StateView {
 public:
  std::optional<ElectionState> election;
  std::string election_name;
  std::map<PublicKey, KeyState> keys;
  std::map<std::string, OfficialState, std::less<>> officials;
  std::map<std::string, ContestState, std::less<>> contests;
  std::map<RegionCode, RegionState> regions;
  std::map<StationCode, StationState> stations;
  std::vector<BallotState> ballots;
  std::map<std::pair<std::string, StationCode>, ResultState> results;
  std::map<std::pair<std::string, RegionCode>, SealState> seals;
  std::map<std::tuple<std::string, RegionCode, Stage>, LogIndex> reopened;
  std::map<Hash, ReferenceState> references;
  std::map<std::tuple<PublicKey, std::string, RegionCode, uint16_t, uint16_t>, Hash> parts;
  std::map<std::pair<std::string, RegionCode>, LogIndex> rounds;  // by the place that was named
  std::map<Hash, LogIndex> events;
  std::set<std::pair<PublicKey, uint64_t>> forks;
  uint64_t size = 1;

  std::optional<ElectionState> Election() const override { return election; }
  std::string ElectionName() const override { return election_name; }
  const KeyState* Key(const PublicKey& key) const override { return Point(keys, key); }
  std::optional<OfficialState> Official(std::string_view id) const override {
    return Get(officials, id);
  }
  std::shared_ptr<const ContestState> Contest(std::string_view id) const override {
    const auto contest = Get(contests, id);
    return contest ? std::make_shared<const ContestState>(*contest) : nullptr;
  }
  std::optional<RegionState> Region(const RegionCode& code) const override {
    if (code.IsNation()) return RegionState{};
    return Get(regions, code);
  }
  const StationState* Station(const StationCode& code) const override {
    return Point(stations, code);
  }
  std::shared_ptr<const BallotState> Ballot(std::string_view contest,
                                            std::string_view dapil) const override {
    return FindBallot(
        [&](const BallotState& b) { return b.contest == contest && b.dapil == dapil; });
  }
  std::shared_ptr<const BallotState> BallotAt(std::string_view contest,
                                              const RegionCode& place) const override {
    return FindBallot([&](const BallotState& b) {
      return b.contest == contest &&
             AnyOf(b.members, [&](const auto& m) { return m.Contains(place); });
    });
  }
  bool AnyBallotInside(std::string_view contest, const RegionCode& place) const override {
    return AnyOf(ballots, [&](const BallotState& b) {
      return b.contest == contest &&
             AnyOf(b.members, [&](const auto& m) { return place.Contains(m); });
    });
  }
  std::optional<event::Choice> ChoiceMeaning(std::string_view contest, ChoiceId id) const override {
    for (const BallotState& ballot : ballots) {
      const event::Choice* choice = ballot.contest == contest ? ballot.Find(id) : nullptr;
      if (choice != nullptr) return *choice;
    }
    return std::nullopt;
  }
  ResultState Result(std::string_view contest, const StationCode& tps,
                     Contents /*contents*/) const override {
    return Get(results, std::pair(std::string(contest), tps)).value_or(ResultState{});
  }
  std::optional<SealState> Seal(std::string_view contest, const RegionCode& region) const override {
    return Get(seals, std::pair(std::string(contest), region));
  }
  std::optional<LogIndex> Reopened(std::string_view contest, const RegionCode& region,
                                   Stage stage) const override {
    return Get(reopened, std::tuple(std::string(contest), region, stage));
  }
  std::optional<ReferenceState> Reference(const Hash& event) const override {
    return Get(references, event);
  }
  std::optional<Hash> RecapPart(const PublicKey& author, std::string_view contest,
                                const RegionCode& region, uint16_t part,
                                uint16_t of) const override {
    return Get(parts, std::tuple(author, std::string(contest), region, part, of));
  }
  std::optional<LogIndex> RoundOpenedAround(std::string_view contest,
                                            const RegionCode& region) const override {
    std::optional<LogIndex> newest;
    for (const auto& [key, index] : rounds) {
      const bool around = key.second.Contains(region) || region.Contains(key.second);
      if (key.first == contest && around && (!newest || index > *newest)) newest = index;
    }
    return newest;
  }
  std::optional<LogIndex> FindEvent(const Hash& event) const override { return Get(events, event); }
  bool ForkLogged(const PublicKey& key, uint64_t sequence) const override {
    return forks.contains({key, sequence});
  }
  TreeSize Size() const override { return TreeSize(size); }

 private:
  template <typename Map, typename Key>
  static std::optional<typename Map::mapped_type> Get(const Map& map, const Key& key) {
    const auto at = map.find(key);
    if (at == map.end()) return std::nullopt;
    return at->second;
  }
  template <typename Map, typename Key>
  static const typename Map::mapped_type* Point(const Map& map, const Key& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
  }
  template <typename List, typename Test>
  static bool AnyOf(const List& list, Test test) {
    return std::any_of(list.begin(), list.end(), test);
  }
  template <typename Test>
  std::shared_ptr<const BallotState> FindBallot(Test test) const {
    const auto at = std::find_if(ballots.begin(), ballots.end(), test);
    return at != ballots.end() ? std::make_shared<const BallotState>(*at) : nullptr;
  }
};

}  // namespace jejak::admission
