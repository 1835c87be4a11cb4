// Why a number changed, and what one entry did.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "ledger/projection/event_facts.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/round_versions.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

// Bytes of the entries after which a page ends.
constexpr size_t kChangesBytesMax = size_t{4} << 20;

// The change of one field at one TPS by one entry.
struct FieldDelta {
  LogIndex index;
  StationCode tps;
  SumDelta delta;
};

std::optional<uint64_t> SumOf(const TallyRow& row, const FieldKey& field) {
  const auto at = std::find_if(row.sums.begin(), row.sums.end(),
                               [&](const SumCell& cell) { return cell.key == field; });
  return at == row.sums.end() ? std::nullopt : std::optional(at->sum);
}

// What the entry left the figure at; none: absent.
std::optional<uint32_t> ValueAfter(const event::Body& body, const FieldKey& field) {
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) {
    for (const Cell& cell : CellsOf(*submitted, LogIndex(0))) {
      if (cell.key == field) return cell.value;
    }
  }
  if (const auto* corrected = std::get_if<event::ResultCorrected>(&body)) {
    for (const event::Change& change : corrected->changes) {
      if (change.field == field) return change.value;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Explanation> Queries::Explain(std::string_view contest, const RegionCode& region,
                                     const FieldKey& field, TreeSize from, TreeSize to,
                                     LogIndex start, size_t limit) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(Region(region).status());
  JEJAK_RETURN_IF_ERROR(CheckField(*entry, region, field));
  Explanation out;
  JEJAK_ASSIGN_OR_RETURN(const TallyRow before, RowOf(*entry, region, from));
  JEJAK_ASSIGN_OR_RETURN(const TallyRow after, RowOf(*entry, region, to));
  out.from = SumOf(before, field);
  out.to = SumOf(after, field);

  // Epoch by epoch: the changes between two commitments lie together, and only the epochs in which
  // a region's node got a version hold any of it.
  const RegionCode node = region.IsStation() ? region.Parent() : region;
  uint64_t at = std::max(from.value, start.value);
  size_t bytes = 0;
  while (at < to.value && !out.next) {
    JEJAK_ASSIGN_OR_RETURN(const auto base, history_.CommitmentAt(TreeSize(at)));
    std::vector<FieldDelta> found;
    JEJAK_RETURN_IF_ERROR(history_.Deltas(
        base.value_or(LogIndex(0)), contest, region, to, [&](const LoggedDelta& logged) {
          if (logged.index.value < at || !logged.place.IsStation()) return;
          for (const SumDelta& delta : logged.delta.sums) {
            if (delta.key == field) found.push_back({logged.index, logged.place, delta});
          }
        }));
    std::sort(found.begin(), found.end(),
              [](const FieldDelta& a, const FieldDelta& b) { return a.index < b.index; });
    for (const FieldDelta& one : found) {
      if (out.changes.size() == limit || bytes >= kChangesBytesMax) {
        out.next = one.index;
        break;
      }
      ExplainedChange change;
      JEJAK_ASSIGN_OR_RETURN(change.entry, entries_->Entry(one.index));
      bytes += change.entry.bytes.size();
      change.tps = one.tps;
      change.delta = one.delta.sum;
      change.after = ValueAfter(change.entry.event.body, field);
      if (one.delta.present <= 0) {
        change.before =
            static_cast<uint32_t>(int64_t{change.after.value_or(0)} - one.delta.sum);
      }
      if (const auto* c = std::get_if<event::ResultCorrected>(&change.entry.event.body))
        change.reason = std::string(Name(c->reason));
      JEJAK_ASSIGN_OR_RETURN(change.author, AuthorOf(change.entry.event.author));
      out.changes.push_back(std::move(change));
    }
    // The changes after the commitment in which the node has its next version come next; those of
    // epochs between are none.
    JEJAK_ASSIGN_OR_RETURN(const auto next, history_.NextVersion(contest, node, LogIndex(at)));
    if (next && next->value <= to.value) {
      // `next` closes the epoch that was just read, or a later one: go to where it begins.
      JEJAK_ASSIGN_OR_RETURN(const auto begins, history_.CommitmentAt(TreeSize(next->value - 1)));
      const uint64_t begin = begins.value_or(LogIndex(0)).value;
      at = begin > at ? begin : next->value;
      continue;
    }
    // None, or beyond the end: what is left lies in the epoch that `to` lies in.
    JEJAK_ASSIGN_OR_RETURN(const auto last, history_.CommitmentAt(to));
    const uint64_t begin = last.value_or(LogIndex(0)).value;
    if (begin <= at) break;
    at = begin;
  }
  return out;
}

Result<LevelEffect> Queries::LevelOf(const ContestEntry& contest, const RegionCode& region,
                                     LogIndex entry) const {
  LevelEffect effect;
  JEJAK_ASSIGN_OR_RETURN(effect.region, Region(region));
  JEJAK_ASSIGN_OR_RETURN(effect.before, RowOf(contest, region, TreeSize(entry.value)));
  JEJAK_ASSIGN_OR_RETURN(effect.after, RowOf(contest, region, TreeSize(entry.value + 1)));
  return effect;
}

// A region that had one ballot, and votes on several from then on, shows no candidates any more.
Result<std::vector<LevelEffect>> Queries::EffectOfBallot(
    LogIndex index, const event::BallotRegistered& body) const {
  std::vector<LevelEffect> out;
  const ContestEntry* contest = registry_->Contest(body.contest);
  if (contest == nullptr) return UnknownContest(body.contest);
  std::map<election::Level, std::set<RegionCode>, std::greater<>> above;
  for (RegionCode region : body.members) {
    while (!region.IsNation()) {
      region = region.Parent();
      above[region.level()].insert(region);
    }
  }
  for (const auto& [level, regions] : above) {
    for (const RegionCode& region : regions) {
      if (MixedAt(*contest, region, TreeSize(index.value)) ||
          !MixedAt(*contest, region, TreeSize(index.value + 1))) {
        continue;
      }
      JEJAK_ASSIGN_OR_RETURN(LevelEffect effect, LevelOf(*contest, region, index));
      if (effect.before != effect.after) out.push_back(std::move(effect));
    }
  }
  return out;
}

Result<std::vector<LevelEffect>> Queries::EffectOf(const ReadEntry& entry) const {
  std::vector<LevelEffect> out;
  const event::Body& body = entry.event.body;
  if (entry.entry.refusal) return out;
  if (const auto* ballot = std::get_if<event::BallotRegistered>(&body))
    return EffectOfBallot(entry.index, *ballot);
  const auto* submitted = std::get_if<event::ResultSubmitted>(&body);
  const auto* corrected = std::get_if<event::ResultCorrected>(&body);
  if (submitted == nullptr && corrected == nullptr) return out;
  const std::string& id = submitted != nullptr ? submitted->contest : corrected->contest;
  const StationCode tps = submitted != nullptr ? submitted->tps : corrected->tps;
  const ContestEntry* contest = registry_->Contest(id);
  if (contest == nullptr) return UnknownContest(id);
  for (RegionCode region = tps;; region = region.Parent()) {
    JEJAK_ASSIGN_OR_RETURN(LevelEffect effect, LevelOf(*contest, region, entry.index));
    out.push_back(std::move(effect));
    if (region.IsNation()) return out;
  }
}

}  // namespace jejak::projection
