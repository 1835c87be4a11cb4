#include "ledger/admission/roles.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace jejak::admission {
namespace {

using election::Level;
using election::RegionCode;
using election::Role;
using election::Stage;
using event::BodyKind;
using enum Role;

constexpr size_t kRoles = static_cast<size_t>(kLedger) + 1;

constexpr uint32_t Only(std::initializer_list<Role> roles) {
  uint32_t set = 0;
  for (const Role role : roles) set |= 1u << static_cast<uint32_t>(role);
  return set;
}

constexpr uint32_t kSupervisors =
    Only({kBawaslu, kBawasluProvinsi, kBawasluKabkota, kPanwasluKecamatan, kPanwasluDesa, kPtps, kPanwasluLn});
constexpr uint32_t kEnrollers = Only({kRoot, kKpu, kKpuProvinsi, kKpuKabkota, kPpk, kPpln, kBawaslu,
                                      kBawasluProvinsi, kBawasluKabkota, kPanwasluKecamatan,
                                      kPanwasluDesa, kParticipant});
constexpr uint32_t kEveryoneButLedger = Only({kLedger}) - 1;

struct Row {
  BodyKind body;
  uint32_t roles;
  Entitlement may;
};

// The table. A pair of role and body that no row names is not entitled.
constexpr Row kRows[] = {
    {BodyKind::kElectionOpened, Only({kRoot}), {Scope::kAnywhere}},
    {BodyKind::kContestRegistered, Only({kRoot, kKpu}), {Scope::kAnywhere}},
    {BodyKind::kRegionsRegistered, Only({kRoot, kKpu}), {Scope::kAnywhere}},
    {BodyKind::kStationsRegistered, Only({kRoot, kKpu, kKpuProvinsi, kKpuKabkota}), {Scope::kWithin}},
    {BodyKind::kBallotRegistered, Only({kRoot, kKpu}), {Scope::kAnywhere}},
    {BodyKind::kRegistryAmended, Only({kRoot, kKpu}), {Scope::kAnywhere}},
    {BodyKind::kRegistryAmended, Only({kKpuProvinsi, kKpuKabkota}),
     {Scope::kWithin, StageRule::kAny, kPlacesOnly}},

    {BodyKind::kOfficialsEnrolled, kEnrollers, {Scope::kAuthority}},
    {BodyKind::kKeyEnrolled, kEnrollers, {Scope::kAuthority}},
    {BodyKind::kKeyRevoked, kEveryoneButLedger, {Scope::kAuthority, StageRule::kAny, kOrOwnKey}},
    {BodyKind::kKeyReleased, kEnrollers, {Scope::kAuthority}},
    {BodyKind::kOfficialSuspended, kEnrollers, {Scope::kAuthority}},
    {BodyKind::kOfficialReinstated, kEnrollers, {Scope::kAuthority}},
    {BodyKind::kLedgerKeyChanged, Only({kRoot}), {Scope::kAnywhere}},

    {BodyKind::kResultSubmitted, Only({kKpps, kKppsln}),
     {Scope::kOwn, StageRule::kKppsStage, kNoResultYet}},
    {BodyKind::kResultSubmitted, Only({kPpk, kPpln, kKpuKabkota}),
     {Scope::kWithin, StageRule::kUntilSealed, kNoResultYet | kMinutes}},
    {BodyKind::kResultSubmitted, Only({kImporter}),
     {Scope::kWithin, StageRule::kAny, kNoResultYet | kNotLive}},

    {BodyKind::kResultCorrected, Only({kKpps, kKppsln}),
     {Scope::kOwn, StageRule::kKppsStage, kContestAllows}},
    {BodyKind::kResultCorrected, Only({kPpk, kPpln}), {Scope::kWithin, StageRule::kUntilSealed, kMinutes}},
    {BodyKind::kResultCorrected, Only({kKpuKabkota, kKpuProvinsi}),
     {Scope::kWithin, StageRule::kOwnStage, kMinutes}},
    {BodyKind::kResultCorrected, Only({kKpu}),
     {Scope::kWithin, StageRule::kOwnStage, kMinutes | kDecisionAfterSeal}},
    {BodyKind::kResultCorrected, Only({kImporter}),
     {Scope::kWithin, StageRule::kAny, kOnlyUnstated | kNotLive}},

    {BodyKind::kResultFinalised, Only({kKpps, kKppsln}), {Scope::kOwn, StageRule::kKppsStage}},
    {BodyKind::kCopyFiled, kSupervisors, {Scope::kWithin}},
    {BodyKind::kCopyFiled, Only({kSaksi}), {Scope::kWithin, StageRule::kAny, kOwnContest}},

    {BodyKind::kRoundOpened, Only({kKpu, kKpuProvinsi, kKpuKabkota}), {Scope::kWithin}},
    {BodyKind::kRoundCancelled, Only({kKpu, kKpuProvinsi, kKpuKabkota}), {Scope::kWithin}},

    {BodyKind::kObjectionFiled, kSupervisors, {Scope::kWithin}},
    {BodyKind::kObjectionFiled, Only({kSaksi}), {Scope::kWithin, StageRule::kAny, kOwnContest}},
    {BodyKind::kObjectionResolved, Only({kKpps, kKppsln}), {Scope::kOwn}},
    {BodyKind::kObjectionResolved, Only({kPpk, kPpln, kKpuKabkota, kKpuProvinsi, kKpu}),
     {Scope::kWithin, StageRule::kAny, kMinutes}},
    {BodyKind::kIncidentRecorded,
     kSupervisors | Only({kKpps, kKppsln, kPpk, kPpln, kKpuKabkota, kKpuProvinsi, kKpu}),
     {Scope::kWithin}},
    {BodyKind::kDecisionRecorded, kSupervisors, {Scope::kWithin, StageRule::kAny, kIssuedByBawaslu}},
    {BodyKind::kDecisionRecorded, Only({kKpu}), {Scope::kWithin, StageRule::kAny, kIssuedByOthers}},

    {BodyKind::kRecapPart, Only({kPpk, kKpuKabkota, kKpuProvinsi, kKpu}),
     {Scope::kOwn, StageRule::kUntilCertified}},
    {BodyKind::kRecapPart, Only({kPpln}), {Scope::kOwnArea, StageRule::kUntilCertified}},
    {BodyKind::kRecapCertified, Only({kPpk, kKpuKabkota, kKpuProvinsi, kKpu}),
     {Scope::kOwn, StageRule::kUntilCertified, kMinutes}},
    {BodyKind::kRecapCertified, Only({kPpln}), {Scope::kOwnArea, StageRule::kUntilCertified, kMinutes}},
    {BodyKind::kStageReopened, Only({kKpu}), {Scope::kAnywhere}},

    {BodyKind::kRulesChanged, Only({kRoot}), {Scope::kAnywhere}},
    {BodyKind::kTallyCommitted, Only({kLedger}), {Scope::kAnywhere, StageRule::kAny, kLedgerKeyInForce}},
};

using Grid = std::array<std::array<Entitlement, event::kBodyKinds>, kRoles>;

constexpr Grid MakeGrid() {
  Grid grid{};
  for (const Row& row : kRows) {
    for (size_t role = 0; role < kRoles; ++role) {
      if ((row.roles >> role & 1u) != 0) grid[role][static_cast<size_t>(row.body)] = row.may;
    }
  }
  return grid;
}

constexpr Grid kGrid = MakeGrid();

constexpr uint8_t kKeys = kEnrolKey | kRevokeKey | kReleaseKey;
constexpr uint8_t kAll = kEnrolOfficial | kKeys | kSuspend;

// Of the officials of genesis, root can't be suspended, and the ledger's key is changed, not enrolled.
constexpr Authority kByRoot[] = {
    {kRoot, kKeys}, {kKpu, kAll}, {kKpuProvinsi, kAll}, {kKpuKabkota, kAll}, {kPpk, kAll},
    {kKpps, kAll}, {kPpln, kAll}, {kKppsln, kAll}, {kBawaslu, kAll}, {kBawasluProvinsi, kAll},
    {kBawasluKabkota, kAll}, {kPanwasluKecamatan, kAll}, {kPanwasluDesa, kAll}, {kPtps, kAll},
    {kPanwasluLn, kAll}, {kSaksi, kAll}, {kImporter, kAll}, {kParticipant, kKeys | kSuspend},
    {kLedger, kRevokeKey | kReleaseKey},
};
// A participant is enrolled by its ballot, which kpu may register.
constexpr Authority kByKpu[] = {
    {kKpuProvinsi, kAll}, {kKpuKabkota, kAll}, {kPpln, kAll}, {kParticipant, kKeys | kSuspend}};
constexpr Authority kByKpuProvinsi[] = {{kKpuKabkota, kAll}};
constexpr Authority kByKpuKabkota[] = {{kPpk, kAll}, {kKpps, kAll}};
constexpr Authority kByPpk[] = {{kKpps, kAll}};
constexpr Authority kByPpln[] = {{kKppsln, kAll}};
constexpr Authority kByBawaslu[] = {{kBawasluProvinsi, kAll}, {kPanwasluLn, kAll}};
constexpr Authority kByBawasluProvinsi[] = {{kBawasluKabkota, kAll}};
constexpr Authority kByBawasluKabkota[] = {{kPanwasluKecamatan, kAll}};
constexpr Authority kByPanwasluKecamatan[] = {{kPanwasluDesa, kAll}};
constexpr Authority kByPanwasluDesa[] = {{kPtps, kAll}};
constexpr Authority kByParticipant[] = {{kSaksi, kAll, Reach::kParticipant}};

}  // namespace

