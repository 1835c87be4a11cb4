#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "ledger/admission/docs.h"
#include "ledger/admission/roles.h"

namespace jejak::admission {
namespace {

using election::AllOf;
using election::RegionCode;
using election::Role;
using event::BodyKind;

constexpr std::string_view kIntroduction = R"(# Roles

Rendered from the tables in `ledger/admission/roles.cc`, which decide every verdict. What a role is not named for
is refused with `ROLE_NOT_ENTITLED`, a place out of reach with `OUTSIDE_JURISDICTION`, a stage that does not fit
with `STAGE_SEALED` or `STAGE_NOT_OPEN`; [reasons.md](reasons.md) has them all.

## Who may do what

)";

constexpr std::string_view kStages = R"(
## Stages

The recapitulation of one contest at one TPS, in its newest round, passes the stages of KPPS, PPK, KPU kab/kota, KPU
provinsi and KPU, up to the contest's last; abroad those of KPPSLN, PPLN and KPU.

- The stage of KPPS ends with `resultFinalised`, with the first submission or correction by PPK, or with a
  certification that covers the TPS.
- Every other stage ends with a certification, by its body or one above, that covers the TPS. A certification from
  before the TPS's newest round was opened does not count.
- PPK may correct before KPPS has finished. Bodies above may correct only when the stage below has ended.
- `stageReopened` names contest, region and stage. It opens the stage of that one body until a certification by it or
  by a body above that is newer. The stage of KPPS is not opened again: PPK corrects.
- A body whose stage comes after the contest's last takes no part in it (`ROLE_NOT_ENTITLED`), save KPU, which may
  correct anywhere once the last stage is sealed, with a decision as the reason.
- Certifying again takes a `stageReopened`, or a round opened there, since the last certification. A body may certify
  although one above already has.

)";

std::string_view Text(Scope scope) {
  switch (scope) {
    case Scope::kNone: return "nowhere";
    case Scope::kAnywhere: return "anywhere";
    case Scope::kWithin: return "within its jurisdiction";
    case Scope::kOwn: return "its own place";
    case Scope::kOwnArea: return "its area, or a district in it";
    case Scope::kAuthority: return "officials it has authority over";
  }
  return "";
}

std::string_view Text(StageRule rule) {
  switch (rule) {
    case StageRule::kAny: return "any time";
    case StageRule::kKppsStage: return "in the stage of KPPS";
    case StageRule::kUntilSealed: return "until its stage is sealed";
    case StageRule::kOwnStage: return "in its own stage";
    case StageRule::kUntilCertified: return "until it has certified";
  }
  return "";
}

// In the order of the flags of Condition.
constexpr std::array<std::string_view, kConditions> kConditionTexts = {
    "with minutes",
    "for a TPS without a result",
    "in contests in which KPPS may correct",
    "once the last stage is sealed: with a decision as reason",
    "with the reason `unstated` only",
    "outside live elections",
    "in its participant's contest",
    "facts of regions and stations only",
    "decisions issued by Bawaslu",
    "decisions not issued by Bawaslu",
    "or its own keys",
    "with the ledger's key in force",
};

// In the order of the flags of Power.
constexpr std::array<std::string_view, 5> kPowerTexts = {
    "enrol officials", "enrol keys", "revoke keys", "release keys", "suspend and reinstate"};

std::string Flags(uint32_t flags, std::span<const std::string_view> texts) {
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    if ((flags >> i & 1u) == 0) continue;
    if (!out.empty()) out += "; ";
    out += texts[i];
  }
  return out;
}

std::string Names(const std::vector<Role>& roles) {
  std::string out;
  for (const Role role : roles) fmt::format_to(std::back_inserter(out), "{}`{}`", out.empty() ? "" : ", ", Name(role));
  return out;
}

bool Same(const Entitlement& a, const Entitlement& b) {
  return a.scope == b.scope && a.stage == b.stage && a.conditions == b.conditions;
}

// One line for the roles that may do the same with the body.
void AppendBody(BodyKind body, std::string* out) {
  std::vector<Role> rest(AllOf<Role>().begin(), AllOf<Role>().end());
  std::erase_if(rest, [body](Role role) { return May(role, body).scope == Scope::kNone; });
  while (!rest.empty()) {
    const Entitlement& may = May(rest.front(), body);
    std::vector<Role> same;
    std::erase_if(rest, [&](Role role) {
      if (!Same(May(role, body), may)) return false;
      same.push_back(role);
      return true;
    });
    fmt::format_to(std::back_inserter(*out), "| `{}` | {} | {} | {} | {} |\n", BodyName(body), Names(same),
                   Text(may.scope), Text(may.stage), Flags(may.conditions, kConditionTexts));
  }
}

void AppendAuthorities(std::string* out) {
  for (const Role role : AllOf<Role>()) {
    for (const Authority& authority : AuthoritiesOf(role)) {
      fmt::format_to(std::back_inserter(*out), "| `{}` | `{}` | {} | {} |\n", Name(role),
                     Name(authority.over), Flags(authority.powers, kPowerTexts),
                     authority.reach == Reach::kParticipant ? "of the same participant"
                                                            : "within its jurisdiction");
    }
  }
}

void AppendJurisdictions(std::string* out) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kSamples = {{
      {"", "the nation"},
      {"65", "a province"},
      {"6501", "a regency or city"},
      {"650105", "a district"},
      {"6501051002", "a village"},
      {"6501051002066", "a TPS"},
      {"99", "abroad as a whole"},
      {"9901", "an area abroad of 4 digits"},
      {"990101", "of 6 digits"},
      {"9901010001", "of 10 digits"},
      {"9901010001001", "a station abroad"},
  }};
  for (const Role role : AllOf<Role>()) {
    std::string levels;
    size_t fitting = 0;
    for (const auto& [code, text] : kSamples) {
      if (!JurisdictionFits(role, *RegionCode::Parse(code))) continue;
      fmt::format_to(std::back_inserter(levels), "{}{}", levels.empty() ? "" : ", ", text);
      ++fitting;
    }
    if (fitting == kSamples.size()) levels = "any";
    const auto stage = StageOf(role);
    fmt::format_to(std::back_inserter(*out), "| `{}` | {} | {} |\n", Name(role), levels,
                   stage ? fmt::format("`{}`", Name(*stage)) : "");
  }
}

}  // namespace

std::string RenderRoles() {
  std::string out(kIntroduction);
  out += "| Body | Roles | Where | When | Conditions |\n|---|---|---|---|---|\n";
  for (size_t body = 0; body < event::kBodyKinds; ++body) AppendBody(static_cast<BodyKind>(body), &out);
  out += "\n`electionOpened` after genesis is always refused, with `ALREADY_REGISTERED` for root.\n";
  out += kStages;
  out += "## Who enrols whom\n\n";
  out += "Everyone may also revoke keys of their own, except the ledger. The keys of `root`, `ledger` and `bawaslu` in\n";
  out += "genesis, and of participants in their ballot, prove themselves.\n\n";
  out += "| Role | Over | May | Whom |\n|---|---|---|---|\n";
  AppendAuthorities(&out);
  out += "\n## Jurisdictions\n\n| Role | Jurisdiction | Stage |\n|---|---|---|\n";
  AppendJurisdictions(&out);
  return out;
}

}  // namespace jejak::admission
