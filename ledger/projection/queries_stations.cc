// Stations line by line, and every version of one station's figures.
#include <algorithm>

#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tables.h"
#include "ledger/projection/tally.h"

namespace jejak::projection {
namespace {

using election::FieldValue;

// Writes or withdraws one value of an ascending list; returns what was there.
std::optional<uint32_t> SetValue(const FieldKey& key, std::optional<uint32_t> after,
                                 std::vector<FieldValue>* values) {
  const auto at =
      std::lower_bound(values->begin(), values->end(), key,
                       [](const FieldValue& v, const FieldKey& k) { return v.key < k; });
  const bool there = at != values->end() && at->key == key;
  const std::optional<uint32_t> before = there ? std::optional(at->value) : std::nullopt;
  if (there && after) {
    at->value = *after;
  } else if (there) {
    values->erase(at);
  } else if (after) {
    values->insert(at, {key, *after});
  }
  return before;
}

std::optional<event::Evidence> SetEvidence(uint16_t page,
                                           const std::optional<event::Evidence>& after,
                                           std::vector<event::Evidence>* evidence) {
  const auto at = std::lower_bound(evidence->begin(), evidence->end(), page,
                                   [](const event::Evidence& e, uint16_t p) { return e.page < p; });
  const bool there = at != evidence->end() && at->page == page;
  const std::optional<event::Evidence> before = there ? std::optional(*at) : std::nullopt;
  if (there && after) {
    *at = *after;
  } else if (there) {
    evidence->erase(at);
  } else if (after) {
    evidence->insert(at, *after);
  }
  return before;
}

void Submit(const event::ResultSubmitted& body, Version* version) {
  for (const auto& f : body.figures) version->values.push_back({FieldKey::Of(f.figure), f.value});
  for (const auto& v : body.votes) version->values.push_back({FieldKey::Votes(v.choice), v.value});
  for (const auto& t : body.party_totals)
    version->values.push_back({FieldKey::PartyTotal(t.choice), t.value});
  for (const FieldValue& v : version->values)
    version->changes.push_back({v.key, std::nullopt, v.value});
  version->evidence = body.evidence;
  for (const event::Evidence& e : body.evidence)
    version->evidence_changes.push_back({e.page, std::nullopt, e});
}

void Correct(const event::ResultCorrected& body, const Version& before, Version* version) {
  version->values = before.values;
  version->evidence = before.evidence;
  for (const event::Change& change : body.changes) {
    const auto old = SetValue(change.field, change.value, &version->values);
    version->changes.push_back({change.field, old, change.value});
  }
  for (const event::EvidenceChange& change : body.evidence) {
    auto old = SetEvidence(change.page, change.set, &version->evidence);
    version->evidence_changes.push_back({change.page, std::move(old), change.set});
  }
}

}  // namespace

Result<election::FormContext> Queries::ContextOf(const ContestEntry& contest,
                                                 const StationCode& tps,
                                                 const BallotEntry* ballot) const {
  election::FormContext context;
  context.kind = contest.state->kind;
  if (ballot != nullptr) context.choices = ballot->choices;
  if (const auto& election = registry_->election()) {
    context.dpt_max = election->state.dpt_max;
    context.reserve_permille = election->state.reserve_permille;
  }
  if (tps.IsAbroad()) {
    JEJAK_ASSIGN_OR_RETURN(const auto station, ReadRegistered<admission::StationState>(
                                                   *rows_, StationKey(tps), then_, "stations"));
    context.abroad_post = station && station->kind == election::StationKind::kPos;
  }
  return context;
}

Result<std::optional<RoundRow>> Queries::NewestRound(std::string_view contest,
                                                     const StationCode& tps) const {
  JEJAK_ASSIGN_OR_RETURN(auto row,
                         ReadRow<ResultRow>(*rows_, kResults, PlaceKey(contest, tps), "results"));
  if (!row) return std::optional<RoundRow>();
  return std::optional<RoundRow>(std::move(row->newest));
}

Result<std::vector<Version>> Queries::History(std::string_view contest,
                                              const StationCode& tps) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(Region(tps).status());
  JEJAK_ASSIGN_OR_RETURN(const auto row,
                         ReadRow<ResultRow>(*rows_, kResults, PlaceKey(contest, tps), "results"));
  std::vector<Version> out;
  if (!row) return out;
  const auto ballot = entry->BallotAt(tps);
  JEJAK_ASSIGN_OR_RETURN(const election::FormContext context, ContextOf(*entry, tps, ballot.get()));

  std::vector<LogIndex> indexes;
  for (uint16_t round = 1; round < row->newest.round; ++round) {
    JEJAK_ASSIGN_OR_RETURN(
        const auto past,
        ReadRow<RoundRow>(*rows_, kPastRounds, PastRoundKey(contest, tps, round), "past rounds"));
    if (past) indexes.insert(indexes.end(), past->versions.begin(), past->versions.end());
  }
  indexes.insert(indexes.end(), row->newest.versions.begin(), row->newest.versions.end());
  std::erase_if(indexes, [&](LogIndex index) { return index.value >= size_.value; });

  for (const LogIndex index : indexes) {
    Version version;
    JEJAK_ASSIGN_OR_RETURN(version.entry, entries_->Entry(index));
    JEJAK_ASSIGN_OR_RETURN(version.author, AuthorOf(version.entry.event.author));
    const event::Body& body = version.entry.event.body;
    if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) {
      version.round = submitted->round;
      Submit(*submitted, &version);
    } else if (const auto* corrected = std::get_if<event::ResultCorrected>(&body);
               corrected != nullptr && !out.empty()) {
      version.round = corrected->round;
      Correct(*corrected, out.back(), &version);
    } else {
      return Status(Reason::kLedgerDamaged,
                    fmt::format("entry {} is no version of TPS {}", index.value, tps.str()));
    }
    version.findings = election::CheckForm(version.values, context);
    out.push_back(std::move(version));
  }
  return out;
}

Result<std::vector<StationLine>> Queries::Stations(std::string_view contest,
                                                   const RegionCode& region, std::string_view from,
                                                   size_t limit, std::string* next) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(Region(region).status());
  std::vector<StationLine> out;
  const Bytes prefix = StationKey(region);
  Bytes start = prefix;
  if (from > region.view()) start.replace(1, std::string::npos, from);
  next->clear();  // only now: `from` may be its text
  auto cursor = rows_->NewCursor(kRegistry);
  for (cursor->Seek(start); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto code = RegionCode::Parse(cursor->key().substr(1));
    const auto station = Decode<admission::StationState>(cursor->value());
    if (!code || !station) return DamagedRow("stations", cursor->key());
    if (!entry->state->Covers(*code) || station->registered_at.value >= size_.value) continue;
    if (out.size() == limit) {
      *next = code->str();
      break;
    }
    StationLine line;
    line.code = *code;
    line.name = station->name;
    if (then_) {
      JEJAK_ASSIGN_OR_RETURN(RegionName named, Region(*code));
      line.name = std::move(named.name);
    }
    JEJAK_ASSIGN_OR_RETURN(const RoundRow round, ShownAt(*entry, *code, size_));
    line.round = round.round;
    line.flags = round.flags;
    if (round.HasResult()) line.newest = round.versions.back();
    line.values = ValuesOf(round.cells);
    out.push_back(std::move(line));
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

}  // namespace jejak::projection
