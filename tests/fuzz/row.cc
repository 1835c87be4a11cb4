// A row decodes only from the one encoding of its value. Rows come from the ledger's own disk,
// where what is damaged must be seen as damage.
#include "ledger/engine/view.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/rows_records.h"
#include "ledger/projection/tally_children.h"
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

// The children of a node, whose region's level the first byte says: each is found, and when all
// were changed and one was put they are whole again.
void CheckChildren(ByteView input) {
  if (input.empty()) return;
  const size_t at = static_cast<uint8_t>(input[0]) % (election::kLevels - 1);
  const auto level = static_cast<election::Level>(at);
  auto children = TallyChildren::Parse(level, Bytes(input.substr(1)));
  if (!children) return;
  JEJAK_CHECK(children->packed() == input.substr(1));
  const size_t size = children->size();
  const size_t digits = election::kCodeDigits[at + 1] - election::kCodeDigits[at];
  const auto code = [&](ByteView last) {
    return *RegionCode::Parse(Bytes(election::kCodeDigits[at], '1') + Bytes(last));
  };
  const Hash root = children->Root();
  std::vector<TallyChildren::Change> changes = {{code(Bytes(digits, '5')), root}};
  for (size_t i = 0; i < size; ++i) {
    const ByteView last = children->packed().substr(i * (children->packed().size() / size), digits);
    JEJAK_CHECK(children->VersionOf(code(last)));
    changes.emplace_back(code(last), root);
  }
  const bool known = children->VersionOf(changes[0].first).has_value();
  children->Put(std::move(changes));
  JEJAK_CHECK(children->size() == size + (known ? 0 : 1));
  JEJAK_CHECK(TallyChildren::Parse(level, std::move(*children).Take()));
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
                                       &CheckPerson,
                                       &CheckChildren};

Bytes Packed(const std::vector<std::string>& stations) {
  TallyChildren children(election::Level::kVillage);
  for (const std::string& code : stations) children.Put({{*RegionCode::Parse(code), Hash{}}});
  return std::move(children).Take();
}

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
                            engine::EncodePerson({{}, "Nama"}),
                            "\4" + Packed({"1112221001001", "1112221001002"})};
  JEJAK_CHECK(out.size() == std::size(kRows));
  for (size_t i = 0; i < out.size(); ++i) out[i].insert(out[i].begin(), static_cast<char>(i));
  return out;
}

}  // namespace jejak::fuzz
