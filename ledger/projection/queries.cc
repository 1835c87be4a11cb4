// Opening, names, authors and tallies.
#include "ledger/projection/queries.h"

#include <algorithm>

#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {

Status UnknownContest(std::string_view contest) {
  return Status(Reason::kUnknownContest, fmt::format("no contest \"{}\"", contest))
      .With("contest", std::string(contest));
}

bool Touches(const admission::ContestState& contest, const RegionCode& region) {
  if (contest.Covers(region)) return true;
  return std::any_of(contest.covered.begin(), contest.covered.end(),
                     [&](const RegionCode& covered) { return region.Contains(covered); });
}

Result<RoundRow> ReadShownRound(const KeyValueReader& rows, std::string_view contest,
                                const StationCode& tps, const ResultRow& row) {
  if (row.shown_round == row.newest.round) return row.newest;
  const Bytes key = PastRoundKey(contest, tps, row.shown_round);
  JEJAK_ASSIGN_OR_RETURN(auto past, ReadRow<RoundRow>(rows, kPastRounds, key, "past rounds"));
  if (!past) return DamagedRow("past rounds", key);
  return std::move(*past);
}

Result<std::unique_ptr<Queries>> Queries::Open(const KeyValueReader* rows,
                                               const EntrySource* entries,
                                               std::optional<TreeSize> as_of) {
  JEJAK_ASSIGN_OR_RETURN(Registry registry, Registry::Load(*rows));
  return Open(rows, entries, std::make_shared<const Registry>(std::move(registry)), as_of);
}

Result<std::unique_ptr<Queries>> Queries::Open(const KeyValueReader* rows,
                                               const EntrySource* entries,
                                               std::shared_ptr<const Registry> registry,
                                               std::optional<TreeSize> as_of) {
  const TreeSize newest = entries->size();
  if (as_of && *as_of > newest) {
    return Status(Reason::kAsOfBeyondEnd,
                  fmt::format("size {} of a log of {}", as_of->value, newest.value))
        .With("size", std::to_string(newest.value));
  }
  if (as_of && *as_of < newest) {
    JEJAK_ASSIGN_OR_RETURN(registry, RegistryAt(*rows, std::move(registry), *as_of));
  }
  return std::unique_ptr<Queries>(
      new Queries(rows, entries, std::move(registry), as_of.value_or(newest)));
}

Result<RegionName> Queries::Region(const RegionCode& code) const {
  if (code.IsStation()) {
    JEJAK_ASSIGN_OR_RETURN(const auto station, ReadRegistered<admission::StationState>(
                                                   *rows_, StationKey(code), then_, "stations"));
    if (!station || station->registered_at.value >= size_.value) {
      return Status(Reason::kUnknownStation, fmt::format("no TPS {}", code.str()))
          .With("tps", code.str());
    }
    return RegionName{code, station->name};
  }
  const Bytes key = RegionKey(code);
  JEJAK_ASSIGN_OR_RETURN(auto row, ReadRegistered<RegionRow>(*rows_, key, then_, "regions"));
  if (!row && then_) {  // it has a name by now, though it had none then
    JEJAK_ASSIGN_OR_RETURN(row, ReadRow<RegionRow>(*rows_, kRegistry, key, "regions"));
  }
  if (code.IsNation()) {
    return RegionName{code, row && !row->state.name.empty() ? row->state.name : "INDONESIA"};
  }
  if (!row) {
    return Status(Reason::kUnknownRegion, fmt::format("no region {}", code.str()))
        .With("region", code.str());
  }
  return RegionName{code, row->state.name};
}

Result<admission::OfficialState> Queries::Official(std::string_view id) const {
  JEJAK_ASSIGN_OR_RETURN(
      auto row, ReadRow<admission::OfficialState>(*rows_, kRegistry, OfficialKey(id), "officials"));
  if (!row) {
    return Status(Reason::kUnknownOfficial, fmt::format("no official \"{}\"", id))
        .With("official", std::string(id));
  }
  return std::move(*row);
}

