// The entries under a number.
#include <algorithm>

#include "ledger/projection/queries.h"
#include "ledger/projection/queries_rows.h"
#include "ledger/projection/tables.h"

namespace jejak::projection {
namespace {

std::optional<uint32_t> SubmittedValue(const event::ResultSubmitted& body, const FieldKey& field) {
  switch (field.kind) {
    case election::FieldKind::kFigure:
      for (const auto& f : body.figures) {
        if (FieldKey::Of(f.figure) == field) return f.value;
      }
      return std::nullopt;
    case election::FieldKind::kVotes:
    case election::FieldKind::kPartyTotal: {
      const auto& list = field.kind == election::FieldKind::kVotes ? body.votes : body.party_totals;
      for (const auto& v : list) {
        if (v.choice == field.id) return v.value;
      }
      return std::nullopt;
    }
    case election::FieldKind::kEvidence: return std::nullopt;
  }
  return std::nullopt;
}

const event::Change* FindChange(const event::ResultCorrected& body, const FieldKey& field) {
  const auto at = std::find_if(body.changes.begin(), body.changes.end(),
                               [&](const event::Change& c) { return c.field == field; });
  return at == body.changes.end() ? nullptr : &*at;
}

}  // namespace

Status CheckField(const ContestEntry& contest, const RegionCode& region, const FieldKey& field) {
  if (field.IsEvidence()) {
    return Status(Reason::kInvalidArgument, "a photo is not a number; history shows it");
  }
  if (field.kind == election::FieldKind::kFigure) return OkStatus();
  const auto meaning = contest.meanings.find(field.id);
  if (meaning == contest.meanings.end()) {
    return Status(Reason::kUnknownChoice,
                  fmt::format("no choice {} in contest {}", field.id, contest.state->id))
        .With("choice", std::to_string(field.id));
  }
  if (meaning->second.kind != election::ChoiceKind::kParty &&
      contest.OnlyBallotOf(region) == nullptr) {
    return Status(
        Reason::kInvalidArgument,
        fmt::format("region {} votes on several ballots: ask for one that votes on a single one",
                    region.display()));
  }
  return OkStatus();
}

Result<TraceEntry> Queries::TraceStation(const RoundRow& round, const Cell& cell,
                                         const StationCode& tps) const {
  TraceEntry out;
  out.tps = tps;
  out.round = round.round;
  out.value = cell.value;
  out.index = cell.set_by;
  std::optional<uint32_t> running;
  for (size_t i = 0; i < round.versions.size(); ++i) {
    const LogIndex index = round.versions[i];
    if (index > cell.set_by) break;  // changed other figures only
    JEJAK_ASSIGN_OR_RETURN(const ReadEntry entry, entries_->Entry(index));
    const auto* submitted = std::get_if<event::ResultSubmitted>(&entry.event.body);
    const auto* corrected = std::get_if<event::ResultCorrected>(&entry.event.body);
    if ((i == 0) != (submitted != nullptr) || (i != 0) != (corrected != nullptr)) {
      return Status(Reason::kLedgerDamaged,
                    fmt::format("entry {} is no version of TPS {}", index.value, tps.str()));
    }
    const event::Change* change = corrected == nullptr ? nullptr : FindChange(*corrected, cell.key);
    if (corrected != nullptr && change == nullptr) continue;
    JEJAK_ASSIGN_OR_RETURN(const Author author, AuthorOf(entry.event.author));
    if (submitted != nullptr) {
      running = SubmittedValue(*submitted, cell.key);
      out.original_value = running;
      out.original_index = index;
      out.original_author = author;
    } else {
      out.edits.push_back(
          {index, running, change->value, std::string(Name(corrected->reason)), author});
      running = change->value;
    }
    if (index == cell.set_by) {
      out.event = entry.hash;
      out.author = author;
      out.received_at = entry.entry.received_at;
      if (corrected != nullptr) out.reason = std::string(Name(corrected->reason));
    }
  }
  if (running != cell.value) {
    return Status(Reason::kLedgerDamaged,
                  fmt::format("the log does not lead to {} = {} of TPS {}",
                              election::FieldName(cell.key), cell.value, tps.str()));
  }
  return out;
}

Result<TracePage> Queries::Trace(std::string_view contest, const RegionCode& region,
                                 const FieldKey& field, std::string_view from, size_t limit) const {
  const ContestEntry* entry = registry_->Contest(contest);
  if (entry == nullptr) return UnknownContest(contest);
  JEJAK_RETURN_IF_ERROR(Region(region).status());
  JEJAK_RETURN_IF_ERROR(CheckField(*entry, region, field));
  JEJAK_ASSIGN_OR_RETURN(const TallyRow sums, RowOf(*entry, region, size_));
  TracePage out;
  const auto sum = std::find_if(sums.sums.begin(), sums.sums.end(),
                                [&](const SumCell& cell) { return cell.key == field; });
  const int64_t present = sum == sums.sums.end() ? 0 : int64_t{sum->present};
  if (sum != sums.sums.end()) out.value = sum->sum;
  out.missing = static_cast<uint32_t>(sums.stations.total - present);

  const Bytes prefix = PlaceKey(contest, region);
  Bytes start = prefix;
  if (from > region.view()) start.replace(contest.size() + 1, std::string::npos, from);
  auto cursor = rows_->NewCursor(kResults);
  for (cursor->Seek(start); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    const auto tps = RegionCode::Parse(cursor->key().substr(contest.size() + 1));
    const auto row = Decode<ResultRow>(cursor->value());
    if (!tps || !row) return DamagedRow("results", cursor->key());
    JEJAK_ASSIGN_OR_RETURN(const RoundRow round, ShownAt(*entry, *tps, *row, size_));
    const auto cell = std::find_if(round.cells.begin(), round.cells.end(),
                                   [&](const Cell& c) { return c.key == field; });
    if (cell == round.cells.end()) continue;
    if (out.entries.size() == limit) {
      out.next = tps->str();
      break;
    }
    JEJAK_ASSIGN_OR_RETURN(TraceEntry traced, TraceStation(round, *cell, *tps));
    out.entries.push_back(std::move(traced));
  }
  JEJAK_RETURN_IF_ERROR(rows_->status());
  return out;
}

}  // namespace jejak::projection
