// Making the proof of a region's figures from the versions of nodes.
#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

using Hashes = std::vector<std::pair<RegionCode, Hash>>;

// Where `child` stands among the children, and its path.
Result<TallyProof::Step> StepTo(const Hashes& children, const RegionCode& child, Bytes node) {
  TallyProof::Step step;
  std::vector<Hash> leaves;
  leaves.reserve(children.size());
  std::optional<size_t> at;
  for (const auto& [code, hash] : children) {
    if (code == child) at = leaves.size();
    leaves.push_back(merkle::LeafHash(hash.view()));
  }
  if (!at) {
    return Status(Reason::kLedgerDamaged,
                  "region " + child.display() + " is not among its parent's children");
  }
  step.index = static_cast<uint32_t>(*at);
  step.path = merkle::PathOf(leaves, *at);
  step.node = std::move(node);
  return step;
}

// The entry that registered the contest: the last before which the election did not have it.
Result<LogIndex> RegisteredBy(const KeyValueReader& rows, const std::string& contest) {
  const Bytes first = RegistryPastKey(ElectionKey(), LogIndex(0));
  const ByteView name = ByteView(first).substr(0, first.size() - 8);
  std::optional<LogIndex> out;
  const auto cursor = rows.NewCursor(kRegistryPast);
  for (cursor->Seek(first); cursor->Valid() && cursor->key().starts_with(name); cursor->Next()) {
    const auto row = Decode<ElectionRow>(cursor->value());
    if (!row) return DamagedRow("past registry", cursor->key());
    if (std::find(row->contests.begin(), row->contests.end(), contest) == row->contests.end())
      out = LogIndex(Reader(cursor->key().substr(name.size())).Be64());
  }
  JEJAK_RETURN_IF_ERROR(rows.status());
  if (!out)
    return Status(Reason::kLedgerDamaged, "nothing says when contest " + contest + " came in");
  return *out;
}

Status NoNode(const RegionCode& region) {
  return Status(Reason::kNotCommitted,
                fmt::format("{} had no TPS of the contest at the newest commitment",
                            region.display()));
}

}  // namespace

Result<std::vector<std::pair<RegionCode, Bytes>>> Queries::StationNodesAt(
    const ContestEntry& contest, const RegionCode& village, TreeSize size) const {
  std::vector<std::pair<RegionCode, Bytes>> out;
  const Bytes prefix = StationKey(village);
  const auto cursor = rows_->NewCursor(kRegistry);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
       cursor->Next()) {
    const auto code = RegionCode::Parse(cursor->key().substr(1));
    const auto station = Decode<admission::StationState>(cursor->value());
    if (!code || !station) return DamagedRow("stations", cursor->key());
    if (!contest.state->Covers(*code) || station->registered_at.value >= size.value) continue;
    JEJAK_ASSIGN_OR_RETURN(const RoundRow shown, ShownAt(contest, *code, size));
    JEJAK_ASSIGN_OR_RETURN(Bytes node,
                           event::Encode(StationTallyOf(contest.state->id, *code, shown)));
    out.emplace_back(*code, std::move(node));
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

Result<TallyProof> Queries::Prove(std::string_view contest, const RegionCode& region,
                                  bool sum) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(Region(region).status());
  if (sum && region.IsStation())
    return Status(Reason::kInvalidArgument, "a TPS has no children to add up");
  JEJAK_ASSIGN_OR_RETURN(const auto commitment, Commitment());
  if (!commitment) return Status(Reason::kNotCommitted, "there is no commitment yet");
  const TreeSize size(commitment->value);

  // Children of a region as of the commitment; of a village also their bytes.
  const auto children_of = [&](const RegionCode& of, std::vector<Bytes>* bytes) -> Result<Hashes> {
    if (of.level() != election::Level::kVillage)
      return history_.ChildrenAt(contest, of, *commitment);
    JEJAK_ASSIGN_OR_RETURN(auto nodes, StationNodesAt(*entry, of, size));
    Hashes out;
    for (auto& [code, node] : nodes) {
      out.emplace_back(code, event::StationNodeHash(node));
      if (bytes != nullptr) bytes->push_back(std::move(node));
    }
    return out;
  };
  const auto node_of = [&](const RegionCode& of) -> Result<Bytes> {
    JEJAK_ASSIGN_OR_RETURN(const auto row, history_.NodeAt(contest, of, *commitment));
    if (!row) return NoNode(of);
    return event::Encode(RegionTallyOf(contest, of, *row));
  };

  TallyProof out;
  out.sum = sum;
  if (region.IsStation()) {
    JEJAK_ASSIGN_OR_RETURN(const RoundRow shown, ShownAt(*entry, region, size));
    JEJAK_ASSIGN_OR_RETURN(out.node, event::Encode(StationTallyOf(contest, region, shown)));
  } else {
    JEJAK_ASSIGN_OR_RETURN(out.node, node_of(region));
  }
  if (sum) {
    JEJAK_ASSIGN_OR_RETURN(const Hashes children, children_of(region, &out.children));
    for (const auto& [code, hash] : children) {
      if (code.IsStation()) break;  // their bytes are there
      JEJAK_ASSIGN_OR_RETURN(out.children.emplace_back(), node_of(code));
    }
  }
  for (RegionCode at = region; !at.IsNation(); at = at.Parent()) {
    JEJAK_ASSIGN_OR_RETURN(Bytes node, node_of(at.Parent()));
    JEJAK_ASSIGN_OR_RETURN(const Hashes children, children_of(at.Parent(), nullptr));
    JEJAK_ASSIGN_OR_RETURN(out.steps.emplace_back(), StepTo(children, at, std::move(node)));
  }
  for (const auto& [id, other] : registry_->contests()) {
    JEJAK_ASSIGN_OR_RETURN(const auto nation, history_.NodeAt(id, RegionCode(), *commitment));
    if (nation) out.nations.push_back(nation->node);
  }
  if (entry->state->kind == election::ContestKind::kParty) {
    out.of_parties.emplace();
    JEJAK_ASSIGN_OR_RETURN(out.of_parties->index, RegisteredBy(*rows_, entry->state->id));
  }
  return out;
}

}  // namespace jejak::projection
