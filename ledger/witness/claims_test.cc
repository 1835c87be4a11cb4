// Whoever answers at a witness's address must not be able to stop a ledger by his bare word: that
// takes a note signed by the witness and by the log, or the word of as many as the policy's quorum
// is. Shown with witnesses that answer from a script.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "ledger/witness/cosign.h"
#include "ledger/witness/test_logs.h"
#include "ledger/witness/test_transport.h"

namespace jejak::witness {
namespace {

constexpr char kNames[] = {'a', 'b', 'c'};

class ClaimsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::InitCrypto().ok());
    transport_.get = [this](const std::string& url) { return Of(url, held_); };
    transport_.post = [this](const std::string& url, const std::string&) { return Of(url, said_); };
  }
  // Three witnesses a, b and c, two of which are the quorum, or none is.
  Policy PolicyOf(bool none) const {
    std::string text;
    for (const char name : kNames) {
      const merkle::VerifierKey key{std::string(1, name) + ".example",
                                    merkle::KeyType::kCosignatureV1, Secret(name).public_key()};
      text += fmt::format("witness {0} {1} http://{0}\n", name, merkle::FormatVerifierKey(key));
    }
    text += none ? "quorum none\n" : "group g 2 a b c\nquorum g\n";
    return Policy::Parse(text).value();
  }
  static std::string Url(char name) { return std::string("http://") + name; }
  static Result<HttpAnswer> Of(const std::string& url,
                               const std::map<std::string, HttpAnswer>& answers) {
    const auto found = answers.find(url);
    if (found == answers.end()) return Status(Reason::kUnavailable, "not there");
    return found->second;
  }
  static HttpAnswer Conflict(uint64_t size) {
    return {409, std::string(kSizeContentType), FormatSize(TreeSize(size))};
  }
  HttpAnswer Cosigned(char name, uint64_t size) const {
    return {200, "",
            merkle::FormatSignatureLine(merkle::Cosign(
                log_.Sign(size).text, std::string(1, name) + ".example", 5, Secret(name)))};
  }
  // What the witness holds: a checkpoint, with its cosignature and those that stand there already.
  static HttpAnswer Holds(char name, merkle::Note note) {
    note.signatures.push_back(
        merkle::Cosign(note.text, std::string(1, name) + ".example", 5, Secret(name)));
    return {200, "", merkle::FormatNote(note)};
  }
  Cosigner Make(bool none, std::vector<merkle::VerifierKey> keys) {
    return Cosigner(PolicyOf(none), std::move(keys), &transport_);
  }
  // The log has 20 entries. What came of asking for cosignatures, and whether it may sign.
  Reason Ask(Cosigner* cosigner, const NewestLog& newest = nullptr) {
    replies_ = cosigner->AskWitnesses(merkle::FormatNote(log_.Sign(20)), tiles_, newest)
                   .value()
                   .replies;
    return cosigner->MayStillSign(replies_).reason();
  }
  Reason Check(Cosigner* cosigner) {
    replies_ = cosigner->AskWhatTheyHold(merkle::FormatNote(log_.Sign(20)), tiles_).value();
    return cosigner->MayStillSign(replies_).reason();
  }

  const TestLog log_{"log.example", 'l', 40, 40};
  const TestLog forked_{"log.example", 'l', 40, 9};
  const merkle::MemoryTiles tiles_ = log_.Tiles(20);
  ScriptedTransport transport_;
  std::map<std::string, HttpAnswer> said_, held_;  // by URL
  std::vector<WitnessReply> replies_;
};