const Entitlement& May(Role role, BodyKind body) {
  return kGrid[static_cast<size_t>(role)][static_cast<size_t>(body)];
}

std::optional<Stage> StageOf(Role role) {
  switch (role) {
    case kKpps:
    case kKppsln: return Stage::kKpps;
    case kPpk:
    case kPpln: return Stage::kPpk;
    case kKpuKabkota: return Stage::kKabkota;
    case kKpuProvinsi: return Stage::kProvinsi;
    case kKpu: return Stage::kNasional;
    default: return std::nullopt;
  }
}

std::span<const Authority> AuthoritiesOf(Role role) {
  switch (role) {
    case kRoot: return kByRoot;
    case kKpu: return kByKpu;
    case kKpuProvinsi: return kByKpuProvinsi;
    case kKpuKabkota: return kByKpuKabkota;
    case kPpk: return kByPpk;
    case kPpln: return kByPpln;
    case kBawaslu: return kByBawaslu;
    case kBawasluProvinsi: return kByBawasluProvinsi;
    case kBawasluKabkota: return kByBawasluKabkota;
    case kPanwasluKecamatan: return kByPanwasluKecamatan;
    case kPanwasluDesa: return kByPanwasluDesa;
    case kParticipant: return kByParticipant;
    default: return {};
  }
}

