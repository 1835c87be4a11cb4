// A row decodes only from the one encoding of its value. Rows come from the ledger's own disk,
// where what is damaged must be seen as damage.
#include "ledger/engine/view.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/rows_records.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

using namespace projection;  // NOLINT: every row

template <typename Row>
void Check(ByteView input) {
  const std::optional<Row> row = Decode<Row>(input);
  if (!row) return;
  if constexpr (requires(Bytes * out) { EncodeTo(*row, out); }) {
    Bytes out;
    EncodeTo(*row, &out);
    JEJAK_CHECK(out == input);
  }
  if constexpr (requires { Encode(*row); }) JEJAK_CHECK(Encode(*row) == input);
}

template <typename Row>
Bytes Written(const Row& row) {
  Bytes out;
  EncodeTo(row, &out);
  return out;
}

void CheckPerson(ByteView input) {
  const auto person = engine::DecodePerson(input);
  if (person) JEJAK_CHECK(engine::EncodePerson(*person) == input);
}

constexpr void (*kRows[])(ByteView) = {&Check<ElectionRow>,
                                       &Check<admission::ContestState>,
                                       &Check<RegionRow>,
                                       &Check<admission::StationState>,
                                       &Check<admission::BallotState>,
                                       &Check<admission::OfficialState>,
                                       &Check<KeyRow>,
                                       &Check<ResultRow>,
                                       &Check<RoundRow>,
                                       &Check<TallyRow>,
                                       &Check<NodeRow>,
                                       &Check<TallyDelta>,
                                       &Check<TallyStateRow>,
                                       &Check<RefusalRow>,
                                       &Check<FindingRow>,
                                       &Check<admission::ReferenceState>,
                                       &Check<admission::SealState>,
                                       &Check<VillageVotesRow>,
                                       &Check<CopiesRow>,
                                       &Check<RecordRow>,
                                       &Check<ActivityRow>,
                                       &CheckPerson};

}  // namespace

// The first byte says which row.
void Run(ByteView input) {
  if (input.empty()) return;
  kRows[static_cast<uint8_t>(input[0]) % std::size(kRows)](input.substr(1));
}

std::vector<Bytes> Seeds() {
  ElectionRow election;
  election.contests = {"ppwp", "pdpr"};
  RoundRow round;
  round.versions = {LogIndex(7), LogIndex(300)};
  round.cells = {{FieldKey::Votes(100'025), 41, LogIndex(7)}};
  round.evidence = {{1, "image/jpeg", Hash{}, "https://example.org/1.jpg"}};
  round.evidence_set_by = {LogIndex(7)};
  round.findings = {{3, 4, LogIndex(7)}};
  TallyRow tally;
  tally.stations.total = 3;
  tally.sums = {{FieldKey::Votes(100'025), 1'000, 3}};
  FindingRow finding{LogIndex(9), {FieldKey::Votes(1)}};
  ActivityRow activity;
  activity.result.emplace().contest = "ppwp";
  const CopiesRow copies{{{1, LogIndex(9), {{FieldKey::Votes(1), 5}}}}};
  std::vector<Bytes> out = {Encode(election),
                            Encode(admission::ContestState{}),
                            Encode(RegionRow{}),
                            Encode(admission::StationState{}),
                            Encode(admission::BallotState{}),
                            Encode(admission::OfficialState{}),
                            Encode(KeyRow{}),
                            Encode(ResultRow{round, 1, {}}),
                            Encode(round),
                            Encode(tally),
                            Encode(NodeRow{{}, 3, {}, tally}),
                            Encode(TallyDelta{{}, {{FieldKey::Votes(1), -5, 1}}}),
                            Encode(TallyStateRow{LogIndex(9), 4}),
                            Encode(RefusalRow{4, 1, "kpps", {}}),
                            Encode(finding),
                            Encode(admission::ReferenceState{}),
                            Encode(admission::SealState{}),
                            Written(VillageVotesRow{{{1, 7}, {999, 8}}}),
                            Encode(copies),
                            Encode(RecordRow{{{1, LogIndex(9)}}}),
                            Written(activity),
                            engine::EncodePerson({{}, "Nama"})};
  JEJAK_CHECK(out.size() == std::size(kRows));
  for (size_t i = 0; i < out.size(); ++i) out[i].insert(out[i].begin(), static_cast<char>(i));
  return out;
}

}  // namespace jejak::fuzz
