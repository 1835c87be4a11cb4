// A log in memory for the tests of the folds: events go straight to State, as the sequencer hands
// them over after the verdict, with each author's chain kept; the rows can be looked at after
// Commit. What is admissible is for the test to know.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/crypto/sha256.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tally_history.h"
#include "ledger/projection/tables.h"

namespace jejak::projection::testing {

using election::ChoiceId;
using election::ChoiceKind;
using election::Figure;
using election::Role;
using election::Rule;

inline RegionCode Code(std::string_view digits) { return *RegionCode::Parse(digits); }

inline PublicKey KeyOf(uint8_t number) {
  PublicKey key;
  key.bytes.fill(number);
  return key;
}
// Authors whom TestLog::Open enrols.
inline constexpr uint8_t kRoot = 1, kLedger = 2, kBawaslu = 3, kKpps = 4, kPpk = 5, kImporter = 6;

inline constexpr TableId kAllTables[] = {
    kRegistry,   kKeys,    kResults,          kPastRounds, kTallyNodes, kTallyDeltas, kCommitments,
    kObserved,   kActivity, kFindings,        kRefusals,   kReferences, kEventIndex,
    kCopies,     kRecords, kVillageVotes,     kTallyChildren, kRegistryPast};

struct TestEntry {
  event::Event event;
  Hash hash;
  std::optional<event::Refusal> refusal;
};

inline event::OfficialFact MakeOfficial(const char* id, Role role, const char* place, uint8_t key) {
  event::OfficialFact fact;
  fact.id = id;
  fact.role = role;
  fact.body = std::string("body of ") + id;
  fact.decree = "SK";
  fact.jurisdiction = Code(place);
  fact.keys = {{KeyOf(key), Signature()}};
  return fact;
}

inline event::Choice MakeChoice(ChoiceId id, ChoiceKind kind, ChoiceId party = 0) {
  event::Choice choice;
  choice.id = id;
  choice.number = static_cast<uint16_t>(id);
  choice.kind = kind;
  choice.name = "choice " + std::to_string(id);
  choice.party = party;
  return choice;
}

inline event::ContestRegistered MakeContest(const char* id, election::ContestKind kind,
                                            std::vector<RegionCode> covered) {
  event::ContestRegistered contest;
  contest.id = id;
  contest.kind = kind;
  contest.name = std::string("contest ") + id;
  contest.covered = std::move(covered);
  return contest;
}

inline event::RegionsRegistered MakeRegions(const std::vector<const char*>& codes) {
  event::RegionsRegistered regions;
  for (const char* code : codes) {
    regions.regions.push_back({Code(code), "name of " + std::string(code), {}, {}, {}});
  }
  return regions;
}

inline event::StationsRegistered MakeStations(const std::vector<std::string>& codes) {
  event::StationsRegistered stations;
  for (const std::string& code : codes) stations.stations.push_back({Code(code), "TPS", {}, {}});
  return stations;
}

class TestLog {
 public:
  explicit TestLog(const CacheBounds& bounds = {}) : bounds_(bounds) { Load(); }

  void Genesis() {
    event::ElectionOpened genesis;
    genesis.name = "Pemilu";
    genesis.mode = election::Mode::kSimulation;
    genesis.origin = "example.org/fold";
    genesis.root_key.key = KeyOf(kRoot);
    genesis.ledger_key.key = KeyOf(kLedger);
    genesis.supervisors_key.key = KeyOf(kBawaslu);
    genesis.dpt_max = 300;
    genesis.reserve_permille = 20;
    Add(kRoot, genesis);
  }
  // Genesis, and the officials named above.
  void Open() {
    Genesis();
    Add(kRoot, event::OfficialsEnrolled{{MakeOfficial("kpps", Role::kKpps, "6501011001001", kKpps),
                                         MakeOfficial("ppk", Role::kPpk, "650101", kPpk),
                                         MakeOfficial("imp", Role::kImporter, "", kImporter)}});
  }

