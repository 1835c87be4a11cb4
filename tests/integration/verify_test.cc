// Verification must name what is wrong with a log whose ledger lies: each lie is told with the
// ledger's own key over a real log, tree and checkpoint made to fit, and must be found by its named
// check.
#include "ledger/verify/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger/engine/ledger.h"
#include "ledger/verify/replay.h"
#include "tests/support/small_election.h"

namespace jejak::verify {
namespace {

constexpr const char* kOrigin = "jejak.example/small";

// A log in memory that a dishonest ledger may do anything to.
struct Log final : LogSource {
  std::vector<Bytes> entries;
  std::string checkpoint, cosigned;

  Result<Bytes> EntryBytes(LogIndex index) const override {
    if (index.value >= entries.size()) return Status(Reason::kNotFound, "entry");
    return entries[index.value];
  }
  Result<std::string> Checkpoint() const override { return checkpoint; }
  std::string Cosigned() const override { return cosigned; }
  // Signs what is there now.
  void Seal(const std::string& key = "ledger") {
    merkle::RootBuilder tree;
    for (const Bytes& entry : entries) tree.Append(merkle::LeafHash(entry));
    checkpoint = merkle::FormatNote(merkle::SignCheckpoint({kOrigin, tree.size(), tree.Root(), {}},
                                                           testing::SmallElection::KeyOf(key)));
  }
  event::Entry At(size_t index) const { return *event::DecodeEntry(entries[index]); }
  void Set(size_t index, const event::Entry& entry) { entries[index] = *event::EncodeEntry(entry); }
};

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::InitCrypto().ok());
    const auto dir =
        std::filesystem::temp_directory_path() / ("jejak-verify-" + std::to_string(getpid()));
    std::filesystem::remove_all(dir);
    engine::OpenOptions options;
    options.markers = {journal::Markers::kNever, journal::Markers::kNever, true};
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
    auto ledger = engine::Ledger::Create(dir, election_.Genesis(), options);
    ASSERT_TRUE(ledger.ok()) << ledger.status().ToString();
    (void)(*ledger)->Submit(election_.Registry());
    for (uint64_t i = 0; i < 5; ++i) (void)(*ledger)->SubmitOne(election_.Result(i));
    first_result_ = (*ledger)->Newest()->size().value - 5;
    // One that is refused: a second result for a TPS.
    event::ResultSubmitted again = election_.Form(0);
    again.votes[0].value += 1;
    (void)(*ledger)->SubmitOne(election_.Sign(testing::SmallElection::Kpps(0), again));
    const auto view = (*ledger)->Newest();
    for (uint64_t i = 0; i < view->size().value; ++i) {
      log_.entries.push_back(*view->EntryBytes(LogIndex(i)));
    }
    log_.checkpoint = *view->Checkpoint();
    ASSERT_TRUE((*ledger)->Close().ok());
    std::filesystem::remove_all(dir);
  }

  Options Anchored() const {
    Options options;
    options.anchor.election = election_.election();
    return options;
  }
  void ExpectFault(const std::string& what, std::optional<uint64_t> index = std::nullopt) {
    const auto report = Verify(log_, Anchored());
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    ASSERT_TRUE(report->fault) << "not found: " << what;
    EXPECT_EQ(report->fault->what, what) << report->fault->meaning;
    if (index) {
      EXPECT_EQ(report->fault->index, LogIndex(*index));
      // What isn't there is for whoever fetches it to notice.
      if (what == "ENTRY_MISSING") return;
      EXPECT_EQ(ReplayFaultOf(), report->fault->what + " " + std::to_string(*index));
    }
  }
  void Accept(const event::SignedEvent& made) {
    event::Entry entry = log_.At(log_.entries.size() - 1);
    entry.refusal.reset();
    entry.event = made.bytes;
    entry.signature = made.signature;
    log_.entries.push_back(*event::EncodeEntry(entry));
  }
  // Of a new key of the ledger's, as the root would log it.
  event::SignedEvent ChangeKey() {
    const crypto::SecretKey next = testing::SmallElection::KeyOf("ledger 2");
    const event::NewKey key{next.public_key(),
                            crypto::SignEnrolment(next, election_.election(), "ledger")};
    return election_.Sign("root", event::LedgerKeyChanged{key, "rotation"});
  }
  void ExpectCheckpointUnsigned() {
    const auto report = Verify(log_, Anchored());
    ASSERT_TRUE(report.ok() && report->fault);
    EXPECT_EQ(report->fault->what, "CHECKPOINT_UNSIGNED");
  }
  // What a monitor finds, entry by entry: the same at the same place.
  std::string ReplayFaultOf() const {
    MemoryStore store;
    MemoryRows rows(&store);
    const auto replay = Replay::Start(&rows).value();
    std::optional<ReplayFault> fault;
    for (const Bytes& entry : log_.entries) {
      const auto taken = replay->Take(entry, /*signed_before=*/false, &fault);
      EXPECT_TRUE(taken.ok()) << taken.status().ToString();
      if (fault) return fault->what + " " + std::to_string(fault->index.value);
    }
    return "";
  }

  testing::SmallElection election_{10};
  Log log_;
  size_t first_result_ = 0;
};

