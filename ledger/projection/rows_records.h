// Rows of what stands between forms (rules C15, C17, C19, C21), of records (objections, rounds …),
// of progress, and of activity. Bytes as in rows.h.
//
// Thread rule: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/types.h"
#include "ledger/election/rules.h"
#include "ledger/event/bodies.h"
#include "ledger/projection/rows.h"

namespace jejak::projection {

// What tells the forms of one village apart: of each TPS that has votes, the last three digits of
// its code, ascending, and the first eight bytes of the hash of its vote vector. Two that are equal
// here may still differ.
struct VillageVotesRow {
  struct One {
    uint16_t station = 0;
    uint64_t votes = 0;
  };
  std::vector<One> stations;
};
// The copies of one (contest, TPS). A copy's number is its position, from 1.
struct Copy {
  uint16_t round = 1;
  LogIndex index;
  std::vector<election::FieldValue> values;  // ascending
};
struct CopiesRow {
  std::vector<Copy> copies;
};
// What came of a record: of an objection its outcome, of a round (0) that it was cancelled, of a
// certification (0) that another replaced it.
struct RecordStep {
  uint8_t what = 0;
  LogIndex by;
  bool operator==(const RecordStep&) const = default;
};
struct RecordRow {
  std::vector<RecordStep> steps;  // ascending by entry
};
// What an accepted version of a form was.
struct ResultDone {
  uint64_t key = 0;  // first eight bytes of the author's key: which of an official's keys it was
  UnixMicros received_at;
  std::string contest;
  StationCode tps;
  uint16_t round = 1;
  uint64_t votes_moved = 0;  // by a correction: sum of the changes of votes, without their sign
};
struct ActivityRow {
  event::BodyKind kind{};
  uint16_t refusal = 0;   // logged number; 0: accepted
  uint32_t enrolled = 0;  // officials
  std::optional<ResultDone> result;
};
// The part of a key that ResultDone has.
uint64_t ShortKey(const PublicKey& key);

Bytes Encode(const CopiesRow& row);
Bytes Encode(const RecordRow& row);
// Append to `out`.
void EncodeTo(const VillageVotesRow& row, Bytes* out);
void EncodeTo(const ActivityRow& row, Bytes* out);

template <>
std::optional<VillageVotesRow> Decode(ByteView bytes);
template <>
std::optional<CopiesRow> Decode(ByteView bytes);
template <>
std::optional<RecordRow> Decode(ByteView bytes);
template <>
std::optional<ActivityRow> Decode(ByteView bytes);

}  // namespace jejak::projection
