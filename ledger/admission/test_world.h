// A small country for tests: two provinces, a regency with two districts, stations, one area
// abroad, three contests, and an official of any role wherever one is asked for.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/admission/decide.h"
#include "ledger/admission/fake_view.h"
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::admission {

inline RegionCode Code(std::string_view digits) { return *RegionCode::Parse(digits); }

inline Hash HashOf(uint8_t seed) {
  Hash hash;
  hash.bytes.fill(seed);
  return hash;
}

inline const RegionCode kTps = Code("6501051002066");
inline const RegionCode kTpsNextDoor = Code("6501051002067");
inline const RegionCode kTpsElsewhere = Code("6401011001001");
inline const RegionCode kTpsAbroad = Code("9901010001001");
inline const RegionCode kUnknownTps = Code("6501051002999");

// A usable key made from a number.
inline crypto::SecretKey SecretOf(uint8_t seed) {
  return std::move(crypto::SecretKey::FromSeed(std::string(32, static_cast<char>(seed)))).value();
}

class World {
 public:
  FakeView view;
  Hash election = HashOf(0xee);

  World() {
    ElectionState state;
    state.id = election;
    state.mode = election::Mode::kSimulation;
    state.rules = kRulesWritten;
    view.election = state;
    view.election_name = "Pemilu";
    for (const char* code : {"64", "6401", "640101", "6401011001", "65", "6501", "650105", "650106",
                             "6501051002", "6501061001", "99", "9901", "990101", "9901010001"}) {
      view.regions[Code(code)] = {};
    }
    for (const char* code :
         {"6401011001001", "6501051002066", "6501051002067", "6501061001001", "9901010001001"}) {
      view.stations[Code(code)] = {};
    }
    AddContest("ppwp", election::ContestKind::kTicket, "", Stage::kNasional, false);
    AddContest("pdpr", election::ContestKind::kParty, "", Stage::kNasional, true);
    AddContest("pkwkk", election::ContestKind::kTicket, "6501", Stage::kKabkota, true);
    using election::ChoiceKind;
    AddBallot("ppwp", "0", "", {{1, ChoiceKind::kTicket}, {2, ChoiceKind::kTicket}});
    AddBallot("pdpr", "0", "", {{4, ChoiceKind::kParty}, {400, ChoiceKind::kCandidate}});
    AddBallot("pkwkk", "6501", "6501", {{7, ChoiceKind::kTicket}});
  }

  void AddContest(const std::string& id, election::ContestKind kind, const char* covered,
                  Stage last, bool kpps_may_correct) {
    ContestState contest;
    contest.id = id;
    contest.kind = kind;
    contest.name = id;
    contest.covered = {Code(covered)};
    contest.last_stage = last;
    contest.kpps_may_correct = kpps_may_correct;
    view.contests[id] = contest;
  }

  void AddBallot(const std::string& contest, const std::string& dapil, const char* member,
                 const std::vector<std::pair<ChoiceId, election::ChoiceKind>>& choices) {
    BallotState ballot;
    ballot.contest = contest;
    ballot.dapil = dapil;
    ballot.members = {Code(member)};
    for (const auto& [id, kind] : choices) {
      event::Choice choice;
      choice.id = id;
      choice.kind = kind;
      choice.party = kind == election::ChoiceKind::kCandidate ? 4 : 0;
      ballot.choices.push_back(choice);
    }
    ballot.Index();
    view.ballots.push_back(ballot);
  }

  // The key of an official of that role there; enrolled when first asked for. Not a key that can
  // sign.
  PublicKey Official(Role role, const RegionCode& jurisdiction) {
    const std::string id = std::string(Name(role)) + "-" + jurisdiction.display();
    PublicKey key;
    key.bytes.fill(static_cast<uint8_t>(static_cast<int>(role) + 1));
    std::copy(jurisdiction.view().begin(), jurisdiction.view().end(), key.bytes.begin());
    if (view.keys.contains(key)) return key;
    KeyState state;
    state.official = id;
    state.role = role;
    state.jurisdiction = jurisdiction;
    state.next_sequence = 7;
    state.head = HashOf(0x77);
    if (role == Role::kSaksi || role == Role::kParticipant) {
      state.contest = "pdpr";
      state.choice = 4;
    }
    if (role == Role::kLedger) view.election->ledger_key = key;
    view.keys[key] = state;
    OfficialState official;
    official.role = role;
    official.jurisdiction = jurisdiction;
    official.contest = state.contest;
    official.choice = state.choice;
    official.keys = {key};
    view.officials[id] = official;
    return key;
  }
  PublicKey Official(Role role, std::string_view digits) { return Official(role, Code(digits)); }

  event::Event Next(const PublicKey& author, event::Body body) const {
    event::Event event;
    event.election = election;
    event.author = author;
    const auto state = view.Key(author);
    event.sequence = state ? state->next_sequence : 0;
    event.previous = state ? state->head : Hash{};
    event.body = std::move(body);
    return event;
  }
  Verdict Try(const PublicKey& author, event::Body body) const {
    return Decide(view, Next(author, std::move(body)), HashOf(0xaa));
  }

  event::NewKey NewKey(uint8_t seed, std::string_view official) const {
    const crypto::SecretKey secret = SecretOf(seed);
    return {secret.public_key(), crypto::SignEnrolment(secret, election, official)};
  }

  // A result stands, with one figure, one vote and one photo.
  ResultState& AddResult(const std::string& contest, const RegionCode& tps) {
    ResultState& result = view.results[{contest, tps}];
    result.has_result = true;
    result.newest_event = HashOf(0x51);
    result.values = {{FieldKey::Of(election::Figure::kVotersRegisteredJ), 299}};
    result.evidence = {{1, "image/jpeg", HashOf(0x09), ""}};
    return result;
  }
  void Certify(const std::string& contest, const char* region, uint64_t index) {
    view.seals[{contest, Code(region)}] = {LogIndex(index), HashOf(static_cast<uint8_t>(index))};
  }
  void Reopen(const std::string& contest, const char* region, Stage stage, uint64_t index) {
    view.reopened[{contest, Code(region), stage}] = LogIndex(index);
  }
  // An accepted decision about everything.
  Hash AddDecision(election::Issuer issuer, election::DecisionKind kind, uint8_t seed) {
    ReferenceState reference;
    reference.kind = event::BodyKind::kDecisionRecorded;
    reference.issuer = issuer;
    reference.decision_kind = kind;
    view.references[HashOf(seed)] = reference;
    return HashOf(seed);
  }
};

inline event::Minutes SomeMinutes() { return {"BA-1", 20240220, std::nullopt}; }

inline event::ResultSubmitted Submission(const std::string& contest, const RegionCode& tps) {
  event::ResultSubmitted body;
  body.contest = contest;
  body.tps = tps;
  body.figures = {{election::Figure::kValid, 80}};
  body.minutes = SomeMinutes();
  return body;
}

// Of AddResult's result: valid for every role but the importer.
inline event::ResultCorrected Correction(const std::string& contest, const RegionCode& tps) {
  event::ResultCorrected body;
  body.contest = contest;
  body.tps = tps;
  body.supersedes = HashOf(0x51);
  body.changes = {{FieldKey::Of(election::Figure::kVotersRegisteredJ), 300}};
  body.reason = election::CorrectionReason::kMisread;
  body.explanation = "read 299 for 300";
  body.minutes = SomeMinutes();
  return body;
}

// "ACCEPTED", "STAGE_SEALED/0", "DOOR KEY_UNKNOWN" or "RETRY 3".
inline std::string Said(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kAccepted: return "ACCEPTED";
    case Verdict::Kind::kDoor: return "DOOR " + std::string(InfoOf(verdict.door.reason()).name);
    case Verdict::Kind::kRetry: return "RETRY " + std::to_string(verdict.existing.value);
    case Verdict::Kind::kRefused: break;
  }
  return std::string(InfoOf(verdict.refusal.reason).name) + "/" +
         std::to_string(verdict.refusal.number);
}

}  // namespace jejak::admission