const Authority* AuthorityOver(Role role, Role over) {
  const auto authorities = AuthoritiesOf(role);
  const auto at = std::find_if(authorities.begin(), authorities.end(),
                               [over](const Authority& authority) { return authority.over == over; });
  return at != authorities.end() ? &*at : nullptr;
}

bool JurisdictionFits(Role role, const RegionCode& jurisdiction) {
  const Level level = jurisdiction.level();
  const bool abroad = jurisdiction.IsAbroad();
  switch (role) {
    case kRoot:
    case kKpu:
    case kBawaslu:
    case kParticipant:
    case kLedger: return level == Level::kNation;
    case kKpuProvinsi:
    case kBawasluProvinsi: return level == Level::kProvince && !abroad;
    case kKpuKabkota:
    case kBawasluKabkota: return level == Level::kRegency && !abroad;
    case kPpk:
    case kPanwasluKecamatan: return level == Level::kDistrict && !abroad;
    case kPanwasluDesa: return level == Level::kVillage && !abroad;
    case kKpps:
    case kPtps: return level == Level::kStation && !abroad;
    case kPpln: return abroad && level >= Level::kRegency && level <= Level::kVillage;
    case kKppsln: return abroad && level == Level::kStation;
    case kPanwasluLn: return abroad;
    case kSaksi:
    case kImporter: return true;
  }
  return false;
}

bool InScope(Scope scope, const RegionCode& jurisdiction, const RegionCode& place) {
  switch (scope) {
    case Scope::kNone: return false;
    case Scope::kAnywhere:
    case Scope::kAuthority: return true;
    case Scope::kWithin: return jurisdiction.Contains(place);
    case Scope::kOwn: return jurisdiction == place;
    case Scope::kOwnArea:
      return jurisdiction == place ||
             (place.level() == Level::kDistrict && jurisdiction.Contains(place));
  }
  return false;
}

}  // namespace jejak::admission
