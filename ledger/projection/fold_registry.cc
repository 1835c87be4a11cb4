// Folds of the registry: election, contests, regions, stations, ballots, amendments.
#include <algorithm>
#include <charconv>
#include <map>

#include "ledger/base/coding.h"
#include "ledger/base/time.h"
#include "ledger/projection/state.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {

void State::Fold(const LoggedEvent& e, const event::ElectionOpened& body) {
  ElectionRow row;
  row.state = {e.hash,       body.kind,    body.mode,           body.rules,
               body.dpt_max, body.reserve_permille, body.ledger_key.key};
  row.name = body.name;
  row.origin = body.origin;
  row.voting_day = body.voting_day;
  row.root_key = body.root_key.key;
  row.supervisors_key = body.supervisors_key.key;
  rows_.Put(kRegistry, ElectionKey(), Encode(row));
  registry_.SetElection(std::move(row));

  const auto enrol = [&](const char* id, const std::string& name, const std::string& decree,
                         Hash commitment, election::Role role, const PublicKey& key) {
    admission::OfficialState official;
    official.body = name;
    official.role = role;
    official.decree = decree;
    official.name = commitment;
    official.enrolled_at = e.index;
    official.enrolled_by = "root";
    official.keys = {key};
    PutOfficial(id, official);
    EnrolKey(id, official, key, e.index);
  };
  enrol("root", body.root_body, body.root_decree, body.root_name, election::Role::kRoot,
        body.root_key.key);
  enrol("ledger", "", "", {}, election::Role::kLedger, body.ledger_key.key);
  enrol("bawaslu", "", "", {}, election::Role::kBawaslu, body.supervisors_key.key);
}

std::vector<StationCode> State::StationsIn(const RegionCode& place) const {
  std::vector<StationCode> stations;
  const Bytes prefix = StationKey(place);
  WriteBack();
  const auto cursor = rows_.NewCursor(kRegistry);
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto code = RegionCode::Parse(cursor->key().substr(1));
    if (code) stations.push_back(*code);
  }
  return stations;
}

void State::CountStations(const ContestEntry& contest, const std::vector<StationCode>& stations) {
  for (const StationCode& station : stations) {
    if (contest.state->Covers(station)) tallies_.Register(contest.state->id, station);
  }
}

void State::Fold(const LoggedEvent& e, const event::ContestRegistered& body) {
  admission::ContestState state{body.id,       body.kind,       body.name,
                                body.covered,  body.excepted,   body.last_stage,
                                body.kpps_may_correct, body.deadlines};
  rows_.Put(kRegistry, ContestKey(body.id), Encode(state));
  registry_.AddContest(std::move(state));
  registry_.mutable_election().contests.push_back(body.id);
  PutRegistry(ElectionKey(), Encode(*registry_.election()), e.index);
  // Stations that were registered before the contest count in it from now on.
  const ContestEntry& contest = *registry_.Contest(body.id);
  for (const RegionCode& covered : body.covered) {
    CountStations(contest, StationsIn(covered));
  }
}

namespace {

// Keeps what a row of the registry was before the entry. Of several changes by one entry the first
// counts.
void KeepPast(Overlay* rows, const Bytes& key, LogIndex index, Bytes before) {
  const Bytes past = RegistryPastKey(key, index);
  Bytes kept;
  if (!rows->Get(kRegistryPast, past, &kept)) rows->Put(kRegistryPast, past, std::move(before));
}

}  // namespace

void State::PutRegistry(const Bytes& key, Bytes row, LogIndex index) {
  Bytes before;
  if (!rows_.Get(kRegistry, key, &before)) before.clear();
  KeepPast(&rows_, key, index, std::move(before));
  rows_.Put(kRegistry, key, std::move(row));
}

void State::ExpectStations(const RegionCode& code, std::optional<uint32_t> before,
                           std::optional<uint32_t> after, LogIndex index) {
  // A region's own statement stands; below it, the sum of what the children know.
  RegionCode child = code;
  while (before != after && !child.IsNation()) {
    const RegionCode parent = child.Parent();
    RegionRow row = Read<RegionRow>(kRegistry, RegionKey(parent)).value_or(RegionRow{});
    const auto parent_before = row.Expected();
    row.children_expected = row.children_expected - before.value_or(0) + after.value_or(0);
    row.children_known = row.children_known - (before ? 1 : 0) + (after ? 1 : 0);
    const auto parent_after = row.Expected();
    PutRegistry(RegionKey(parent), Encode(row), index);
    child = parent;
    before = parent_before;
    after = parent_after;
  }
}

