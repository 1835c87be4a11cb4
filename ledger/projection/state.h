// The state of the ledger after a log prefix, as admission sees it, and the folds that bring it one
// entry further. Reads go through an overlay over any key-value reader; the changes of a batch are
// drained from it and committed together with the log.
//
// A deterministic function of the entries: no clock, no randomness, no order of a hash map enters a
// row.
//
// Thread rule: one thread. A damaged row or failed read is kept in status(), which must be looked
// at before verdicts or rows become visible.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "ledger/admission/state_view.h"
#include "ledger/base/kv.h"
#include "ledger/base/limits.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"
#include "ledger/projection/cached_rows.h"
#include "ledger/projection/registry.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/rows_records.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally_tree.h"

namespace jejak::projection {

// One entry, as the folds take it.
struct LoggedEvent {
  const event::Event& event;
  Hash hash;
  LogIndex index;
  UnixMicros received_at;
  std::optional<event::Refusal> refusal;
};

// Bytes of committed rows that are kept in memory: what is read again from the base, and no result.
struct CacheBounds {
  size_t keys = limits::kKeyRowsBytesMax;
  size_t results = limits::kResultRowsBytesMax;
  size_t stations = limits::kStationRowsBytesMax;
  size_t village_votes = limits::kVillageVotesBytesMax;
  size_t small = limits::kSmallRowsBytesMax;  // each of the rest
  size_t tally = limits::kTallyCacheBytesMax;
};

class State final : public admission::StateView {
 public:
  // `base` holds the rows after `size` entries, is borrowed, and may be replaced by Rebase.
  static jejak::Result<std::unique_ptr<State>> Load(const KeyValueReader* base, TreeSize size,
                                                    const CacheBounds& bounds = {});

  // Folds the next entry: `logged.index` must be Size().
  void Apply(const LoggedEvent& logged);
  // Ends a batch: rows() must be drained, and be in the base, before anything else is folded.
  void Flush();
  // After the rows were drained and committed: go on over the state that holds them.
  void Rebase(const KeyValueReader* base) {
    rows_.Rebase(base);
    tallies_.Rebase(base);
  }
  Overlay& rows() { return rows_; }
  const Registry& registry() const { return registry_; }
  Status status() const;

  // The root of the tally tree over the entries so far. Costs the nodes changed since it was last
  // asked for.
  Hash TallyRoot() { return tallies_.Root(); }
  // Entries that changed the tally since the newest commitment.
  uint64_t TallyChanges() const { return tallies_.changes(); }
  // The next entry must be a commitment to the tally.
  bool CommitmentDue() const { return tallies_.changes() >= limits::kTallyChangesMax; }
  // What is wrong with the next entry as far as commitments go: COMMITMENT_MISSING where one is
  // due, TALLY_ROOT_DIFFERS, COMMITMENT_TIME_DIFFERS. None when nothing is.
  std::optional<std::string_view> CommitmentFault(const event::Event& next, bool accepted,
                                                  UnixMicros received_at);

  // Who may have signed the checkpoint of this size: the key in force, and the one before it where
  // the last entry changed it, since the commit of that entry is signed by what was in force then.
  std::vector<PublicKey> CheckpointSigners() const;

  std::optional<admission::ElectionState> Election() const override;
  std::string ElectionName() const override;
  const admission::KeyState* Key(const PublicKey& key) const override;
  std::optional<admission::OfficialState> Official(std::string_view id) const override;
  std::shared_ptr<const admission::ContestState> Contest(std::string_view id) const override;
  std::optional<admission::RegionState> Region(const RegionCode& code) const override;
  const admission::StationState* Station(const StationCode& code) const override;
  std::shared_ptr<const admission::BallotState> Ballot(std::string_view contest,
                                                       std::string_view dapil) const override;
  std::shared_ptr<const admission::BallotState> BallotAt(std::string_view contest,
                                                         const RegionCode& place) const override;
  bool AnyBallotInside(std::string_view contest, const RegionCode& place) const override;
  std::optional<event::Choice> ChoiceMeaning(std::string_view contest,
                                             election::ChoiceId id) const override;
  admission::ResultState Result(std::string_view contest, const StationCode& tps,
                                admission::Contents contents) const override;
  std::optional<admission::SealState> Seal(std::string_view contest,
                                           const RegionCode& region) const override;
  std::optional<LogIndex> Reopened(std::string_view contest, const RegionCode& region,
                                   election::Stage stage) const override;
  std::optional<admission::ReferenceState> Reference(const Hash& event) const override;
  std::optional<Hash> RecapPart(const PublicKey& author, std::string_view contest,
                                const RegionCode& region, uint16_t part,
                                uint16_t parts) const override;
  std::optional<LogIndex> RoundOpenedAround(std::string_view contest,
                                            const RegionCode& region) const override;
  std::optional<LogIndex> FindEvent(const Hash& event) const override;
  bool ForkLogged(const PublicKey& key, uint64_t sequence) const override;
  TreeSize Size() const override { return size_; }

