// Amendments of registered facts. Each says what the fact is now, as text, so that two that cross
// don't overwrite one another unseen.
#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "ledger/admission/judge.h"
#include "ledger/base/limits.h"

namespace jejak::admission {
namespace {

using election::AmendedField;
using event::Amendment;

// Canonical decimal: no sign but '-', no leading zero.
std::optional<int64_t> Number(std::string_view text, int64_t min, int64_t max) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::to_string(value) != text || value < min || value > max) return std::nullopt;
  return value;
}

template <typename T>
std::string Text(const std::optional<T>& value) {
  return value ? std::to_string(*value) : std::string();
}

// "contest/rest". No slash: all of it is the contest.
std::pair<std::string_view, std::string_view> Split(std::string_view subject) {
  const size_t slash = subject.find('/');
  if (slash == std::string_view::npos) return {subject, {}};
  return {subject.substr(0, slash), subject.substr(slash + 1)};
}

bool IsPlace(AmendedField field) { return field <= AmendedField::kDptP; }

// What the fact is now; none when there is no such subject, which is then a fault already.
using Present = std::optional<std::string>;

Present OfRegion(const Act& act, const Amendment& amendment, size_t number, Faults* faults) {
  const auto code = RegionCode::Parse(amendment.subject);
  const auto region = code && !code->IsStation() ? act.view.Region(*code) : std::nullopt;
  if (!region) {
    faults->Add(Reason::kUnknownRegion, number);
    return std::nullopt;
  }
  switch (amendment.field) {
    case AmendedField::kRegionName: return region->name;
    case AmendedField::kRegionKind: return std::string(Name(region->kind));
    case AmendedField::kUtcOffset: return Text(region->utc_offset);
    default: return Text(region->expected_stations);
  }
}

Present OfStation(const Act& act, const Amendment& amendment, size_t number, Faults* faults) {
  const auto code = StationCode::Parse(amendment.subject);
  const StationState* station = code && code->IsStation() ? act.view.Station(*code) : nullptr;
  if (station == nullptr) {
    faults->Add(Reason::kUnknownStation, number);
    return std::nullopt;
  }
  switch (amendment.field) {
    case AmendedField::kStationName: return station->name;
    case AmendedField::kStationKind: return std::string(Name(station->kind));
    case AmendedField::kDptL: return station->dpt ? std::to_string(station->dpt->l) : std::string();
    default: return station->dpt ? std::to_string(station->dpt->p) : std::string();
  }
}

Present OfDeadline(const ContestState& contest, std::string_view stage_name, size_t number,
                   Faults* faults) {
  const auto stage = election::Parse<Stage>(stage_name);
  if (!stage || *stage > contest.last_stage) {
    faults->Add(Reason::kRegistryInvalid, number);
    return std::nullopt;
  }
  for (const event::Deadline& deadline : contest.deadlines) {
    if (deadline.stage == *stage) return std::to_string(deadline.local_seconds);
  }
  return std::string();
}

Present OfContest(const Act& act, const Amendment& amendment, size_t number, Faults* faults) {
  const auto [id, rest] = Split(amendment.subject);
  const auto contest = KnownContest(act.view, id, number, faults);
  if (contest == nullptr) return std::nullopt;
  if (amendment.field == AmendedField::kDeadline) return OfDeadline(*contest, rest, number, faults);
  if (amendment.field == AmendedField::kChoiceName) {
    const auto choice = Number(rest, 1, std::numeric_limits<uint32_t>::max());
    const auto meaning =
        choice ? act.view.ChoiceMeaning(id, static_cast<ChoiceId>(*choice)) : std::nullopt;
    if (meaning) return meaning->name;
    faults->Add(Reason::kUnknownChoice, number);
    return std::nullopt;
  }
  if (!rest.empty()) faults->Add(Reason::kRegistryInvalid, number);
  if (amendment.field == AmendedField::kContestName) return contest->name;
  return std::string(contest->kpps_may_correct ? "true" : "false");
}

