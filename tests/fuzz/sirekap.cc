// What KPU published of one TPS: JSON of any shape is a version within its bounds, or refused; and
// what is planned for a version is an event that can be logged, after which there is nothing left
// to do for it.
#include <algorithm>

#include "ledger/event/codec.h"
#include "ledger/sirekap/parse.h"
#include "ledger/sirekap/plan.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

using election::ContestKind;

void CheckVersion(const sirekap::Version& version) {
  JEJAK_CHECK(version.tps.IsStation() && version.time().value != 0);
  const auto less = [](const election::FieldValue& a, const election::FieldValue& b) {
    return a.key < b.key;
  };
  for (size_t i = 1; i < version.values.size(); ++i)
    JEJAK_CHECK(less(version.values[i - 1], version.values[i]));
  for (const election::FieldValue& value : version.values) JEJAK_CHECK(!value.key.IsEvidence());
}

template <typename Body>
void CheckBody(const sirekap::Plan& plan) {
  if (const auto* body = std::get_if<Body>(&plan.body)) {
    JEJAK_CHECK(event::ValidateBody(*body).ok());
  }
}

void CheckPlan(const sirekap::Version& version) {
  const sirekap::ImportPlanner planner("ppwp");
  sirekap::ImportedState state;
  const sirekap::Plan plan = planner.Decide(state, version);
  CheckBody<event::ResultSubmitted>(plan);
  CheckBody<event::ResultCorrected>(plan);
  sirekap::Apply(plan, version, Hash{}, &state);
  const auto next = planner.Decide(state, version).decision;
  JEJAK_CHECK(next != sirekap::Decision::kSubmitted && next != sirekap::Decision::kCorrected);
}

}  // namespace

void Run(ByteView input) {
  const auto tps = election::StationCode::Parse("6501011001001");
  for (const ContestKind kind :
       {ContestKind::kTicket, ContestKind::kParty, ContestKind::kIndividual}) {
    const auto line = sirekap::ParseVersion(input, kind, std::nullopt);
    const auto file = sirekap::ParseVersion(input, kind, tps);
    if (line.ok()) {
      CheckVersion(*line);
      CheckPlan(*line);
    }
    if (file.ok()) CheckVersion(*file);
  }
}

std::vector<Bytes> Seeds() {
  return {
      R"({"kode":"6501011001001","seen":"2024-03-13T14:08:10+07:00","ts":"2024-02-24 22:31:28",)"
      R"("chart":{"null":null,"100025":63,"100026":181},"administrasi":{"pemilih_dpt_j":299,)"
      R"("pemilih_dpt_l":151,"pemilih_dpt_p":148,"suara_sah":260,"suara_tidak_sah":9,)"
      R"("suara_total":269},"images":["https://a/1.jpg",null,"https://a/3.jpg"],"psu":"Reguler",)"
      R"("status_suara":true})",
      R"({"kode":"6501011001001","ts":"2024-02-24 22:31:28","chart":{"1":{"jml_suara_total":7,)"
      R"("jml_suara_partai":3,"101":4}},"caleg":{"1":{"101":4}}})",
      R"({"mode":"hhcw","chart":{"650001":5},"images":[null],"administrasi":null,)"
      R"("ts":"2024-02-24 22:31:28"})"};
}

}  // namespace jejak::fuzz
