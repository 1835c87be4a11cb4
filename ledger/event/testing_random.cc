// RandomBody: bodies that ValidateBody accepts, of random shape.
#include "ledger/base/check.h"
#include "ledger/event/testing_maker.h"
#include "ledger/event/testing_samples.h"

namespace jejak::event {
namespace {

Body RandomKeys(BodyKind kind, Maker& m) {
  switch (kind) {
    case BodyKind::kOfficialsEnrolled:
      return OfficialsEnrolled{m.Ascending(
          1, 4,
          [&] {
            OfficialFact fact{m.Id(),
                              m.Text(),
                              m.Word<election::Role>(),
                              m.Place(),
                              "",
                              0,
                              m.Text(),
                              m.Fixed<Hash>(),
                              m.Ascending(
                                  0, 3, [&] { return m.Key(); }, &NewKey::key)};
            if (m.Coin()) fact.contest = m.Contest(), fact.choice = m.ChoiceOf();
            return fact;
          },
          &OfficialFact::id)};
    case BodyKind::kKeyEnrolled: return KeyEnrolled{m.Id(), m.Key()};
    case BodyKind::kKeyRevoked:
      return KeyRevoked{m.Fixed<PublicKey>(), m.Text(),
                        m.Maybe([&] { return UnixMicros(m.Coin() ? 0 : m.Signed()); })};
    case BodyKind::kKeyReleased: return KeyReleased{m.Fixed<PublicKey>(), m.Text()};
    case BodyKind::kOfficialSuspended: return OfficialSuspended{m.Id(), m.Text()};
    case BodyKind::kOfficialReinstated: return OfficialReinstated{m.Id(), m.Text()};
    default: JEJAK_CHECK(kind == BodyKind::kLedgerKeyChanged);
  }
  return LedgerKeyChanged{m.Key(), m.Text()};
}

Body RandomRegistry(BodyKind kind, Maker& m) {
  switch (kind) {
    case BodyKind::kElectionOpened:
      return ElectionOpened{"n" + m.Text(),
                            m.Word<election::ElectionKind>(),
                            m.Word<election::Mode>(),
                            static_cast<uint16_t>(m.Below(65'536)),
                            m.Date(),
                            "o/" + m.Id(),
                            m.Fixed<Hash>(),
                            1 + m.Value() / 2,
                            static_cast<uint16_t>(m.Below(1'001)),
                            m.Text(),
                            m.Text(),
                            m.Fixed<Hash>(),
                            m.Key(),
                            m.Key(),
                            m.Key()};
    case BodyKind::kContestRegistered: return m.ContestFact();
    case BodyKind::kRegionsRegistered:
      return RegionsRegistered{m.Ascending(
          1, 6,
          [&] {
            return RegionFact{m.NotStation(), m.Text(), m.Word<election::RegionKind>(),
                              m.Maybe([&] {
                                return static_cast<int16_t>(static_cast<int>(m.Below(2161)) - 1080);
                              }),
                              m.Maybe([&] { return m.Value(); })};
          },
          &RegionFact::code)};
    case BodyKind::kStationsRegistered:
      return StationsRegistered{m.Ascending(
          1, 6,
          [&] {
            return StationFact{m.Station(), m.Text(), m.Word<election::StationKind>(), m.Maybe([&] {
                                 return Dpt{m.Value(), m.Value()};
                               })};
          },
          &StationFact::code)};
    case BodyKind::kBallotRegistered: return m.Ballot();
    case BodyKind::kRegistryAmended:
      return RegistryAmended{
          m.Ascending(
              1, 5,
              [&] {
                return Amendment{m.Word<election::AmendedField>(), m.Text(), m.Text(), m.Text()};
              },
              [](const Amendment& a) { return std::pair(a.field, a.subject); }),
          m.Text()};
    case BodyKind::kRulesChanged: return RulesChanged{static_cast<uint16_t>(m.Below(65'536))};
    case BodyKind::kTallyCommitted: return TallyCommitted{m.Fixed<Hash>()};
    default: return RandomKeys(kind, m);
  }
}

ResultCorrected RandomCorrection(Maker& m) {
  return {m.Contest(),
          m.Station(),
          m.Round(),
          m.Fixed<Hash>(),
          m.Ascending(
              0, 5,
              [&] {
                return Change{m.Field(), m.Maybe([&] { return m.Value(); })};
              },
              &Change::field),
          m.Ascending(
              0, 3,
              [&] {
                const auto page = static_cast<uint16_t>(1 + m.Number(65'534));
                return EvidenceChange{page, m.Maybe([&] { return m.Page(page); })};
              },
              &EvidenceChange::page),
          m.Word<election::CorrectionReason>(),
          m.Word<election::Ground>(),
          m.Text(),
          m.Text(),
          m.MaybeMinutes(),
          m.Maybe([&] { return m.Station(); }),
          m.Sorted(0, 3, [&] { return m.Fixed<Hash>(); }),
          m.MaybeSource()};
}

template <typename T>
void AddBigFigures(Maker& m, T* to) {
  constexpr uint64_t kMost = (uint64_t{1} << 53) - 1;
  to->figures = m.Figures<BigFigureValue>(kMost);
  to->votes = m.Votes<BigChoiceValue>(kMost);
  to->party_totals = m.Votes<BigChoiceValue>(kMost);
}

RecapPart RandomPart(Maker& m) {
  RecapPart out{m.Contest(), m.NotStation(), 0, 0, {}};
  if (out.region.level() == election::Level::kVillage) out.region = out.region.Parent();
  out.parts = static_cast<uint16_t>(1 + m.Below(65'535));
  out.part = static_cast<uint16_t>(1 + m.Below(out.parts));
  const size_t digits = election::kCodeDigits[static_cast<size_t>(out.region.level()) + 1];
  out.rows = m.Ascending(
      1, 4,
      [&] {
        RecapRow row;
        row.child =
            Code(out.region.str() + m.Station().str().substr(0, digits - out.region.view().size()));
        AddBigFigures(m, &row);
        return row;
      },
      &RecapRow::child);
  return out;
}

RecapCertified RandomCertificate(Maker& m) {
  RecapCertified out;
  out.contest = m.Contest();
  out.region = m.NotStation();
  AddBigFigures(m, &out);
  out.parts = static_cast<uint16_t>(m.Below(3));
  if (out.parts != 0) out.parts_hash = m.Fixed<Hash>();
  out.size = TreeSize(m.Number(~uint64_t{0}));
  out.minutes = m.MaybeMinutes();
  out.signatories = m.Ascending(
      0, 4,
      [&] {
        return Signatory{m.Coin() ? m.Id() : "", m.ChoiceOf(), m.Word<election::SignatoryState>()};
      },
      [](const Signatory& s) { return std::pair(s.official, s.participant); });
  out.replaces = m.MaybeHash();
  return out;
}

Body RandomResult(BodyKind kind, Maker& m) {
  constexpr uint64_t kMost = 9'999'999;
  switch (kind) {
    case BodyKind::kResultSubmitted:
      return ResultSubmitted{m.Contest(),
                             m.Station(),
                             m.Round(),
                             m.Figures<FigureValue>(kMost),
                             m.Votes<ChoiceValue>(kMost),
                             m.Votes<ChoiceValue>(kMost),
                             m.Word<election::FieldState>(),
                             m.Ascending(
                                 0, 4,
                                 [&] {
                                   return Reading{m.Field(), m.Word<election::FieldState>(),
                                                  m.Maybe([&] { return m.Value(); })};
                                 },
                                 &Reading::field),
                             m.Evidences(),
                             m.MaybeMinutes(),
                             m.MaybeSource()};
    case BodyKind::kResultCorrected: return RandomCorrection(m);
    case BodyKind::kResultFinalised: return ResultFinalised{m.Contest(), m.Station(), m.Round()};
    case BodyKind::kCopyFiled:
      return CopyFiled{m.Contest(),
                       m.Station(),
                       m.Round(),
                       m.Figures<FigureValue>(kMost),
                       m.Votes<ChoiceValue>(kMost),
                       m.Votes<ChoiceValue>(kMost),
                       m.Evidences()};
    case BodyKind::kRecapPart: return RandomPart(m);
    default: JEJAK_CHECK(kind == BodyKind::kRecapCertified);
  }
  return RandomCertificate(m);
}

Body RandomRest(BodyKind kind, Maker& m) {
  const auto contest = [&m] { return m.Contest(); };
  switch (kind) {
    case BodyKind::kRoundOpened:
      return RoundOpened{m.Word<election::RoundKind>(),
                         m.Sorted(1, 3, contest),
                         m.Disjoint(6),
                         m.Word<election::Ground>(),
                         m.MaybeHash(),
                         m.Text(),
                         m.MaybeMinutes()};
    case BodyKind::kRoundCancelled: return RoundCancelled{m.Fixed<Hash>(), m.Text(), m.MaybeHash()};
    case BodyKind::kObjectionFiled:
      return ObjectionFiled{m.Contest(),
                            m.Place(),
                            m.Word<election::Stage>(),
                            m.Text(),
                            m.Sorted(0, 4, [&] { return m.Field(); }),
                            m.Evidences()};
    case BodyKind::kObjectionResolved:
      return ObjectionResolved{m.Fixed<Hash>(), m.Word<election::Outcome>(), m.Text(),
                               m.MaybeMinutes()};
    case BodyKind::kIncidentRecorded:
      return IncidentRecorded{m.Place(), m.Word<election::IncidentKind>(), m.Text()};
    case BodyKind::kDecisionRecorded:
      return DecisionRecorded{m.Word<election::Issuer>(),
                              m.Word<election::DecisionKind>(),
                              m.Text(),
                              m.Date(),
                              m.Text(),
                              m.Sorted(0, 3, contest),
                              m.Sorted(0, 3, [&] { return m.Place(); }),
                              m.Fixed<Hash>()};
    default: JEJAK_CHECK(kind == BodyKind::kStageReopened);
  }
  return StageReopened{m.Contest(), m.NotStation(), m.Word<election::Stage>(), m.Fixed<Hash>(),
                       m.Text()};
}

}  // namespace

Body RandomBody(BodyKind kind, std::mt19937_64& random) {
  Maker maker(random);
  if (kind <= BodyKind::kLedgerKeyChanged || kind >= BodyKind::kRulesChanged) {
    return RandomRegistry(kind, maker);
  }
  if (kind <= BodyKind::kCopyFiled || kind == BodyKind::kRecapPart ||
      kind == BodyKind::kRecapCertified) {
    return RandomResult(kind, maker);
  }
  return RandomRest(kind, maker);
}

}  // namespace jejak::event
