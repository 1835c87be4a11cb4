// Members of contests, regions, stations, ballots and amendments: the files of `election register`
// and the bodies of the events that they become have the same shape.
#pragma once

#include "tools/cli/json_parts.h"

namespace jejak::event {

template <typename A>
void Fields(A& a, Deadline& v) {
  a.Req("stage", v.stage);
  a.Req("local_time", cli::LocalTime(v.local_seconds));
}
template <typename A>
void Fields(A& a, ContestRegistered& v) {
  a.Req("id", v.id);
  a.Req("kind", v.kind);
  a.Req("name", v.name);
  a.Req("covered", v.covered);
  a.Opt("excepted", v.excepted);
  a.Req("last_stage", v.last_stage);
  a.Opt("kpps_may_correct", v.kpps_may_correct);
  a.Opt("deadlines", v.deadlines);
}
template <typename A>
void Fields(A& a, RegionFact& v) {
  a.Req("code", v.code);
  a.Req("name", v.name);
  a.Opt("kind", v.kind);
  a.Opt("utc_offset", v.utc_offset);
  a.Opt("expected_stations", v.expected_stations);
}
template <typename A>
void Fields(A& a, RegionsRegistered& v) {
  a.Req("regions", v.regions);
}
template <typename A>
void Fields(A& a, Dpt& v) {
  a.Req("l", v.l);
  a.Req("p", v.p);
}
template <typename A>
void Fields(A& a, StationFact& v) {
  a.Req("code", v.code);
  a.Opt("name", v.name);
  a.Opt("kind", v.kind);
  a.Opt("dpt", v.dpt);
}
template <typename A>
void Fields(A& a, StationsRegistered& v) {
  a.Req("stations", v.stations);
}
template <typename A>
void Fields(A& a, Choice& v) {
  a.Req("id", cli::ChoiceText(v.id));
  a.Req("kind", v.kind);
  a.Req("number", v.number);
  a.Req("name", v.name);
  a.Opt("party", cli::ChoiceText(v.party));
  a.Opt("witness_key", v.witness_key);
}
template <typename A>
void Fields(A& a, BallotRegistered& v) {
  a.Req("contest", v.contest);
  a.Req("dapil", v.dapil);
  a.Req("members", v.members);
  a.Req("choices", v.choices);
}
template <typename A>
void Fields(A& a, Amendment& v) {
  a.Req("field", v.field);
  a.Req("subject", v.subject);
  a.Opt("before", v.before);
  a.Req("after", v.after);
  // A deadline reads as it is shown, too, and not only as the seconds that the event has.
  if constexpr (A::kReading) {
    if (v.field == election::AmendedField::kDeadline) {
      cli::SecondsOfLocalTime(&v.before);
      cli::SecondsOfLocalTime(&v.after);
    }
  }
}
template <typename A>
void Fields(A& a, RegistryAmended& v) {
  a.Req("amendments", v.amendments);
  a.Opt("legal_basis", v.legal_basis);
}

}  // namespace jejak::event
