#include "ledger/projection/tally_history.h"

#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

// After every version of a key's prefix, before any other key.
Bytes PastVersions(Bytes prefix) { return std::move(prefix.append(9, '\xff')); }

std::optional<LogIndex> TailIndex(ByteView key) {
  if (key.size() < 8) return std::nullopt;
  Reader reader(key.substr(key.size() - 8));
  return LogIndex(reader.Be64());
}

}  // namespace

bool MixedAt(const ContestEntry& contest, const RegionCode& region, TreeSize size) {
  if (contest.last_ballot.value < size.value) return contest.OnlyBallotOf(region) == nullptr;
  int used = 0;
  for (const auto& [dapil, entry] : contest.ballots) {
    if (entry->ballot->registered_at.value >= size.value) continue;
    const auto& members = entry->ballot->members;
    used += std::any_of(members.begin(), members.end(), [&](const RegionCode& member) {
      return member.Contains(region) || region.Contains(member);
    });
  }
  return used != 1;
}

Result<std::optional<LogIndex>> TallyHistory::CommitmentAt(TreeSize size) const {
  const auto cursor = rows_->NewCursor(kCommitments);
  cursor->SeekBefore(IndexKey(LogIndex(size.value)) + '\0');
  JEJAK_RETURN_IF_ERROR(rows_->status());
  if (!cursor->Valid()) return std::optional<LogIndex>();
  const auto index = TailIndex(cursor->key());
  if (!index) return DamagedRow("commitments", cursor->key());
  return index;
}

Result<std::optional<LogIndex>> TallyHistory::NextVersion(std::string_view contest,
                                                          const RegionCode& region,
                                                          LogIndex index) const {
  const Bytes prefix = TallyNodePrefix(contest, region.level(), region);
  const auto cursor = rows_->NewCursor(kTallyNodes);
  cursor->Seek(TallyNodeKey(contest, region, LogIndex(index.value + 1)));
  JEJAK_RETURN_IF_ERROR(rows_->status());
  if (!cursor->Valid() || !cursor->key().starts_with(prefix)) return std::optional<LogIndex>();
  return TailIndex(cursor->key());
}

Result<std::optional<NodeRow>> TallyHistory::NodeAt(std::string_view contest,
                                                    const RegionCode& region,
                                                    LogIndex commitment) const {
  const Bytes prefix = TallyNodePrefix(contest, region.level(), region);
  const auto cursor = rows_->NewCursor(kTallyNodes);
  cursor->SeekBefore(TallyNodeKey(contest, region, commitment) + '\0');
  JEJAK_RETURN_IF_ERROR(rows_->status());
  if (!cursor->Valid() || !cursor->key().starts_with(prefix)) return std::optional<NodeRow>();
  auto row = Decode<NodeRow>(cursor->value());
  if (!row) return DamagedRow("tally nodes", cursor->key());
  return row;
}

Result<std::vector<std::pair<RegionCode, Hash>>> TallyHistory::ChildrenAt(
    std::string_view contest, const RegionCode& region, LogIndex commitment) const {
  std::vector<std::pair<RegionCode, Hash>> out;
  const auto below = static_cast<election::Level>(static_cast<size_t>(region.level()) + 1);
  const size_t digits = election::kCodeDigits[static_cast<size_t>(below)];
  const Bytes prefix = TallyNodePrefix(contest, below, region);
  const auto cursor = rows_->NewCursor(kTallyNodes);
  cursor->Seek(prefix);
  while (cursor->Valid() && cursor->key().starts_with(prefix)) {
    const auto code = RegionCode::Parse(cursor->key().substr(contest.size() + 2, digits));
    if (!code || code->level() != below) return DamagedRow("tally nodes", cursor->key());
    const Bytes mine = TallyNodePrefix(contest, below, *code);
    cursor->SeekBefore(TallyNodeKey(contest, *code, commitment) + '\0');
    if (cursor->Valid() && cursor->key().starts_with(mine)) {
      const auto row = Decode<NodeRow>(cursor->value());
      if (!row) return DamagedRow("tally nodes", cursor->key());
      out.emplace_back(*code, row->node);
    }
    cursor->Seek(PastVersions(mine));
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

Status TallyHistory::Deltas(LogIndex base, std::string_view contest, const RegionCode& region,
                            TreeSize size,
                            const std::function<void(LoggedDelta)>& visit) const {
  const Bytes prefix = TallyDeltaPrefix(base, contest, region);
  const size_t code_at = 8 + contest.size() + 1;
  const auto cursor = rows_->NewCursor(kTallyDeltas);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix);
       cursor->Next()) {
    const ByteView key = cursor->key();
    const auto index = TailIndex(key);
    const auto place = key.size() < code_at + 8
                           ? std::nullopt
                           : RegionCode::Parse(key.substr(code_at, key.size() - code_at - 8));
    if (!index || !place) return DamagedRow("tally changes", key);
    if (index->value >= size.value) continue;
    // A loss of sums is of one region alone.
    if (place->level() < election::Level::kVillage && *place != region) continue;
    auto delta = Decode<TallyDelta>(cursor->value());
    if (!delta) return DamagedRow("tally changes", key);
    visit({*index, *place, std::move(*delta)});
  }
  return rows_->status();
}

Result<TallyRow> TallyHistory::At(const ContestEntry& contest, const RegionCode& region,
                                  TreeSize size) const {
  const std::string& id = contest.state->id;
  JEJAK_ASSIGN_OR_RETURN(const std::optional<LogIndex> commitment, CommitmentAt(size));
  TallyRow row;
  if (commitment) {
    JEJAK_ASSIGN_OR_RETURN(auto node, NodeAt(id, region, *commitment));
    if (node) row = std::move(node->tally);
  }
  TallyDelta sum;
  JEJAK_RETURN_IF_ERROR(Deltas(commitment.value_or(LogIndex(0)), id, region, size,
                               [&](const LoggedDelta& d) {
                                 // A loss undoes what the row holds and what came since: with the
                                 // rest, it is left out below.
                                 if (d.place.level() >= election::Level::kVillage)
                                   sum.Add(d.delta);
                               }));
  if (MixedAt(contest, region, size)) {
    const auto lost = [&](const auto& cell) { return !KeptWhenMixed(contest, cell.key); };
    std::erase_if(sum.sums, lost);
    std::erase_if(row.sums, lost);
  }
  if (!ApplyDelta(sum, &row))
    return Status(Reason::kLedgerDamaged, "a tally of region " + region.display() + " is damaged");
  return row;
}

}  // namespace jejak::projection
