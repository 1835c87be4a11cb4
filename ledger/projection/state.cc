#include "ledger/projection/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {

using admission::BallotState;
using admission::ContestState;
using admission::ElectionState;
using admission::KeyState;
using admission::OfficialState;
using admission::ReferenceState;
using admission::RegionState;
using admission::ResultState;
using admission::SealState;
using admission::StationState;

State::State(const KeyValueReader* base, TreeSize size, Registry registry,
             const CacheBounds& bounds)
    : rows_(base),
      registry_(std::move(registry)),
      tallies_(&registry_, &rows_, base,
               {[this](const RegionCode& place) { return StationsIn(place); },
                [this](const std::string& contest, const StationCode& tps) {
                  return ShownRound(contest, tps, *LoadResult(contest, tps));
                }},
               bounds.tally),
      size_(size),
      keys_(kKeys, &rows_, bounds.keys),
      results_(kResults, &rows_, bounds.results),
      stations_(kRegistry, &rows_, bounds.stations),
      seals_(kRegistry, &rows_, bounds.small),
      village_votes_(kVillageVotes, &rows_, bounds.village_votes) {
  // Of officials and regions.
  rows_.Cache(kRegistry, bounds.small);
}

jejak::Result<std::unique_ptr<State>> State::Load(const KeyValueReader* base, TreeSize size,
                                                  const CacheBounds& bounds) {
  JEJAK_ASSIGN_OR_RETURN(Registry registry, Registry::Load(*base));
  std::unique_ptr<State> state(new State(base, size, std::move(registry), bounds));
  JEJAK_RETURN_IF_ERROR(state->tallies_.Load());
  const auto cursor = base->NewCursor(kObserved);
  cursor->SeekBefore(Bytes(9, '\xff'));
  if (cursor->Valid()) {
    Reader reader(cursor->key());
    state->observed_ = UnixMicros(static_cast<int64_t>(reader.Be64()));
  }
  JEJAK_RETURN_IF_ERROR(base->status());
  return state;
}

void State::Damage(std::string what) const {
  if (damage_.ok()) damage_ = Status(Reason::kLedgerDamaged, std::move(what));
}

Status State::status() const {
  JEJAK_RETURN_IF_ERROR(rows_.status());
  JEJAK_RETURN_IF_ERROR(tallies_.status());
  for (const Status* status :
       {&keys_.status(), &results_.status(), &stations_.status(), &seals_.status(),
        &village_votes_.status()}) {
    JEJAK_RETURN_IF_ERROR(*status);
  }
  return damage_;
}

template <typename Row>
std::optional<Row> State::Read(TableId table, ByteView key) const {
  Bytes value;
  if (!rows_.Get(table, key, &value)) return std::nullopt;
  auto row = Decode<Row>(value);
  if (!row) {
    Damage(fmt::format("a row of table {} does not decode: key {}", static_cast<int>(table),
                       ToHex(key)));
  }
  return row;
}
// The folds in the other files read these.
template std::optional<RegionRow> State::Read(TableId, ByteView) const;
template std::optional<RoundRow> State::Read(TableId, ByteView) const;
template std::optional<OfficialState> State::Read(TableId, ByteView) const;
template std::optional<ReferenceState> State::Read(TableId, ByteView) const;
template std::optional<FindingRow> State::Read(TableId, ByteView) const;
template std::optional<CopiesRow> State::Read(TableId, ByteView) const;
template std::optional<RecordRow> State::Read(TableId, ByteView) const;
template std::optional<RecapPartRow> State::Read(TableId, ByteView) const;

std::optional<ElectionState> State::Election() const {
  if (!registry_.election()) return std::nullopt;
  return registry_.election()->state;
}

std::string State::ElectionName() const {
  return registry_.election() ? registry_.election()->name : std::string();
}

KeyRow* State::LoadKey(const PublicKey& key) const { return keys_.Find(key.view()); }

const KeyState* State::Key(const PublicKey& key) const {
  const KeyRow* row = LoadKey(key);
  return row == nullptr ? nullptr : &row->state;
}

std::optional<OfficialState> State::Official(std::string_view id) const {
  return Read<OfficialState>(kRegistry, OfficialKey(id));
}

std::shared_ptr<const ContestState> State::Contest(std::string_view id) const {
  const ContestEntry* contest = registry_.Contest(id);
  return contest == nullptr ? nullptr : contest->state;
}

std::optional<RegionState> State::Region(const RegionCode& code) const {
  if (code.IsNation()) return RegionState{"INDONESIA", {}, std::nullopt, std::nullopt};
  auto row = Read<RegionRow>(kRegistry, RegionKey(code));
  if (!row) return std::nullopt;
  return std::move(row->state);
}

const StationState* State::Station(const StationCode& code) const {
  key_.assign(1, 's');
  key_.append(code.view());
  return stations_.Find(key_);
}

std::shared_ptr<const BallotState> State::Ballot(std::string_view contest,
                                                 std::string_view dapil) const {
  const ContestEntry* entry = registry_.Contest(contest);
  if (entry == nullptr) return nullptr;
  const auto it = entry->ballots.find(dapil);
  return it == entry->ballots.end() ? nullptr : it->second->ballot;
}

std::shared_ptr<const BallotState> State::BallotAt(std::string_view contest,
                                                   const RegionCode& place) const {
  const ContestEntry* entry = registry_.Contest(contest);
  if (entry == nullptr) return nullptr;
  const auto ballot = entry->BallotAt(place);
  return ballot == nullptr ? nullptr : ballot->ballot;
}

