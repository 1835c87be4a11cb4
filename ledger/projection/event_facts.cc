#include "ledger/projection/event_facts.h"

namespace jejak::projection {

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

}  // namespace jejak::projection
