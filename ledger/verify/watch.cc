#include "ledger/verify/watch.h"

#include <bit>

#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::verify {
namespace {

using election::FieldKey;
using election::FieldKind;
using election::Level;
using election::RegionCode;

constexpr int64_t kHourMicros = int64_t{3'600} * 1'000'000;
// Where totals are watched: below, a figure is one form, and has its history.
constexpr Level kWatched[] = {Level::kNation, Level::kProvince, Level::kRegency, Level::kDistrict};

bool IsVotes(const FieldKey& key) {
  return key.kind == FieldKind::kVotes || key.kind == FieldKind::kPartyTotal;
}

// 8, 16, 32 …: often enough to be seen, seldom enough to be read.
bool IsStep(uint64_t count, uint64_t first) {
  return count >= first && count % first == 0 && std::has_single_bit(count / first);
}

void Name(LogIndex index, std::vector<LogIndex>* entries) {
  if (entries->size() < kAlertEntriesMax) entries->push_back(index);
}

Alert AlertOf(AlertKind kind, const Replayed& entry) {
  Alert out;
  out.kind = kind;
  out.index = entry.index;
  out.time = entry.received_at;
  return out;
}

}  // namespace

std::string_view AlertName(AlertKind kind) {
  switch (kind) {
    case AlertKind::kTotalFell: return "TOTAL_FELL";
    case AlertKind::kCorrectedAfterCertification: return "CORRECTED_AFTER_CERTIFICATION";
    case AlertKind::kUnusualActivity: return "UNUSUAL_ACTIVITY";
  }
  return "";
}

std::string_view PatternName(Pattern pattern) {
  switch (pattern) {
    case Pattern::kNone: return "";
    case Pattern::kRefusals: return "refusals";
    case Pattern::kCorrections: return "corrections";
    case Pattern::kOneSided: return "one_sided";
  }
  return "";
}

std::vector<Alert> Watch::See(const Replayed& entry, projection::State& state) {
  std::vector<Alert> out;
  const auto key = state.Key(entry.event.author);
  // An importer brings in what others did: it has no habits of its own.
  const std::string official =
      key && key->role != election::Role::kImporter ? key->official : std::string();
  if (entry.refusal) {
    SeeRefusal(entry, official, &out);
    return out;
  }
  if (const auto* body = std::get_if<event::ResultSubmitted>(&entry.event.body)) {
    SeeTotals(entry, state.registry(), body->contest, body->tps,
              MovedBy(entry, state.rows(), body->contest, body->tps));
  } else if (const auto* correction = std::get_if<event::ResultCorrected>(&entry.event.body)) {
    const auto moved = MovedBy(entry, state.rows(), correction->contest, correction->tps);
    SeeTotals(entry, state.registry(), correction->contest, correction->tps, moved);
    SeeCertified(entry, key ? key->official : "", *correction, &out);
    if (!official.empty()) {
      SeeCorrection(entry, official, &out);
      SeeOneSided(entry, official, correction->contest, moved, &out);
    }
  } else if (const auto* recap = std::get_if<event::RecapCertified>(&entry.event.body)) {
    certified_[recap->contest][recap->region] = entry.index;
  } else if (std::holds_alternative<event::TallyCommitted>(entry.event.body)) {
    SeeCommitment(entry, &out);
  }
  return out;
}

std::vector<projection::SumDelta> Watch::MovedBy(const Replayed& entry, const KeyValueReader& rows,
                                                 std::string_view contest,
                                                 const RegionCode& tps) const {
  // Looked up by a cursor: rows that were only appended, Get doesn't see.
  Bytes key;
  projection::SetTallyDeltaKey(commitment_, contest, tps, entry.index, &key);
  const auto cursor = rows.NewCursor(projection::kTallyDeltas);
  cursor->Seek(key);
  if (!cursor->Valid() || cursor->key() != key) return {};
  const auto delta = projection::Decode<projection::TallyDelta>(cursor->value());
  return delta ? delta->sums : std::vector<projection::SumDelta>();
}

void Watch::SeeTotals(const Replayed& entry, const projection::Registry& registry,
                      const std::string& contest, const RegionCode& tps,
                      const std::vector<projection::SumDelta>& moved) {
  const projection::ContestEntry* const facts = registry.Contest(contest);
  if (facts == nullptr) return;
  for (const Level level : kWatched) {
    const RegionCode region = tps.At(level);
    const bool one_ballot = facts->OnlyBallotOf(region) != nullptr;
    for (const projection::SumDelta& delta : moved) {
      // A region that votes on several ballots shows no sums of candidates.
      if (!IsVotes(delta.key) || delta.sum == 0 ||
          !(one_ballot || projection::KeptWhenMixed(*facts, delta.key))) {
        continue;
      }
      const Total total{contest, region, delta.key.packed()};
      uint64_t& value = totals_[total];
      Change& change = changed_.try_emplace(total, Change{value, {}}).first->second;
      value = static_cast<uint64_t>(static_cast<int64_t>(value) + delta.sum);
      if (delta.sum < 0) Name(entry.index, &change.lowered_by);
    }
  }
}

void Watch::SeeCommitment(const Replayed& entry, std::vector<Alert>* out) {
  commitment_ = entry.index;
  for (const auto& [total, change] : changed_) {
    const uint64_t value = totals_[total];
    if (value >= change.before) continue;
    Alert alert = AlertOf(AlertKind::kTotalFell, entry);
    alert.contest = std::get<0>(total);
    alert.place = std::get<1>(total);
    alert.field = FieldKey::FromPacked(std::get<2>(total));
    alert.before = change.before;
    alert.after = value;
    alert.entries = change.lowered_by;
    out->push_back(std::move(alert));
  }
  changed_.clear();
}

void Watch::SeeCertified(const Replayed& entry, const std::string& official,
                         const event::ResultCorrected& body, std::vector<Alert>* out) const {
  const auto contest = certified_.find(body.contest);
  if (contest == certified_.end()) return;
  Alert alert = AlertOf(AlertKind::kCorrectedAfterCertification, entry);
  for (const auto& [region, index] : contest->second) {
    if (region.Contains(body.tps)) Name(index, &alert.entries);
  }
  if (alert.entries.empty()) return;
  alert.contest = body.contest;
  alert.place = body.tps;
  alert.official = official;
  out->push_back(std::move(alert));
}

void Watch::SeeRefusal(const Replayed& entry, const std::string& official,
                       std::vector<Alert>* out) {
  if (official.empty()) return;
  Habit& habit = habits_[official];
  Name(entry.index, &habit.refused);
  if (!IsStep(++habit.refusals, kRefusalsFirst)) return;
  Alert alert = AlertOf(AlertKind::kUnusualActivity, entry);
  alert.official = official;
  alert.pattern = Pattern::kRefusals;
  alert.count = habit.refusals;
  alert.entries = habit.refused;
  out->push_back(std::move(alert));
}

void Watch::SeeCorrection(const Replayed& entry, const std::string& official,
                          std::vector<Alert>* out) {
  Habit& habit = habits_[official];
  auto& recent = habit.corrections;
  recent.emplace_back(entry.received_at, entry.index);
  while (recent.front().first.value <= entry.received_at.value - kHourMicros) recent.pop_front();
  const bool told = habit.told && habit.told->value > entry.received_at.value - kHourMicros;
  if (recent.size() >= kCorrectionsAnHour && !told) {
    habit.told = entry.received_at;
    Alert alert = AlertOf(AlertKind::kUnusualActivity, entry);
    alert.official = official;
    alert.pattern = Pattern::kCorrections;
    alert.count = recent.size();
    for (const auto& [time, index] : recent) Name(index, &alert.entries);
    out->push_back(std::move(alert));
  }
}

void Watch::SeeOneSided(const Replayed& entry, const std::string& official,
                        const std::string& contest,
                        const std::vector<projection::SumDelta>& moved, std::vector<Alert>* out) {
  Habit& habit = habits_[official];
  bool votes = false;
  for (const projection::SumDelta& delta : moved) {
    if (delta.key.kind != FieldKind::kVotes || delta.sum == 0) continue;
    votes = true;
    if (delta.sum < 0) continue;
    Gain& gain = habit.gained[{contest, delta.key.id}];
    ++gain.count;
    Name(entry.index, &gain.entries);
  }
  if (!votes) return;
  const uint64_t count = ++habit.voted[contest];
  if (!IsStep(count, kOneSidedFirst)) return;
  for (const auto& [what, gain] : habit.gained) {
    if (what.first != contest || gain.count * kOneSidedOutOf < count * kOneSidedOf) continue;
    Alert alert = AlertOf(AlertKind::kUnusualActivity, entry);
    alert.contest = contest;
    alert.official = official;
    alert.field = FieldKey::Votes(what.second);
    alert.pattern = Pattern::kOneSided;
    alert.count = count;
    alert.entries = gain.entries;
    out->push_back(std::move(alert));
  }
}

}  // namespace jejak::verify
