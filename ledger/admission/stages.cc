#include "ledger/admission/stages.h"

#include <algorithm>

namespace jejak::admission {
namespace {

using election::Level;

constexpr size_t At(Stage stage) { return static_cast<size_t>(stage); }
constexpr bool IsAreaAbroad(Level level) { return level >= Level::kRegency && level <= Level::kVillage; }

}  // namespace

Level LevelOf(Stage stage) {
  switch (stage) {
    case Stage::kKpps: return Level::kStation;
    case Stage::kPpk: return Level::kDistrict;
    case Stage::kKabkota: return Level::kRegency;
    case Stage::kProvinsi: return Level::kProvince;
    case Stage::kNasional: return Level::kNation;
  }
  return Level::kNation;
}

bool RegionFits(Stage stage, const RegionCode& region) {
  if (region.IsAbroad()) {
    if (stage == Stage::kPpk) return IsAreaAbroad(region.level());
    return stage == Stage::kKpps && region.IsStation();
  }
  return region.level() == LevelOf(stage);
}

Stage LastStage(const ContestState& contest, const RegionCode& place) {
  const Stage last = contest.last_stage;
  return place.IsAbroad() && last < Stage::kNasional ? std::min(last, Stage::kPpk) : last;
}

Stages::Stages(const StateView& view, const ContestState& contest, const RegionCode& place,
               LogIndex round_opened_at)
    : view_(view), contest_(contest), place_(place), last_(LastStage(contest, place)) {
  for (size_t i = At(Stage::kPpk); i <= At(last_); ++i) {
    ForEachRegion(static_cast<Stage>(i), [&](const RegionCode& region) {
      const auto seal = view_.Seal(contest_.id, region);
      if (!seal || seal->certified_at <= round_opened_at) return;
      sealed_at_[i] = std::max(sealed_at_[i], seal->certified_at.value);
    });
  }
}

// The regions whose certification of `stage` covers the place, or is the place's.
template <typename Visit>
void Stages::ForEachRegion(Stage stage, Visit visit) const {
  const Level own = place_.level();
  if (!place_.IsAbroad()) {
    if (LevelOf(stage) <= own) visit(place_.At(LevelOf(stage)));
  } else if (stage == Stage::kNasional) {
    visit(RegionCode());
  } else if (stage == Stage::kPpk) {
    for (const Level level : {Level::kRegency, Level::kDistrict, Level::kVillage}) {
      if (level <= own) visit(place_.At(level));
    }
  }
}

uint64_t Stages::NewestSeal(Stage stage) const {
  return *std::max_element(sealed_at_.begin() + static_cast<std::ptrdiff_t>(At(stage)), sealed_at_.end());
}

bool Stages::Reopened(Stage stage, uint64_t after) const {
  bool reopened = false;
  ForEachRegion(stage, [&](const RegionCode& region) {
    const auto at = view_.Reopened(contest_.id, region, stage);
    reopened = reopened || (at && at->value > after);
  });
  return reopened;
}

bool Stages::Sealed(Stage stage) const {
  const uint64_t newest = NewestSeal(stage);
  return newest != 0 && !Reopened(stage, newest);
}

Stage Stages::Below(Stage stage) const {
  if (place_.IsAbroad()) return stage == Stage::kNasional ? Stage::kPpk : Stage::kKpps;
  return static_cast<Stage>(At(stage) - 1);
}

std::optional<Reason> Stages::AgainstSubmission(Stage stage, const ResultState& result) const {
  const bool closed = stage == Stage::kKpps ? result.finalised || result.ppk_acted || AnySeal()
                                            : Sealed(stage);
  if (closed) return Reason::kStageSealed;
  return std::nullopt;
}

std::optional<Reason> Stages::AgainstCorrection(Stage stage, const ResultState& result,
                                                bool with_decision) const {
  // PPK may act before KPPS has finished, and so ends its stage.
  if (stage <= Stage::kPpk) return AgainstSubmission(stage, result);
  if (stage == Stage::kNasional && Sealed(last_)) {
    if (with_decision) return std::nullopt;
    return Reason::kStageSealed;
  }
  if (stage > last_) return Reason::kStageNotOpen;
  const uint64_t newest = NewestSeal(stage);
  // Here a seal at or above the stage has been opened again, by name.
  if (newest != 0) {
    if (!Reopened(stage, newest)) return Reason::kStageSealed;
    return std::nullopt;
  }
  if (!Sealed(Below(stage))) return Reason::kStageNotOpen;
  return std::nullopt;
}

}  // namespace jejak::admission
