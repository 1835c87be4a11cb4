// Proofs of figures, as an outsider checks them, and as a liar would make them: over a real ledger,
// and over one that commits to what isn't so.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "ledger/base/limits.h"
#include "ledger/engine/ledger.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/projection/queries.h"
#include "tests/support/rewritten_log.h"
#include "tests/support/small_election.h"

namespace jejak::projection {
namespace {

using testing::SmallElection;
using Log = testing::RewrittenLog;

constexpr std::string_view kOrigin = testing::RewrittenLog::kOrigin;
constexpr uint64_t kStations = 60;

merkle::VerifierKey LogKey(const std::string& name = "ledger") {
  return {std::string(kOrigin), merkle::KeyType::kEd25519, SmallElection::KeyOf(name).public_key()};
}

class TallyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::InitCrypto().ok());
    dir_ = std::filesystem::temp_directory_path() / ("jejak-tally-" + std::to_string(getpid()));
    std::filesystem::remove_all(dir_);
    engine::OpenOptions options;
    options.markers = {journal::Markers::kNever, journal::Markers::kNever, true};
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(SmallElection::KeyOf("ledger"));
    auto made = engine::Ledger::Create(dir_, election_.Genesis(), options);
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    (void)(*made)->Submit(election_.Registry());
    for (uint64_t i = 0; i < kStations - 10; ++i) (void)(*made)->SubmitOne(election_.Result(i));
    ASSERT_TRUE((*made)->Close().ok());
    engine::OpenOptions reading;
    reading.store.read_only = true;
    auto opened = engine::Ledger::Open(dir_, reading);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    ledger_ = std::move(*opened);
    view_ = ledger_->Newest();
    auto queries = Queries::Open(&view_->rows(), view_.get());
    ASSERT_TRUE(queries.ok());
    queries_ = std::move(*queries);
  }
  void TearDown() override {
    queries_.reset();
    view_.reset();
    ledger_.reset();
    std::filesystem::remove_all(dir_);
  }

  TallyProof Prove(const RegionCode& region, bool sum) {
    auto proof = queries_->Prove("ppwp", region, sum);
    EXPECT_TRUE(proof.ok()) << proof.status().ToString();
    const LogIndex commitment = **queries_->Commitment();
    proof->genesis = view_->Entry(LogIndex(0))->entry.event;
    proof->commitment = *view_->EntryBytes(commitment);
    proof->tlog_proof = *view_->TlogProof(commitment);
    return std::move(*proof);
  }
  static Reason Check(const TallyProof& proof, const merkle::VerifierKey& key = LogKey()) {
    const auto claim = CheckTallyProof(proof, key);
    return claim.ok() ? Reason::kOk : claim.status().reason();
  }

  // What a ledger signs that commits to this nation: its key is the real one, its log has two
  // entries.
  TallyProof Forge(event::RegionTally nation, std::vector<Bytes> children, bool sum,
                   const std::optional<event::Event>& genesis = std::nullopt) {
    std::vector<Hash> leaves;
    for (const Bytes& child : children) {
      leaves.push_back(merkle::LeafHash(event::RegionNodeHash(child).view()));
    }
    nation.children = static_cast<uint32_t>(children.size());
    nation.children_root = merkle::RootOf(leaves);
    TallyProof proof;
    proof.genesis =
        genesis ? *event::EncodeEvent(*genesis) : view_->Entry(LogIndex(0))->entry.event;
    proof.node = *event::Encode(nation);
    proof.sum = sum;
    if (sum) proof.children = std::move(children);
    proof.nations = {event::RegionNodeHash(proof.node)};
    const crypto::SecretKey key = SmallElection::KeyOf("ledger");
    event::Event committed;
    committed.election = event::EventHash(proof.genesis);
    committed.author = key.public_key();
    committed.occurred_at = UnixMicros(5);
    committed.body =
        event::TallyCommitted{merkle::LeafHash(event::RegionNodeHash(proof.node).view())};
    const auto made = *event::Sign(committed, key);
    proof.commitment =
        *event::EncodeEntry({UnixMicros(5), made.bytes, made.signature, std::nullopt});
    const std::vector<Hash> log = {merkle::LeafHash(*view_->EntryBytes(LogIndex(0))),
                                   merkle::LeafHash(proof.commitment)};
    merkle::TlogProof tlog;
    tlog.index = LogIndex(1);
    tlog.path = merkle::PathOf(log, 1);
    tlog.checkpoint = merkle::FormatNote(merkle::SignCheckpoint(
        {std::string(kOrigin), TreeSize(2), merkle::RootOf(log), {}}, key));
    proof.tlog_proof = merkle::FormatTlogProof(tlog);
    return proof;
  }
  event::RegionTally Nation() {
    return *event::DecodeRegionTally(Prove(RegionCode(), false).node);
  }

  std::filesystem::path dir_;
  SmallElection election_{kStations};
  std::unique_ptr<engine::Ledger> ledger_;
  std::shared_ptr<const engine::View> view_;
  std::unique_ptr<Queries> queries_;
};

