// A ledger must get its checkpoint cosigned over HTTP by the witnesses of its policy, count only
// what verifies, and learn when a witness holds more than the ledger has or another history.
#include "ledger/witness/cosign.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/witness/http.h"
#include "ledger/witness/test_logs.h"
#include "ledger/witness/test_transport.h"

namespace jejak::witness {
namespace {

// One witness with a server of its own.
struct Party {
  std::unique_ptr<Witness> witness;
  std::unique_ptr<WitnessServer> server;
  std::string vkey;
  std::string url;
};

class CosignTest : public WitnessFolder {
 protected:
  Party Start(const std::string& name, char key) {
    Party out;
    const merkle::VerifierKey verifier{name, merkle::KeyType::kCosignatureV1,
                                       Secret(key).public_key()};
    EXPECT_TRUE(Witness::Create(folder_ / name, verifier).ok());
    out.witness = Witness::Open(folder_ / name, Secret(key), {log_.key()}).value();
    WitnessServer::Options options;
    options.now_seconds = [] { return uint64_t{77}; };
    out.server = WitnessServer::Start(out.witness.get(), options).value();
    out.vkey = merkle::FormatVerifierKey(verifier);
    out.url = fmt::format("http://127.0.0.1:{}", out.server->port());
    return out;
  }
  Policy PolicyOf(const Party& a, const Party& b, const std::string& quorum) const {
    return Policy::Parse(fmt::format("witness a {} {}\nwitness b {} {}\ngroup g {} a b\nquorum g\n",
                                     a.vkey, a.url, b.vkey, b.url, quorum))
        .value();
  }

  // As a ledger does that starts again: it knows nothing of what they hold.
  Cosigner Make(Policy policy, Transport* transport) const {
    return Cosigner(std::move(policy), {log_.key()}, transport);
  }

