// The nodes of the tally tree: what a station and a region show, as bytes that are hashed
// (proto/tally.capnp), and their hashes.
//
// Thread rule: pure functions and values. Spec: docs/reference/tally-tree.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"

namespace jejak::event {

// One station of one contest.
struct StationTally {
  std::string contest;
  election::StationCode tps;
  uint16_t round = 1;                        // whose figures these are
  std::vector<election::FieldValue> values;  // present ones, ascending; no evidence
  std::optional<Hash> event;  // newest accepted result of the round; none: nothing reported
  // At least one vote figure is present.
  bool Reported() const;
  bool operator==(const StationTally&) const = default;
};

struct FieldSum {
  election::FieldKey key;
  uint64_t sum = 0;
  uint32_t present = 0;  // TPSs in which the figure is present; not 0
  bool operator==(const FieldSum&) const = default;
};

// One region of one contest.
struct RegionTally {
  std::string contest;
  election::RegionCode region;
  uint32_t registered = 0;  // TPSs in the contest's scope
  uint32_t reported = 0;
  uint32_t children = 0;    // regions, or TPSs, right below
  std::vector<FieldSum> sums;  // ascending; no evidence
  Hash children_root;  // RFC 6962 over the children's node hashes as leaf data
  bool operator==(const RegionTally&) const = default;
};

// The canonical bytes, in place of what `out` holds. EVENT_TOO_LARGE beyond limits::kEntryBytesMax.
Status EncodeTo(const StationTally& node, Bytes* out);
Status EncodeTo(const RegionTally& node, Bytes* out);
Result<Bytes> Encode(const StationTally& node);
Result<Bytes> Encode(const RegionTally& node);
// Strict: TALLY_NODE_MALFORMED on anything that Encode doesn't make.
Result<StationTally> DecodeStationTally(ByteView bytes);
Result<RegionTally> DecodeRegionTally(ByteView bytes);

// SHA-256("jejak/tally/station/1\0" || bytes), SHA-256("jejak/tally/region/1\0" || bytes).
Hash StationNodeHash(ByteView bytes);
Hash RegionNodeHash(ByteView bytes);

}  // namespace jejak::event
