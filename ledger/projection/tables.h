// The tables of the projections and what their keys are. docs/reference/projections.md has the
// rows.
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/base/kv.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"

namespace jejak::projection {

// Numbers are stable within a store's directory; 0 to 15 belong to the engine
// (ledger/engine/tables.h).
inline constexpr TableId kRegistry{
    16};  // election, contests, regions, stations, ballots, officials …
inline constexpr TableId kKeys{17};         // public key -> enrolment and chain
inline constexpr TableId kResults{18};      // contest, TPS -> newest round
inline constexpr TableId kPastRounds{19};   // contest, TPS, round -> a round that another followed
inline constexpr TableId kTallyNodes{20};   // contest, region, commitment -> node as of it
inline constexpr TableId kActivity{21};     // official, index -> what it did
inline constexpr TableId kFindings{22};     // contest, place, rule, row, opened by -> cleared by
inline constexpr TableId kRefusals{23};     // index -> reason, official, place
inline constexpr TableId kReferences{24};   // event hash -> what others may refer to
inline constexpr TableId kTallyDeltas{25};  // commitment before, contest, place, index -> change
inline constexpr TableId kCommitments{26};  // index of a tallyCommitted -> its root
inline constexpr TableId kObserved{27};     // a source's time, later than all before -> its entry
inline constexpr TableId kTallyChildren{28};  // contest, region -> children of its newest node
inline constexpr TableId kRegistryPast{29};   // key in kRegistry, index -> the row before it

// Of forms together, and of records (fold_cross.cc, fold_records_rows.cc; rows in rows_records.h).
inline constexpr TableId kVillageVotes{41};      // contest, village -> what tells its TPSs apart
inline constexpr TableId kCopies{42};            // contest, TPS -> the copies filed for it
inline constexpr TableId kRecords{44};           // kind, contest, place, index -> what came of it

// Event hash -> index. Written by the fold, but kept with the log: it is the same in every
// generation.
inline constexpr TableId kEventIndex{15};

// Keys inside kRegistry: one letter, then the name.
Bytes ElectionKey();
Bytes ContestKey(std::string_view contest);
Bytes RegionKey(const election::RegionCode& code);
Bytes StationKey(const election::StationCode& code);
Bytes BallotKey(std::string_view contest, std::string_view dapil);
Bytes OfficialKey(std::string_view id);
Bytes SealKey(std::string_view contest, const election::RegionCode& region);
Bytes ReopenKey(std::string_view contest, const election::RegionCode& region,
                election::Stage stage);
// Index of the newest roundOpened that names exactly this place; and of the newest with a place
// inside it.
Bytes RoundHereKey(std::string_view contest, const election::RegionCode& place);
Bytes RoundInsideKey(std::string_view contest, const election::RegionCode& place);
Bytes ForkKey(const PublicKey& key, uint64_t sequence);
Bytes RecapPartKey(const PublicKey& author, std::string_view contest,
                   const election::RegionCode& region, uint16_t part);

// What the row of kRegistry with this key was before the entry; empty when there was none. Of
// regions, stations, contests, ballots and the election.
Bytes RegistryPastKey(ByteView registry_key, LogIndex index);

// What the tally tree has gathered since the newest commitment.
Bytes TallyStateKey();
// Level and code of the region, then the index of the commitment: the children of a region lie
// together, and so do the versions of one.
Bytes TallyNodePrefix(std::string_view contest, election::Level level,
                      const election::RegionCode& inside);
Bytes TallyNodeKey(std::string_view contest, const election::RegionCode& region,
                   LogIndex commitment);
// In place of what `key` holds.
void SetTallyNodeKey(std::string_view contest, const election::RegionCode& region,
                     LogIndex commitment, Bytes* key);
// `base` is the commitment before the entry, 0 when there is none.
Bytes TallyDeltaPrefix(LogIndex base, std::string_view contest, const election::RegionCode& place);
// In place of what `key` holds.
void SetTallyDeltaKey(LogIndex base, std::string_view contest, const election::RegionCode& place,
                      LogIndex index, Bytes* key);

// contest \0 code, for kResults; with the round behind it for kPastRounds.
Bytes PlaceKey(std::string_view contest, const election::RegionCode& place);
// The same in place of what `key` holds.
void SetPlaceKey(std::string_view contest, const election::RegionCode& place, Bytes* key);
Bytes PastRoundKey(std::string_view contest, const election::StationCode& tps, uint16_t round);
Bytes ActivityKey(std::string_view official, LogIndex index);
Bytes IndexKey(LogIndex index);
Bytes FindingKey(std::string_view contest, const election::RegionCode& place, uint8_t rule,
                 uint64_t row, LogIndex opened_by);

// One letter each, in kRecords.
enum class RecordKind : char {
  kCertification = 'c', kDecision = 'd', kIncident = 'i',
  kObjection = 'o', kCopy = 's', kRound = 'r',
};
// `contest` is empty for what concerns all of them.
Bytes RecordKey(RecordKind kind, std::string_view contest, const election::RegionCode& place,
                LogIndex index);
// What the keys of all records of places inside `region` begin with.
Bytes RecordPrefix(RecordKind kind, std::string_view contest, const election::RegionCode& region);
}  // namespace jejak::projection
