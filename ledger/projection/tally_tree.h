// The tally tree: sums and hashes of every region of every contest, down to the stations. Changes
// are gathered entry by entry, and brought to the nodes when somebody asks for the root: a node
// that a thousand entries touched is hashed once.
//
// On disk stand the nodes as of each commitment (kTallyNodes), the children of the newest ones
// (kTallyChildren), the change that each entry since made (kTallyDeltas), and the commitments
// (kCommitments): enough to answer as of any size, and to go on after a restart. In memory nodes
// are kept as these rows, which take a fifth of what their values would.
// Spec: docs/reference/tally-tree.md.
//
// Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/base/kv.h"
#include "ledger/event/tally_nodes.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/slot_table.h"
#include "ledger/projection/tally_children.h"

namespace jejak::projection {

// The stations as they are by now, for changes that are taken up after a restart.
struct StationSource {
  // Registered ones in a place, in code order.
  std::function<std::vector<StationCode>(const RegionCode& place)> in;
  // The round whose figures are shown.
  std::function<RoundRow(const std::string& contest, const StationCode& tps)> shown;
};

class TallyTree {
 public:
  // All are borrowed. `base` holds what was drained from `rows`.
  TallyTree(const Registry* registry, Overlay* rows, const KeyValueReader* base,
            StationSource stations, size_t bytes_max)
      : registry_(registry),
        rows_(rows),
        base_(base),
        stations_(std::move(stations)),
        bytes_max_(bytes_max) {}
  void Rebase(const KeyValueReader* base) { base_ = base; }
  // Reads where it stands. What was gathered since the newest commitment is taken up when it is
  // first needed: a reader never does.
  Status Load();

  // A station of the contest's scope was registered.
  void Register(const std::string& contest, const StationCode& tps);
  // It shows another version of its figures.
  void Replace(const std::string& contest, const StationCode& tps, const TallyDelta& delta,
               const RoundRow& shown);
  // It counts otherwise, with the same figures: changes no hash.
  void Recount(const std::string& contest, const StationCode& tps, const StationCounts& delta);
  // After a ballot with these members was registered: regions that now vote on several ballots
  // lose their sums of candidates. Refresh must have been called before it was.
  void DropMixed(const std::string& contest, const std::vector<RegionCode>& members);
  // Writes what the entry changed.
  void EndEntry(LogIndex index);

  // Entries that changed the tally since the newest commitment.
  uint64_t changes() const { return state_.changes; }
  // Brings everything gathered to the nodes.
  void Refresh();
  Hash Root();
  // The entry at `index` committed to `root`: the nodes as they are become its versions.
  void Commit(LogIndex index, const Hash& root);
  // Ends a batch: brings the count of changes to its row, and forgets nodes beyond the cache's
  // bound.
  void Flush();
  // Damage that was found on the way.
  const Status& status() const { return status_; }

 private:
  struct Node {
    NodeRow row;
    TallyChildren children;
  };
  // A node as its rows' bytes.
  struct Packed {
    Bytes row;
    Bytes children;
    bool staged = false;  // newer than its newest version on disk
  };
  using Nodes = SlotTable<Packed>;
  using Slot = Nodes::Slot;
  struct Staged {
    std::string contest;
    RegionCode region;
    Slot* slot;
  };
  // What has happened to one region since its node was brought up to date.
  struct Pending {
    TallyDelta delta;
    std::vector<std::pair<RegionCode, Hash>> children;  // changed or new; the last of one counts
  };
  using PendingRegions = std::unordered_map<RegionCode, Pending>;
  // What the entry that is being folded changed at one place.
  struct Change {
    std::string contest;
    RegionCode place;
    TallyDelta delta;
  };

  void Recover();
  void Gather(const std::string& contest, const RegionCode& place, const TallyDelta& delta);
  TallyDelta& EntryDelta(const std::string& contest, const RegionCode& place);
  void RefreshContest(const ContestEntry& contest, PendingRegions pending);
  // Leaves the node in node_.
  void RefreshNode(const ContestEntry& contest, const RegionCode& region, Pending* pending,
                   Slot* slot);
  // Null when the region has no node.
  Slot* Find(const std::string& contest, const RegionCode& region);
  Slot* FindOrMake(const std::string& contest, const RegionCode& region);
  // Commitment of the newest version of its node.
  std::optional<LogIndex> NewestVersion(const std::string& contest, const RegionCode& region);
  // From the rows.
  std::optional<Packed> Read(const std::string& contest, const RegionCode& region);
  // Into node_; false, and damage, when the bytes are no node's.
  bool Unpack(const RegionCode& region, const Packed& packed);
  void Pack(Slot* slot);
  void TellParents(LogIndex index);
  Hash StationHash(const std::string& contest, const StationCode& tps, const RoundRow& shown);
  void Damage(std::string what);
  void MakeRoom();

  const Registry* const registry_;
  Overlay* const rows_;
  // Nodes are forgotten only when a batch ends, so that one that isn't in memory is as the base has
  // it.
  const KeyValueReader* base_;
  const StationSource stations_;
  const size_t bytes_max_;  // of the nodes in memory
  Status status_;
  TallyStateRow state_, written_;
  bool recovered_ = true;
  std::vector<Change> entry_;
  bool entry_changes_ = false;
  std::map<std::string, PendingRegions> pending_;
  std::vector<Staged> staged_;  // contest by contest, children before their parents
  std::optional<Hash> root_;
  // Nodes read or made; the young half fills up and becomes the old one.
  Nodes young_, old_;
  size_t young_bytes_ = 0;
  Node node_{{}, TallyChildren(election::Level::kNation)};  // scratch, as are these
  event::StationTally station_;
  event::RegionTally region_;
  Bytes key_, value_;
};

}  // namespace jejak::projection