Result<Author> Queries::AuthorOf(const PublicKey& key) const {
  JEJAK_ASSIGN_OR_RETURN(auto row, ReadRow<KeyRow>(*rows_, kKeys, key.view(), "keys"));
  if (!row) {
    return Status(Reason::kNotFound, fmt::format("the key {} was never enrolled", ToHex(key)))
        .With("key", ToHex(key));
  }
  JEJAK_ASSIGN_OR_RETURN(const admission::OfficialState official, Official(row->state.official));
  return Author{key,
                row->state.official,
                official.role,
                official.body,
                official.decree,
                row->state.enrolled_at,
                official.jurisdiction};
}

Result<std::vector<Enrolment>> Queries::EnrolmentOf(const PublicKey& key) const {
  // A chain is as short as the table of roles is deep.
  constexpr size_t kChainMax = 32;
  std::vector<Enrolment> out;
  const auto author = AuthorOf(key);
  if (!author.ok()) {
    if (author.status().reason() == Reason::kNotFound) return out;
    return author.status();
  }
  for (std::string id = author->official; out.size() < kChainMax && !id.empty();) {
    JEJAK_ASSIGN_OR_RETURN(admission::OfficialState official, Official(id));
    out.push_back({id, std::move(official)});
    if (out.back().ByGenesis()) break;
    id = out.back().official.enrolled_by;
  }
  return out;
}

namespace {

// Parties of all ballots of a contest, in the order of their numbers: what a region of several
// dapil shows.
std::vector<event::Choice> PartiesOf(const ContestEntry& contest) {
  std::vector<event::Choice> parties;
  for (const auto& [id, choice] : contest.meanings) {
    if (choice.kind == election::ChoiceKind::kParty) parties.push_back(choice);
  }
  std::sort(parties.begin(), parties.end(), [](const event::Choice& a, const event::Choice& b) {
    return std::tie(a.number, a.id) < std::tie(b.number, b.id);
  });
  return parties;
}

const SumCell* FindSum(const std::vector<SumCell>& sums, const FieldKey& key) {
  const auto at =
      std::lower_bound(sums.begin(), sums.end(), key,
                       [](const SumCell& cell, const FieldKey& k) { return cell.key < k; });
  return at != sums.end() && at->key == key ? &*at : nullptr;
}

void FillTally(const TallyRow& row, const std::vector<event::Choice>& choices, Tally* out) {
  out->stations = row.stations;
  for (const event::Choice& choice : choices) {
    ChoiceSum sum;
    sum.choice = choice;
    if (const SumCell* cell = FindSum(row.sums, FieldKey::Votes(choice.id))) {
      sum.votes = cell->sum;
      sum.present = cell->present;
    }
    if (const SumCell* cell = FindSum(row.sums, FieldKey::PartyTotal(choice.id))) {
      sum.party_total = cell->sum;
      sum.party_total_present = cell->present;
    }
    out->votes.push_back(std::move(sum));
  }
  for (uint16_t f = 0; f < election::kFigures; ++f) {
    FigureSum sum;
    sum.figure = static_cast<election::Figure>(f);
    if (const SumCell* cell = FindSum(row.sums, FieldKey::Of(sum.figure))) {
      sum.value = cell->sum;
      sum.present = cell->present;
    }
    out->figures.push_back(sum);
  }
}

void AddRow(const TallyRow& from, TallyRow* to) {
  to->stations.Add(from.stations);
  for (const SumCell& cell : from.sums) {
    const auto at = std::lower_bound(to->sums.begin(), to->sums.end(), cell.key,
                                     [](const SumCell& c, const FieldKey& k) { return c.key < k; });
    if (at == to->sums.end() || at->key != cell.key) {
      to->sums.insert(at, cell);
      continue;
    }
    at->sum += cell.sum;
    at->present += cell.present;
  }
}

}  // namespace

// A station's row is made from its figures, so that it needs none of its own.
Result<TallyRow> Queries::RowOf(const ContestEntry& contest, const RegionCode& region,
                                TreeSize size) const {
  if (!region.IsStation()) return history_.At(contest, region, size);
  TallyRow out;
  JEJAK_ASSIGN_OR_RETURN(
      const auto station,
      ReadRow<admission::StationState>(*rows_, kRegistry, StationKey(region), "stations"));
  if (!station || station->registered_at.value >= size.value || !contest.state->Covers(region))
    return out;
  out.stations.total = 1;
  JEJAK_ASSIGN_OR_RETURN(const RoundRow round, ShownAt(contest, region, size));
  const auto one = [](bool b) { return int64_t{b ? 1 : 0}; };
  const StationFlags& f = round.flags;
  out.stations.Add({0, one(f.reported), one(f.corrected), one(f.completed),
                    one(f.evidence_replaced), one(f.with_findings)});
  for (const Cell& cell : round.cells) out.sums.push_back({cell.key, cell.value, 1});
  return out;
}

