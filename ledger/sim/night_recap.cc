// D.Hasil of the presidential contest: the rows of what lies below, then the certification over
// them.
#include <algorithm>
#include <string>
#include <utility>

#include "ledger/crypto/sha256.h"
#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

constexpr const char* kPpwp = "ppwp";

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

void Certify(World* world, const std::string& author, const RegionCode& region, Level level,
             IndexRange children, event::Minutes minutes, UnixMicros now) {
  event::RecapPart part;
  part.contest = kPpwp;
  part.region = region;
  part.part = 1;
  part.parts = 1;
  for (uint64_t i = children.begin; i < children.end; ++i) {
    event::RecapRow row;
    row.child = world->geography->At(level, i).code;
    Fill(world->totals.Of(kPpwp, row.child), &row);
    part.rows.push_back(std::move(row));
  }
  std::sort(part.rows.begin(), part.rows.end(),
            [](const auto& a, const auto& b) { return a.child < b.child; });
  const Hash rows = world->Say({author}, std::move(part), After(now, -kMinute), now,
                               author + " enters the rows of " + region.str());

  event::RecapCertified body;
  body.contest = kPpwp;
  body.region = region;
  Fill(world->totals.Of(kPpwp, region), &body);
  body.parts = 1;
  body.parts_hash = crypto::Sha256(rows.view());
  body.size = world->LogSize();
  body.minutes = std::move(minutes);
  const auto tickets = world->contests.ChoiceIds(world->contests.Find(kPpwp), 0);
  for (size_t i = 0; i < tickets.size(); ++i) {
    const auto state = i + 1 < tickets.size() ? election::SignatoryState::kSigned
                                              : election::SignatoryState::kRefused;
    body.signatories.push_back({"", tickets[i], state});
  }
  body.signatories.push_back({author, 0, election::SignatoryState::kSigned});
  world->Say({author}, std::move(body), After(now, -30), now,
             author + " certifies ppwp in " + region.str());
}

}  // namespace

void PlanCertifications(Plan* plan) {
  const Geography& place = *plan->world().geography;
  for (uint64_t i = 0; i < place.Count(Level::kDistrict); ++i) {
    const auto minute = static_cast<int64_t>(i) * 30 * kMinute;
    plan->AtWithLogSize(After(LocalTime(2, 27, 9, 0), minute), [=](UnixMicros now) {
      World* world = &plan->world();
      const RegionCode district = plan->District(i);
      Certify(world, Ppk(district), district, Level::kVillage,
              world->geography->Children(Level::kDistrict, i),
              MinutesOf("PPK-" + district.str(), 90, 20240227), now);
    });
  }
  plan->AtWithLogSize(LocalTime(3, 2, 16, 0), [=](UnixMicros now) {
    World* world = &plan->world();
    const RegionCode regency = plan->District(0).Parent();
    Certify(world, KpuOf(regency), regency, Level::kDistrict,
            world->geography->Children(Level::kRegency, 0), MinutesOf("KPU-6501", 9, 20240302),
            now);
  });
}

}  // namespace jejak::sim
