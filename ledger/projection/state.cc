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

State::State(const KeyValueReader* base, TreeSize size, Registry registry)
    : rows_(base),
      registry_(std::move(registry)),
      tallies_(&registry_, &rows_),
      size_(size) {
  // What every event looks up again.
  for (const TableId table : {kRegistry, kKeys, kResults, kRegisteredVoters, kVoteVectors}) {
    rows_.Cache(table, limits::kRowCacheBytesMax);
  }
}

jejak::Result<std::unique_ptr<State>> State::Load(const KeyValueReader* base, TreeSize size) {
  JEJAK_ASSIGN_OR_RETURN(Registry registry, Registry::Load(*base));
  std::unique_ptr<State> state(new State(base, size, std::move(registry)));
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
template std::optional<StationState> State::Read(TableId, ByteView) const;
template std::optional<OfficialState> State::Read(TableId, ByteView) const;
template std::optional<ReferenceState> State::Read(TableId, ByteView) const;
template std::optional<FindingRow> State::Read(TableId, ByteView) const;
template std::optional<SealState> State::Read(TableId, ByteView) const;
template std::optional<VotersRow> State::Read(TableId, ByteView) const;
template std::optional<AlikeRow> State::Read(TableId, ByteView) const;
template std::optional<CopiesRow> State::Read(TableId, ByteView) const;
template std::optional<RecordRow> State::Read(TableId, ByteView) const;
template std::optional<ReportsRow> State::Read(TableId, ByteView) const;

std::optional<ElectionState> State::Election() const {
  if (!registry_.election()) return std::nullopt;
  return registry_.election()->state;
}

std::string State::ElectionName() const {
  return registry_.election() ? registry_.election()->name : std::string();
}

KeyRow* State::LoadKey(const PublicKey& key) const {
  if (!key_memo_ || key_memo_->first != key)
    key_memo_.emplace(key, Read<KeyRow>(kKeys, key.view()));
  return key_memo_->second ? &*key_memo_->second : nullptr;
}

std::optional<KeyState> State::Key(const PublicKey& key) const {
  const KeyRow* row = LoadKey(key);
  if (row == nullptr) return std::nullopt;
  return row->state;
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

std::optional<StationState> State::Station(const StationCode& code) const {
  return Read<StationState>(kRegistry, StationKey(code));
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
  Bytes key = PlaceKey(contest, tps);
  if (!result_memo_ || result_memo_->first != key) {
    auto row = Read<ResultRow>(kResults, key);
    result_memo_.emplace(std::move(key), row ? std::move(*row) : ResultRow{});
  }
  return &result_memo_->second;
}

ResultState State::Result(std::string_view contest, const StationCode& tps) const {
  const RoundRow& row = LoadResult(contest, tps)->newest;
  ResultState out;
  out.round = row.round;
  out.round_opened_at = row.opened_at;
  out.has_result = row.HasResult();
  out.newest_event = row.newest_event;
  out.finalised = row.finalised;
  out.ppk_acted = row.ppk_acted;
  out.values = ValuesOf(row.cells);
  out.evidence = row.evidence;
  return out;
}

std::optional<SealState> State::Seal(std::string_view contest, const RegionCode& region) const {
  return Read<SealState>(kRegistry, SealKey(contest, region));
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
  Bytes value;
  if (!rows_.Get(kRegistry, RecapPartKey(author, contest, region, part), &value))
    return std::nullopt;
  Reader reader(value);
  const Hash hash = reader.Fixed<Hash>();
  const uint16_t of = reader.Be16();
  if (!reader.Done()) Damage("a row of a recapitulation part does not decode");
  if (of != parts) return std::nullopt;
  return hash;
}

std::optional<LogIndex> State::FindEvent(const Hash& event) const {
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

std::optional<std::string_view> State::CommitmentFault(const event::Event& next, bool accepted,
                                                       UnixMicros received_at) {
  const auto* commitment = std::get_if<event::TallyCommitted>(&next.body);
  if (commitment == nullptr || !accepted)
    return CommitmentDue() ? std::optional<std::string_view>("COMMITMENT_MISSING") : std::nullopt;
  if (commitment->root != TallyRoot()) return "TALLY_ROOT_DIFFERS";
  if (next.occurred_at != received_at) return "COMMITMENT_TIME_DIFFERS";
  return std::nullopt;
}

void State::Flush() { tallies_.Flush(); }

}  // namespace jejak::projection
