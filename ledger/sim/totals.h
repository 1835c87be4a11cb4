// What the tallies of a simulation must come to, kept in the plainest way: every present figure of
// every form, added up when asked. For checking tallies against; it holds all forms, so it is for
// small elections.
//
// Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/election/codes.h"
#include "ledger/election/form.h"
#include "ledger/event/bodies.h"

namespace jejak::sim {

// The form as it was submitted, or as a copy has it.
election::Form FormOf(const event::ResultSubmitted& body);
election::Form FormOf(const event::CopyFiled& body);

struct NaiveSum {
  uint64_t sum = 0;
  uint32_t present = 0;  // stations in which the figure is present
  bool operator==(const NaiveSum&) const = default;
};

struct RegionTotals {
  // Every figure, vote and party total that some station has. Where a region has several ballots,
  // the ledger shows no candidates of a party contest, and no votes of others.
  std::map<election::FieldKey, NaiveSum> fields;
  uint32_t reported = 0;  // stations with at least one vote figure
};

class SimTotals {
 public:
  // What an accepted event does to its form; nothing, if it isn't a submission or a correction.
  void Take(const event::Body& body);
  // What the form of (contest, station) says from now on.
  void Set(const std::string& contest, const election::StationCode& tps, election::Form form);
  // Null when nothing came in.
  const election::Form* Find(const std::string& contest, const election::StationCode& tps) const;
  RegionTotals Of(const std::string& contest, const election::RegionCode& region) const;

 private:
  std::map<std::pair<std::string, election::StationCode>, election::Form> forms_;
};

}  // namespace jejak::sim