 private:
  State(const KeyValueReader* base, TreeSize size, Registry registry, const CacheBounds& bounds);

  template <typename Row>
  std::optional<Row> Read(TableId table, ByteView key) const;
  // The rows that are kept as values, as far as they changed, to rows_: before a cursor walks them.
  void WriteBack() const;
  std::optional<LogIndex> ReadIndex(ByteView key) const;
  void Damage(std::string what) const;

  // fold.cc: the author's chain, refusals, activity, dispatch.
  void AdvanceAuthor(const LoggedEvent& e);
  void NoteObserved(const LoggedEvent& e);
  KeyRow* LoadKey(const PublicKey& key) const;
  void FoldBody(const LoggedEvent& e);
  // fold_registry.cc
  void Fold(const LoggedEvent& e, const event::ElectionOpened& body);
  void Fold(const LoggedEvent& e, const event::ContestRegistered& body);
  void Fold(const LoggedEvent& e, const event::RegionsRegistered& body);
  void Fold(const LoggedEvent& e, const event::StationsRegistered& body);
  void Fold(const LoggedEvent& e, const event::BallotRegistered& body);
  void Fold(const LoggedEvent& e, const event::RegistryAmended& body);
  void AmendRegion(const event::Amendment& amendment, LogIndex index);
  void AmendStation(const event::Amendment& amendment, LogIndex index);
  void AmendContest(const event::Amendment& amendment, LogIndex index);
  void AmendOfficial(const event::Amendment& amendment);
  void ExpectStations(const RegionCode& code, std::optional<uint32_t> before,
                      std::optional<uint32_t> after, LogIndex index);
  // Puts a row of kRegistry, and keeps what it was before the entry for answers as of then.
  void PutRegistry(const Bytes& key, Bytes row, LogIndex index);
  // Brings stations and their lists of voters to the regions around them.
  struct Listed {
    int64_t stations = 0, listed = 0, l = 0, p = 0;
    void Add(const std::optional<event::Dpt>& dpt, int64_t times);
  };
  void CountListed(const std::map<RegionCode, Listed>& villages, LogIndex index);
  // The registered stations in a place, or the station itself, in code order.
  std::vector<StationCode> StationsIn(const RegionCode& place) const;
  void CountStations(const ContestEntry& contest, const std::vector<StationCode>& stations);
  // fold_officials.cc
  void Fold(const LoggedEvent& e, const event::OfficialsEnrolled& body);
  void Fold(const LoggedEvent& e, const event::KeyEnrolled& body);
  void Fold(const LoggedEvent& e, const event::KeyRevoked& body);
  void Fold(const LoggedEvent& e, const event::KeyReleased& body);
  void Fold(const LoggedEvent& e, const event::OfficialSuspended& body);
  void Fold(const LoggedEvent& e, const event::OfficialReinstated& body);
  void Fold(const LoggedEvent& e, const event::LedgerKeyChanged& body);
  void PutOfficial(std::string_view id, const admission::OfficialState& official);
  void PutKey(const PublicKey& key, const KeyRow& row);
  void EnrolKey(std::string_view id, const admission::OfficialState& official, const PublicKey& key,
                LogIndex index);
  void SetOfficialSuspended(std::string_view id, bool suspended);
  // fold_results.cc
  void Fold(const LoggedEvent& e, const event::ResultSubmitted& body);
  void Fold(const LoggedEvent& e, const event::ResultCorrected& body);
  void Fold(const LoggedEvent& e, const event::ResultFinalised& body);
  void Fold(const LoggedEvent& e, const event::RoundOpened& body);
  void Fold(const LoggedEvent& e, const event::RoundCancelled& body);
  // Default when nothing happened there yet. Good until the end of the batch.
  ResultRow* LoadResult(std::string_view contest, const StationCode& tps) const;
  // The row that LoadResult gave was changed.
  void StoreResult(std::string_view contest, const StationCode& tps);
  RoundRow ShownRound(std::string_view contest, const StationCode& tps, const ResultRow& row) const;
  void Judge(const std::string& contest, const StationCode& tps, LogIndex index, RoundRow* round);
  void FinishVersion(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                     RoundRow* round);
  void ReplaceShown(const std::string& contest, const StationCode& tps, const RoundRow& before,
                    const RoundRow& after);
  void NoteCompeting(const LoggedEvent& e);
  void NoteRound(const std::string& contest, const RegionCode& place, LogIndex index);
  // Its round can't be cancelled any more.
  void MarkUsed(const RoundRow& round);
  bool IsUsed(const admission::ReferenceState& opened) const;
  std::vector<StationCode> StationsWithRounds(const std::string& contest,
                                              const RegionCode& place) const;
  // fold_records.cc
  void Fold(const LoggedEvent& e, const event::CopyFiled& body);
  void Fold(const LoggedEvent& e, const event::ObjectionFiled& body);
  void Fold(const LoggedEvent& e, const event::ObjectionResolved& body);
  void Fold(const LoggedEvent& e, const event::IncidentRecorded& body);
  void Fold(const LoggedEvent& e, const event::DecisionRecorded& body);
  void Fold(const LoggedEvent& e, const event::RecapPart& body);
  void Fold(const LoggedEvent& e, const event::RecapCertified& body);
  void Fold(const LoggedEvent& e, const event::StageReopened& body);
  void Fold(const LoggedEvent& e, const event::RulesChanged& body);
  void Fold(const LoggedEvent& e, const event::TallyCommitted& body);
  void PutReference(const LoggedEvent& e, admission::ReferenceState reference);
  // fold_cross.cc: rules between forms. `before` is the round that was shown before the version.
  void FoldVersion(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                   const RoundRow& before);
  void EndRound(const std::string& contest, const StationCode& tps, RoundRow round,
                LogIndex index);
  std::vector<election::RegisteredVoters> VotersElsewhere(const std::string& contest,
                                                          const StationCode& tps) const;
  void CheckVoters(const std::string& contest, const StationCode& tps, const RoundRow& before,
                   LogIndex index);
  void CheckVectors(const std::string& contest, const StationCode& tps, const RoundRow& before,
                    LogIndex index);
  void CheckCopies(const std::string& contest, const StationCode& tps, LogIndex index);
  void CheckSuspects(const std::string& contest, const StationCode& tps, LogIndex index);
  void FileCopy(const LoggedEvent& e, const event::CopyFiled& body);
  void Suspect(const LoggedEvent& e, const event::KeyRevoked& body);
  // `replaces`: one of the region came before it.
  void CheckCertification(const LoggedEvent& e, const event::RecapCertified& body, bool replaces);
  std::set<RegionCode> PlacesCertified(const std::string& contest, const RegionCode& region,
                                       uint64_t mark) const;
  std::optional<std::vector<election::BigFieldValue>> SumsAt(const ContestEntry& contest,
                                                             const RegionCode& place,
                                                             TreeSize size) const;
  std::vector<election::BigFieldValue> ListedVoters(const ContestEntry& contest,
                                                    const RegionCode& place) const;
  void SetCertified(const std::string& contest, const RegionCode& place, uint64_t mark,
                    const std::vector<election::Finding>& broken, LogIndex index);
  // The other TPSs of the village whose figures that are shown have the same votes.
  std::vector<StationCode> Alike(const std::string& contest, const StationCode& tps,
                                 const std::string& votes,
                                 const std::vector<VillageVotesRow::One>& village) const;
  // Opens what is broken in the round of a station and clears what no longer is, among the findings
  // of `rule` whose row is `concerned`.
  void SetFindings(const std::string& contest, const StationCode& tps, uint16_t round,
                   election::Rule rule, const std::vector<election::Finding>& broken,
                   const std::function<bool(uint64_t)>& concerned, LogIndex index);
  void NoteReport(const LoggedEvent& e, const std::string& contest, const StationCode& tps,
                  bool before, bool after);
  // fold_records_rows.cc
  void PutRecord(RecordKind kind, const std::string& contest, const RegionCode& place,
                 LogIndex index, const std::vector<RecordStep>& steps = {});
  // Adds a step to what has been said of a record.
  void AddStep(RecordKind kind, const std::string& contest, const RegionCode& place,
               LogIndex index, RecordStep step);
  void PutRecords(RecordKind kind, const std::vector<std::string>& contests,
                  const std::vector<RegionCode>& places, LogIndex index);

  mutable Overlay rows_;
  Registry registry_;
  TallyTree tallies_;
  TreeSize size_;
  UnixMicros observed_;  // the latest that a source stated; 0 for none
  // What the entry being folded did, beyond its kind; for its row of kActivity.
  std::optional<ResultDone> result_done_;
  mutable Status damage_;
  // What events look up again and again, as values.
  mutable CachedRows<KeyRow> keys_;
  mutable CachedRows<ResultRow> results_;
  mutable CachedRows<admission::StationState> stations_;
  mutable CachedRows<admission::SealState> seals_;
  CachedRows<VillageVotesRow> village_votes_;
  // Events of the batch, which the rows do not have yet.
  std::unordered_map<Hash, LogIndex> batch_events_;
  mutable Bytes key_;    // scratch
  mutable Bytes value_;  // scratch
};

}  // namespace jejak::projection