void State::Fold(const LoggedEvent& e, const event::RegionsRegistered& body) {
  for (const event::RegionFact& fact : body.regions) {
    RegionRow row = Read<RegionRow>(kRegistry, RegionKey(fact.code)).value_or(RegionRow{});
    const auto before = row.Expected();
    row.state = {fact.name, fact.kind, fact.utc_offset, fact.expected_stations};
    PutRegistry(RegionKey(fact.code), Encode(row), e.index);
    ExpectStations(fact.code, before, row.Expected(), e.index);
  }
}

void State::Listed::Add(const std::optional<event::Dpt>& dpt, int64_t times) {
  if (!dpt) return;
  listed += times;
  l += times * dpt->l;
  p += times * dpt->p;
}

void State::CountListed(const std::map<RegionCode, Listed>& villages, LogIndex index) {
  std::map<RegionCode, Listed> regions;
  for (const auto& [village, change] : villages) {
    for (RegionCode code = village;; code = code.Parent()) {
      Listed& sum = regions[code];
      sum.stations += change.stations;
      sum.listed += change.listed;
      sum.l += change.l;
      sum.p += change.p;
      if (code.IsNation()) break;
    }
  }
  for (const auto& [code, change] : regions) {
    RegionRow row = Read<RegionRow>(kRegistry, RegionKey(code)).value_or(RegionRow{});
    row.stations += static_cast<uint32_t>(change.stations);
    row.stations_listed += static_cast<uint32_t>(change.listed);
    row.listed_l += static_cast<uint64_t>(change.l);
    row.listed_p += static_cast<uint64_t>(change.p);
    PutRegistry(RegionKey(code), Encode(row), index);
  }
}

void State::Fold(const LoggedEvent& e, const event::StationsRegistered& body) {
  std::vector<StationCode> codes;
  codes.reserve(body.stations.size());
  std::map<RegionCode, Listed> villages;
  for (const event::StationFact& fact : body.stations) {
    Listed& village = villages[fact.code.Parent()];
    ++village.stations;
    village.Add(fact.dpt, 1);
  }
  CountListed(villages, e.index);
  for (const event::StationFact& fact : body.stations) {
    stations_.Put(StationKey(fact.code), {fact.name, fact.kind, fact.dpt, e.index});
    codes.push_back(fact.code);
  }
  for (const auto& [id, contest] : registry_.contests()) CountStations(contest, codes);
}

void State::Fold(const LoggedEvent& e, const event::BallotRegistered& body) {
  admission::BallotState ballot{body.contest, body.dapil, body.members, body.choices, e.index, {}};
  ballot.Index();
  rows_.Put(kRegistry, BallotKey(body.contest, body.dapil), Encode(ballot));
  for (const event::Choice& choice : body.choices) {
    if (!choice.witness_key) continue;
    // The participant enrols its witnesses; a party stands on many ballots with one key.
    const std::string id = "participant/" + body.contest + "/" + std::to_string(choice.id);
    admission::OfficialState official = Official(id).value_or(admission::OfficialState{});
    if (official.keys.empty()) {
      official.body = choice.name;
      official.role = election::Role::kParticipant;
      official.contest = body.contest;
      official.choice = choice.id;
      official.enrolled_at = e.index;
      const KeyRow* author = LoadKey(e.event.author);
      if (author != nullptr) official.enrolled_by = author->state.official;
    }
    const PublicKey& key = choice.witness_key->key;
    if (std::find(official.keys.begin(), official.keys.end(), key) != official.keys.end()) continue;
    official.keys.push_back(key);
    PutOfficial(id, official);
    EnrolKey(id, official, key, e.index);
  }
  tallies_.Refresh();  // what came before belongs to the nodes as they were
  const std::vector<RegionCode> members = ballot.members;
  registry_.AddBallot(std::move(ballot));
  tallies_.DropMixed(body.contest, members);
}