Result<Tally> Queries::TallyOf(std::string_view contest, const RegionCode& region) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  Tally out;
  JEJAK_ASSIGN_OR_RETURN(out.region, Region(region));
  JEJAK_ASSIGN_OR_RETURN(const TallyRow row, RowOf(*entry, region, size_));
  JEJAK_ASSIGN_OR_RETURN(out.expected, Expected(region));
  const auto ballot = entry->OnlyBallotOf(region);
  FillTally(row, ballot != nullptr ? ballot->ballot->choices : PartiesOf(*entry), &out);
  return out;
}

Result<std::optional<uint32_t>> Queries::Expected(const RegionCode& region) const {
  if (region.IsStation()) return std::optional<uint32_t>();
  JEJAK_ASSIGN_OR_RETURN(
      const auto row, ReadRegistered<RegionRow>(*rows_, RegionKey(region), then_, "regions"));
  return row ? row->Expected() : std::nullopt;
}

Result<Tally> Queries::TallyOfDapil(std::string_view contest, std::string_view dapil) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  const auto ballot = entry->ballots.find(dapil);
  if (ballot == entry->ballots.end()) {
    return Status(Reason::kNotFound, fmt::format("no dapil \"{}\" in contest {}", dapil, contest))
        .With("dapil", std::string(dapil));
  }
  Tally out;
  out.region.name = std::string(dapil);
  TallyRow sum;
  uint64_t expected = 0;
  bool all_known = true;
  for (const RegionCode& member : ballot->second->ballot->members) {
    JEJAK_ASSIGN_OR_RETURN(const TallyRow row, RowOf(*entry, member, size_));
    AddRow(row, &sum);
    JEJAK_ASSIGN_OR_RETURN(const auto known, Expected(member));
    all_known = all_known && known.has_value();
    expected += known.value_or(0);
  }
  if (all_known) out.expected = static_cast<uint32_t>(expected);
  FillTally(sum, ballot->second->ballot->choices, &out);
  return out;
}

Result<bool> Queries::RegisteredThen(const RegionCode& code) const {
  if (!then_) return true;
  if (code.IsStation()) {
    JEJAK_ASSIGN_OR_RETURN(
        const auto row,
        ReadRow<admission::StationState>(*rows_, kRegistry, StationKey(code), "stations"));
    return row && row->registered_at.value < then_->value;
  }
  JEJAK_ASSIGN_OR_RETURN(const auto row,
                         ReadRegistered<RegionRow>(*rows_, RegionKey(code), then_, "regions"));
  return row.has_value();
}

Result<std::vector<RegionCode>> Queries::Children(std::string_view contest,
                                                  const RegionCode& region) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  std::vector<RegionCode> out;
  if (region.IsStation()) return out;
  const auto level = static_cast<election::Level>(static_cast<uint8_t>(region.level()) + 1);
  const bool stations = level == election::Level::kStation;
  const Bytes prefix = stations ? StationKey(region) : RegionKey(region);
  auto cursor = rows_->NewCursor(kRegistry);
  cursor->Seek(prefix);
  while (cursor->Valid() && cursor->key().starts_with(prefix)) {
    const auto code = RegionCode::Parse(cursor->key().substr(1));
    if (!code) return DamagedRow("regions", cursor->key());
    if (code->level() != level) {
      cursor->Next();  // the region itself
      continue;
    }
    if (Touches(*entry->state, *code)) {
      JEJAK_ASSIGN_OR_RETURN(const bool there, RegisteredThen(*code));
      if (there) out.push_back(*code);
    }
    // Past everything inside this child.
    cursor->Seek((stations ? StationKey(*code) : RegionKey(*code)) + '\xff');
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

}  // namespace jejak::projection