Present PresentFact(const Act& act, const Amendment& amendment, size_t number, Faults* faults) {
  switch (amendment.field) {
    case AmendedField::kRegionName:
    case AmendedField::kRegionKind:
    case AmendedField::kUtcOffset:
    case AmendedField::kExpectedStations: return OfRegion(act, amendment, number, faults);
    case AmendedField::kStationName:
    case AmendedField::kStationKind:
    case AmendedField::kDptL:
    case AmendedField::kDptP: return OfStation(act, amendment, number, faults);
    case AmendedField::kContestName:
    case AmendedField::kKppsMayCorrect:
    case AmendedField::kDeadline:
    case AmendedField::kChoiceName: return OfContest(act, amendment, number, faults);
    case AmendedField::kOfficialBody:
    case AmendedField::kOfficialDecree: {
      const auto official = act.view.Official(amendment.subject);
      if (!official) {
        faults->Add(Reason::kUnknownOfficial, number);
        return std::nullopt;
      }
      return amendment.field == AmendedField::kOfficialBody ? official->body : official->decree;
    }
    case AmendedField::kElectionName:
      if (!amendment.subject.empty()) faults->Add(Reason::kRegistryInvalid, number);
      return act.view.ElectionName();
  }
  return std::nullopt;
}

// The two halves of a DPT are stated together or not at all.
bool OtherHalfAgrees(const std::vector<Amendment>& all, const Amendment& half) {
  if (half.before.empty() == half.after.empty()) return true;
  const AmendedField other =
      half.field == AmendedField::kDptL ? AmendedField::kDptP : AmendedField::kDptL;
  return std::any_of(all.begin(), all.end(), [&](const Amendment& a) {
    return a.field == other && a.subject == half.subject &&
           a.before.empty() == half.before.empty() && a.after.empty() == half.after.empty();
  });
}

// Whether the new value is one that the fact can have.
bool Fits(const std::vector<Amendment>& all, const Amendment& amendment) {
  const std::string& after = amendment.after;
  constexpr int64_t kCountMax = limits::kStationFigureMax;  // as when it is registered
  switch (amendment.field) {
    case AmendedField::kRegionKind: {
      const auto kind = election::Parse<election::RegionKind>(after);
      return kind && KindFits(*kind, *RegionCode::Parse(amendment.subject));
    }
    case AmendedField::kStationKind: {
      const auto kind = election::Parse<election::StationKind>(after);
      return kind && KindFits(*kind, *StationCode::Parse(amendment.subject));
    }
    case AmendedField::kUtcOffset: {
      const auto minutes =
          Number(after, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max());
      return after.empty() || (minutes && UtcOffsetFits(*minutes));
    }
    case AmendedField::kExpectedStations: return after.empty() || Number(after, 0, kCountMax);
    case AmendedField::kDptL:
    case AmendedField::kDptP:
      return (after.empty() || Number(after, 0, kCountMax)) && OtherHalfAgrees(all, amendment);
    case AmendedField::kKppsMayCorrect: return after == "true" || after == "false";
    case AmendedField::kDeadline:
      return after.empty() || Number(after, std::numeric_limits<int64_t>::min(),
                                     std::numeric_limits<int64_t>::max());
    case AmendedField::kStationName: return true;
    default: return !after.empty();
  }
}

void CheckAuthor(const Act& act, const Amendment& amendment, size_t number, Faults* faults) {
  if (!act.may.Has(kPlacesOnly)) return;
  if (!IsPlace(amendment.field)) return faults->Add(Reason::kRoleNotEntitled, number);
  const auto code = RegionCode::Parse(amendment.subject);
  if (code) act.CheckPlace(*code, number, faults);
}

}  // namespace

void Judge(const Act& act, const event::RegistryAmended& body, Faults* faults) {
  for (size_t i = 0; i < body.amendments.size(); ++i)
    CheckAuthor(act, body.amendments[i], i, faults);
  if (faults->Settled()) return;
  if (body.amendments.empty()) faults->Add(Reason::kNothingChanged);
  if (body.legal_basis.empty()) faults->Add(Reason::kBasisMissing);
  for (size_t i = 0; i < body.amendments.size(); ++i) {
    const Amendment& amendment = body.amendments[i];
    const Present present = PresentFact(act, amendment, i, faults);
    if (!present) continue;
    if (!Fits(body.amendments, amendment)) faults->Add(Reason::kRegistryInvalid, i);
    if (*present != amendment.before) faults->Add(Reason::kAmendmentStale, i);
    if (amendment.before == amendment.after) faults->Add(Reason::kNothingChanged, i);
  }
}

}  // namespace jejak::admission