TEST_F(TallyTest, EveryPlaceIsProven) {
  const RegionCode station = election_.Station(3);
  for (const bool sum : {false, true}) {
    for (RegionCode region = station;; region = region.Parent()) {
      if (!(sum && region.IsStation())) {
        const TallyProof proof = Prove(region, sum);
        const auto read = ParseTallyProof(FormatTallyProof(proof));
        ASSERT_TRUE(read.ok()) << read.status().ToString();
        const auto claim = CheckTallyProof(*read, LogKey());
        ASSERT_TRUE(claim.ok()) << region.display() << " " << claim.status().ToString();
        EXPECT_EQ(claim->sum, sum);
        EXPECT_EQ(claim->region, region);
        EXPECT_EQ(claim->election, election_.election());
        EXPECT_EQ(claim->mode, election::Mode::kSimulation);
        EXPECT_EQ(claim->size.value, view_->size().value - 1);
        const auto tally = queries_->TallyOf("ppwp", region);
        ASSERT_TRUE(tally.ok());
        EXPECT_EQ(claim->registered, tally->stations.total);
        EXPECT_EQ(claim->reported, tally->stations.reported);
        for (const ChoiceSum& choice : tally->votes) {
          EXPECT_TRUE(ExpectClaim(*claim, "votes." + std::to_string(choice.choice.id),
                                  std::to_string(*choice.votes))
                          .ok());
        }
      }
      if (region.IsNation()) break;
    }
  }
  // A station that has not reported is there, with nothing.
  const auto claim = CheckTallyProof(Prove(election_.Station(kStations - 1), false), LogKey());
  ASSERT_TRUE(claim.ok()) << claim.status().ToString();
  EXPECT_TRUE(claim->sums.empty());
  EXPECT_FALSE(claim->event);
}

TEST_F(TallyTest, ChildrenExchangedLeftOutRepeatedOrOutOfOrder) {
  const RegionCode village = election_.Station(0).Parent();
  const TallyProof honest = Prove(village, true);
  ASSERT_EQ(Check(honest), Reason::kOk);

  TallyProof lie = honest;  // the sum is kept
  auto one = *event::DecodeStationTally(lie.children[0]);
  auto two = *event::DecodeStationTally(lie.children[1]);
  std::swap(one.values, two.values);
  lie.children[0] = *event::Encode(one);
  lie.children[1] = *event::Encode(two);
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);

  lie = honest;
  lie.children.erase(lie.children.begin() + 2);
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);
  lie = honest;
  lie.children[2] = lie.children[1];
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);
  lie = honest;
  std::swap(lie.children[2], lie.children[1]);
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);
  lie = honest;
  lie.children.push_back(Prove(election_.Station(30), false).node);  // of another village
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);
  lie = honest;
  lie.sum = false;  // children without a claim to them
  EXPECT_EQ(Check(lie), Reason::kChildrenWrong);

  // Right totals, with other counts of where they are present.
  lie = honest;
  auto node = *event::DecodeRegionTally(lie.node);
  node.sums[0].present -= 1;
  lie.node = *event::Encode(node);
  EXPECT_EQ(Check(lie), Reason::kSumMismatch);
  lie.sum = false;
  lie.children.clear();
  EXPECT_EQ(Check(lie), Reason::kProofInvalid);
}

