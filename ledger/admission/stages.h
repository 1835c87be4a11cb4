// Where the recapitulation of one (contest, TPS) stands in its newest round: which stages are sealed, and so
// who may still submit or correct. docs/reference/roles.md tells the rules.
//
// Internal to admission. Thread rule: values on one stack; the view is borrowed.
#pragma once

#include <array>
#include <optional>

#include "ledger/admission/state_view.h"
#include "ledger/base/reason.h"

namespace jejak::admission {

inline constexpr size_t kStages = 5;

// The level at which the body of a stage works: KPPS at the station, PPK in the district …
election::Level LevelOf(Stage stage);
// Whether a body of that stage can have this region; abroad the PPK's stage is that of PPLN, whose areas
// are of several levels.
bool RegionFits(Stage stage, const RegionCode& region);
// The contest's last stage at that place: kabkota and provinsi don't exist abroad.
Stage LastStage(const ContestState& contest, const RegionCode& place);

class Stages {
 public:
  // `place` is a TPS, or the region of a stage. Only certifications after `round_opened_at` count.
  Stages(const StateView& view, const ContestState& contest, const RegionCode& place,
         LogIndex round_opened_at);

  // A certification by the stage's body or one above is newer than the last reopening of the stage.
  bool Sealed(Stage stage) const;
  // Some certification covers the place.
  bool AnySeal() const { return NewestSeal(Stage::kPpk) != 0; }
  // What stands against a submission, or a correction, by the body of `stage`. `with_decision`: the
  // reason of the correction rests on a decision. STAGE_SEALED, STAGE_NOT_OPEN or none.
  std::optional<Reason> AgainstSubmission(Stage stage, const ResultState& result) const;
  std::optional<Reason> AgainstCorrection(Stage stage, const ResultState& result, bool with_decision) const;

 private:
  // Index of the newest certification by the body of `stage` or one above; 0 when there is none.
  uint64_t NewestSeal(Stage stage) const;
  bool Reopened(Stage stage, uint64_t after) const;
  // The stage below, of those that exist at the place.
  Stage Below(Stage stage) const;
  template <typename Visit>
  void ForEachRegion(Stage stage, Visit visit) const;

  const StateView& view_;
  const ContestState& contest_;
  const RegionCode place_;
  const Stage last_;
  std::array<uint64_t, kStages> sealed_at_{};  // 0: not; index 0 is genesis
};

}  // namespace jejak::admission