TEST_F(VerifyTest, AnHonestLogHolds) {
  for (const size_t threads : {size_t{1}, size_t{3}}) {
    Options options = Anchored();
    options.threads = threads;
    const auto report = Verify(log_, options);
    ASSERT_TRUE(report.ok());
    EXPECT_FALSE(report->fault) << report->fault->what << report->fault->meaning;
    EXPECT_EQ(report->anchor, "election");
    EXPECT_EQ(report->refused, 1U);
    EXPECT_EQ(report->accepted + report->refused, log_.entries.size());
  }
  EXPECT_EQ(ReplayFaultOf(), "");
}

TEST_F(VerifyTest, AVoteThatWasChanged) {
  event::Entry entry = log_.At(first_result_);
  auto event = *event::DecodeEvent(entry.event);
  std::get<event::ResultSubmitted>(event.body).votes[1].value += 100;
  entry.event = *event::EncodeEvent(event);
  log_.Set(first_result_, entry);
  log_.Seal();
  ExpectFault("SIGNATURE_INVALID", first_result_);
}

TEST_F(VerifyTest, AVerdictThatWasTurnedRound) {
  event::Entry entry = log_.At(first_result_);
  entry.refusal = event::Refusal{Reason::kStageSealed, 0};
  log_.Set(first_result_, entry);
  log_.Seal();
  ExpectFault("VERDICT_DIFFERS", first_result_);
}

TEST_F(VerifyTest, ARefusalThatWasHidden) {
  event::Entry entry = log_.At(log_.entries.size() - 1);
  entry.refusal.reset();
  log_.Set(log_.entries.size() - 1, entry);
  log_.Seal();
  ExpectFault("VERDICT_DIFFERS", log_.entries.size() - 1);
}

TEST_F(VerifyTest, EntriesDroppedDoubledOrExchanged) {
  const Log honest = log_;
  // The first of a chain that goes on: its successor no longer follows.
  log_.entries.erase(log_.entries.begin() + static_cast<std::ptrdiff_t>(first_result_));
  log_.Seal();
  ExpectFault("NOT_ADMISSIBLE", log_.entries.size() - 1);
  log_ = honest;
  log_.entries.push_back(log_.entries[first_result_]);
  log_.Set(log_.entries.size() - 1, [&] {
    event::Entry copy = honest.At(first_result_);
    copy.received_at = honest.At(honest.entries.size() - 1).received_at;
    return copy;
  }());
  log_.Seal();
  ExpectFault("DUPLICATE", log_.entries.size() - 1);
  log_ = honest;
  std::swap(log_.entries[1], log_.entries[2]);
  log_.Seal();
  const auto report = Verify(log_, Anchored());
  ASSERT_TRUE(report.ok() && report->fault);
}

TEST_F(VerifyTest, ATimeThatRunsBack) {
  event::Entry entry = log_.At(first_result_);
  entry.received_at = UnixMicros(log_.At(first_result_ - 1).received_at.value - 1);
  log_.Set(first_result_, entry);
  log_.Seal();
  ExpectFault("TIME_RUNS_BACK", first_result_);
}

TEST_F(VerifyTest, AnEventByAStranger) {
  event::Entry entry = log_.At(log_.entries.size() - 1);
  const event::SignedEvent forged = election_.Sign("stranger", election_.Form(6));
  entry.event = forged.bytes;
  entry.signature = forged.signature;
  entry.refusal.reset();
  log_.entries.push_back(*event::EncodeEntry(entry));
  log_.Seal();
  ExpectFault("NOT_ADMISSIBLE", log_.entries.size() - 1);
}

