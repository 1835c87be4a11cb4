// RandomBody: bodies that ValidateBody accepts, of random shape.
#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/check.h"
#include "ledger/event/testing_samples.h"
#include "ledger/event/words.h"

namespace jejak::event {
namespace {

class Maker {
 public:
  explicit Maker(std::mt19937_64& random) : random_(random) {}

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Coin() { return Below(2) == 0; }
  // Small and large numbers alike: a random number of random bits.
  uint64_t Number(uint64_t max) {
    const uint64_t bits = Below(65);
    const uint64_t n = bits == 0 ? 0 : random_() >> (64 - bits);
    return n <= max ? n : n % max;
  }
  template <typename T>
  T Fixed() {
    T out;
    if (Below(8) == 0) return out;
    for (uint8_t& b : out.bytes) b = static_cast<uint8_t>(random_());
    return out;
  }
  template <typename T>
  T Word() {
    return static_cast<T>(Below(kWords<T>));
  }
  std::string Text(size_t characters_max = 12) {
    static constexpr std::string_view kCharacters[] = {"a", "Z", "7", " ", "é", "—", "ꦗ", "🗳"};
    std::string out;
    for (uint64_t n = Below(characters_max + 1); n > 0; --n) out += kCharacters[Below(8)];
    return out;
  }
  std::string Id() { return "id-" + std::to_string(Below(1'000'000)); }
  std::string Contest() {
    std::string out = "p";
    for (uint64_t n = Below(15); n > 0; --n) out += "abz09"[Below(5)];
    return out;
  }
  RegionCode Region(size_t levels) {
    std::string digits;
    for (size_t n = election::kCodeDigits[Below(levels)]; n > 0; --n)
      digits += "0123456789"[Below(10)];
    return Code(digits);
  }
  RegionCode Place() { return Region(6); }
  RegionCode NotStation() { return Region(5); }
  RegionCode Station() {
    std::string digits;
    for (int n = 0; n < 13; ++n) digits += "0123456789"[Below(10)];
    return Code(digits);
  }
  uint32_t Date() { return Coin() ? 0 : static_cast<uint32_t>(20'240'101 + Below(28)); }
  uint16_t Round() { return static_cast<uint16_t>(1 + Below(100)); }
  int64_t Signed() { return static_cast<int64_t>(random_()); }
  template <typename Make>
  auto Maybe(Make make) {
    using T = decltype(make());
    return Coin() ? std::optional<T>() : std::optional<T>(make());
  }
  std::optional<Hash> MaybeHash() {
    return Maybe([this] { return Fixed<Hash>(); });
  }
  // `least` to `most` elements, sorted by key, without repeats.
  template <typename Make, typename Key>
  auto Ascending(size_t least, size_t most, Make make, Key key) {
    std::vector<decltype(make())> out;
    std::map<std::decay_t<decltype(std::invoke(key, make()))>, decltype(make())> sorted;
    const size_t n = least + Below(most - least + 1);
    for (size_t tries = 0; sorted.size() < n && tries < 4 * n + 64; ++tries) {
      auto made = make();
      auto at = std::invoke(key, made);
      sorted.emplace(std::move(at), std::move(made));
    }
    for (auto& [at, made] : sorted) out.push_back(std::move(made));
    return out;
  }
  template <typename Make>
  auto Sorted(size_t least, size_t most, Make make) {
    return Ascending(least, most, make, std::identity{});
  }
  std::vector<RegionCode> Disjoint(size_t levels) {
    auto all = Sorted(1, 5, [&] { return Region(levels); });
    std::vector<RegionCode> out;
    for (const RegionCode& code : all) {
      if (out.empty() || !out.back().Contains(code)) out.push_back(code);
    }
    return out;
  }

