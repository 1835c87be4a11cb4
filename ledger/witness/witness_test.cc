// A witness must answer each request with the status that C2SP tlog-witness has for it, and must
// never cosign two histories of one log: a table of requests, two requests at once, a state whose
// write fails, and a state that is opened again.
#include "ledger/witness/witness.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/witness/test_logs.h"

namespace jejak::witness {
namespace {

using merkle::FormatNote;
using merkle::SignCheckpoint;

class WitnessTest : public WitnessFolder {
 protected:
  void SetUp() override {
    WitnessFolder::SetUp();
    ASSERT_TRUE(Witness::Create(state_, witness_key_).ok());
    witness_ = Reopen();
  }
  std::unique_ptr<Witness> Reopen(std::vector<merkle::VerifierKey> logs = {}) {
    witness_.reset();
    if (logs.empty()) logs = {log_.key()};
    auto opened = Witness::Open(state_, Secret('w'), logs);
    EXPECT_TRUE(opened.ok()) << opened.status().ToString();
    return std::move(*opened);
  }
  Answer Follow(const TestLog& log, uint64_t size) {
    const merkle::MemoryTiles tiles = log.Tiles(size);
    return witness_->Follow(FormatNote(log.Sign(size)), TileHistory(&tiles), 3);
  }
  Answer Add(const TestLog& log, uint64_t from, uint64_t to) {
    return witness_->Add(log.Request(from, to), 1'000);
  }
  std::string Newest(std::string_view origin = "log.example") const {
    return witness_->Newest(ToHex(crypto::Sha256(origin))).value_or("");
  }

  TestLog log_{"log.example", 'l', 40, 40};
  TestLog forked_{"log.example", 'l', 40, 9};  // the same key, other entries from 9 on
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, AnswersAsSpecified) {
  const TestLog stranger("log.example", 's', 40, 40);
  const TestLog unknown("other.example", 'o', 40, 40);
  ASSERT_EQ(Add(log_, 0, 10).outcome, Outcome::kCosigned);
  const std::string held = Newest();
  const std::string checkpoint = FormatNote(log_.Sign(20));
  const std::string proof = log_.Request(10, 20).substr(7, 45 * log_.Proof(10, 20).size());
  merkle::Note broken = log_.Sign(20);
  broken.signatures[0].bytes[9] ^= 1;
  merkle::Note doubled = log_.Sign(20);
  doubled.signatures.push_back(stranger.Sign(20).signatures[0]);
  const merkle::Note empty_wrong =
      SignCheckpoint({"log.example", TreeSize(0), Hash(), {}}, Secret('l'));
  std::string many = "old 10\n";
  for (int i = 0; i < 64; ++i) many += ToBase64(Hash().view()) + "\n";
  struct Row {
    const char* what;
    std::string body;
    Outcome outcome;
    std::string text;  // of the answer, where it is fixed
  };
  const std::vector<Row> rows = {
      {"nothing", "", Outcome::kMalformed, ""},
      {"no old line", "\n" + checkpoint, Outcome::kMalformed, ""},
      {"zero before the old size", "old 010\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"negative old", "old -1\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"old beyond 2^63", "old 9223372036854775808\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"two spaces", "old  10\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"carriage return", "old 10\r\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"no empty line", "old 10\n" + checkpoint, Outcome::kMalformed, ""},
      {"proof not base64", "old 10\n!\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"hash too short", "old 10\nAAAA\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"64 hashes", many + "\n" + checkpoint, Outcome::kMalformed, ""},
      {"no note", "old 10\n\nlog.example\n20\n", Outcome::kMalformed, ""},
      {"a note that is no checkpoint", "old 10\n\nlog.example\n\n— log.example AAAAAAAA\n",
       Outcome::kMalformed, ""},
      {"old beyond the checkpoint", "old 21\n\n" + checkpoint, Outcome::kMalformed, ""},
      {"too long", std::string(kAddCheckpointBytesMax + 1, 'x'), Outcome::kMalformed, ""},
      {"unknown log", unknown.Request(0, 20), Outcome::kUnknownLog, ""},
      {"another's key", stranger.Request(10, 20), Outcome::kUnsigned, ""},
      {"broken signature", "old 10\n" + proof + "\n" + FormatNote(broken), Outcome::kUnsigned, ""},
      {"old 0", log_.Request(0, 20), Outcome::kConflict, "10\n"},
      {"old less than held", log_.Request(9, 20), Outcome::kConflict, "10\n"},
      {"old more than held", log_.Request(11, 20), Outcome::kConflict, "10\n"},
      {"the held size with a wrong old", log_.Request(5, 10), Outcome::kConflict, "10\n"},
      {"no proof", "old 10\n\n" + checkpoint, Outcome::kInconsistent, ""},
      {"proof of another log", forked_.Request(10, 20), Outcome::kInconsistent, ""},
      {"other root of the same size", forked_.Request(10, 10), Outcome::kInconsistent, ""},
      {"proof where there is nothing to prove",
       "old 10\n" + proof + "\n" + FormatNote(log_.Sign(10)), Outcome::kInconsistent, ""},
  };
  for (const Row& row : rows) {
    const Answer answer = witness_->Add(row.body, 2'000);
    EXPECT_EQ(answer.outcome, row.outcome) << row.what << ": " << answer.body;
    if (!row.text.empty()) {
      EXPECT_EQ(answer.body, row.text) << row.what;
    }
    EXPECT_EQ(Newest(), held) << row.what << " changed what the witness holds";
  }
  EXPECT_EQ(witness_->Add("old 0\n\n" + FormatNote(empty_wrong), 0).outcome, Outcome::kConflict);
  // A signature of an unknown key beside the log's is ignored.
  EXPECT_EQ(witness_->Add("old 10\n" + proof + "\n" + FormatNote(doubled), 2'000).outcome,
            Outcome::kCosigned);
  // Unchanged, with the proof left empty.
  EXPECT_EQ(Add(log_, 20, 20).outcome, Outcome::kCosigned);
  EXPECT_EQ(Add(log_, 20, 40).outcome, Outcome::kCosigned);
}

TEST_F(WitnessTest, TheFirstCheckpointMayBeAny) {
  const merkle::Note wrong = SignCheckpoint({"log.example", TreeSize(0), Hash(), {}}, Secret('l'));
  EXPECT_EQ(Newest(), "");
  EXPECT_EQ(witness_->Add("old 0\n\n" + FormatNote(wrong), 0).outcome, Outcome::kInconsistent);
  AddCheckpoint with_proof{TreeSize(0), log_.Proof(3, 8), FormatNote(log_.Sign(8))};
  EXPECT_EQ(witness_->Add(FormatAddCheckpoint(with_proof), 0).outcome, Outcome::kInconsistent);
  EXPECT_EQ(Add(log_, 0, 0).outcome, Outcome::kCosigned);
  EXPECT_EQ(Add(log_, 0, 0).outcome, Outcome::kCosigned);
  EXPECT_EQ(Add(log_, 0, 7).outcome, Outcome::kCosigned);
  EXPECT_EQ(Add(log_, 0, 8).outcome, Outcome::kConflict);
}

TEST_F(WitnessTest, CosignsWhatOthersCanCheck) {
  const Answer answer = Add(log_, 0, 7);
  ASSERT_EQ(answer.outcome, Outcome::kCosigned);
  merkle::Note note = log_.Sign(7);
  const auto lines = merkle::ParseSignatureLines(answer.body).value();
  ASSERT_EQ(lines.size(), 1u);
  note.signatures.push_back(lines[0]);
  const auto opened =
      merkle::OpenCheckpoint(FormatNote(note), log_.key(), std::span(&witness_key_, 1)).value();
  ASSERT_EQ(opened.cosignatures.size(), 1u);
  EXPECT_EQ(opened.cosignatures[0].time_seconds, 1'000u);
  EXPECT_EQ(Newest(), FormatNote(note));
  EXPECT_EQ(Newest("other.example"), "");
}

// The vector of tlog-cosignature, through the whole witness.
TEST_F(WitnessTest, GivesTheSpecifiedBytes) {
  const merkle::VerifierKey name{"witness.example.org", merkle::KeyType::kCosignatureV1, {}};
  auto secret = crypto::SecretKey::FromSeed(
      crypto::Sha256("skylight test witness key").view()).value();
  merkle::VerifierKey key = name;
  key.key = secret.public_key();
  EXPECT_EQ(merkle::FormatVerifierKey(key),
            "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN");
  const auto state = folder_ / "vector";
  ASSERT_TRUE(Witness::Create(state, key).ok());
  const merkle::VerifierKey log{"rome2026h1.example.org", merkle::KeyType::kEd25519,
                                Secret('r').public_key()};
  const auto witness = Witness::Open(state, std::move(secret), {log}).value();
  const auto root =
      Hash::From(*FromBase64("lCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=")).value();
  const merkle::Note note = SignCheckpoint({log.name, TreeSize(300), root, {}}, Secret('r'));
  EXPECT_EQ(witness->Add("old 0\n\n" + FormatNote(note), 1'767'139'200).body,
            "— witness.example.org "
            "uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlwLKasxEGT"
            "LIqAVusneCBmBw==\n");
}

TEST_F(WitnessTest, KeepsEvidenceThatConvinces) {
  // From a proof that a request carried: 11 is no power of two, so that the first node is in it.
  ASSERT_EQ(Add(log_, 0, 11).outcome, Outcome::kCosigned);
  const Answer by_proof = Add(forked_, 11, 30);
  EXPECT_EQ(by_proof.outcome, Outcome::kInconsistent);
  // From two roots of one size, whatever the old size is.
  const Answer by_root = Add(forked_, 0, 11);
  EXPECT_EQ(by_root.outcome, Outcome::kConflict);
  EXPECT_EQ(by_root.body, "11\n");
  // From the log's own tiles, at a power of two.
  ASSERT_EQ(Add(log_, 11, 16).outcome, Outcome::kCosigned);
  EXPECT_EQ(Add(forked_, 16, 30).evidence, "");
  const Answer by_tiles = Follow(forked_, 30);
  EXPECT_EQ(by_tiles.outcome, Outcome::kInconsistent);
  for (const Answer& answer : {by_proof, by_root, by_tiles}) {
    ASSERT_NE(answer.evidence, "");
    const auto view = merkle::ParseSplitView(ReadFile(answer.evidence, 1 << 20).value());
    ASSERT_TRUE(view.ok()) << view.status().ToString();
    const merkle::VerifierKey key = log_.key();
    EXPECT_TRUE(merkle::CheckSplitView(*view, std::span(&key, 1)).ok());
  }
  // An older state of the same log, and a proof that is only wrong, are no evidence.
  EXPECT_EQ(Follow(log_, 12).evidence, "");
  EXPECT_EQ(Follow(log_, 12).outcome, Outcome::kConflict);
  EXPECT_EQ(witness_->Add("old 16\n\n" + FormatNote(log_.Sign(30)), 3).evidence, "");
  EXPECT_EQ(Follow(log_, 30).outcome, Outcome::kCosigned);
}

TEST_F(WitnessTest, EvidenceIsBounded) {
  ASSERT_EQ(Add(log_, 0, 11).outcome, Outcome::kCosigned);
  for (size_t i = 0; i < kEvidenceFilesMax + 5; ++i) {
    const merkle::Note note =
        SignCheckpoint({"log.example", TreeSize(11), merkle::LeafHash(std::to_string(i)), {}},
                       Secret('l'));
    EXPECT_EQ(witness_->Add("old 11\n\n" + FormatNote(note), 5).evidence.empty(),
              i >= kEvidenceFilesMax);
  }
}

// Of several histories handed in at once, from several threads, one is cosigned.
TEST_F(WitnessTest, OnlyOneOfTwoAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const auto state = folder_ / std::to_string(round);
    ASSERT_TRUE(Witness::Create(state, witness_key_).ok());
    const auto witness = Witness::Open(state, Secret('w'), {log_.key()}).value();
    ASSERT_EQ(witness->Add(log_.Request(0, 9), 1).outcome, Outcome::kCosigned);
    std::atomic<int> ready{0};
    std::vector<Answer> answers(4);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < answers.size(); ++i) {
      threads.emplace_back([&, i] {
        const TestLog& log = i % 2 == 0 ? log_ : forked_;
        const std::string body = log.Request(9, 12 + i / 2);
        ++ready;
        while (ready < 4) std::this_thread::yield();
        answers[i] = witness->Add(body, 2);
      });
    }
    for (std::thread& thread : threads) thread.join();
    int cosigned = 0;
    for (const Answer& answer : answers) {
      cosigned += answer.outcome == Outcome::kCosigned;
      EXPECT_TRUE(answer.outcome == Outcome::kCosigned || answer.outcome == Outcome::kConflict);
    }
    EXPECT_EQ(cosigned, 1);
  }
}

TEST_F(WitnessTest, HoldsWhatItSignedWhenOpenedAgain) {
  ASSERT_EQ(Add(log_, 0, 12).outcome, Outcome::kCosigned);
  const std::string held = Newest();
  // Left over from a write that broke off.
  std::ofstream(state_ / "logs" / ToHex(crypto::Sha256("log.example")) / "checkpoint.new") << "x";
  witness_ = Reopen();
  EXPECT_EQ(Newest(), held);
  EXPECT_EQ(Add(forked_, 0, 12).outcome, Outcome::kConflict);
  EXPECT_EQ(Add(forked_, 12, 14).outcome, Outcome::kInconsistent);
  // The log has another key now, under the same origin.
  const TestLog rekeyed("log.example", 'k', 40, 40);
  witness_ = Reopen({rekeyed.key()});
  EXPECT_EQ(Newest(), held);
  EXPECT_EQ(Add(log_, 12, 14).outcome, Outcome::kUnsigned);
  EXPECT_EQ(Add(rekeyed, 12, 14).outcome, Outcome::kCosigned);
}

TEST_F(WitnessTest, StopsWhenItsStateCantBeKept) {
  ASSERT_EQ(Add(log_, 0, 12).outcome, Outcome::kCosigned);
  const auto fresh = state_ / "logs" / ToHex(crypto::Sha256("log.example")) / "checkpoint.new";
  std::filesystem::create_directory(fresh);
  EXPECT_EQ(Add(log_, 12, 14).outcome, Outcome::kFailed);
  std::filesystem::remove(fresh);
  // What the disk holds is not known until it is read again.
  EXPECT_EQ(Add(log_, 12, 14).outcome, Outcome::kFailed);
  EXPECT_EQ(Newest(), "");
  witness_ = Reopen();
  EXPECT_EQ(Add(log_, 12, 14).outcome, Outcome::kCosigned);
}

TEST_F(WitnessTest, RefusesAStateThatIsNotItsOwn) {
  const auto why = [&](const std::filesystem::path& state, char key) {
    return Witness::Open(state, Secret(key), {log_.key()}).status().reason();
  };
  EXPECT_EQ(why(state_, 'w'), Reason::kLedgerInUse);
  ASSERT_EQ(Add(log_, 0, 12).outcome, Outcome::kCosigned);
  witness_.reset();
  EXPECT_EQ(why(folder_ / "absent", 'w'), Reason::kFileMissing);
  EXPECT_EQ(why(state_, 'x'), Reason::kLedgerKeyWrong);
  EXPECT_EQ(Witness::Create(state_, witness_key_).reason(), Reason::kFileExists);
  EXPECT_EQ(Witness::Open(state_, Secret('w'), {witness_key_}).status().reason(),
            Reason::kInvalidArgument);
  const auto file = state_ / "logs" / ToHex(crypto::Sha256("log.example")) / "checkpoint";
  const std::string good = ReadFile(file, 1 << 20).value();
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bad;
    const auto opened = Witness::Open(state_, Secret('w'), {log_.key()});
    if (!opened.ok()) {
      EXPECT_EQ(opened.status().reason(), Reason::kInputMalformed);
      continue;
    }
    // Only the log's signature can be spoilt unnoticed: the witness knows its own.
    EXPECT_EQ((*opened)->Add(log_.Request(12, 12), 1).outcome, Outcome::kCosigned) << at;
  }
}

}  // namespace
}  // namespace jejak::witness
