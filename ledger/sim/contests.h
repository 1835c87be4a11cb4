// The five contests of a Pemilu with invented tickets, parties and candidates, and the electoral
// districts (dapil) in which each ballot is used. Everything is worked out from indexes, so that a
// nation needs no memory for its ballots.
//
// Thread rule: immutable after it is made; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/event/bodies.h"
#include "ledger/sim/geography.h"
#include "ledger/sim/scenario.h"

namespace jejak::sim {

using election::ChoiceId;

struct Contest {
  event::ContestRegistered registered;
  // Dapil divide each region of `outer` by its regions of `inner`; one for the whole nation when
  // `outer` is the nation.
  Level outer = Level::kNation;
  Level inner = Level::kProvince;
  std::vector<uint32_t> first_dapil;  // ordinal, of each outer region; then the number of all
  bool party() const { return registered.kind == election::ContestKind::kParty; }
  const std::string& id() const { return registered.id; }
};

class Contests {
 public:
  // `geography` is borrowed. INVALID_ARGUMENT for a contest that doesn't exist, or ballots too
  // large.
  static Result<Contests> Make(const Geography& geography, const Scenario& scenario, uint64_t seed);

  size_t size() const { return contests_.size(); }
  const Contest& operator[](size_t contest) const { return contests_[contest]; }
  // The position of the contest with that id; size() when it takes no part.
  size_t Find(std::string_view id) const;

  bool Covers(size_t contest, const Station& station) const;
  uint32_t Dapils(size_t contest) const { return contests_[contest].first_dapil.back(); }
  // The dapil in which the station votes. Requires Covers(contest, station).
  uint32_t DapilOf(size_t contest, const Station& station) const;
  // The ballot of the dapil as it is registered, without keys of participants.
  event::BallotRegistered Ballot(size_t contest, uint32_t dapil) const;
  // Its choices alone, ascending by id: of a party contest first the parties, then each one's
  // candidates.
  std::vector<ChoiceId> ChoiceIds(size_t contest, uint32_t dapil) const;
  const BallotSizes& sizes() const { return sizes_; }

 private:
  Contests(const Geography& geography, const BallotSizes& sizes, uint64_t seed)
      : geography_(&geography), sizes_(sizes), seed_(seed) {}

  uint32_t DapilsIn(const std::string& contest, Level outer, uint64_t index) const;
  void CountDapils(Contest* contest) const;
  void SetArea(Contest* contest) const;
  std::vector<RegionCode> Members(const Contest& contest, uint32_t dapil) const;
  // Where the abroad votes for DPR: with the last dapil of Jakarta.
  uint32_t DapilOfAbroad(const Contest& contest) const;
  ChoiceId CandidateId(uint32_t dapil, uint32_t party, uint32_t nth) const;
  std::vector<event::Choice> Parties(const Contest& contest, uint32_t dapil) const;

  const Geography* geography_;
  BallotSizes sizes_;
  uint64_t seed_;
  std::vector<Contest> contests_;
};

}  // namespace jejak::sim
