// Which entries somebody wants to see: everything set must match.
//
// Thread rule: values and pure functions.
#pragma once

#include <optional>
#include <string>

#include "ledger/projection/queries.h"

namespace jejak::projection {

// As people write it; empty is all.
struct EntryFilterText {
  std::string contest, region, kind, official, verdict;
};

struct EntryFilter {
  std::optional<std::string> contest;
  std::optional<RegionCode> region;  // entries about it or a place in it
  std::optional<event::BodyKind> kind;
  std::optional<std::string> official;  // who signed
  std::optional<bool> accepted;

  bool any() const { return contest || region || kind || official || accepted; }
  Result<bool> Matches(const ReadEntry& entry, const Queries& queries) const;
};

// Whether the body is about a place in the region, by itself or by the event that it ends.
Result<bool> LiesIn(const event::Body& body, const RegionCode& region, const Queries& queries);

// UNKNOWN_CONTEST, UNKNOWN_REGION, UNKNOWN_STATION, UNKNOWN_OFFICIAL; INVALID_ARGUMENT with the
// "field" that no entry could match.
Result<EntryFilter> ReadEntryFilter(const EntryFilterText& text, const Queries& queries);

}  // namespace jejak::projection