TEST_F(VerifyTest, ATailThatWasCutOrRewritten) {
  Options options = Anchored();
  options.anchor.since = log_.checkpoint;
  log_.entries.pop_back();
  log_.Seal();
  EXPECT_FALSE(Verify(log_, Anchored())->fault) << "without a kept checkpoint nobody can tell";
  EXPECT_EQ(Verify(log_, options)->fault->what, "ROLLED_BACK");
  const event::SignedEvent other = election_.Result(7);
  const event::Entry entry{
      log_.At(log_.entries.size() - 1).received_at, other.bytes, other.signature, {}};
  log_.entries.push_back(*event::EncodeEntry(entry));
  log_.Seal();
  EXPECT_EQ(Verify(log_, options)->fault->what, "HISTORY_REWRITTEN");
}

TEST_F(VerifyTest, CheckpointsThatDoNotFit) {
  log_.Seal("another");
  ExpectFault("CHECKPOINT_UNSIGNED");
  log_.entries.push_back("x");
  log_.Seal();
  log_.entries.pop_back();
  ExpectFault("ENTRY_MISSING", log_.entries.size());
  log_.checkpoint = "not a note";
  ExpectFault("CHECKPOINT_MALFORMED");
}

// Under a checkpoint made to fit, so that the entry alone gives the lie away. The time at which it
// was received is the ledger's own word, which it may give as it likes as long as it never falls.
TEST_F(VerifyTest, EveryFlippedByteOfAnEntryIsFound) {
  const Bytes honest = log_.entries[first_result_];
  const event::Entry was = log_.At(first_result_);
  size_t found = 0;
  for (size_t at = 0; at < honest.size(); at += 7) {
    log_.entries[first_result_] = honest;
    log_.entries[first_result_][at] = static_cast<char>(log_.entries[first_result_][at] ^ 0x10);
    log_.Seal();
    const auto now = event::DecodeEntry(log_.entries[first_result_]);
    if (now.ok() && now->event == was.event && now->signature == was.signature &&
        now->refusal == was.refusal) {
      continue;
    }
    const auto report = Verify(log_, Anchored());
    EXPECT_TRUE(!report.ok() || report->fault) << "byte " << at;
    ++found;
  }
  EXPECT_GT(found, honest.size() / 8);
}

// A key of the ledger that was replaced signs nothing more but the commit that replaced it.
TEST_F(VerifyTest, AKeyThatWasReplaced) {
  Accept(ChangeKey());
  log_.Seal("ledger");
  const auto report = Verify(log_, Anchored());
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->fault) << report->fault->what;
  Accept(election_.Sign(testing::SmallElection::Kpps(6), election_.Form(6)));
  log_.Seal("ledger 2");
  EXPECT_FALSE(Verify(log_, Anchored())->fault);
  log_.Seal("ledger");
  ExpectCheckpointUnsigned();
}

// Who has the key on paper can still hold the ledger to it, if it signed anything in this election;
// that it is named in genesis is not enough, since anybody could have repeated that.
TEST_F(VerifyTest, TheKeyBeforeTheOneInForceStillAnchors) {
  Options old = Anchored();
  old.anchor.election.reset();
  old.anchor.key = {kOrigin, merkle::KeyType::kEd25519,
                    testing::SmallElection::KeyOf("ledger").public_key()};
  const auto whole = log_.entries;
  for (const bool committed : {true, false}) {
    log_.entries = whole;
    // The commitment that closing wrote is left out of the log here.
    if (committed) {
      MemoryStore store;
      MemoryRows rows(&store);
      Log before = log_;
      before.Seal("ledger");
      ASSERT_FALSE(VerifyInto(before, {}, &rows)->fault);
      const auto state = projection::State::Load(&rows.reader(), TreeSize(whole.size())).value();
      event::Event event;
      event.election = election_.election();
      event.author = old.anchor.key->key;
      event.sequence = state->Key(event.author)->next_sequence;
      event.previous = state->Key(event.author)->head;
      event.occurred_at = log_.At(whole.size() - 1).received_at;
      event.body = event::TallyCommitted{state->TallyRoot()};
      Accept(*event::Sign(event, testing::SmallElection::KeyOf("ledger")));
    }
    Accept(ChangeKey());
    Accept(election_.Sign(testing::SmallElection::Kpps(6), election_.Form(6)));
    log_.Seal("ledger 2");
    const auto report = Verify(log_, old);
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_EQ(report->fault ? report->fault->what : "", committed ? "" : "CHECKPOINT_UNSIGNED");
    election_ = testing::SmallElection(10);
    (void)election_.Genesis();
    (void)election_.Registry();
    for (uint64_t i = 0; i < 5; ++i) (void)election_.Result(i);
    (void)election_.Result(0);
  }
}

