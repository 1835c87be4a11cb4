#include <algorithm>
#include <unordered_map>

#include "ledger/base/text.h"
#include "ledger/event/validate.h"

namespace jejak::event {
namespace {

constexpr uint16_t kPermilleMax = 1000;
// Minutes; the widest offsets that clocks on earth have used are within it.
constexpr int16_t kUtcOffsetMax = 18 * 60;

// A checkpoint's origin and its key's name are one word.
bool IsOrigin(std::string_view text) {
  return !text.empty() && text.size() <= limits::kNameBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char ch) { return ch > ' ' && ch <= '~' && ch != '+'; });
}

// Whether `code` lies in one of `regions`, which ascend, and is none of them.
bool LiesInside(const RegionCode& code, const std::vector<RegionCode>& regions) {
  if (std::binary_search(regions.begin(), regions.end(), code)) return false;
  for (RegionCode at = code; !at.IsNation();) {
    at = at.Parent();
    if (std::binary_search(regions.begin(), regions.end(), at)) return true;
  }
  return false;
}

}  // namespace

void Check(const ElectionOpened& body, Checker* c) {
  c->Present("name", !body.name.empty());
  c->Name("name", body.name);
  c->Word("kind", body.kind);
  c->Word("mode", body.mode);
  c->Date("votingDay", body.voting_day);
  if (!IsOrigin(body.origin))
    c->Invalid("origin", "is not one word of printable ASCII without '+'");
  if (body.dpt_max == 0 || body.dpt_max > limits::kStationFigureMax) {
    c->Invalid("dptMax", "is no number of voters");
  }
  if (body.reserve_permille > kPermilleMax) c->Invalid("reservePermille", "is more than 1000");
  c->Name("rootBody", body.root_body);
  c->Name("rootDecree", body.root_decree);
}

static void Check(const Deadline& deadline, Checker* c) { c->Word("stage", deadline.stage); }

void Check(const ContestRegistered& body, Checker* c) {
  c->Contest("id", body.id);
  c->Word("kind", body.kind);
  c->Name("name", body.name);
  c->Present("covered", !body.covered.empty());
  c->Regions("covered", body.covered);
  c->Regions("excepted", body.excepted);
  for (size_t i = 0; i < body.excepted.size() && c->ok(); ++i) {
    const Checker::Element element(c, "excepted", i);
    if (!LiesInside(body.excepted[i], body.covered))
      c->Invalid("", "lies in no region that is covered");
  }
  c->Word("lastStage", body.last_stage);
  c->Ascending("deadlines", body.deadlines, &Deadline::stage);
  c->Each("deadlines", body.deadlines);
}

static void Check(const RegionFact& fact, Checker* c) {
  c->Region("code", fact.code);
  c->Name("name", fact.name);
  c->Word("kind", fact.kind);
  if (fact.utc_offset && (*fact.utc_offset < -kUtcOffsetMax || *fact.utc_offset > kUtcOffsetMax)) {
    c->Invalid("utcOffset", "is more than 18 hours");
  }
  if (fact.expected_stations && *fact.expected_stations > limits::kStationFigureMax) {
    c->Fail(Reason::kFigureOutOfRange, "stations", "is more than any region has");
  }
}

void Check(const RegionsRegistered& body, Checker* c) {
  c->Present("regions", !body.regions.empty());
  c->Ascending("regions", body.regions, &RegionFact::code);
  c->Each("regions", body.regions);
}

static void Check(const StationFact& fact, Checker* c) {
  c->Station("code", fact.code);
  c->Name("name", fact.name);
  c->Word("kind", fact.kind);
  if (fact.dpt && fact.dpt->l > limits::kStationFigureMax) {
    c->Fail(Reason::kFigureOutOfRange, "dpt.l", "is more than any form can hold");
  }
  if (fact.dpt && fact.dpt->p > limits::kStationFigureMax) {
    c->Fail(Reason::kFigureOutOfRange, "dpt.p", "is more than any form can hold");
  }
}

void Check(const StationsRegistered& body, Checker* c) {
  c->Present("stations", !body.stations.empty());
  c->Ascending("stations", body.stations, &StationFact::code);
  c->Each("stations", body.stations);
}

