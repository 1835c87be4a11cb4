// Proofs of displayed figures, as one text file. An inclusion proof shows that the ledger committed
// to a node's figures; a sum proof also brings all its children, and shows that they add up.
//
// Thread rule: pure functions and values. Spec: docs/reference/tally-tree.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/event/codec.h"
#include "ledger/event/tally_nodes.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::projection {

struct TallyProof {
  // One level up: the enclosing region's node, and where the node below stands in it.
  struct Step {
    uint32_t index = 0;  // among the children
    merkle::Path path;   // from its hash to the children root
    Bytes node;          // canonical RegionTally
  };
  // Of a contest of parties: the entry that registered it, and where it stands in the log of the
  // checkpoint. A region of several ballots has no sums of candidates then, but of parties.
  struct Registered {
    LogIndex index;
    Bytes entry;
    merkle::Path path;
  };
  Bytes genesis;                // event of entry 0
  bool sum = false;
  Bytes node;                   // canonical StationTally or RegionTally of the place
  std::vector<Bytes> children;  // of a sum proof: all of them, in code order
  std::vector<Step> steps;      // from the node's parent to the nation; none when it is the nation
  std::vector<Hash> nations;    // node hashes of the nation in every contest, by contest id
  std::optional<Registered> of_parties;
  Bytes commitment;             // entry that holds the tallyCommitted
  std::string tlog_proof;       // that this entry is in the log
};

std::string FormatTallyProof(const TallyProof& proof);
// PROOF_TOO_LARGE; RULES_UNKNOWN for a later version of the format; PROOF_MALFORMED on anything
// else that FormatTallyProof doesn't make. Checks no hash, no sum and no signature.
Result<TallyProof> ParseTallyProof(ByteView text);

// What a proof that holds shows.
struct TallyClaim {
  bool sum = false;
  Hash election;
  std::string election_name;
  election::Mode mode{};
  std::string contest;
  election::RegionCode region;
  // Of a station as if it were a region of one TPS.
  uint32_t registered = 0;
  uint32_t reported = 0;
  std::optional<uint16_t> round;  // of a station
  std::optional<Hash> event;      // of a station: its newest result
  std::vector<event::FieldSum> sums;
  // Of a sum proof: choices that the parts have and the region has not, as it may where several
  // ballots are used. No proof shows that they are.
  std::vector<election::FieldKey> left_out;
  TreeSize size;                  // of the log that the figures are of
  UnixMicros time;                // of the commitment, by the ledger's clock
  std::string origin;             // of the checkpoint
  TreeSize checkpoint_size;
};

// Errors name the first thing that doesn't hold: TALLY_NODE_MALFORMED, CHILDREN_WRONG,
// SUM_MISMATCH, SUM_OVERFLOW, COMMITMENT_WRONG, PROOF_INVALID, and those of VerifyTlogProof.
// RULES_UNKNOWN for an election under rules that this program doesn't know.
Result<TallyClaim> CheckTallyProof(const TallyProof& proof, const merkle::VerifierKey& log,
                                   std::span<const merkle::VerifierKey> witnesses = {});

// "region" = "6501", "votes.100025" = "13850", "size" = … OK when the claim says so, CLAIM_DIFFERS
// when it says something else or nothing, USAGE for a key that no claim has.
Status ExpectClaim(const TallyClaim& claim, std::string_view key, std::string_view value);

}  // namespace jejak::projection
