// Every role with every body, at its own place, inside it, at its parent and elsewhere. What must come out is
// said again here, in plain conditions that know nothing of the table.
#include "ledger/admission/roles.h"

#include <gtest/gtest.h>

#include <set>

#include "ledger/admission/test_world.h"

namespace jejak::admission {
namespace {

using election::Level;
using event::BodyKind;
using enum Role;

const std::set<Role> kSupervisorRoles = {kBawaslu,           kBawasluProvinsi, kBawasluKabkota,
                                         kPanwasluKecamatan, kPanwasluDesa,    kPtps,
                                         kPanwasluLn};
const std::set<Role> kCommissionRoles = {kKpu, kKpuProvinsi, kKpuKabkota, kPpk, kPpln};

// Where an official of the role sits in these tests.
std::string_view HomeOf(Role role) {
  switch (role) {
    case kKpuProvinsi:
    case kBawasluProvinsi: return "65";
    case kKpuKabkota:
    case kBawasluKabkota:
    case kSaksi: return "6501";
    case kPpk:
    case kPanwasluKecamatan: return "650105";
    case kPanwasluDesa: return "6501051002";
    case kKpps:
    case kPtps: return "6501051002066";
    case kPpln: return "9901";
    case kPanwasluLn: return "99";
    case kKppsln: return "9901010001001";
    default: return "";
  }
}

// Again, without the table: whether the role may do this anywhere at all.
bool MayDo(Role role, BodyKind body) {
  const auto any_of = [role](const std::set<Role>& roles) { return roles.contains(role); };
  switch (body) {
    case BodyKind::kElectionOpened:
    case BodyKind::kLedgerKeyChanged:
    case BodyKind::kRulesChanged: return role == kRoot;
    case BodyKind::kContestRegistered:
    case BodyKind::kRegionsRegistered:
    case BodyKind::kBallotRegistered: return any_of({kRoot, kKpu});
    case BodyKind::kStationsRegistered:
    case BodyKind::kRegistryAmended: return any_of({kRoot, kKpu, kKpuProvinsi, kKpuKabkota});
    case BodyKind::kOfficialsEnrolled:
    case BodyKind::kKeyEnrolled:
    case BodyKind::kKeyReleased:
    case BodyKind::kOfficialSuspended:
    case BodyKind::kOfficialReinstated:
      return !any_of({kKpps, kKppsln, kPtps, kPanwasluLn, kSaksi, kImporter, kLedger});
    case BodyKind::kKeyRevoked: return role != kLedger;
    case BodyKind::kResultSubmitted:
      return any_of({kKpps, kKppsln, kPpk, kPpln, kKpuKabkota, kImporter});
    case BodyKind::kResultCorrected:
      return any_of(kCommissionRoles) || any_of({kKpps, kKppsln, kImporter});
    case BodyKind::kResultFinalised: return any_of({kKpps, kKppsln});
    case BodyKind::kCopyFiled:
    case BodyKind::kObjectionFiled: return any_of(kSupervisorRoles) || role == kSaksi;
    case BodyKind::kRoundOpened:
    case BodyKind::kRoundCancelled: return any_of({kKpu, kKpuProvinsi, kKpuKabkota});
    case BodyKind::kObjectionResolved: return any_of(kCommissionRoles) || any_of({kKpps, kKppsln});
    case BodyKind::kIncidentRecorded:
      return any_of(kCommissionRoles) || any_of(kSupervisorRoles) || any_of({kKpps, kKppsln});
    case BodyKind::kDecisionRecorded: return any_of(kSupervisorRoles) || role == kKpu;
    case BodyKind::kRecapPart:
    case BodyKind::kRecapCertified: return any_of(kCommissionRoles);
    case BodyKind::kStageReopened: return role == kKpu;
    case BodyKind::kTallyCommitted: return role == kLedger;
  }
  return false;
}

TEST(Roles, TableNamesExactlyWhoMay) {
  for (const Role role : election::AllOf<Role>()) {
    for (size_t i = 0; i < event::kBodyKinds; ++i) {
      const auto body = static_cast<BodyKind>(i);
      EXPECT_EQ(May(role, body).scope != Scope::kNone, MayDo(role, body))
          << Name(role) << " " << BodyName(body);
    }
  }
}

template <size_t... kIndexes>
event::Body EmptyBody(size_t wanted, std::index_sequence<kIndexes...>) {
  event::Body body;
  ((kIndexes == wanted ? void(body.emplace<kIndexes>()) : void()), ...);
  return body;
}
event::Body EmptyBody(BodyKind kind) {
  return EmptyBody(static_cast<size_t>(kind), std::make_index_sequence<event::kBodyKinds>());
}

// A body of that kind about `place`, with nothing wrong in it that a role could be refused for.
event::Body BodyAbout(World* world, Role role, BodyKind kind, const RegionCode& place) {
  ReferenceState reference;
  reference.contest = "pdpr";
  reference.place = place;
  reference.places = {place};
  switch (kind) {
    case BodyKind::kStationsRegistered:
      return event::StationsRegistered{{{place, "", election::StationKind::kRegular, {}}}};
    case BodyKind::kRegistryAmended:
      return event::RegistryAmended{{{place.IsStation() ? election::AmendedField::kStationName
                                                        : election::AmendedField::kRegionName,
                                      place.str(), "", "x"}},
                                    "basis"};
    case BodyKind::kResultSubmitted: return Submission("pdpr", place);
    case BodyKind::kResultCorrected: {
      auto body = Correction("pdpr", place);
      if (role == kImporter) body.reason = election::CorrectionReason::kUnstated;
      return body;
    }
    case BodyKind::kResultFinalised: return event::ResultFinalised{"pdpr", place, 1};
    case BodyKind::kCopyFiled: return event::CopyFiled{"pdpr", place, 1, {{}}, {}, {}, {}};
    case BodyKind::kRoundOpened: {
      event::RoundOpened body;
      body.contests = {"pdpr"};
      body.places = {place};
      return body;
    }
    case BodyKind::kRoundCancelled:
      reference.kind = BodyKind::kRoundOpened;
      world->view.references[HashOf(0xdd)] = reference;
      return event::RoundCancelled{HashOf(0xdd), "reason", {}};
    case BodyKind::kObjectionFiled: return event::ObjectionFiled{"pdpr", place, {}, "text", {}, {}};
    case BodyKind::kObjectionResolved:
      reference.kind = BodyKind::kObjectionFiled;
      world->view.references[HashOf(0xdd)] = reference;
      return event::ObjectionResolved{HashOf(0xdd), {}, "text", SomeMinutes()};
    case BodyKind::kIncidentRecorded: return event::IncidentRecorded{place, {}, "text"};
    case BodyKind::kDecisionRecorded: {
      event::DecisionRecorded body;
      body.issuer = role == kKpu ? election::Issuer::kConstitutionalCourt : election::Issuer::kBawaslu;
      body.places = {place};
      return body;
    }
    case BodyKind::kRecapPart: return event::RecapPart{"pdpr", place, 1, 1, {}};
    case BodyKind::kRecapCertified: {
      event::RecapCertified body;
      body.contest = "pdpr";
      body.region = place;
      return body;
    }
    default: return EmptyBody(kind);
  }
}

// Which of the bodies above are about a place that the jurisdiction is held against.
bool HasPlace(Role role, BodyKind kind) {
  if (kind == BodyKind::kRegistryAmended) return role == kKpuProvinsi || role == kKpuKabkota;
  return kind >= BodyKind::kResultSubmitted && kind <= BodyKind::kRecapCertified;
}

bool Reaches(Role role, BodyKind kind, const RegionCode& home, const RegionCode& place) {
  const bool certifies = kind == BodyKind::kRecapPart || kind == BodyKind::kRecapCertified;
  if (certifies && role == kPpln) {
    return home == place || (place.level() == Level::kDistrict && place.view().starts_with(home.view()));
  }
  const bool own_only = certifies || ((role == kKpps || role == kKppsln) &&
                                      kind != BodyKind::kIncidentRecorded);
  return own_only ? home == place : place.view().starts_with(home.view());
}

TEST(Roles, EveryRoleBodyAndPlace) {
  const char* const places[] = {"",           "65",     "6501",          "650105",       "6501051002",
                                "6501051002066", "6501051002067", "64", "6401",          "6401011001001",
                                "99",         "9901",   "990101",        "9901010001001"};
  int cells = 0;
  for (const Role role : election::AllOf<Role>()) {
    for (size_t i = 0; i < event::kBodyKinds; ++i) {
      const auto kind = static_cast<BodyKind>(i);
      for (const char* digits : places) {
        if (!HasPlace(role, kind) && MayDo(role, kind)) continue;
        World world;
        const RegionCode home = Code(HomeOf(role));
        const RegionCode place = Code(digits);
        const PublicKey author = world.Official(role, home);
        const std::string said = Said(world.Try(author, BodyAbout(&world, role, kind, place)));
        const std::string where = std::string(Name(role)) + " " + std::string(BodyName(kind)) + " at " +
                                  place.display();
        ++cells;
        if (!MayDo(role, kind)) {
          EXPECT_EQ(said.substr(0, said.find('/')), "ROLE_NOT_ENTITLED") << where;
        } else if (!Reaches(role, kind, home, place)) {
          EXPECT_EQ(said, "OUTSIDE_JURISDICTION/0") << where;
        } else {
          EXPECT_FALSE(said.starts_with("ROLE") || said.starts_with("OUTSIDE_J")) << where << ": " << said;
        }
      }
    }
  }
  EXPECT_GT(cells, 4000);
}

TEST(Roles, StationsAreRegisteredWithinTheJurisdiction) {
  World world;
  const auto body = [](const char* code) {
    return event::StationsRegistered{{{Code(code), "", election::StationKind::kRegular, {}}}};
  };
  for (const auto& [role, home] : {std::pair(kRoot, ""), {kKpu, ""}, {kKpuProvinsi, "65"}, {kKpuKabkota, "6501"}}) {
    const PublicKey author = world.Official(role, home);
    EXPECT_EQ(Said(world.Try(author, body("6501051002001"))), "ACCEPTED") << Name(role);
    EXPECT_EQ(Said(world.Try(author, body("6401011001002"))),
              *home == '\0' ? "ACCEPTED" : "OUTSIDE_JURISDICTION/0")
        << Name(role);
  }
}

// The chain of enrolment, said again.
bool Enrols(Role role, Role over) {
  if (role == kRoot) return over != kRoot && over != kLedger && over != kParticipant;
  const std::set<std::pair<Role, Role>> pairs = {
      {kKpu, kKpuProvinsi}, {kKpu, kKpuKabkota}, {kKpu, kPpln}, {kKpuProvinsi, kKpuKabkota},
      {kKpuKabkota, kPpk}, {kKpuKabkota, kKpps}, {kPpk, kKpps}, {kPpln, kKppsln},
      {kBawaslu, kBawasluProvinsi}, {kBawaslu, kPanwasluLn}, {kBawasluProvinsi, kBawasluKabkota},
      {kBawasluKabkota, kPanwasluKecamatan}, {kPanwasluKecamatan, kPanwasluDesa},
      {kPanwasluDesa, kPtps}, {kParticipant, kSaksi}};
  return pairs.contains({role, over});
}

event::OfficialFact Fact(Role role, const RegionCode& jurisdiction) {
  event::OfficialFact fact;
  fact.id = "new";
  fact.role = role;
  fact.jurisdiction = jurisdiction;
  if (role == kSaksi) fact.contest = "pdpr", fact.choice = 4;
  return fact;
}

TEST(Roles, EveryPairOfEnrolment) {
  for (const Role role : election::AllOf<Role>()) {
    for (const Role over : election::AllOf<Role>()) {
      World world;
      const PublicKey author = world.Official(role, HomeOf(role));
      const std::string said =
          Said(world.Try(author, event::OfficialsEnrolled{{Fact(over, Code(HomeOf(over)))}}));
      EXPECT_EQ(said, Enrols(role, over) ? "ACCEPTED" : "ROLE_NOT_ENTITLED/0")
          << Name(role) << " over " << Name(over);
    }
  }
}

TEST(Roles, EnrolmentStaysInsideTheJurisdiction) {
  World world;
  const auto enrol = [&](Role role, const char* home, Role over, const char* there) {
    return Said(world.Try(world.Official(role, home), event::OfficialsEnrolled{{Fact(over, Code(there))}}));
  };
  EXPECT_EQ(enrol(kKpuProvinsi, "65", kKpuKabkota, "6401"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(enrol(kKpuKabkota, "6501", kPpk, "640101"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(enrol(kPpk, "650106", kKpps, "6501051002066"), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(enrol(kPpk, "650105", kKpps, "6501051002066"), "ACCEPTED");
  // A wrong level is a wrong fact, not a wrong author.
  EXPECT_EQ(enrol(kKpuKabkota, "6501", kPpk, "6501051002"), "REGISTRY_INVALID/0");
  EXPECT_EQ(enrol(kRoot, "", kPpk, "990101"), "REGISTRY_INVALID/0");
  EXPECT_EQ(enrol(kRoot, "", kPpln, "650105"), "REGISTRY_INVALID/0");
  EXPECT_EQ(enrol(kRoot, "", kKpps, "6501051002999"), "UNKNOWN_STATION/0");
  EXPECT_EQ(enrol(kRoot, "", kPpk, "650199"), "UNKNOWN_REGION/0");
}

TEST(Roles, ParticipantEnrolsItsOwnWitnessesOnly) {
  World world;
  const PublicKey party = world.Official(kParticipant, "");
  auto fact = Fact(kSaksi, Code("6501"));
  EXPECT_EQ(Said(world.Try(party, event::OfficialsEnrolled{{fact}})), "ACCEPTED");
  fact.choice = 5;
  EXPECT_EQ(Said(world.Try(party, event::OfficialsEnrolled{{fact}})), "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(Said(world.Try(world.Official(kRoot, ""), event::OfficialsEnrolled{{fact}})),
            "UNKNOWN_CHOICE/0");
  fact.contest = "nothing";
  EXPECT_EQ(Said(world.Try(world.Official(kRoot, ""), event::OfficialsEnrolled{{fact}})),
            "UNKNOWN_CONTEST/0");
}

TEST(Roles, WitnessSpeaksForItsOwnContestOnly) {
  World world;
  const PublicKey saksi = world.Official(kSaksi, "6501");
  EXPECT_EQ(Said(world.Try(saksi, event::CopyFiled{"pdpr", kTps, 1, {{}}, {}, {}, {}})), "ACCEPTED");
  EXPECT_EQ(Said(world.Try(saksi, event::CopyFiled{"ppwp", kTps, 1, {{}}, {}, {}, {}})),
            "OUTSIDE_JURISDICTION/0");
  EXPECT_EQ(Said(world.Try(saksi, event::ObjectionFiled{"ppwp", kTps, {}, "text", {}, {}})),
            "OUTSIDE_JURISDICTION/0");
}

TEST(Roles, DecisionsAreRecordedByTheSideThatKnowsThem) {
  World world;
  event::DecisionRecorded body;
  body.number = "1";
  body.document = HashOf(1);
  for (const auto issuer : election::AllOf<election::Issuer>()) {
    body.issuer = issuer;
    const bool bawaslu = issuer == election::Issuer::kBawaslu;
    EXPECT_EQ(Said(world.Try(world.Official(kBawaslu, ""), body)),
              bawaslu ? "ACCEPTED" : "ROLE_NOT_ENTITLED/0");
    EXPECT_EQ(Said(world.Try(world.Official(kKpu, ""), body)),
              bawaslu ? "ROLE_NOT_ENTITLED/0" : "ACCEPTED");
  }
  body.issuer = election::Issuer::kBawaslu;
  EXPECT_EQ(Said(world.Try(world.Official(kBawasluProvinsi, "65"), body)), "OUTSIDE_JURISDICTION/0");
}

}  // namespace
}  // namespace jejak::admission