static void Check(const Choice& choice, Checker* c) {
  using election::ChoiceKind;
  c->ChoiceOf("id", choice.id);
  c->Word("kind", choice.kind);
  c->Name("name", choice.name);
  const bool candidate = choice.kind == ChoiceKind::kCandidate;
  if (candidate != (choice.party != 0)) {
    c->Invalid("party", candidate ? "is missing for a candidate" : "stands for a candidate only");
  }
  if (choice.witness_key && (candidate || choice.kind == ChoiceKind::kBlank)) {
    c->Invalid("witnessKey", "is for a ticket, a party or an individual only");
  }
}

void Check(const BallotRegistered& body, Checker* c) {
  c->Contest("contest", body.contest);
  if (!IsDigits(body.dapil) || body.dapil.size() > limits::kContestIdBytesMax) {
    c->Invalid("dapil", "is not digits, up to 16");
  }
  c->Present("members", !body.members.empty());
  c->DisjointRegions("members", body.members);
  c->Present("choices", !body.choices.empty());
  c->AtMost("choices", body.choices.size(), limits::kListElementsMax);
  c->Each("choices", body.choices);
  if (!c->ok()) return;
  std::unordered_map<ChoiceId, election::ChoiceKind> before;
  for (size_t i = 0; i < body.choices.size() && c->ok(); ++i) {
    const Checker::Element element(c, "choices", i);
    const Choice& choice = body.choices[i];
    if (choice.party != 0) {
      const auto party = before.find(choice.party);
      if (party == before.end() || party->second != election::ChoiceKind::kParty) {
        c->Invalid("party", "is not the id of a party that stands before it");
      }
    }
    if (!before.emplace(choice.id, choice.kind).second)
      c->Invalid("id", "stands on the ballot already");
  }
}

static void Check(const Amendment& amendment, Checker* c) {
  c->Word("field", amendment.field);
  c->Name("subject", amendment.subject);
  c->Name("before", amendment.before);
  c->Name("after", amendment.after);
}

void Check(const RegistryAmended& body, Checker* c) {
  c->Present("amendments", !body.amendments.empty());
  c->Ascending("amendments", body.amendments, [](const Amendment& a) {
    return std::pair<election::AmendedField, std::string_view>(a.field, a.subject);
  });
  c->Each("amendments", body.amendments);
  c->Prose("legalBasis", body.legal_basis);
}

static void Check(const OfficialFact& fact, Checker* c) {
  c->OfficialId("id", fact.id);
  c->Name("body", fact.body);
  c->Word("role", fact.role);
  if (!fact.contest.empty()) c->Contest("contest", fact.contest);
  if (fact.contest.empty() != (fact.choice == 0)) {
    c->Invalid("choice", "and contest come together: the participant that is stood for");
  }
  c->Name("decree", fact.decree);
  c->Ascending("keys", fact.keys, &NewKey::key, limits::kKeysPerOfficialMax);
}

void Check(const OfficialsEnrolled& body, Checker* c) {
  c->Present("officials", !body.officials.empty());
  c->Ascending("officials", body.officials, &OfficialFact::id);
  c->Each("officials", body.officials);
}

void Check(const KeyEnrolled& body, Checker* c) { c->OfficialId("official", body.official); }

void Check(const KeyRevoked& body, Checker* c) { c->Prose("reason", body.reason); }

void Check(const KeyReleased& body, Checker* c) { c->Prose("reason", body.reason); }

void Check(const OfficialSuspended& body, Checker* c) {
  c->OfficialId("official", body.official);
  c->Prose("reason", body.reason);
}

void Check(const OfficialReinstated& body, Checker* c) {
  c->OfficialId("official", body.official);
  c->Prose("reason", body.reason);
}

void Check(const LedgerKeyChanged& body, Checker* c) { c->Prose("reason", body.reason); }

// Which rules exist is for whoever applies them to say.
void Check(const RulesChanged&, Checker*) {}

void Check(const TallyCommitted&, Checker*) {}

}  // namespace jejak::event
