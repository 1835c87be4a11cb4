// A small log of a party contest with two dapil, for the tests of answers: each applies the same
// entries and asks for what can be counted by hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/crypto/sha256.h"
#include "ledger/projection/queries.h"
#include "ledger/projection/state.h"

namespace jejak::projection::counted {

using election::ChoiceId;
using election::Figure;

inline RegionCode Code(std::string_view digits) { return *RegionCode::Parse(digits); }

inline PublicKey KeyOf(uint8_t number) {
  PublicKey key;
  key.bytes.fill(number);
  return key;
}
inline constexpr uint8_t kRoot = 1, kKpps = 4, kPpk = 5, kOther = 6;

// A log in memory, and the rows that its entries give.
class World : public EntrySource {
 public:
  World() {
    state_ = State::Load(&rows_, TreeSize(0)).value();
    Setup();
  }

  Result<ReadEntry> Entry(LogIndex index) const override {
    if (index.value >= log_.size()) return Status(Reason::kNotFound, "no such entry");
    return log_[index.value];
  }
  TreeSize size() const override { return TreeSize(log_.size()); }

  LogIndex Add(uint8_t author, event::Body body, std::optional<event::Refusal> refusal = {}) {
    ReadEntry entry;
    entry.index = LogIndex(log_.size());
    entry.event.author = KeyOf(author);
    entry.event.body = std::move(body);
    entry.entry.received_at = UnixMicros(static_cast<int64_t>(1000 + log_.size()));
    entry.entry.refusal = refusal;
    entry.hash = crypto::Sha256("event " + std::to_string(log_.size()));
    log_.push_back(entry);
    state_->Apply({log_.back().event, entry.hash, entry.index, entry.entry.received_at, refusal});
    EXPECT_TRUE(state_->status().ok()) << state_->status().ToString();
    return entry.index;
  }
  const Hash& HashOf(LogIndex index) const { return log_[index.value].hash; }

  // Over everything that was added so far, or the entries before `as_of`.
  std::unique_ptr<Queries> Ask(std::optional<TreeSize> as_of = {}) {
    state_->Flush();
    state_->rows().Drain([&](const RowChange& change) { rows_.Apply(change); });
    return Queries::Open(&rows_, this, as_of).value();
  }
  const KeyValueReader& rows() const { return rows_; }

 private:
  void Setup();

  MemoryStore rows_;
  std::unique_ptr<State> state_;
  std::vector<ReadEntry> log_;
};

inline event::Choice MakeChoice(ChoiceId id, uint16_t number, ChoiceId party) {
  event::Choice choice;
  choice.id = id;
  choice.number = number;
  choice.kind = party == 0 ? election::ChoiceKind::kParty : election::ChoiceKind::kCandidate;
  choice.name = "choice " + std::to_string(id);
  choice.party = party;
  return choice;
}

inline event::OfficialFact MakeOfficial(const char* id, election::Role role, const char* place,
                                 uint8_t key) {
  event::OfficialFact fact;
  fact.id = id;
  fact.role = role;
  fact.body = "body";
  fact.jurisdiction = Code(place);
  fact.keys = {{KeyOf(key), Signature()}};
  return fact;
}

inline void World::Setup() {
  event::ElectionOpened genesis;
  genesis.root_key.key = KeyOf(kRoot);
  genesis.ledger_key.key = KeyOf(2);
  genesis.supervisors_key.key = KeyOf(3);
  genesis.dpt_max = 300;
  genesis.reserve_permille = 20;
  Add(kRoot, genesis);
  event::RegionsRegistered regions;
  for (const char* code :
       {"64", "65", "6501", "650101", "6501011001", "6502", "650201", "6502011001"}) {
    regions.regions.push_back({Code(code), "name of " + std::string(code), {}, {}, {}});
  }
  regions.regions[4].expected_stations = 3;
  Add(kRoot, regions);
  event::ContestRegistered contest;
  contest.id = "pdpr";
  contest.kind = election::ContestKind::kParty;
  contest.covered = {Code("65")};
  Add(kRoot, contest);
  event::BallotRegistered first{"pdpr", "651", {Code("6501")}, {}};
  first.choices = {MakeChoice(1, 1, 0), MakeChoice(101, 1, 1), MakeChoice(2, 2, 0)};
  Add(kRoot, first);
  event::BallotRegistered second{"pdpr", "652", {Code("6502")}, {}};
  second.choices = {MakeChoice(1, 1, 0), MakeChoice(102, 1, 1)};
  Add(kRoot, second);
  event::StationsRegistered stations;
  for (const char* code : {"6501011001001", "6501011001002", "6502011001001"}) {
    stations.stations.push_back({Code(code), "TPS", {}, {}});
  }
  Add(kRoot, stations);
  Add(kRoot, event::OfficialsEnrolled{{
                 MakeOfficial("kpps.1", election::Role::kKpps, "6501011001001", kKpps),
                 MakeOfficial("kpps.2", election::Role::kKpps, "6502011001001", kOther),
                 MakeOfficial("ppk.1", election::Role::kPpk, "650101", kPpk),
             }});
}

inline event::ResultSubmitted Form(const char* tps, std::vector<event::ChoiceValue> votes,
                            std::vector<event::ChoiceValue> totals, uint32_t valid) {
  event::ResultSubmitted form;
  form.contest = "pdpr";
  form.tps = Code(tps);
  form.figures = {{Figure::kValid, valid}};
  form.votes = std::move(votes);
  form.party_totals = std::move(totals);
  return form;
}

inline event::ResultCorrected Correction(const World& world, LogIndex supersedes,
                                  std::vector<event::Change> changes) {
  event::ResultCorrected body;
  body.contest = "pdpr";
  body.tps = Code("6501011001001");
  body.supersedes = world.HashOf(supersedes);
  body.changes = std::move(changes);
  body.reason = election::CorrectionReason::kMisread;
  return body;
}

// What the tests begin from: two TPS are in, and one of them is corrected.
struct Counted {
  World world;
  LogIndex submitted, other, corrected;
  Counted() {
    submitted =
        world.Add(kKpps, Form("6501011001001", {{1, 5}, {2, 0}, {101, 10}}, {{1, 15}, {2, 0}}, 15));
    other = world.Add(kOther, Form("6502011001001", {{1, 3}, {102, 4}}, {{1, 7}}, 7));
    corrected = world.Add(kPpk, Correction(world, submitted,
                                           {{FieldKey::Of(Figure::kValid), 17},
                                            {FieldKey::Votes(101), 12},
                                            {FieldKey::PartyTotal(1), 17}}));
  }
};

}  // namespace jejak::projection::counted