TEST_F(TallyTest, AProofThatHoldsPresentedForSomethingElse) {
  const TallyProof proof = Prove(SmallElection::Code("6501"), false);
  const auto claim = CheckTallyProof(proof, LogKey());
  ASSERT_TRUE(claim.ok());
  const auto expect = [&](const char* key, const std::string& value) {
    return ExpectClaim(*claim, key, value).reason();
  };
  EXPECT_EQ(expect("region", "6501"), Reason::kOk);
  EXPECT_EQ(expect("region", "65"), Reason::kClaimDiffers);
  EXPECT_EQ(expect("contest", "pdpr"), Reason::kClaimDiffers);
  EXPECT_EQ(expect("size", "3"), Reason::kClaimDiffers);
  EXPECT_EQ(expect("election", std::string(64, '0')), Reason::kClaimDiffers);
  EXPECT_EQ(expect("votes.100025", "1"), Reason::kClaimDiffers);
  EXPECT_EQ(expect("votes.9", "0"), Reason::kClaimDiffers);
  EXPECT_EQ(expect("colour", "red"), Reason::kUsage);
  EXPECT_EQ(Check(proof, LogKey("kpu")), Reason::kNoteUnverified);

  TallyProof other = proof;  // a genesis of another election
  auto genesis = *event::DecodeEvent(other.genesis);
  std::get<event::ElectionOpened>(genesis.body).mode = election::Mode::kLive;
  other.genesis = *event::EncodeEvent(genesis);
  EXPECT_EQ(Check(other), Reason::kCommitmentWrong);

  other = proof;  // another entry than the commitment
  other.commitment = *view_->EntryBytes(LogIndex(view_->size().value - 2));
  EXPECT_EQ(Check(other), Reason::kCommitmentWrong);
  other = proof;  // a commitment that is not in the log
  auto entry = *event::DecodeEntry(other.commitment);
  entry.received_at = UnixMicros(entry.received_at.value + 1);
  other.commitment = *event::EncodeEntry(entry);
  EXPECT_EQ(Check(other), Reason::kProofInvalid);
  other = proof;
  other.steps.pop_back();
  EXPECT_EQ(Check(other), Reason::kChildrenWrong);
}

