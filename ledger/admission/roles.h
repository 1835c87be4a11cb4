// Who may do what: one table of roles and bodies, and one of who enrols whom. Both are data: Decide reads
// them, docs/reference/roles.md is rendered from them, and tests are generated from them.
//
// Thread rule: pure functions over constants. Spec: docs/reference/roles.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ledger/election/codes.h"
#include "ledger/election/vocabulary.h"
#include "ledger/event/bodies.h"

namespace jejak::admission {

// Where an entitlement holds, seen from the official's jurisdiction.
enum class Scope : uint8_t {
  kNone,      // not entitled
  kAnywhere,  // the act has no place, or any will do
  kWithin,    // the place is the jurisdiction or lies in it
  kOwn,       // the place is the jurisdiction itself
  kOwnArea,   // the place is the jurisdiction itself or a district in it: areas abroad
  kAuthority  // over officials and keys: the second table decides
};

// When it holds, by the stages of the contest at that TPS or region.
enum class StageRule : uint8_t {
  kAny,            // whatever the stage
  kKppsStage,      // until KPPS finalises, PPK acts, or a certification covers the TPS
  kUntilSealed,    // until the body or one above certifies, and again when its stage is reopened
  kOwnStage,       // after the stage below has ended, until its own has
  kUntilCertified  // until the body itself certifies; again when reopened or when a round is opened there
};

// What else must hold. Flags.
enum Condition : uint32_t {
  kMinutes = 1u << 0,              // names the minutes
  kNoResultYet = 1u << 1,          // for a TPS that has no result in the round
  kContestAllows = 1u << 2,        // in contests in which KPPS may correct
  kDecisionAfterSeal = 1u << 3,    // once the last stage is sealed: with a decision as reason
  kOnlyUnstated = 1u << 4,         // with the reason "unstated" only
  kNotLive = 1u << 5,              // outside live elections only
  kOwnContest = 1u << 6,           // in the contest of its participant
  kPlacesOnly = 1u << 7,           // facts of regions and stations only
  kIssuedByBawaslu = 1u << 8,      // decisions that Bawaslu issued
  kIssuedByOthers = 1u << 9,       // decisions of courts and others
  kOrOwnKey = 1u << 10,            // or a key of the official itself
  kLedgerKeyInForce = 1u << 11,    // with the ledger's key in force
};
inline constexpr uint32_t kConditions = 12;

struct Entitlement {
  Scope scope = Scope::kNone;
  StageRule stage = StageRule::kAny;
  uint32_t conditions = 0;
  bool Has(Condition condition) const { return (conditions & condition) != 0; }
};

// What `role` may do with events of that body.
const Entitlement& May(election::Role role, event::BodyKind body);

// The stage in which the role's body acts; none for roles outside the recapitulation.
std::optional<election::Stage> StageOf(election::Role role);

// Powers of one role over the officials of another. Flags.
enum Power : uint8_t {
  kEnrolOfficial = 1u << 0,
  kEnrolKey = 1u << 1,
  kRevokeKey = 1u << 2,
  kReleaseKey = 1u << 3,
  kSuspend = 1u << 4,  // and reinstate
};
enum class Reach : uint8_t {
  kJurisdiction,  // the other's jurisdiction lies in one's own
  kParticipant    // the other stands for the same participant of the same contest
};
struct Authority {
  election::Role over{};
  uint8_t powers = 0;
  Reach reach = Reach::kJurisdiction;
};
// The roles over which `role` has a power.
std::span<const Authority> AuthoritiesOf(election::Role role);
// Null when it has none of any kind.
const Authority* AuthorityOver(election::Role role, election::Role over);

// Whether a jurisdiction is of the level, and on the side of the border, that the role works at.
bool JurisdictionFits(election::Role role, const election::RegionCode& jurisdiction);

// Whether an entitlement's scope lets an official of `jurisdiction` act on `place`.
bool InScope(Scope scope, const election::RegionCode& jurisdiction, const election::RegionCode& place);

}  // namespace jejak::admission