// The newest checkpoint may be newer than what witnesses could be asked about: it is what is
// verified, and theirs is compared on the way.
TEST_F(VerifyTest, WitnessesMayBeBehind) {
  const crypto::SecretKey witness = testing::SmallElection::KeyOf("witness");
  Options options = Anchored();
  options.anchor.witnesses = {{"witness.example", merkle::KeyType::kCosignatureV1,
                               witness.public_key()}};
  options.anchor.witnesses_needed = 1;
  EXPECT_EQ(Verify(log_, options)->fault->what, "COSIGNATURES_MISSING");
  const std::string newest = log_.checkpoint;
  Log shorter = log_;
  shorter.entries.pop_back();
  for (const bool honest : {true, false}) {
    if (!honest) std::swap(shorter.entries[first_result_], shorter.entries[first_result_ + 1]);
    shorter.Seal();
    auto note = *merkle::ParseNote(shorter.checkpoint);
    note.signatures.push_back(merkle::Cosign(note.text, "witness.example", 5, witness));
    log_.cosigned = merkle::FormatNote(note);
    // Kept from a moment ago: newer than what the witness saw.
    options.anchor.since = newest;
    const auto report = Verify(log_, options);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->fault ? report->fault->what : "", honest ? "" : "HISTORY_REWRITTEN");
    EXPECT_EQ(report->size.value, log_.entries.size());
    EXPECT_TRUE(!honest || report->witnessed->size.value == shorter.entries.size());
  }
}

TEST_F(VerifyTest, WhatANewerProgramDecidesIsNotJudged) {
  const std::vector<Bytes> honest = log_.entries;
  const auto expect = [&](const char* what) {
    log_.Seal();
    EXPECT_EQ(Verify(log_, Options()).status().reason(), Reason::kRulesUnknown) << what;
    MemoryStore store;
    MemoryRows rows(&store);
    const auto replay = Replay::Start(&rows).value();
    std::optional<ReplayFault> fault;
    Status status;
    for (size_t i = 0; i < log_.entries.size() && status.ok() && !fault; ++i)
      status = replay->Take(log_.entries[i], false, &fault).status();
    EXPECT_EQ(status.reason(), Reason::kRulesUnknown) << what;
    EXPECT_FALSE(fault) << what;
    log_.entries = honest;
  };
  event::Entry entry = log_.At(honest.size() - 1);
  event::RulesChanged rules;
  rules.rules = 2;
  const event::SignedEvent changed = election_.Sign("root", rules);
  entry.event = changed.bytes;
  entry.signature = changed.signature;
  entry.refusal.reset();
  log_.entries.back() = *event::EncodeEntry(entry);
  expect("rules changed");

  event::Event genesis = *event::DecodeEvent(log_.At(0).event);
  std::get<event::ElectionOpened>(genesis.body).rules = 2;
  const auto opened = *event::Sign(genesis, testing::SmallElection::KeyOf("root"));
  entry = log_.At(0);
  entry.event = opened.bytes;
  entry.signature = opened.signature;
  log_.Set(0, entry);
  expect("opened under other rules");

  size_t unknown = 0;
  for (size_t i = 0; i < honest.size(); ++i) {
    if (!log_.At(i).refusal) continue;
    for (size_t at = 0; at < honest[i].size(); ++at) {
      Bytes bytes = honest[i];
      bytes[at] = static_cast<char>(bytes[at] ^ '\x7f');
      if (event::DecodeEntry(bytes).status().reason() != Reason::kRulesUnknown) continue;
      ++unknown;
      log_.entries[i] = bytes;
      expect("a reason that nobody knows");
    }
  }
  EXPECT_GT(unknown, 0u);
}

TEST_F(VerifyTest, TheAnchorIsWhatCounts) {
  Options options;
  options.anchor.election = Hash{};
  EXPECT_EQ(Verify(log_, options)->fault->what, "OTHER_ELECTION");
  options.anchor.election.reset();
  EXPECT_EQ(Verify(log_, options)->anchor, "self");
  options.anchor.key = merkle::VerifierKey{
      kOrigin, merkle::KeyType::kEd25519, testing::SmallElection::KeyOf("another").public_key()};
  EXPECT_EQ(Verify(log_, options)->fault->what, "CHECKPOINT_UNSIGNED");
}

}  // namespace
}  // namespace jejak::verify