// The ledger itself lies: it signs a nation whose sums are not those of its children. The inclusion
// proof passes as what it is; the sum proof convicts.
TEST_F(TallyTest, ADishonestLedgerIsConvictedByTheSum) {
  const Bytes province = Prove(SmallElection::Code("65"), false).node;
  event::RegionTally nation = Nation();
  ASSERT_EQ(Check(Forge(nation, {province}, true)), Reason::kOk);
  nation.sums.back().sum += 1'000;
  EXPECT_EQ(Check(Forge(nation, {province}, false)), Reason::kOk);
  EXPECT_EQ(Check(Forge(nation, {province}, true)), Reason::kSumMismatch);
  nation = Nation();
  nation.sums.back().present -= 1;
  EXPECT_EQ(Check(Forge(nation, {province}, true)), Reason::kSumMismatch);
  nation = Nation();
  nation.reported += 1;
  EXPECT_EQ(Check(Forge(nation, {province}, true)), Reason::kSumMismatch);
  // Whichever field it leaves out.
  ASSERT_EQ(Nation().sums.back().key.kind, election::FieldKind::kVotes);
  for (size_t i = 0; i < Nation().sums.size(); ++i) {
    nation = Nation();
    nation.sums.erase(nation.sums.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(Check(Forge(nation, {province}, true)), Reason::kSumMismatch) << i;
  }
}

// Sums of candidates are not kept where several ballots are used, which no proof shows: it says
// what was left out. Parties, and a part of the others, are never left out.
TEST_F(TallyTest, WhatARegionOfSeveralBallotsLeavesOutIsSaid) {
  using election::FieldKey;
  const Bytes province = Prove(SmallElection::Code("65"), false).node;
  event::RegionTally nation = Nation();
  std::vector<FieldKey> choices;
  std::erase_if(nation.sums, [&](const event::FieldSum& sum) {
    if (sum.key.kind != election::FieldKind::kVotes) return false;
    choices.push_back(sum.key);
    return true;
  });
  ASSERT_EQ(choices.size(), 3U);
  const auto claim = CheckTallyProof(Forge(nation, {province}, true), LogKey());
  ASSERT_TRUE(claim.ok()) << claim.status().ToString();
  EXPECT_EQ(claim->left_out, choices);

  // The first is a party: the parts have its total.
  event::RegionTally part = *event::DecodeRegionTally(province), whole = nation;
  part.sums.push_back({FieldKey::PartyTotal(choices[0].id), 7, 1});
  whole.sums.push_back({FieldKey::PartyTotal(choices[0].id), 7, 1});
  EXPECT_EQ(Check(Forge(whole, {*event::Encode(part)}, true)), Reason::kSumMismatch);
  const auto votes = [&](const FieldKey& key) {
    return *std::find_if(part.sums.begin(), part.sums.end(),
                         [&](const event::FieldSum& sum) { return sum.key == key; });
  };
  whole.sums.insert(whole.sums.end() - 1, votes(choices[0]));
  EXPECT_EQ(Check(Forge(whole, {*event::Encode(part)}, true)), Reason::kOk);
  whole.sums.pop_back();
  EXPECT_EQ(Check(Forge(whole, {*event::Encode(part)}, true)), Reason::kSumMismatch);
}

// Where no form has a party's total, only the contest's registration in the log says that a region
// may lack candidates and keep the votes of parties.
TEST_F(TallyTest, ThatAContestIsOfPartiesIsShownByTheLog) {
  event::RegionTally nation = Nation();
  nation.sums.pop_back();  // votes
  TallyProof proof = Forge(nation, {Prove(SmallElection::Code("65"), false).node}, true);
  EXPECT_EQ(Check(proof), Reason::kSumMismatch);
  const auto entry = [&](const std::string& id, election::ContestKind kind) {
    const crypto::SecretKey root = SmallElection::KeyOf("root");
    event::Event event;
    event.election = event::EventHash(proof.genesis);
    event.author = root.public_key();
    event.body =
        event::ContestRegistered{id, kind, "x", {RegionCode()}, {}, election::Stage::kKpps, {}, {}};
    const auto made = *event::Sign(event, root);
    return *event::EncodeEntry({UnixMicros(4), made.bytes, made.signature, std::nullopt});
  };
  using election::ContestKind;
  proof.of_parties = {LogIndex(0), entry("ppwp", ContestKind::kParty),
                      merkle::ParseTlogProof(proof.tlog_proof)->path};
  EXPECT_EQ(Check(proof), Reason::kProofInvalid);  // it is not in the log
  for (const Bytes& other : {proof.commitment, entry("ppwp", ContestKind::kTicket),
                             entry("pdpr", ContestKind::kParty)}) {
    proof.of_parties->entry = other;
    EXPECT_EQ(Check(proof), Reason::kCommitmentWrong);
  }
}

// What a newer program would read is not guessed at.
TEST_F(TallyTest, AProofUnderOtherRulesIsNotJudged) {
  const Bytes province = Prove(SmallElection::Code("65"), false).node;
  const TallyProof proof = Forge(Nation(), {province}, true);
  ASSERT_EQ(Check(proof), Reason::kOk);
  auto genesis = *event::DecodeEvent(proof.genesis);
  std::get<event::ElectionOpened>(genesis.body).rules = 2;
  EXPECT_EQ(Check(Forge(Nation(), {province}, true, genesis)), Reason::kRulesUnknown);
  const std::string text = FormatTallyProof(proof);
  const auto reason = [&](const std::string& first) {
    return ParseTallyProof(first + text.substr(text.find('\n'))).status().reason();
  };
  EXPECT_EQ(reason("jejak/tally-proof/1"), Reason::kOk);
  EXPECT_EQ(reason("jejak/tally-proof/2"), Reason::kRulesUnknown);
  for (const char* first : {"jejak/tally-proof/1\r", "jejak/tally-proof/1 ", "jejak/tally-proof/",
                            "jejak/tally-proof/0", "jejak/tally-proof/x"})
    EXPECT_EQ(reason(first), Reason::kProofMalformed) << first;
}

// It commits to other tallies than its entries give, or says another time: any replay convicts it.
TEST_F(TallyTest, ADishonestCommitmentIsConvictedByAReplay) {
  Log log(*view_);
  EXPECT_EQ(log.Fault(), "ok, 1 commitments");
  const uint64_t last = log.entries.size() - 1;
  const auto entry = *event::DecodeEntry(log.entries[last]);
  const auto honest = *event::DecodeEvent(entry.event);
  const auto put = [&](const event::Event& event) {
    const auto made = *event::Sign(event, SmallElection::KeyOf("ledger"));
    log.entries[last] =
        *event::EncodeEntry({entry.received_at, made.bytes, made.signature, std::nullopt});
  };
  event::Event lie = honest;
  std::get<event::TallyCommitted>(lie.body).root.bytes[0] ^= 1;
  put(lie);
  EXPECT_EQ(log.Fault(), fmt::format("TALLY_ROOT_DIFFERS {}", last));
  lie = honest;
  lie.occurred_at = UnixMicros(lie.occurred_at.value - 1);
  put(lie);
  EXPECT_EQ(log.Fault(), fmt::format("COMMITMENT_TIME_DIFFERS {}", last));
}

TEST_F(TallyTest, SumsThatOverflow) {
  event::RegionTally a;
  a.contest = "ppwp";
  a.region = SmallElection::Code("64");
  a.registered = 1;
  a.sums = {{election::FieldKey::Votes(100025), UINT64_MAX, 1}};
  event::RegionTally b = a;
  b.region = SmallElection::Code("65");
  b.sums[0].sum = 2;
  event::RegionTally nation = a;
  nation.region = RegionCode();
  nation.registered = 2;
  nation.sums[0] = {election::FieldKey::Votes(100025), 1, 2};  // what wraps round
  EXPECT_EQ(Check(Forge(nation, {*event::Encode(a), *event::Encode(b)}, true)),
            Reason::kSumOverflow);
}

TEST_F(TallyTest, FilesThatAreNoProof) {
  const auto read = [](const std::string& text) { return ParseTallyProof(text).status().reason(); };
  EXPECT_EQ(read(""), Reason::kProofMalformed);
  EXPECT_EQ(read("hello\n"), Reason::kProofMalformed);
  EXPECT_EQ(read("jejak/tally-proof/2\nkind sum\n"), Reason::kRulesUnknown);
  EXPECT_EQ(read(std::string(limits::kTallyProofBytesMax + 1, 'x')), Reason::kProofTooLarge);
  const std::string good = FormatTallyProof(Prove(SmallElection::Code("65"), true));
  for (size_t cut = 0; cut < good.size(); cut += 97) {
    const auto proof = ParseTallyProof(good.substr(0, cut));
    EXPECT_FALSE(proof.ok() && CheckTallyProof(*proof, LogKey()).ok()) << cut;
  }
}

// No change of the text gives another proof that holds.
TEST_F(TallyTest, NoChangedByteHolds) {
  std::mt19937_64 random(7);
  const std::string good = FormatTallyProof(Prove(election_.Station(0).Parent(), true));
  for (int i = 0; i < 4'000; ++i) {
    std::string text = good;
    text[random() % text.size()] ^= static_cast<char>(1U << (random() % 8));
    const auto proof = ParseTallyProof(text);
    ASSERT_FALSE(proof.ok() && CheckTallyProof(*proof, LogKey()).ok()) << i;
  }
}

// The 4,096th entry that changes the tally is followed by a commitment, whatever the batches.
TEST(TallyCommitments, ComeByCount) {
  ASSERT_TRUE(crypto::InitCrypto().ok());
  constexpr uint64_t kMany = 4'200;
  std::vector<Hash> roots;
  for (const size_t batch : {size_t{1'000}, size_t{8'192}}) {
    const auto dir =
        std::filesystem::temp_directory_path() / ("jejak-commits-" + std::to_string(getpid()));
    std::filesystem::remove_all(dir);
    SmallElection election(kMany);
    engine::OpenOptions options;
    options.markers = {journal::Markers::kNever, journal::Markers::kNever, true};
    options.batch_events_max = batch;
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(SmallElection::KeyOf("ledger"));
    auto ledger = engine::Ledger::Create(dir, election.Genesis(), options, {false, UnixMicros(1)});
    ASSERT_TRUE(ledger.ok());
    (void)(*ledger)->Submit(election.Registry(), {false, UnixMicros(2)});
    const uint64_t registered = (*ledger)->Newest()->size().value;
    constexpr uint64_t kRegistrations = (kMany + 499) / 500;  // entries that registered stations
    std::vector<event::SignedEvent> results;
    for (uint64_t i = 0; i < kMany; ++i) results.push_back(election.Result(i));
    (void)(*ledger)->Submit(results, {false, UnixMicros(3)});
    const auto view = (*ledger)->Newest();
    const auto queries = Queries::Open(&view->rows(), view.get());
    const auto commitment = *(*queries)->Commitment();
    ASSERT_TRUE(commitment);
    EXPECT_EQ(commitment->value, registered + limits::kTallyChangesMax - kRegistrations);
    EXPECT_EQ(view->size().value, registered + kMany + 1);
    roots.push_back(view->root());
    Log log(*view);
    log.entries.erase(log.entries.begin() + static_cast<std::ptrdiff_t>(commitment->value));
    EXPECT_EQ(log.Fault(), fmt::format("COMMITMENT_MISSING {}", commitment->value));
    log.entries.resize(commitment->value);  // it ends where one is due
    EXPECT_EQ(log.Fault(), "COMMITMENT_MISSING 0");
    const Hash before = *(*ledger)->ProjectionDigest();
    ASSERT_TRUE((*ledger)->Rebuild(nullptr).ok());
    EXPECT_EQ(*(*ledger)->ProjectionDigest(), before);
    ASSERT_TRUE((*ledger)->Close().ok());
    std::filesystem::remove_all(dir);
  }
  EXPECT_EQ(roots[0], roots[1]);
}

}  // namespace
}  // namespace jejak::projection
