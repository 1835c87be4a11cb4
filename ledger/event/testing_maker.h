// Random values that ValidateBody accepts; RandomBody puts bodies together from them.
//
// Thread rule: one thread a Maker.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/bodies.h"
#include "ledger/event/testing_samples.h"
#include "ledger/event/words.h"

namespace jejak::event {

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

}  // namespace jejak::event