namespace {

std::optional<int64_t> Number(std::string_view text) {
  int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<uint32_t> Count(std::string_view text) {
  const auto number = Number(text);
  if (!number) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

}  // namespace

void State::AmendRegion(const event::Amendment& a, LogIndex index) {
  const auto code = RegionCode::Parse(a.subject);
  if (!code) return;
  auto row = Read<RegionRow>(kRegistry, RegionKey(*code));
  if (!row) return;
  const auto before = row->Expected();
  switch (a.field) {
    case election::AmendedField::kRegionName: row->state.name = a.after; break;
    case election::AmendedField::kRegionKind:
      row->state.kind = election::Parse<election::RegionKind>(a.after).value_or(row->state.kind);
      break;
    case election::AmendedField::kUtcOffset: {
      const auto minutes = Number(a.after);
      row->state.utc_offset =
          minutes ? std::optional(static_cast<int16_t>(*minutes)) : std::nullopt;
      break;
    }
    default: row->state.expected_stations = Count(a.after); break;
  }
  PutRegistry(RegionKey(*code), Encode(*row), index);
  ExpectStations(*code, before, row->Expected(), index);
}

namespace {

// A half that was withdrawn takes the list with it: the other half goes in the same event.
void AmendDpt(const event::Amendment& a, std::optional<event::Dpt>* dpt) {
  const std::optional<uint32_t> voters = Count(a.after);
  if (!voters) return dpt->reset();
  if (!*dpt) dpt->emplace();
  (a.field == election::AmendedField::kDptL ? (*dpt)->l : (*dpt)->p) = *voters;
}

}  // namespace

void State::AmendStation(const event::Amendment& a, LogIndex index) {
  const auto code = RegionCode::Parse(a.subject);
  if (!code) return;
  const Bytes key = StationKey(*code);
  admission::StationState* row = stations_.Find(key);
  if (row == nullptr) return;
  KeepPast(&rows_, key, index, Encode(*row));
  Listed change;
  change.Add(row->dpt, -1);
  switch (a.field) {
    case election::AmendedField::kStationName: row->name = a.after; break;
    case election::AmendedField::kStationKind:
      row->kind = election::Parse<election::StationKind>(a.after).value_or(row->kind);
      break;
    default:
      AmendDpt(a, &row->dpt);
      break;
  }
  change.Add(row->dpt, 1);
  stations_.Changed(key);
  CountListed({{code->Parent(), change}}, index);
}

void State::AmendContest(const event::Amendment& a, LogIndex index) {
  const std::string id = a.subject.substr(0, a.subject.find('/'));
  const ContestEntry* contest = registry_.Contest(id);
  if (contest == nullptr) return;
  admission::ContestState state = *contest->state;
  const std::string_view rest =
      std::string_view(a.subject).substr(std::min(a.subject.size(), id.size() + 1));
  if (a.field == election::AmendedField::kContestName) state.name = a.after;
  if (a.field == election::AmendedField::kKppsMayCorrect)
    state.kpps_may_correct = a.after == "true";
  if (a.field == election::AmendedField::kDeadline) {
    const auto stage = election::Parse<election::Stage>(rest);
    const auto at = Number(a.after);
    if (!stage) return;
    std::erase_if(state.deadlines, [&](const event::Deadline& d) { return d.stage == *stage; });
    if (at) state.deadlines.push_back({*stage, *at});
    std::sort(state.deadlines.begin(), state.deadlines.end(),
              [](const auto& x, const auto& y) { return x.stage < y.stage; });
  }
  if (a.field == election::AmendedField::kChoiceName) {
    const auto choice = Count(rest);
    if (!choice) return;
    for (const auto& [dapil, entry] : std::map(contest->ballots)) {
      admission::BallotState ballot = *entry->ballot;
      bool changed = false;
      for (event::Choice& c : ballot.choices) {
        if (c.id != *choice) continue;
        c.name = a.after;
        changed = true;
      }
      if (!changed) continue;
      PutRegistry(BallotKey(id, dapil), Encode(ballot), index);
      registry_.ReplaceBallot(std::move(ballot));
    }
    return;
  }
  PutRegistry(ContestKey(id), Encode(state), index);
  registry_.AddContest(std::move(state));
}

void State::AmendOfficial(const event::Amendment& a) {
  auto official = Official(a.subject);
  if (!official) return;
  (a.field == election::AmendedField::kOfficialBody ? official->body : official->decree) = a.after;
  PutOfficial(a.subject, *official);
}

void State::Fold(const LoggedEvent& e, const event::RegistryAmended& body) {
  using election::AmendedField;
  for (const event::Amendment& a : body.amendments) {
    switch (a.field) {
      case AmendedField::kRegionName:
      case AmendedField::kRegionKind:
      case AmendedField::kUtcOffset:
      case AmendedField::kExpectedStations: AmendRegion(a, e.index); break;
      case AmendedField::kStationName:
      case AmendedField::kStationKind:
      case AmendedField::kDptL:
      case AmendedField::kDptP: AmendStation(a, e.index); break;
      case AmendedField::kContestName:
      case AmendedField::kKppsMayCorrect:
      case AmendedField::kDeadline:
      case AmendedField::kChoiceName: AmendContest(a, e.index); break;
      case AmendedField::kOfficialBody:
      case AmendedField::kOfficialDecree: AmendOfficial(a); break;
      case AmendedField::kElectionName:
        registry_.mutable_election().name = a.after;
        PutRegistry(ElectionKey(), Encode(*registry_.election()), e.index);
        break;
    }
  }
}

}  // namespace jejak::projection
