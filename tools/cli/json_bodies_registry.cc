// Registry, officials and keys as JSON.
#include "tools/cli/json_bodies.h"
#include "tools/cli/json_parts.h"
#include "tools/cli/json_registry.h"

namespace jejak::event {

template <typename A>
void Fields(A& a, ElectionOpened& v) {
  a.Req("name", v.name);
  a.Req("kind", v.kind);
  a.Req("mode", v.mode);
  a.Req("rules", v.rules);
  a.Req("voting_day", cli::Date(v.voting_day));
  a.Req("origin", v.origin);
  a.Req("nonce", v.nonce);
  a.Req("dpt_max", v.dpt_max);
  a.Req("reserve_permille", v.reserve_permille);
  a.Req("root_body", v.root_body);
  a.Req("root_decree", v.root_decree);
  a.Req("root_name_commitment", v.root_name);
  a.Req("root_key", v.root_key);
  a.Req("ledger_key", v.ledger_key);
  a.Req("supervisors_key", v.supervisors_key);
}
template <typename A>
void Fields(A& a, OfficialFact& v) {
  a.Req("id", v.id);
  a.Opt("body", v.body);
  a.Req("role", v.role);
  a.Req("jurisdiction", v.jurisdiction);
  a.Opt("contest", v.contest);
  a.Opt("choice", cli::ChoiceText(v.choice));
  a.Opt("decree", v.decree);
  a.Req("name_commitment", v.name);
  a.Opt("keys", v.keys);
}
template <typename A>
void Fields(A& a, OfficialsEnrolled& v) {
  a.Req("officials", v.officials);
}
template <typename A>
void Fields(A& a, KeyEnrolled& v) {
  a.Req("official", v.official);
  a.Req("key", v.key);
}
template <typename A>
void Fields(A& a, KeyRevoked& v) {
  a.Req("key", v.key);
  a.Opt("reason", v.reason);
  a.Opt("suspect_since", v.suspect_since);
}
template <typename A>
void Fields(A& a, KeyReleased& v) {
  a.Req("key", v.key);
  a.Opt("reason", v.reason);
}
template <typename A>
void Fields(A& a, OfficialSuspended& v) {
  a.Req("official", v.official);
  a.Opt("reason", v.reason);
}
template <typename A>
void Fields(A& a, OfficialReinstated& v) {
  a.Req("official", v.official);
  a.Opt("reason", v.reason);
}
template <typename A>
void Fields(A& a, LedgerKeyChanged& v) {
  a.Req("key", v.key);
  a.Opt("reason", v.reason);
}

}  // namespace jejak::event

namespace jejak::cli {
namespace {

template <typename T, typename Less>
void Sort(std::vector<T>* list, Less less) {
  std::stable_sort(list->begin(), list->end(), less);
}

void Arrange(event::ContestRegistered& b) {
  Sort(&b.covered, std::less<>());
  Sort(&b.excepted, std::less<>());
  Sort(&b.deadlines, [](const auto& x, const auto& y) { return x.stage < y.stage; });
}
void Arrange(event::RegionsRegistered& b) {
  Sort(&b.regions, [](const auto& x, const auto& y) { return x.code < y.code; });
}
void Arrange(event::StationsRegistered& b) {
  Sort(&b.stations, [](const auto& x, const auto& y) { return x.code < y.code; });
}
void Arrange(event::BallotRegistered& b) { Sort(&b.members, std::less<>()); }
void Arrange(event::RegistryAmended& b) {
  Sort(&b.amendments, [](const auto& x, const auto& y) {
    return std::tie(x.field, x.subject) < std::tie(y.field, y.subject);
  });
}
void Arrange(event::OfficialsEnrolled& b) {
  Sort(&b.officials, [](const auto& x, const auto& y) { return x.id < y.id; });
  for (event::OfficialFact& fact : b.officials) {
    Sort(&fact.keys, [](const auto& x, const auto& y) { return x.key < y.key; });
  }
}
template <typename T>
void Arrange(T&) {}

template <typename T>
Result<event::Body> Read(const Json& json) {
  JEJAK_ASSIGN_OR_RETURN(T body, ReadDocument<T>(json));
  Arrange(body);
  return event::Body(std::move(body));
}

}  // namespace

Json RegistryBodyToJson(const event::Body& body) {
  return std::visit(
      [](const auto& b) -> Json {
        using T = std::decay_t<decltype(b)>;
        if constexpr (requires(Out & out, T & v) { Fields(out, v); }) return ToValue(b);
        return Json();
      },
      body);
}

Result<event::Body> RegistryBodyFromJson(event::BodyKind kind, const Json& json) {
  using event::BodyKind;
  switch (kind) {
    case BodyKind::kElectionOpened: return Read<event::ElectionOpened>(json);
    case BodyKind::kContestRegistered: return Read<event::ContestRegistered>(json);
    case BodyKind::kRegionsRegistered: return Read<event::RegionsRegistered>(json);
    case BodyKind::kStationsRegistered: return Read<event::StationsRegistered>(json);
    case BodyKind::kBallotRegistered: return Read<event::BallotRegistered>(json);
    case BodyKind::kRegistryAmended: return Read<event::RegistryAmended>(json);
    case BodyKind::kOfficialsEnrolled: return Read<event::OfficialsEnrolled>(json);
    case BodyKind::kKeyEnrolled: return Read<event::KeyEnrolled>(json);
    case BodyKind::kKeyRevoked: return Read<event::KeyRevoked>(json);
    case BodyKind::kKeyReleased: return Read<event::KeyReleased>(json);
    case BodyKind::kOfficialSuspended: return Read<event::OfficialSuspended>(json);
    case BodyKind::kOfficialReinstated: return Read<event::OfficialReinstated>(json);
    case BodyKind::kLedgerKeyChanged: return Read<event::LedgerKeyChanged>(json);
    default: return Status(Reason::kInternal, "not a body of the registry");
  }
}

}  // namespace jejak::cli
