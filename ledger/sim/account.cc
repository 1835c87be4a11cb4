#include "ledger/sim/account.h"

#include <algorithm>

namespace jejak::sim {
namespace {

using election::FieldKey;

// The fields of a D.Hasil, or of a row of its parts, that are present below with another sum.
template <typename Stated>
std::vector<RecapDifference> Compare(const Stated& stated, const RegionTotals& totals) {
  std::vector<RecapDifference> out;
  const auto compare = [&](const FieldKey& field, uint64_t value) {
    const auto at = totals.fields.find(field);
    if (at != totals.fields.end() && at->second.sum != value) {
      out.push_back({field, value, at->second.sum});
    }
  };
  for (const auto& f : stated.figures) compare(FieldKey::Of(f.figure), f.value);
  for (const auto& v : stated.votes) compare(FieldKey::Votes(v.choice), v.value);
  for (const auto& t : stated.party_totals) compare(FieldKey::PartyTotal(t.choice), t.value);
  return out;
}

}  // namespace

void Account::Take(const event::Body& body, const Hash& hash) {
  totals_.Take(body);
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) {
    counted_[{submitted->contest, submitted->tps}] = submitted->round;
  } else if (const auto* copy = std::get_if<event::CopyFiled>(&body)) {
    copies_.push_back({{copy->contest, copy->tps}, copy->round, FormOf(*copy).values});
  } else if (const auto* opened = std::get_if<event::RoundOpened>(&body)) {
    Open(*opened, hash);
  } else if (const auto* cancelled = std::get_if<event::RoundCancelled>(&body)) {
    Round& round = rounds_.at(cancelled->opened);
    round.cancelled = true;
    for (const Place& place : round.places) newest_[place] = round.number - 1;
  } else if (const auto* objection = std::get_if<event::ObjectionFiled>(&body)) {
    objections_[hash] = {objection->place, std::nullopt};
  } else if (const auto* resolved = std::get_if<event::ObjectionResolved>(&body)) {
    objections_.at(resolved->objection).outcome = resolved->outcome;
  } else if (const auto* incident = std::get_if<event::IncidentRecorded>(&body)) {
    incidents_.push_back(incident->place);
  } else if (const auto* decision = std::get_if<event::DecisionRecorded>(&body)) {
    decisions_.push_back(decision->places);
  } else if (const auto* part = std::get_if<event::RecapPart>(&body)) {
    parts_[{part->contest, part->region}] = part->rows;
  } else if (const auto* recap = std::get_if<event::RecapCertified>(&body)) {
    Certify(*recap, hash);
  }
}

// Simulated rounds name stations, all of them in their first round.
void Account::Open(const event::RoundOpened& body, const Hash& hash) {
  Round round;
  round.recommended = body.decision.has_value();
  for (const std::string& contest : body.contests) {
    for (const StationCode& tps : body.places) {
      round.places.emplace_back(contest, tps);
      uint16_t& newest = newest_.try_emplace({contest, tps}, uint16_t{1}).first->second;
      round.number = ++newest;
    }
  }
  rounds_[hash] = std::move(round);
}

// Its size is that of the log right before it, so that what was taken in so far is its basis.
void Account::Certify(const event::RecapCertified& body, const Hash& hash) {
  CertificationAccount made;
  made.event = hash;
  made.contest = body.contest;
  made.region = body.region;
  made.size = body.size;
  made.replaces = body.replaces;
  made.differences = Compare(body, totals_.Of(body.contest, body.region));
  for (const event::RecapRow& row : parts_[{body.contest, body.region}]) {
    const size_t differing = Compare(row, totals_.Of(body.contest, row.child)).size();
    if (differing != 0) made.rows.emplace_back(row.child, static_cast<uint32_t>(differing));
  }
  certifications_.push_back(std::move(made));
}

bool Account::Held(const Round& round) const {
  return std::all_of(round.places.begin(), round.places.end(), [&](const Place& place) {
    const auto at = counted_.find(place);
    return at != counted_.end() && at->second >= round.number;
  });
}

void Account::CountRounds(const RegionCode& region, RegionAccount* out) const {
  for (const auto& [hash, round] : rounds_) {
    if (std::none_of(round.places.begin(), round.places.end(),
                     [&](const Place& place) { return region.Contains(place.second); })) {
      continue;
    }
    ++out->rounds;
    out->recommended += round.recommended ? 1U : 0U;
    ++(round.cancelled ? out->cancelled : Held(round) ? out->held : out->waiting);
  }
}

void Account::CountFindings(const RegionCode& region, RegionAccount* out) const {
  for (const Copy& copy : copies_) {
    if (!region.Contains(copy.place.second)) continue;
    ++out->copies;
    const auto counted = counted_.find(copy.place);
    if (counted == counted_.end() || counted->second != copy.round) continue;
    const election::Form& form = *totals_.Find(copy.place.first, copy.place.second);
    for (const election::FieldValue& value : copy.values) {
      const auto there = form.Get(value.key);
      out->c19 += there && *there != value.value ? 1U : 0U;
    }
  }
  for (const CertificationAccount& made : certifications_) {
    const bool inside = region.Contains(made.region);
    out->certifications += inside ? 1U : 0U;
    if (std::any_of(certifications_.begin(), certifications_.end(),
                    [&](const auto& other) { return other.replaces == made.event; })) {
      continue;
    }
    out->c16 += inside ? static_cast<uint32_t>(made.differences.size()) : 0;
    for (const auto& [place, differing] : made.rows)
      out->c16 += region.Contains(place) ? differing : 0;
  }
}

RegionAccount Account::Of(const RegionCode& region) const {
  RegionAccount out;
  CountRounds(region, &out);
  CountFindings(region, &out);
  for (const auto& [hash, objection] : objections_) {
    if (!region.Contains(objection.place)) continue;
    ++out.objections;
    if (!objection.outcome) {
      ++out.open;
      continue;
    }
    switch (*objection.outcome) {
      case election::Outcome::kAccepted: ++out.accepted; break;
      case election::Outcome::kRejected: ++out.rejected; break;
      case election::Outcome::kCarried: ++out.carried; break;
    }
  }
  const auto inside = [&](const RegionCode& place) { return region.Contains(place); };
  out.incidents =
      static_cast<uint32_t>(std::count_if(incidents_.begin(), incidents_.end(), inside));
  for (const auto& places : decisions_) {
    out.decisions += std::any_of(places.begin(), places.end(), inside) ? 1U : 0U;
  }
  return out;
}

}  // namespace jejak::sim
