// The rules are bent: verdicts turned round, keys forged or moved in time, powers that nobody has.
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/sha256.h"
#include "tests/tamper/attacks.h"

namespace jejak::tamper {
namespace {

constexpr const char* kOperator = "operator";

size_t FirstRefused(const Stage& stage) {
  return stage.Find(
      [](const event::Entry& entry, const event::Event&) { return entry.refusal.has_value(); });
}

std::string Turn(Stage* stage, size_t index, std::optional<event::Refusal> refusal) {
  Book lie = stage->honest();
  event::Entry entry = lie.At(index);
  entry.refusal = refusal;
  lie.Set(index, entry);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

std::string AcceptedRefused(Stage* stage) {
  return Turn(stage, stage->Form(false), event::Refusal{Reason::kStageSealed, 0});
}
std::string RefusedAccepted(Stage* stage) { return Turn(stage, FirstRefused(*stage), {}); }
std::string ReasonChanged(Stage* stage) {
  return Turn(stage, FirstRefused(*stage), event::Refusal{Reason::kStageSealed, 0});
}
std::string NumberChanged(Stage* stage) {
  const size_t index = FirstRefused(*stage);
  event::Refusal refusal = *stage->honest().At(index).refusal;
  ++refusal.number;
  return Turn(stage, index, refusal);
}

// An event that the rules refuse, signed by who conspires with the operator, logged as accepted.
std::string Conspire(Stage* stage, const std::string& official, event::Body body, size_t index) {
  Book lie = stage->honest();
  lie.Invent(index, official, std::move(body));
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Without breaking its author's chain: at the end.
std::string ConspireAtTheEnd(Stage* stage, const std::string& official, event::Body body) {
  return Conspire(stage, official, std::move(body), stage->honest().size());
}

std::string ElsewhereSubmitted(Stage* stage) {
  const size_t index = stage->Form(false);
  event::ResultSubmitted form =
      std::get<event::ResultSubmitted>(stage->honest().EventAt(index).body);
  const size_t other = stage->FindLast([&](const event::Entry&, const event::Event& event) {
    const auto* body = std::get_if<event::ResultSubmitted>(&event.body);
    return body != nullptr && body->tps != form.tps;
  });
  return ConspireAtTheEnd(stage, stage->AuthorOf(other), form);
}

std::string SecondResult(Stage* stage) {
  const size_t index = stage->Form(false);
  event::ResultSubmitted form =
      std::get<event::ResultSubmitted>(stage->honest().EventAt(index).body);
  form.votes[0].value += 50;
  return ConspireAtTheEnd(stage, stage->AuthorOf(index), form);
}

// The author signs another event with a sequence that it has used.
std::string Forked(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(true);
  const std::string author = stage->AuthorOf(index);
  event::Entry entry = lie.At(index);
  event::Event event = lie.EventAt(index);
  std::get<event::ResultSubmitted>(event.body).votes[0].value += 1;
  const event::SignedEvent made = *event::Sign(event, lie.keys()(author));
  entry = {lie.At(lie.size() - 1).received_at, made.bytes, made.signature, std::nullopt};
  lie.Insert(lie.size(), entry);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

event::OfficialsEnrolled Enrolment(const std::string& id, election::Role role,
                                   const std::string& code, const event::NewKey& key) {
  event::OfficialFact fact;
  fact.id = id;
  fact.body = "Panitia";
  fact.role = role;
  fact.jurisdiction = *election::RegionCode::Parse(code);
  fact.decree = "1/2024";
  fact.name = crypto::Sha256("name");
  fact.keys = {key};
  event::OfficialsEnrolled out;
  out.officials = {fact};
  return out;
}

std::string KeyWithoutPossession(Stage* stage) {
  const auto mine = *crypto::SecretKey::FromSeed(std::string(32, 'm'));
  const auto yours = *crypto::SecretKey::FromSeed(std::string(32, 'y'));
  event::NewKey key{yours.public_key(), {}};
  key.proof = crypto::SignEnrolment(mine, stage->honest().election(), "ppk.baru");
  return ConspireAtTheEnd(stage, "kpu.6501",
                          Enrolment("ppk.baru", election::Role::kPpk, "650110", key));
}

std::string EnrolmentBeyondPower(Stage* stage) {
  const auto made = *crypto::SecretKey::FromSeed(std::string(32, 'y'));
  const event::NewKey key{made.public_key(),
                          crypto::SignEnrolment(made, stage->honest().election(), "kpu.baru")};
  return ConspireAtTheEnd(stage, "ppk.650110",
                          Enrolment("kpu.baru", election::Role::kKpuKabkota, "6502", key));
}

std::string LedgerKeyByItself(Stage* stage) {
  const auto made = *crypto::SecretKey::FromSeed(std::string(32, 'y'));
  event::LedgerKeyChanged body;
  body.key = {made.public_key(), crypto::SignEnrolment(made, stage->honest().election(), "ledger")};
  body.reason = "rotasi";
  Book lie = stage->honest();
  lie.Invent(lie.size(), "ledger", body);
  return stage->TellInExport(lie, lie.Checkpoint());
}

// A key that was revoked signs on, and the operator accepts it.
std::string RevokedKeySigns(Stage* stage) {
  Book lie = stage->honest();
  const size_t revoked = stage->Find([](const event::Entry& entry, const event::Event& event) {
    return std::holds_alternative<event::KeyRevoked>(event.body) && !entry.refusal;
  });
  // The revocation goes to the front of a result by the key that it now names.
  const size_t victim = stage->Form(false);
  event::KeyRevoked body = std::get<event::KeyRevoked>(lie.EventAt(revoked).body);
  body.key = lie.EventAt(victim).author;
  body.suspect_since.reset();
  lie.Invent(victim, "kpu.6501", body);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// An event is moved before the entry that enrolled its author's key.
std::string Backdated(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  const PublicKey author = lie.EventAt(index).author;
  const size_t enrolled = stage->Find([&](const event::Entry&, const event::Event& event) {
    const auto* body = std::get_if<event::OfficialsEnrolled>(&event.body);
    if (body == nullptr) return false;
    for (const event::OfficialFact& fact : body->officials)
      for (const event::NewKey& key : fact.keys)
        if (key.key == author) return true;
    return false;
  });
  event::Entry entry = lie.At(index);
  entry.received_at = lie.At(enrolled).received_at;
  lie.Erase(index);
  lie.Insert(enrolled, entry);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Signed by the right key for an election of another hash.
std::string ReplayedFromAnother(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  lie.AlterAndSign(index, stage->AuthorOf(index), [](event::Event* event) {
    event->election = crypto::Sha256("another election");
  });
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// Another genesis under the same origin and ledger key.
std::string AnotherElection(Stage* stage) {
  Book lie = stage->honest();
  lie.Truncate(1);
  lie.AlterAndSign(0, "root", [](event::Event* event) {
    std::get<event::ElectionOpened>(event->body).nonce = crypto::Sha256("again");
  });
  const fs::path folder = stage->Fresh("export");
  Must(lie.WriteExport(folder));
  return stage->VerifyExport(folder);
}

}  // namespace

std::vector<Attack> AttacksOnVerdicts() {
  return {
      {kOperator, "refuses what the rules accept", "verdict by the rules", "VERDICT_DIFFERS",
       AcceptedRefused},
      {kOperator, "accepts what the rules refuse", "verdict by the rules",
       "VERDICT_DIFFERS ALREADY_REGISTERED", RefusedAccepted},
      {kOperator, "gives another reason for a refusal", "verdict by the rules",
       "VERDICT_DIFFERS ALREADY_REGISTERED", ReasonChanged},
      {kOperator, "blames another element of a list", "verdict by the rules",
       "VERDICT_DIFFERS ALREADY_REGISTERED", NumberChanged},
      {"operator and KPPS", "accept a form for a TPS of others", "jurisdiction",
       "VERDICT_DIFFERS OUTSIDE_JURISDICTION", ElsewhereSubmitted},
      {"operator and KPPS", "accept a second form for a TPS", "one result per TPS and round",
       "VERDICT_DIFFERS RESULT_EXISTS", SecondResult},
      {"operator and KPPS", "accept two events of one sequence", "author's chain",
       "VERDICT_DIFFERS AUTHOR_FORK", Forked},
  };
}

std::vector<Attack> AttacksOnKeys() {
  return {
      {"operator and KPU", "enrol a key that its holder has not", "proof of possession",
       "VERDICT_DIFFERS KEY_UNACCEPTABLE", KeyWithoutPossession},
      {"operator and PPK", "enrol an official above them", "who may enrol",
       "VERDICT_DIFFERS ROLE_NOT_ENTITLED", EnrolmentBeyondPower},
      {kOperator, "changes the ledger's key by itself", "who may change it",
       "VERDICT_DIFFERS ROLE_NOT_ENTITLED", LedgerKeyByItself},
      {"operator and holder", "accept a form by a revoked key", "validity of the key",
       "VERDICT_DIFFERS KEY_REVOKED", RevokedKeySigns},
      {kOperator, "moves a form before its key's enrolment", "enrolment of the key",
       "NOT_ADMISSIBLE KEY_UNKNOWN", Backdated},
      {"operator and author", "replay an event of another election", "election of the event",
       "NOT_ADMISSIBLE WRONG_ELECTION", ReplayedFromAnother},
      {"operator and root", "show another election under this name", "hash of the election",
       "OTHER_ELECTION", AnotherElection},
  };
}

}  // namespace jejak::tamper
