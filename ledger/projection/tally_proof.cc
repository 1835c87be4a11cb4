// Checking a tally proof.
#include "ledger/projection/tally_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "ledger/admission/decide.h"
#include "ledger/base/limits.h"
#include "ledger/event/signing.h"
#include "ledger/merkle/tlog_proof.h"

namespace jejak::projection {
namespace {

using election::FieldName;
using election::Level;
using election::RegionCode;
using event::FieldSum;

// A node of either kind, with what both have.
struct AnyNode {
  Hash hash;
  std::string contest;
  RegionCode place;
  uint32_t registered = 0, reported = 0;
  std::vector<FieldSum> sums;
  std::optional<event::StationTally> station;
  std::optional<event::RegionTally> region;
};

Result<AnyNode> ReadNode(ByteView bytes, bool station) {
  AnyNode out;
  if (!station) {
    JEJAK_ASSIGN_OR_RETURN(out.region, event::DecodeRegionTally(bytes));
    out.hash = event::RegionNodeHash(bytes);
    out.contest = out.region->contest;
    out.place = out.region->region;
    out.registered = out.region->registered;
    out.reported = out.region->reported;
    out.sums = out.region->sums;
    return out;
  }
  JEJAK_ASSIGN_OR_RETURN(out.station, event::DecodeStationTally(bytes));
  out.hash = event::StationNodeHash(bytes);
  out.contest = out.station->contest;
  out.place = out.station->tps;
  out.registered = 1;
  out.reported = out.station->Reported() ? 1 : 0;
  for (const auto& value : out.station->values) {
    if (value.value > limits::kStationFigureMax) {
      return Status(Reason::kTallyNodeMalformed,
                    FieldName(value.key) + " is more than any figure may be");
    }
    out.sums.push_back({value.key, value.value, 1});
  }
  return out;
}

// The two kinds of nodes have different bytes, and different fields that must be there: what reads
// as a station is none of the other.
Result<AnyNode> ReadNode(ByteView bytes) {
  auto region = ReadNode(bytes, false);
  if (region.ok()) return region;
  auto station = ReadNode(bytes, true);
  if (station.ok()) return station;
  return Status(Reason::kTallyNodeMalformed,
                "as a region: " + region.status().message() + "; as a station: " +
                    station.status().message());
}

const FieldSum* Find(const std::vector<FieldSum>& sums, const election::FieldKey& key) {
  const auto at = std::find_if(sums.begin(), sums.end(),
                               [&](const FieldSum& sum) { return sum.key == key; });
  return at == sums.end() ? nullptr : &*at;
}

Status Mismatch(const RegionCode& region, std::string what) {
  return Status(Reason::kSumMismatch, fmt::format("region {}: {}", region.display(), what))
      .With("region", region.display());
}

// The first of the parts' fields that the whole must have as well, and lacks. A region that votes
// on several ballots keeps what parties got and no sums of other choices, and nothing in a proof
// says whether one is such a region: so it may lack all of those, and not some. In a contest of
// parties a choice without a total may be a party or not; elsewhere it is not. Ascending: `parts`,
// and both results.
struct Lost {
  std::optional<election::FieldKey> wrong;
  std::vector<election::FieldKey> left_out;  // rightly, if it is such a region
};
Lost FindLost(const std::vector<election::FieldKey>& parts, const std::vector<FieldSum>& whole,
              bool of_parties) {
  using Kind = election::FieldKind;
  const auto has_total = [&](election::ChoiceId choice) {
    return std::binary_search(parts.begin(), parts.end(),
                              election::FieldKey::PartyTotal(choice));
  };
  of_parties = of_parties || std::any_of(parts.begin(), parts.end(), [](const auto& key) {
                 return key.kind == Kind::kPartyTotal;
               });
  const bool keeps_choices =
      !of_parties && std::any_of(whole.begin(), whole.end(), [](const FieldSum& sum) {
        return sum.key.kind == Kind::kVotes;
      });
  Lost out;
  for (const election::FieldKey& key : parts) {
    if (Find(whole, key) != nullptr) continue;
    if (key.kind == Kind::kVotes && !keeps_choices && !has_total(key.id)) {
      out.left_out.push_back(key);
    } else if (!out.wrong) {
      out.wrong = key;
    }
  }
  return out;
}

// A part can't be more than the whole.
Status CheckWithin(const AnyNode& part, const AnyNode& whole, bool of_parties) {
  if (part.registered > whole.registered || part.reported > whole.reported)
    return Mismatch(whole.place, "it has fewer TPSs than " + part.place.str() + " inside it");
  std::vector<election::FieldKey> keys;
  for (const FieldSum& sum : part.sums) keys.push_back(sum.key);
  if (const Lost lost = FindLost(keys, whole.sums, of_parties); lost.wrong)
    return Mismatch(whole.place, "lacks " + FieldName(*lost.wrong));
  for (const FieldSum& sum : part.sums) {
    const FieldSum* above = Find(whole.sums, sum.key);
    if (above != nullptr && (above->sum < sum.sum || above->present < sum.present)) {
      return Mismatch(whole.place, fmt::format("{} is less than in {} inside it",
                                               FieldName(sum.key), part.place.str()));
    }
  }
  return OkStatus();
}

bool AddTo(uint64_t* sum, uint64_t add) {
  if (*sum > std::numeric_limits<uint64_t>::max() - add) return false;
  *sum += add;
  return true;
}

Status Overflow(const RegionCode& region) {
  return Status(Reason::kSumOverflow, "the children of " + region.display() + " add up to more");
}

// Whether the children are all of the node's, in order, and add up to it. What they have and the
// node rightly lacks goes to `left_out`.
Status CheckChildren(const AnyNode& node, const std::vector<Bytes>& children, bool of_parties,
                     std::vector<election::FieldKey>* left_out) {
  const event::RegionTally& region = *node.region;
  const auto wrong = [&](std::string what) {
    return Status(Reason::kChildrenWrong, fmt::format("region {}: {}", node.place.display(), what));
  };
  if (children.size() != region.children) {
    return wrong(fmt::format("{} children where the node has {}", children.size(),
                             region.children));
  }
  std::vector<Hash> leaves;
  uint64_t registered = 0, reported = 0;
  std::map<election::FieldKey, std::pair<uint64_t, uint64_t>> sums;
  std::optional<RegionCode> before;
  for (const Bytes& bytes : children) {
    JEJAK_ASSIGN_OR_RETURN(const AnyNode child,
                           ReadNode(bytes, node.place.level() == Level::kVillage));
    if (child.contest != node.contest) return wrong("a child is of another contest");
    if (child.place.IsNation() || child.place.Parent() != node.place)
      return wrong(child.place.display() + " does not lie right below it");
    if (before && !(*before < child.place))
      return wrong(child.place.str() + " is repeated or out of order");
    before = child.place;
    leaves.push_back(merkle::LeafHash(child.hash.view()));
    registered += child.registered;
    reported += child.reported;
    for (const FieldSum& sum : child.sums) {
      auto& [total, present] = sums[sum.key];
      if (!AddTo(&total, sum.sum)) return Overflow(node.place);
      present += sum.present;
    }
  }
  if (merkle::RootOf(leaves) != region.children_root)
    return wrong("these are not the children that it was hashed with");
  if (registered != region.registered || reported != region.reported)
    return Mismatch(node.place, "its numbers of TPSs are not those of its children");
  for (const FieldSum& sum : region.sums) {
    const auto& [total, present] = sums[sum.key];
    if (total != sum.sum) {
      return Mismatch(node.place, fmt::format("{} is {}, its children add up to {}",
                                              FieldName(sum.key), sum.sum, total));
    }
    if (present != sum.present) {
      return Mismatch(node.place, fmt::format("{} is present in {} TPSs, its children have {}",
                                              FieldName(sum.key), sum.present, present));
    }
  }
  std::vector<election::FieldKey> keys;
  for (const auto& [key, total] : sums) keys.push_back(key);
  Lost lost = FindLost(keys, region.sums, of_parties);
  if (lost.wrong) return Mismatch(node.place, "lacks " + FieldName(*lost.wrong));
  *left_out = std::move(lost.left_out);
  return OkStatus();
}

struct Committed {
  Hash root;
  TreeSize size;
  UnixMicros time;
  Hash election;
};

// The entry itself: what it commits to.
Result<Committed> ReadCommitment(const TallyProof& proof, LogIndex index) {
  const auto wrong = [](std::string what) {
    return Status(Reason::kCommitmentWrong, std::move(what));
  };
  const auto entry = event::DecodeEntry(proof.commitment);
  if (!entry.ok()) return wrong("it does not decode: " + entry.status().message());
  if (entry->refusal) return wrong("it was refused");
  const auto event = event::DecodeEvent(entry->event);
  if (!event.ok()) return wrong("its event does not decode: " + event.status().message());
  const auto* committed = std::get_if<event::TallyCommitted>(&event->body);
  if (committed == nullptr) return wrong("it commits to no tally");
  if (!event::VerifySignature({entry->event, entry->signature}, event->author))
    return wrong("its author's signature does not hold");
  return Committed{committed->root, TreeSize(index.value), entry->received_at, event->election};
}

// That the log registered the contest as one of parties.
Status CheckOfParties(const TallyProof::Registered& contest, const std::string& id,
                      const Hash& election, const merkle::Checkpoint& checkpoint) {
  const auto entry = event::DecodeEntry(contest.entry);
  const auto event = entry.ok() ? event::DecodeEvent(entry->event) : entry.status();
  const auto* body =
      event.ok() ? std::get_if<event::ContestRegistered>(&event->body) : nullptr;
  if (body == nullptr || entry->refusal || event->election != election || body->id != id ||
      body->kind != election::ContestKind::kParty) {
    return Status(Reason::kCommitmentWrong, "the entry registers no contest " + id + " of parties");
  }
  return merkle::VerifyInclusion(contest.index, checkpoint.size, merkle::LeafHash(contest.entry),
                                 contest.path, checkpoint.root);
}

// From the node, step by step, to the nation.
Result<AnyNode> Climb(const AnyNode& node, const std::vector<TallyProof::Step>& steps,
                      bool of_parties) {
  AnyNode below = node;
  for (const TallyProof::Step& step : steps) {
    JEJAK_ASSIGN_OR_RETURN(AnyNode above, ReadNode(step.node, false));
    if (below.place.IsNation() || below.place.Parent() != above.place ||
        below.contest != above.contest) {
      return Status(Reason::kChildrenWrong,
                    fmt::format("{} of {} does not lie right below {} of {}",
                                below.place.display(), below.contest, above.place.display(),
                                above.contest));
    }
    const Status included = merkle::VerifyInclusion(
        LogIndex(step.index), TreeSize(above.region->children),
        merkle::LeafHash(below.hash.view()), step.path, above.region->children_root);
    if (!included.ok()) {
      return Status(included.reason(), fmt::format("{} in {}: {}", below.place.str(),
                                                   above.place.display(), included.message()));
    }
    JEJAK_RETURN_IF_ERROR(CheckWithin(below, above, of_parties));
    below = std::move(above);
  }
  if (!below.place.IsNation())
    return Status(Reason::kChildrenWrong, "the proof ends at " + below.place.str());

  return below;
}

TallyClaim ClaimOf(const AnyNode& node, const Committed& committed,
                   const event::ElectionOpened& opened, const merkle::Checkpoint& checkpoint) {
  TallyClaim claim;
  claim.election = committed.election;
  claim.election_name = opened.name;
  claim.mode = opened.mode;
  claim.contest = node.contest;
  claim.region = node.place;
  claim.registered = node.registered;
  claim.reported = node.reported;
  if (node.station) {
    claim.round = node.station->round;
    claim.event = node.station->event;
  }
  claim.sums = node.sums;
  claim.size = committed.size;
  claim.time = committed.time;
  claim.origin = checkpoint.origin;
  claim.checkpoint_size = checkpoint.size;
  return claim;
}

}  // namespace

Result<TallyClaim> CheckTallyProof(const TallyProof& proof, const merkle::VerifierKey& log,
                                   std::span<const merkle::VerifierKey> witnesses) {
  JEJAK_ASSIGN_OR_RETURN(const AnyNode node, ReadNode(proof.node));
  if (!proof.sum && !proof.children.empty())
    return Status(Reason::kChildrenWrong, "an inclusion proof has no children");
  // Taken for granted until the checkpoint says so.
  const bool of_parties = proof.of_parties.has_value();
  std::vector<election::FieldKey> left_out;
  if (proof.sum) {
    if (!node.region) return Status(Reason::kChildrenWrong, "a TPS has no children to add up");
    JEJAK_RETURN_IF_ERROR(CheckChildren(node, proof.children, of_parties, &left_out));
  }

  JEJAK_ASSIGN_OR_RETURN(const AnyNode nation, Climb(node, proof.steps, of_parties));

  JEJAK_ASSIGN_OR_RETURN(const merkle::TlogProof tlog, merkle::ParseTlogProof(proof.tlog_proof));
  JEJAK_ASSIGN_OR_RETURN(const Committed committed, ReadCommitment(proof, tlog.index));
  std::vector<Hash> roots;
  for (const Hash& hash : proof.nations) roots.push_back(merkle::LeafHash(hash.view()));
  if (merkle::RootOf(roots) != committed.root ||
      std::find(proof.nations.begin(), proof.nations.end(), nation.hash) == proof.nations.end()) {
    return Status(Reason::kProofInvalid, "the nation's node is not among those committed to");
  }
  JEJAK_ASSIGN_OR_RETURN(
      const merkle::SignedCheckpoint checkpoint,
      merkle::VerifyTlogProof(tlog, merkle::LeafHash(proof.commitment), log, witnesses));
  if (of_parties)
    JEJAK_RETURN_IF_ERROR(CheckOfParties(*proof.of_parties, node.contest, committed.election,
                                         checkpoint.checkpoint));

  const auto genesis = event::DecodeEvent(proof.genesis);
  if (!genesis.ok() && genesis.status().reason() == Reason::kRulesUnknown) return genesis.status();
  const auto* opened =
      genesis.ok() ? std::get_if<event::ElectionOpened>(&genesis->body) : nullptr;
  if (opened == nullptr || event::EventHash(proof.genesis) != committed.election)
    return Status(Reason::kCommitmentWrong, "the genesis is not of the commitment's election");
  if (!admission::RulesKnown(opened->rules)) {
    return Status(Reason::kRulesUnknown,
                  fmt::format("the election was opened under rules version {}", opened->rules));
  }
  if (opened->origin != checkpoint.checkpoint.origin)
    return Status(Reason::kCommitmentWrong, "the checkpoint is not of the election's log");

  TallyClaim claim = ClaimOf(node, committed, *opened, checkpoint.checkpoint);
  claim.sum = proof.sum;
  claim.left_out = std::move(left_out);
  return claim;
}

}  // namespace jejak::projection
