// D.Hasil: the rows of what lies below, then the certification over them.
#include <string>
#include <utility>

#include "ledger/crypto/sha256.h"
#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

template <typename Body>
void Fill(const RegionTotals& totals, Body* body) {
  for (const auto& [field, sum] : totals.fields) {
    switch (field.kind) {
      case election::FieldKind::kFigure:
        body->figures.push_back({static_cast<election::Figure>(field.id), sum.sum});
        break;
      case election::FieldKind::kVotes: body->votes.push_back({field.id, sum.sum}); break;
      default: body->party_totals.push_back({field.id, sum.sum}); break;
    }
  }
}

// What is written of the region: the sums below it, but for the slips.
RegionTotals Written(const World& world, const Recap& recap, const RegionCode& region) {
  RegionTotals totals = world.totals.Of(recap.contest, region);
  for (const Slip& slip : recap.slips) {
    if (slip.where == region) totals.fields[slip.field].sum += static_cast<uint64_t>(slip.by);
  }
  return totals;
}

event::RecapPart Rows(const World& world, const Recap& recap, const RegionCode& region) {
  const Geography& place = *world.geography;
  const auto below = static_cast<Level>(static_cast<uint8_t>(recap.level) + 1);
  event::RecapPart part;
  part.contest = recap.contest;
  part.region = region;
  part.part = 1;
  part.parts = 1;
  const IndexRange children = place.Inside(recap.level, recap.region, below);
  for (uint64_t i = children.begin; i < children.end; ++i) {
    // Four regencies of the province have no stations in this election.
    if (place.Inside(below, i, Level::kStation).size() == 0) continue;
    event::RecapRow row;
    row.child = place.At(below, i).code;
    Fill(Written(world, recap, row.child), &row);
    part.rows.push_back(std::move(row));
  }
  return part;
}

void Certify(World* world, const Recap& recap, UnixMicros now) {
  const bool nation = recap.level == Level::kNation;
  const RegionCode region =
      nation ? RegionCode() : world->geography->At(recap.level, recap.region).code;
  const std::string author = recap.level == Level::kDistrict ? Ppk(region) : KpuOf(region);
  const std::string where = recap.contest + " in " + (nation ? "the nation" : region.str());
  const Hash rows = world->Say({author}, Rows(*world, recap, region), After(now, -kMinute), now,
                               author + " enters the rows of " + where);

  event::RecapCertified body;
  body.contest = recap.contest;
  body.region = region;
  Fill(Written(*world, recap, region), &body);
  body.parts = 1;
  body.parts_hash = crypto::Sha256(rows.view());
  body.size = world->LogSize();
  const std::string office = recap.level == Level::kDistrict ? "PPK-" + region.str()
                             : nation                        ? "KPU"
                                                             : "KPU-" + region.str();
  body.minutes = MinutesOf(office, recap.minutes, DateOf(now));
  const auto before = world->certified.find({recap.contest, region});
  if (before != world->certified.end()) body.replaces = before->second;
  const size_t contest = world->contests.Find(recap.contest);
  if (world->contests[contest].registered.kind == election::ContestKind::kTicket) {
    const auto tickets = world->contests.ChoiceIds(contest, 0);
    for (size_t i = 0; i < tickets.size(); ++i) {
      const auto state = i + 1 < tickets.size() ? election::SignatoryState::kSigned
                                                : election::SignatoryState::kRefused;
      body.signatories.push_back({"", tickets[i], state});
    }
  }
  body.signatories.push_back({author, 0, election::SignatoryState::kSigned});
  world->Say({author}, std::move(body), After(now, -30), now, author + " certifies " + where);
}

}  // namespace

void PlanRecap(Plan* plan, UnixMicros when, const Recap& recap) {
  plan->AtWithLogSize(when,
                      [plan, recap](UnixMicros now) { Certify(&plan->world(), recap, now); });
}

// Tanjung Palas Utara and Sekatak state a vote too many and one too few, the one in the row of a
// village too; in Tanjung Palas Tengah a vote stands in the row of the village beside its own.
void PlanCertifications(Plan* plan) {
  const Geography& place = *plan->world().geography;
  const auto tickets =
      plan->world().contests.ChoiceIds(plan->world().contests.Find("ppwp"), 0);
  const auto village = [&](uint64_t district, uint64_t nth) {
    return place.At(Level::kVillage, place.Children(Level::kDistrict, district).begin + nth).code;
  };
  for (uint64_t i = 0; i < place.Count(Level::kDistrict); ++i) {
    Recap recap;
    recap.region = i;
    recap.minutes = 90;
    const FieldKey first = FieldKey::Votes(tickets.front());
    const FieldKey last = FieldKey::Votes(tickets.back());
    if (i == kPalasUtara) recap.slips = {{plan->District(i), first, 1}, {village(i, 0), first, 1}};
    if (i == kSekatak) recap.slips = {{plan->District(i), last, -1}};
    if (i == kPalasTengah) recap.slips = {{village(i, 0), last, 1}, {village(i, 1), last, -1}};
    const auto minute = static_cast<int64_t>(i) * 30 * kMinute;
    PlanRecap(plan, After(LocalTime(2, 27, 9, 0), minute), recap);
  }
  Recap legislative;
  legislative.contest = "pdprdk";
  legislative.region = kSekatak;
  legislative.minutes = 91;
  PlanRecap(plan, LocalTime(2, 27, 18, 0), legislative);
  Recap regency;
  regency.level = Level::kRegency;
  regency.minutes = 9;
  PlanRecap(plan, LocalTime(3, 2, 16, 0), regency);
}

}  // namespace jejak::sim
