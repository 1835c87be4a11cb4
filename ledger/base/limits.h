// Every bound of the system, with its unit. The size to plan for is Indonesia's general election:
// 823,236 TPS, five contests, about 4.1 million submissions plus corrections.
#pragma once

#include <cstddef>
#include <cstdint>

namespace jejak::limits {

// Bytes of one signed event, before its signature.
inline constexpr size_t kEventBytesMax = 64'000;
// Bytes of one log entry; a C2SP entry bundle carries a uint16 length.
inline constexpr size_t kEntryBytesMax = 65'535;

// Largest figure on a form of one TPS. Real misread forms carry up to five digits.
inline constexpr uint32_t kStationFigureMax = 9'999'999;
// Largest figure on a D.Hasil: what every JSON reader can hold exactly.
inline constexpr uint64_t kRecapFigureMax = (uint64_t{1} << 53) - 1;

// Bytes of UTF-8.
inline constexpr size_t kNameBytesMax = 256;
inline constexpr size_t kIdBytesMax = 64;
inline constexpr size_t kTextBytesMax = 4'096;
inline constexpr size_t kUrlBytesMax = 1'024;
inline constexpr size_t kContestIdBytesMax = 16;

// Elements of one list inside an event. The event's byte limit bounds the sum.
inline constexpr uint32_t kListElementsMax = 8'000;
inline constexpr uint32_t kKeysPerOfficialMax = 16;
inline constexpr uint32_t kEvidencePagesMax = 128;
inline constexpr uint16_t kRoundMax = 100;

// Refusals in a row after which a key is suspended until it is released.
inline constexpr uint32_t kRefusalsInARowMax = 256;

// Events in one commit, and bytes of their entries in one commit.
inline constexpr size_t kBatchEventsMax = 8'192;
inline constexpr size_t kBatchBytesMax = size_t{64} << 20;
// Events waiting for verification and sequencing, and their bytes, before callers are held back.
// What many forms have is a quarter of the bytes; at the largest size they are a thousand events.
inline constexpr size_t kQueueEventsMax = 32'768;
inline constexpr size_t kQueueBytesMax = size_t{64} << 20;

// Committed rows that whoever folds keeps in memory, by kind: keys with their chains, results,
// stations, villages' votes, and each of the rest. A half of each holds all keys, stations and
// villages of a nation of five contests; what is never looked at takes no room.
inline constexpr size_t kKeyRowsBytesMax = size_t{512} << 20;
inline constexpr size_t kResultRowsBytesMax = size_t{128} << 20;
inline constexpr size_t kStationRowsBytesMax = size_t{320} << 20;
inline constexpr size_t kVillageVotesBytesMax = size_t{256} << 20;
inline constexpr size_t kSmallRowsBytesMax = size_t{32} << 20;

// Wall clock against monotonic clock, and against the last entry: beyond this the sequencer stops.
inline constexpr int64_t kClockSkewMicrosMax = int64_t{5} * 60 * 1'000'000;

// A HEAD slot is synced at least this often.
inline constexpr int64_t kHeadSyncMicrosMax = 1'000'000;

// Signature lines of a signed note, and its bytes.
inline constexpr size_t kNoteSignaturesMax = 100;
inline constexpr size_t kNoteBytesMax = size_t{1} << 20;

// Entries that change the tally between two commitments to it: part of rules version 1.
inline constexpr uint64_t kTallyChangesMax = 4'096;
// Nodes of the tally tree that whoever folds keeps in memory: a nation's are half of it.
inline constexpr size_t kTallyCacheBytesMax = size_t{768} << 20;
// Bytes of a tally proof: a node with the most children, each of the largest size, fits.
inline constexpr size_t kTallyProofBytesMax = size_t{16} << 20;

// Rows of one answer page.
inline constexpr uint32_t kPageSizeDefault = 100;
inline constexpr uint32_t kPageSizeMax = 10'000;

// Bytes of one input file of JSON that a person writes (forms, elections, officials).
inline constexpr size_t kJsonFileBytesMax = size_t{256} << 20;
// Bytes of one line of imported JSON.
inline constexpr size_t kJsonLineBytesMax = size_t{1} << 20;

}  // namespace jejak::limits