  NewKey Key() { return {Fixed<PublicKey>(), Fixed<Signature>()}; }
  uint32_t Value() { return static_cast<uint32_t>(Number(9'999'999)); }
  ChoiceId ChoiceOf() { return static_cast<ChoiceId>(1 + Below(Coin() ? 20 : 4'294'967'295)); }
  template <typename T>
  std::vector<T> Figures(uint64_t max) {
    return Ascending(
        0, 28,
        [&] {
          T out;
          out.figure = Word<election::Figure>();
          out.value = static_cast<decltype(out.value)>(Number(max));
          return out;
        },
        &T::figure);
  }
  template <typename T>
  std::vector<T> Votes(uint64_t max) {
    return Ascending(
        0, 6,
        [&] {
          T out;
          out.choice = ChoiceOf();
          out.value = static_cast<decltype(out.value)>(Number(max));
          return out;
        },
        &T::choice);
  }
  FieldKey Field() {
    switch (Below(3)) {
      case 0: return FieldKey::Of(Word<election::Figure>());
      case 1: return FieldKey::Votes(ChoiceOf());
      default: return FieldKey::PartyTotal(ChoiceOf());
    }
  }
  Evidence Page(uint16_t page) { return {page, Text(8), MaybeHash(), Text(20)}; }
  std::vector<Evidence> Evidences() {
    return Ascending(
        0, 3, [&] { return Page(static_cast<uint16_t>(1 + Number(65'534))); }, &Evidence::page);
  }
  std::optional<Minutes> MaybeMinutes() {
    Minutes out{Text(), Date(), MaybeHash()};
    return out == Minutes{} ? std::nullopt : std::optional(out);
  }
  std::optional<Source> MaybeSource() {
    Source out{Text(), UnixMicros(Coin() ? 0 : Signed()), UnixMicros(Coin() ? 0 : Signed()),
               Text()};
    return out == Source{} ? std::nullopt : std::optional(out);
  }
  BallotRegistered Ballot() {
    using election::ChoiceKind;
    BallotRegistered out{Contest(), std::to_string(Below(100'000)), Disjoint(6), {}};
    std::vector<ChoiceId> parties;
    std::set<ChoiceId> ids;
    for (uint64_t n = 1 + Below(8); n > 0; --n) {
      Choice choice{ChoiceOf(), Word<ChoiceKind>(), static_cast<uint16_t>(random_()), Text(), 0,
                    {}};
      if (choice.kind == ChoiceKind::kCandidate && parties.empty())
        choice.kind = ChoiceKind::kParty;
      if (choice.kind == ChoiceKind::kCandidate) choice.party = parties[Below(parties.size())];
      if (choice.kind != ChoiceKind::kCandidate && choice.kind != ChoiceKind::kBlank) {
        choice.witness_key = Maybe([this] { return Key(); });
      }
      if (!ids.insert(choice.id).second) continue;
      if (choice.kind == ChoiceKind::kParty) parties.push_back(choice.id);
      out.choices.push_back(choice);
    }
    return out;
  }
  ContestRegistered ContestFact() {
    ContestRegistered out{Contest(), Word<election::ContestKind>(), Text(), Disjoint(4),
                          {},        Word<election::Stage>(),       Coin(), {}};
    for (const RegionCode& code : out.covered) {
      if (Coin() || (!out.excepted.empty() && out.excepted.back().Contains(code))) continue;
      const size_t level = static_cast<size_t>(code.level());
      out.excepted.push_back(Code(
          code.str() + std::string(election::kCodeDigits[level + 1] - code.view().size(), '5')));
    }
    out.deadlines = Ascending(
        0, 5,
        [&] {
          return Deadline{Word<election::Stage>(), Signed()};
        },
        &Deadline::stage);
    return out;
  }

 private:
  std::mt19937_64& random_;
};

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
    case BodyKind::kLedgerKeyChanged: return LedgerKeyChanged{m.Key(), m.Text()};
    case BodyKind::kRulesChanged: return RulesChanged{static_cast<uint16_t>(m.Below(65'536))};
    default: JEJAK_CHECK(kind == BodyKind::kTallyCommitted);
  }
  return TallyCommitted{m.Fixed<Hash>()};
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

Body RandomResult(BodyKind kind, Maker& m) {
  constexpr uint64_t kMost = 9'999'999;
  constexpr uint64_t kMostBig = (uint64_t{1} << 53) - 1;
  const auto big = [&m](auto* body) {
    body->figures = m.Figures<BigFigureValue>(kMostBig);
    body->votes = m.Votes<BigChoiceValue>(kMostBig);
    body->party_totals = m.Votes<BigChoiceValue>(kMostBig);
  };
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
    case BodyKind::kRecapPart: {
      RecapPart out{m.Contest(), m.NotStation(), 0, 0, {}};
      if (out.region.level() == election::Level::kVillage) out.region = out.region.Parent();
      out.parts = static_cast<uint16_t>(1 + m.Below(65'535));
      out.part = static_cast<uint16_t>(1 + m.Below(out.parts));
      const size_t digits = election::kCodeDigits[static_cast<size_t>(out.region.level()) + 1];
      out.rows = m.Ascending(
          1, 4,
          [&] {
            RecapRow row;
            row.child = Code(out.region.str() +
                             m.Station().str().substr(0, digits - out.region.view().size()));
            big(&row);
            return row;
          },
          &RecapRow::child);
      return out;
    }
    default: JEJAK_CHECK(kind == BodyKind::kRecapCertified);
  }
  RecapCertified out;
  out.contest = m.Contest();
  out.region = m.NotStation();
  big(&out);
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
