#include "ledger/projection/event_facts.h"

namespace jejak::projection {
namespace {

// Of an amendment to a fact of a contest, whose subject begins with it.
std::optional<std::string> ContestOf(const event::Amendment& amendment) {
  using election::AmendedField;
  switch (amendment.field) {
    case AmendedField::kContestName:
    case AmendedField::kKppsMayCorrect:
    case AmendedField::kDeadline:
    case AmendedField::kChoiceName:
      return amendment.subject.substr(0, amendment.subject.find('/'));
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> ContestOf(const event::Body& body) {
  return std::visit(
      [](const auto& b) -> std::optional<std::string> {
        if constexpr (requires { b.contest; }) return b.contest;
        if constexpr (std::is_same_v<std::decay_t<decltype(b)>, event::ContestRegistered>)
          return b.id;
        return std::nullopt;
      },
      body);
}

std::optional<election::RegionCode> PlaceOf(const event::Body& body) {
  return std::visit(
      [](const auto& b) -> std::optional<election::RegionCode> {
        if constexpr (requires { b.tps; }) return b.tps;
        if constexpr (requires { b.region; }) return b.region;
        if constexpr (requires { b.place; }) return b.place;
        return std::nullopt;
      },
      body);
}

std::vector<std::string> ContestsOf(const event::Body& body) {
  if (auto one = ContestOf(body)) return {std::move(*one)};
  return std::visit(
      [](const auto& b) -> std::vector<std::string> {
        if constexpr (requires { b.contests; }) return b.contests;
        std::vector<std::string> out;
        if constexpr (requires { b.amendments; }) {
          for (const event::Amendment& amendment : b.amendments) {
            if (auto contest = ContestOf(amendment)) out.push_back(std::move(*contest));
          }
        } else if constexpr (requires { b.officials; }) {
          for (const event::OfficialFact& fact : b.officials) {
            if (!fact.contest.empty()) out.push_back(fact.contest);
          }
        }
        return out;
      },
      body);
}

std::vector<election::RegionCode> PlacesOf(const event::Body& body) {
  if (const auto one = PlaceOf(body)) return {*one};
  return std::visit(
      [](const auto& b) -> std::vector<election::RegionCode> {
        if constexpr (std::is_same_v<std::decay_t<decltype(b)>, event::DecisionRecorded>) {
          // One that names no place is for all.
          if (b.places.empty()) return {election::RegionCode()};
        }
        if constexpr (requires { b.places; }) return b.places;
        if constexpr (requires { b.members; }) return b.members;
        if constexpr (requires { b.covered; }) return b.covered;
        std::vector<election::RegionCode> out;
        if constexpr (requires { b.regions; }) {
          for (const event::RegionFact& fact : b.regions) out.push_back(fact.code);
        } else if constexpr (requires { b.stations; }) {
          for (const event::StationFact& fact : b.stations) out.push_back(fact.code);
        } else if constexpr (requires { b.officials; }) {
          for (const event::OfficialFact& fact : b.officials) out.push_back(fact.jurisdiction);
        } else if constexpr (requires { b.amendments; }) {
          for (const event::Amendment& amendment : b.amendments) {
            if (const auto code = election::RegionCode::Parse(amendment.subject))
              out.push_back(*code);
          }
        }
        return out;
      },
      body);
}

std::optional<Hash> ReferredBy(const event::Body& body) {
  if (const auto* cancelled = std::get_if<event::RoundCancelled>(&body)) return cancelled->opened;
  if (const auto* resolved = std::get_if<event::ObjectionResolved>(&body))
    return resolved->objection;
  return std::nullopt;
}

}  // namespace jejak::projection