  LogIndex Add(uint8_t author, event::Body body, std::optional<Reason> refused = {}) {
    TestEntry entry;
    entry.event.author = KeyOf(author);
    Chain& chain = chains_[author];
    entry.event.sequence = chain.next;
    entry.event.previous = chain.head;
    entry.event.body = std::move(body);
    if (refused) entry.refusal = event::Refusal{*refused, 0};
    // A fork is another event at a number that was used; the chain stays where it is.
    const bool fork = refused == Reason::kAuthorFork;
    if (fork) entry.event.sequence -= 1;
    entry.hash = crypto::Sha256("event " + std::to_string(log_.size()));
    if (!fork) chain = {entry.event.sequence + 1, entry.hash};
    return Add(std::move(entry));
  }
  LogIndex Add(TestEntry entry) {
    const LogIndex index(log_.size());
    log_.push_back(std::move(entry));
    const TestEntry& added = log_.back();
    const UnixMicros received(1000 + static_cast<int64_t>(index.value));
    state_->Apply({added.event, added.hash, index, received, added.refusal});
    return index;
  }

  // Ends the batch, as the sequencer does.
  void Commit() {
    state_->Flush();
    ASSERT_TRUE(state_->status().ok()) << state_->status().ToString();
    state_->rows().Drain([&](const RowChange& change) { rows_.Apply(change); });
    state_->Rebase(&rows_);
  }
  // Ends the batch, and goes on as after a restart.
  void Reopen() {
    Commit();
    Load();
  }

  // The ledger's own commitment to the tallies as they are.
  LogIndex CommitTally() { return Add(kLedger, event::TallyCommitted{state_->TallyRoot()}); }

  const Hash& HashOf(LogIndex index) const { return log_[index.value].hash; }
  const std::vector<TestEntry>& log() const { return log_; }
  State& state() { return *state_; }
  const MemoryStore& rows() const { return rows_; }

  // A committed row; no value, and a failure of the test, when it is there but does not decode.
  template <typename Row>
  std::optional<Row> Get(TableId table, ByteView key) const {
    Bytes value;
    if (!rows_.Get(table, key, &value)) return std::nullopt;
    auto row = Decode<Row>(value);
    EXPECT_TRUE(row.has_value());
    return row;
  }
  KeyRow KeyRowOf(uint8_t number) const {
    return Get<KeyRow>(kKeys, KeyOf(number).view()).value_or(KeyRow{});
  }
  RoundRow Newest(const char* contest, const char* tps) const {
    return Get<ResultRow>(kResults, PlaceKey(contest, Code(tps))).value_or(ResultRow{}).newest;
  }
  TallyRow Tally(std::string_view contest, std::string_view region) const {
    return TallyAt(contest, Code(region), TreeSize(log_.size()));
  }
  // As of an earlier size, from the committed rows.
  TallyRow TallyAt(std::string_view contest, const RegionCode& region, TreeSize size) const {
    auto row = TallyHistory(&rows_).At(*state_->registry().Contest(contest), region, size);
    EXPECT_TRUE(row.ok()) << row.status().ToString();
    return row.ok() ? *row : TallyRow{};
  }

 private:
  struct Chain {
    uint64_t next = 0;
    Hash head;
  };
  void Load() {
    auto state = State::Load(&rows_, TreeSize(log_.size()), bounds_);
    ASSERT_TRUE(state.ok()) << state.status().ToString();
    state_ = std::move(state).value();
  }

  const CacheBounds bounds_;
  MemoryStore rows_;
  std::unique_ptr<State> state_;
  std::vector<TestEntry> log_;
  std::map<uint8_t, Chain> chains_;
};

// Where the rows of two logs differ first; empty when they are the same bytes.
inline std::string Difference(const MemoryStore& a, const MemoryStore& b) {
  for (const TableId table : kAllTables) {
    if (a.table(table) == b.table(table)) continue;
    const auto& as = a.table(table);
    const auto& bs = b.table(table);
    const auto [x, y] = std::mismatch(as.begin(), as.end(), bs.begin(), bs.end());
    const std::string key = x != as.end() ? x->first : y->first;
    return "table " + std::to_string(static_cast<int>(table)) + " at " + key;
  }
  return "";
}

}  // namespace jejak::projection::testing
