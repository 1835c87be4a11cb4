// What a simulation's ledger must answer, kept in the plainest way from the events alone: the sums
// of all forms, and what came of every round, objection, copy, incident, decision and
// certification. For checking answers against; it holds everything, so it is for small elections.
//
// Thread rule: one thread at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/event/bodies.h"
#include "ledger/sim/totals.h"

namespace jejak::sim {

using election::RegionCode;
using election::StationCode;

// How many of each there are in a region and in what lies inside it.
struct RegionAccount {
  uint32_t rounds = 0;
  uint32_t recommended = 0;  // of these, on a decision
  uint32_t waiting = 0;      // neither held nor cancelled
  uint32_t held = 0;
  uint32_t cancelled = 0;
  uint32_t objections = 0;
  uint32_t open = 0;
  uint32_t accepted = 0;
  uint32_t rejected = 0;
  uint32_t carried = 0;  // and not answered at the next level yet
  uint32_t copies = 0;
  uint32_t incidents = 0;
  uint32_t decisions = 0;
  uint32_t certifications = 0;
  uint32_t c16 = 0;       // fields in which a certification in force, or a row of its parts,
                          // differs from the tally of the place
  uint32_t c19 = 0;       // fields in which a copy differs from the form that is counted
  bool operator==(const RegionAccount&) const = default;
};

// A field of a D.Hasil that the tally had otherwise when it was made.
struct RecapDifference {
  election::FieldKey field;
  uint64_t certified = 0;
  uint64_t tally = 0;
  bool operator==(const RecapDifference&) const = default;
};
struct CertificationAccount {
  Hash event;
  std::string contest;
  RegionCode region;
  TreeSize size;
  std::optional<Hash> replaces;
  std::vector<RecapDifference> differences;
  std::vector<std::pair<RegionCode, uint32_t>> rows;  // of its parts: how many fields differ
};

class Account {
 public:
  // Takes in an accepted event.
  void Take(const event::Body& body, const Hash& hash);

  const SimTotals& totals() const { return totals_; }
  RegionAccount Of(const RegionCode& region) const;
  const std::vector<CertificationAccount>& certifications() const { return certifications_; }

 private:
  using Place = std::pair<std::string, StationCode>;  // contest, TPS
  struct Round {
    std::vector<Place> places;  // what it opened
    uint16_t number = 0;        // at all of them
    bool recommended = false;
    bool cancelled = false;
  };
  struct Objection {
    RegionCode place;
    std::optional<election::Outcome> outcome;  // the newest
  };
  struct Copy {
    Place place;
    uint16_t round = 0;
    std::vector<election::FieldValue> values;
  };

  void Open(const event::RoundOpened& body, const Hash& hash);
  void Certify(const event::RecapCertified& body, const Hash& hash);
  bool Held(const Round& round) const;
  void CountRounds(const RegionCode& region, RegionAccount* out) const;
  void CountFindings(const RegionCode& region, RegionAccount* out) const;

  SimTotals totals_;
  std::map<Place, uint16_t> counted_;  // the round whose form is counted
  std::map<Place, uint16_t> newest_;   // the newest round, from 2 on
  std::map<Hash, Round> rounds_;
  std::map<Hash, Objection> objections_;
  std::vector<Copy> copies_;
  std::vector<RegionCode> incidents_;
  std::vector<std::vector<RegionCode>> decisions_;
  std::map<std::pair<std::string, RegionCode>, std::vector<event::RecapRow>> parts_;  // newest
  std::vector<CertificationAccount> certifications_;
};

}  // namespace jejak::sim