  TestLog log_{"log.example", 'l', 40, 40};
  TestLog forked_{"log.example", 'l', 40, 9};
};

TEST_F(CosignTest, CollectsCosignaturesOverHttp) {
  const Party a = Start("a.example", 'a'), b = Start("b.example", 'b');
  const auto transport = MakeHttpTransport();
  Cosigner cosigner = Make(PolicyOf(a, b, "all"), transport.get());
  const auto keys = cosigner.policy().WitnessKeys();
  for (const uint64_t size : {5UL, 8UL, 8UL, 30UL}) {
    const auto report =
        cosigner.AskWitnesses(merkle::FormatNote(log_.Sign(size)), log_.Tiles(size)).value();
    EXPECT_TRUE(report.quorum);
    for (const WitnessReply& reply : report.replies) {
      EXPECT_TRUE(reply.status.ok()) << reply.status.ToString();
      EXPECT_EQ(reply.holds, TreeSize(size));
      EXPECT_EQ(reply.time_seconds, 77u);
    }
    const auto opened = merkle::OpenCheckpoint(report.checkpoint, log_.key(), keys);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->cosignatures.size(), 2u);
    EXPECT_EQ(opened->note.signatures.size(), 3u);
  }
  // A ledger that starts again doesn't know what they hold, and asks; one witness is gone.
  b.server->Stop();
  Cosigner again = Make(PolicyOf(a, b, "1"), transport.get());
  const auto report =
      again.AskWitnesses(merkle::FormatNote(log_.Sign(35)), log_.Tiles(35)).value();
  EXPECT_TRUE(report.quorum);
  EXPECT_TRUE(report.replies[0].status.ok()) << report.replies[0].status.ToString();
  EXPECT_EQ(report.replies[1].status.reason(), Reason::kUnavailable);
  Cosigner both = Make(PolicyOf(a, b, "all"), transport.get());
  EXPECT_FALSE(
      both.AskWitnesses(merkle::FormatNote(log_.Sign(36)), log_.Tiles(36)).value().quorum);
}

TEST_F(CosignTest, LearnsThatAWitnessHoldsMoreOrAnotherHistory) {
  const Party a = Start("a.example", 'a'), b = Start("b.example", 'b');
  const auto transport = MakeHttpTransport();
  // Evidence of one, where both would be needed to believe a claim.
  const auto fresh = [&] { return Make(PolicyOf(a, b, "all"), transport.get()); };
  const auto hold = [&](const TestLog& log, uint64_t size) {
    return fresh().AskWhatTheyHold(merkle::FormatNote(log.Sign(size)), log.Tiles(size)).value();
  };
  const auto may_sign = [&](const std::vector<WitnessReply>& replies) {
    return fresh().MayStillSign(replies).reason();
  };
  // Nobody holds anything yet.
  for (const WitnessReply& reply : hold(log_, 20)) {
    EXPECT_TRUE(reply.status.ok());
    EXPECT_FALSE(reply.holds);
  }
  ASSERT_EQ(a.witness->Add(log_.Request(0, 20), 1).outcome, Outcome::kCosigned);
  EXPECT_EQ(may_sign(hold(log_, 20)), Reason::kOk);
  EXPECT_EQ(may_sign(hold(log_, 25)), Reason::kOk);
  EXPECT_EQ(hold(log_, 25)[0].holds, TreeSize(20));
  EXPECT_EQ(may_sign(hold(log_, 19)), Reason::kRolledBack);
  EXPECT_EQ(may_sign(hold(forked_, 25)), Reason::kProofInvalid);
  EXPECT_EQ(may_sign(hold(forked_, 20)), Reason::kProofInvalid);
  // The same when it asks for cosignatures: what the witness holds is looked at.
  const auto ask = [&](const TestLog& log, uint64_t size) {
    return fresh()
        .AskWitnesses(merkle::FormatNote(log.Sign(size)), log.Tiles(size))
        .value()
        .replies;
  };
  const auto shorter = ask(log_, 19);
  EXPECT_EQ(shorter[0].against, Against::kEvidence);
  EXPECT_EQ(may_sign(shorter), Reason::kRolledBack);
  EXPECT_TRUE(ask(log_, 20)[0].status.ok());
  for (const uint64_t size : {20UL, 25UL}) {
    const auto forked = ask(forked_, size);
    EXPECT_EQ(forked[0].against, Against::kEvidence) << size;
    EXPECT_EQ(may_sign(forked), Reason::kProofInvalid) << size;
  }
  // One that isn't there is only reported.
  b.server->Stop();
  const auto replies = hold(log_, 25);
  EXPECT_EQ(replies[1].status.reason(), Reason::kUnavailable);
  EXPECT_EQ(may_sign(replies), Reason::kOk);
}

TEST_F(CosignTest, CountsOnlyWhatVerifies) {
  const std::string vkey = merkle::FormatVerifierKey(witness_key_);
  const auto policy = [&] {
    return Policy::Parse("witness w " + vkey + " http://w.example\nquorum w\n").value();
  };
  ScriptedTransport transport;
  const merkle::Note note = log_.Sign(20);
  const auto line = [&](uint64_t size, const std::string& name, char key) {
    return merkle::FormatSignatureLine(
        merkle::Cosign(log_.Sign(size).text, name, 5, Secret(key)));
  };
  const struct {
    const char* what;
    HttpAnswer answer;
    Reason reason;
    Against against = Against::kNothing;
  } rows[] = {
      {"good", {200, "", line(20, "witness.example", 'w')}, Reason::kOk},
      {"with others' lines", {200, "", line(20, "x", 'x') + line(20, "witness.example", 'w')},
       Reason::kOk},
      {"another's key", {200, "", line(20, "witness.example", 'x')}, Reason::kNoteUnverified},
      {"another checkpoint", {200, "", line(19, "witness.example", 'w')}, Reason::kNoteUnverified},
      {"no signature", {200, "", "thanks\n"}, Reason::kNoteMalformed},
      {"nothing", {200, "", ""}, Reason::kNoteMalformed},
      {"its log unknown", {404, "", "?"}, Reason::kPermissionDenied},
      {"its key unknown", {403, "", "?"}, Reason::kPermissionDenied},
      {"broken", {500, "", "?"}, Reason::kUnavailable},
      {"a conflict without a size", {409, "text/plain", "5\n"}, Reason::kUnavailable},
      {"a conflict that is no size", {409, "text/x.tlog.size", "many\n"}, Reason::kProofMalformed},
      {"always another size", {409, "text/x.tlog.size", "5\n"}, Reason::kUnavailable},
      {"a larger size", {409, "text/x.tlog.size", "21\n"}, Reason::kRolledBack, Against::kClaim},
      {"inconsistent", {422, "", ""}, Reason::kProofInvalid, Against::kClaim},
      {"this size, and not this root",
       {409, "text/x.tlog.size", "20\n"},
       Reason::kProofInvalid,
       Against::kClaim},
  };
  for (const auto& row : rows) {
    transport.post = [&](const std::string&, const std::string&) { return row.answer; };
    Cosigner cosigner = Make(policy(), &transport);
    const auto report = cosigner.AskWitnesses(merkle::FormatNote(note), log_.Tiles(20)).value();
    EXPECT_EQ(report.replies[0].status.reason(), row.reason)
        << row.what << ": " << report.replies[0].status.ToString();
    EXPECT_EQ(report.replies[0].against, row.against) << row.what;
    EXPECT_EQ(report.quorum, row.reason == Reason::kOk) << row.what;
    if (row.reason != Reason::kOk) {
      EXPECT_EQ(report.checkpoint, merkle::FormatNote(note));
    }
  }
}

TEST_F(CosignTest, SpeaksHttpAsSpecified) {
  const Party a = Start("a.example", 'a');
  const auto transport = MakeHttpTransport();
  const auto until = std::chrono::steady_clock::now() + kAskTimeMax;
  const auto post = [&](const std::string& body) {
    return transport->Post(a.url, "add-checkpoint", body, until).value();
  };
  EXPECT_EQ(post("nonsense").status, 400);
  EXPECT_EQ(post(std::string(kAddCheckpointBytesMax + 10, 'x')).status, 413);
  EXPECT_EQ(post(TestLog("other.example", 'o', 9, 9).Request(0, 3)).status, 404);
  EXPECT_EQ(post(TestLog("log.example", 'o', 9, 9).Request(0, 3)).status, 403);
  EXPECT_EQ(post(log_.Request(0, 11)).status, 200);
  const HttpAnswer conflict = post(log_.Request(0, 12));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.type, "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "11\n");
  EXPECT_EQ(post(forked_.Request(11, 12)).status, 422);
  EXPECT_EQ(transport->Get(a.url, "add-checkpoint", until).value().status, 404);
  const std::string unknown = std::string(64, '0') + "/checkpoint";
  EXPECT_EQ(transport->Get(a.url + "/", unknown, until).value().status, 404);
  for (const char* url : {"example.com", "ftp://example.com", "file:///etc/passwd", "http://",
                          "http://a b", ""}) {
    EXPECT_EQ(transport->Get(url, "x", until).status().reason(), Reason::kInvalidArgument) << url;
  }
  // A second one on the same port is refused.
  WitnessServer::Options options;
  options.port = a.server->port();
  EXPECT_EQ(WitnessServer::Start(a.witness.get(), options).status().reason(),
            Reason::kUnavailable);
}

}  // namespace
}  // namespace jejak::witness