bool State::AnyBallotInside(std::string_view contest, const RegionCode& place) const {
  const ContestEntry* entry = registry_.Contest(contest);
  return entry != nullptr && entry->AnyInside(place);
}

std::optional<event::Choice> State::ChoiceMeaning(std::string_view contest,
                                                  election::ChoiceId id) const {
  const ContestEntry* entry = registry_.Contest(contest);
  if (entry == nullptr) return std::nullopt;
  const auto it = entry->meanings.find(id);
  if (it == entry->meanings.end()) return std::nullopt;
  return it->second;
}

ResultRow* State::LoadResult(std::string_view contest, const StationCode& tps) const {
  SetPlaceKey(contest, tps, &key_);
  return &results_.FindOrMake(key_);
}

ResultState State::Result(std::string_view contest, const StationCode& tps,
                          admission::Contents contents) const {
  const RoundRow& row = LoadResult(contest, tps)->newest;
  ResultState out;
  out.round = row.round;
  out.round_opened_at = row.opened_at;
  out.has_result = row.HasResult();
  out.newest_event = row.newest_event;
  out.finalised = row.finalised;
  out.ppk_acted = row.ppk_acted;
  if (contents == admission::Contents::kWanted) {
    out.values = ValuesOf(row.cells);
    out.evidence = row.evidence;
  }
  return out;
}

std::optional<SealState> State::Seal(std::string_view contest, const RegionCode& region) const {
  key_.assign(1, 'z');
  key_.append(contest);
  key_.push_back('\0');
  key_.append(region.view());
  const SealState* seal = seals_.Find(key_);
  if (seal == nullptr) return std::nullopt;
  return *seal;
}

std::optional<LogIndex> State::Reopened(std::string_view contest, const RegionCode& region,
                                        election::Stage stage) const {
  return ReadIndex(ReopenKey(contest, region, stage));
}

std::optional<LogIndex> State::RoundOpenedAround(std::string_view contest,
                                                 const RegionCode& region) const {
  std::optional<LogIndex> newest = ReadIndex(RoundInsideKey(contest, region));
  for (RegionCode code = region;; code = code.Parent()) {
    newest = std::max(newest, ReadIndex(RoundHereKey(contest, code)));
    if (code.IsNation()) return newest;
  }
}

std::optional<LogIndex> State::ReadIndex(ByteView key) const {
  Bytes value;
  if (!rows_.Get(kRegistry, key, &value)) return std::nullopt;
  Reader reader(value);
  const LogIndex index(reader.Be64());
  if (!reader.Done()) Damage("an index row of the registry does not decode");
  return index;
}

std::optional<ReferenceState> State::Reference(const Hash& event) const {
  if (auto reference = Read<ReferenceState>(kReferences, event.view())) return reference;
  // Results are too many for a row each; that they are in the log is what a reference to one needs.
  const auto index = FindEvent(event);
  if (!index) return std::nullopt;
  ReferenceState out;
  out.index = *index;
  out.kind = event::BodyKind::kResultSubmitted;
  return out;
}

std::optional<Hash> State::RecapPart(const PublicKey& author, std::string_view contest,
                                     const RegionCode& region, uint16_t part,
                                     uint16_t parts) const {
  const auto row = Read<RecapPartRow>(kRegistry, RecapPartKey(author, contest, region, part));
  if (!row || row->parts != parts) return std::nullopt;
  return row->event;
}

std::optional<LogIndex> State::FindEvent(const Hash& event) const {
  if (const auto at = batch_events_.find(event); at != batch_events_.end()) return at->second;
  Bytes value;
  if (!rows_.Get(kEventIndex, event.view(), &value)) return std::nullopt;
  Reader reader(value);
  const LogIndex index(reader.Be64());
  if (!reader.Done()) Damage("a row of the event index does not decode");
  // While projections are rebuilt, the index already knows of entries that this prefix doesn't hold
  // yet.
  if (index.value >= size_.value) return std::nullopt;
  return index;
}

bool State::ForkLogged(const PublicKey& key, uint64_t sequence) const {
  Bytes value;
  return rows_.Get(kRegistry, ForkKey(key, sequence), &value);
}

std::vector<PublicKey> State::CheckpointSigners() const {
  const auto election = Election();
  if (!election) return {};
  std::vector<PublicKey> out = {election->ledger_key};
  const admission::KeyState* key = Key(election->ledger_key);
  const auto official = Official("ledger");
  if (key != nullptr && official && official->keys.size() > 1 &&
      NextIndex(size_).value == key->enrolled_at.value + 1) {
    out.push_back(official->keys[official->keys.size() - 2]);
  }
  return out;
}

std::optional<std::string_view> State::CommitmentFault(const event::Event& next, bool accepted,
                                                       UnixMicros received_at) {
  const auto* commitment = std::get_if<event::TallyCommitted>(&next.body);
  if (commitment == nullptr || !accepted)
    return CommitmentDue() ? std::optional<std::string_view>("COMMITMENT_MISSING") : std::nullopt;
  if (commitment->root != TallyRoot()) return "TALLY_ROOT_DIFFERS";
  if (next.occurred_at != received_at) return "COMMITMENT_TIME_DIFFERS";
  return std::nullopt;
}

void State::WriteBack() const {
  keys_.WriteBack();
  results_.WriteBack();
  stations_.WriteBack();
  seals_.WriteBack();
}

void State::Flush() {
  tallies_.Flush();
  WriteBack();
  village_votes_.WriteBack();
  keys_.MakeRoom();
  results_.MakeRoom();
  stations_.MakeRoom();
  seals_.MakeRoom();
  village_votes_.MakeRoom();
  batch_events_.clear();
}

}  // namespace jejak::projection