TEST_F(ClaimsTest, StopTheLedgerOnlyAsAQuorum) {
  for (const HttpAnswer& claim : {HttpAnswer{422, "", ""}, Conflict(1'000), Conflict(21)}) {
    for (const size_t claiming : {1u, 2u, 3u}) {
      for (const bool none : {false, true}) {
        said_.clear();
        for (size_t i = 0; i < 3; ++i)
          said_[Url(kNames[i])] = i < claiming ? claim : Cosigned(kNames[i], 20);
        Cosigner cosigner = Make(none, {log_.key()});
        const Reason reason = Ask(&cosigner);
        const bool stops = !none && claiming >= 2;
        EXPECT_EQ(reason != Reason::kOk, stops) << claim.status << " by " << claiming;
        for (size_t i = 0; i < 3; ++i) {
          EXPECT_EQ(replies_[i].status.ok(), i >= claiming);
          EXPECT_EQ(replies_[i].against == Against::kClaim, i < claiming);
        }
      }
    }
  }
}

TEST_F(ClaimsTest, StandUntilTheWitnessCosigns) {
  Cosigner cosigner = Make(false, {log_.key()});
  said_ = {{Url('a'), {422, "", ""}}};
  EXPECT_EQ(Ask(&cosigner), Reason::kOk);
  // It is silent now, and another says the same.
  said_ = {{Url('b'), Conflict(21)}};
  EXPECT_NE(Ask(&cosigner), Reason::kOk);
  said_ = {{Url('a'), Cosigned('a', 20)}};
  EXPECT_EQ(Ask(&cosigner), Reason::kOk);
  EXPECT_TRUE(replies_[0].status.ok());
  // An answer that is no cosignature takes nothing back, nor does it count as one.
  said_ = {{Url('a'), {422, "", ""}}};
  EXPECT_NE(Ask(&cosigner), Reason::kOk);
  said_ = {{Url('a'), Cosigned('c', 20)}};
  EXPECT_NE(Ask(&cosigner), Reason::kOk);
  EXPECT_EQ(replies_[0].status.reason(), Reason::kNoteUnverified);
}

TEST_F(ClaimsTest, OneWhoShowsANoteOfTheLogIsBelieved) {
  const TestLog former("log.example", 'f', 40, 40), stranger("log.example", 's', 40, 40);
  const TestLog elsewhere("other.example", 's', 40, 40);
  merkle::Note others_key = log_.Sign(21);
  others_key.signatures = {merkle::SignNote(others_key.text, "other.example", Secret('s'))};
  merkle::Note changed = log_.Sign(21);
  changed.signatures[0].bytes.back() ^= 1;
  const struct {
    const char* what;
    HttpAnswer held;
    Against against;
    Reason reason;
  } rows[] = {
      {"more entries", Holds('a', log_.Sign(21)), Against::kEvidence, Reason::kRolledBack},
      {"another history", Holds('a', forked_.Sign(20)), Against::kEvidence, Reason::kProofInvalid},
      {"by a former key", Holds('a', former.Sign(21)), Against::kEvidence, Reason::kRolledBack},
      {"by nobody's key", Holds('a', stranger.Sign(21)), Against::kClaim, Reason::kRolledBack},
      {"by another log's key", Holds('a', others_key), Against::kClaim, Reason::kRolledBack},
      {"a signature that does not hold", Holds('a', changed), Against::kClaim,
       Reason::kRolledBack},
      {"of another log", Holds('a', elsewhere.Sign(21)), Against::kNothing,
       Reason::kNoteUnverified},
      {"not its own cosignature", Holds('b', log_.Sign(21)), Against::kNothing,
       Reason::kNoteUnverified},
      {"not cosigned", {200, "", merkle::FormatNote(log_.Sign(21))}, Against::kNothing,
       Reason::kNoteUnverified},
      {"this log", Holds('a', log_.Sign(20)), Against::kNothing, Reason::kOk},
      {"this log, by nobody's key", Holds('a', stranger.Sign(19)), Against::kNothing, Reason::kOk},
  };
  for (const auto& row : rows) {
    for (const bool none : {false, true}) {
      const std::vector<merkle::VerifierKey> keys = {former.key(), log_.key(), elsewhere.key()};
      held_ = {{Url('a'), row.held}};
      Cosigner checking = Make(none, keys);
      const Reason evidence = row.against == Against::kEvidence ? row.reason : Reason::kOk;
      EXPECT_EQ(Check(&checking), evidence) << row.what;
      EXPECT_EQ(replies_[0].against, row.against) << row.what;
      EXPECT_EQ(replies_[0].status.reason(), row.reason) << row.what;
      // The same follows a bare claim: it becomes evidence, or stays what it is.
      for (const HttpAnswer& claim : {HttpAnswer{422, "", ""}, Conflict(1'000)}) {
        said_ = {{Url('a'), claim}};
        Cosigner cosigner = Make(none, keys);
        EXPECT_EQ(Ask(&cosigner), evidence) << row.what;
        EXPECT_EQ(replies_[0].against,
                  row.against == Against::kEvidence ? Against::kEvidence : Against::kClaim)
            << row.what;
      }
    }
  }
}

TEST_F(ClaimsTest, TheLogKeysOfThePolicyCountToo) {
  const Policy policy = Policy::Parse("log " + merkle::FormatVerifierKey(log_.key()) +
                                      "\nwitness a " +
                                      merkle::FormatVerifierKey(
                                          {"a.example", merkle::KeyType::kCosignatureV1,
                                           Secret('a').public_key()}) +
                                      " http://a\nquorum none\n")
                            .value();
  held_ = {{Url('a'), Holds('a', log_.Sign(21))}};
  for (const auto& keys : {std::vector<merkle::VerifierKey>(), {log_.key()}}) {
    Cosigner cosigner(policy, keys, &transport_);
    EXPECT_EQ(Check(&cosigner), Reason::kRolledBack);
  }
}

TEST_F(ClaimsTest, AWitnessMayKnowMoreThanIsPublished) {
  // It was shown by the ledger itself what is not in the export yet.
  const auto newest = [](const TestLog& log, uint64_t size) -> NewestLog {
    return [&log, size] {
      return LogState{TreeSize(size), std::make_shared<merkle::MemoryTiles>(log.Tiles(size))};
    };
  };
  said_ = {{Url('a'), Conflict(25)}};
  held_ = {{Url('a'), Holds('a', log_.Sign(25))}};
  Cosigner cosigner = Make(false, {log_.key()});
  EXPECT_EQ(Ask(&cosigner, newest(log_, 25)), Reason::kOk);
  EXPECT_EQ(replies_[0].against, Against::kNothing);
  EXPECT_EQ(replies_[0].status.reason(), Reason::kUnavailable);
  EXPECT_EQ(replies_[0].holds, TreeSize(25));
  EXPECT_EQ(Ask(&cosigner, newest(log_, 24)), Reason::kRolledBack);
  EXPECT_EQ(replies_[0].against, Against::kEvidence);
  // What it knows must be of this log all the same.
  said_[Url('a')] = {422, "", ""};
  held_[Url('a')] = Holds('a', forked_.Sign(25));
  EXPECT_EQ(Ask(&cosigner, newest(log_, 25)), Reason::kProofInvalid);
  EXPECT_EQ(replies_[0].against, Against::kEvidence);
}

TEST_F(ClaimsTest, WhatIsRememberedOfAWitnessNeverKeepsItFromCosigning) {
  // A size that it made up, and a cosignature that does not hold, are asked from and put right.
  Cosigner cosigner = Make(false, {log_.key()});
  std::vector<TreeSize> from;
  std::mutex mutex;
  uint64_t holds = 0;
  transport_.post = [&](const std::string& url, const std::string& body) -> Result<HttpAnswer> {
    if (url != Url('a')) return Status(Reason::kUnavailable, "not there");
    const std::lock_guard lock(mutex);
    from.push_back(ParseAddCheckpoint(body).value().old_size);
    if (from.back() != TreeSize(holds)) return Conflict(holds);
    return said_.at(url);
  };
  const auto ask = [&](uint64_t size) {
    from.clear();
    return cosigner.AskWitnesses(merkle::FormatNote(log_.Sign(size)), log_.Tiles(size))
        .value()
        .replies[0]
        .status.reason();
  };
  said_ = {{Url('a'), {200, "", "thanks\n"}}};
  EXPECT_EQ(ask(20), Reason::kNoteMalformed);
  said_ = {{Url('a'), Cosigned('a', 21)}};
  EXPECT_EQ(ask(21), Reason::kOk);
  EXPECT_EQ(from, std::vector<TreeSize>{TreeSize(0)});
  holds = 21;
  said_ = {{Url('a'), Cosigned('a', 30)}};
  EXPECT_EQ(ask(30), Reason::kOk);
  EXPECT_EQ(from, std::vector<TreeSize>{TreeSize(21)});
  // A shorter checkpoint than the last is asked about, too.
  holds = 7;
  said_ = {{Url('a'), Cosigned('a', 12)}};
  EXPECT_EQ(ask(12), Reason::kOk);
  EXPECT_EQ(from, (std::vector<TreeSize>{TreeSize(0), TreeSize(7)}));
}

}  // namespace
}  // namespace jejak::witness
