#include "ledger/sim/forms.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/sim/draws.h"

namespace jejak::sim {
namespace {

using election::ContestKind;
using election::FieldKey;
using election::Figure;
using election::Form;

// Registered voters of a station: at most 300 in a Pemilu.
constexpr uint32_t kDptMin = 165;
constexpr uint32_t kDptMax = 299;
constexpr uint32_t kReservePermille = 20;

// Between the seeds of a vote and of its revote.
constexpr uint64_t kSeedsApart = 1'000'003;

uint32_t Percent(uint32_t of, uint32_t percent) { return of * percent / 100; }

struct Pair {
  uint32_t l = 0;
  uint32_t p = 0;
  uint32_t j() const { return l + p; }
};

// Those who came, which all contests of a station share; and the voters who moved in, who get the
// ballots of the nation and province, but not those of the regency.
struct Turnout {
  Pair from_list;
  Pair transferred;
  Pair walk_in;
  Pair disabled;
  uint32_t spoiled = 0;
};

Turnout TurnoutOf(uint64_t seed, const Station& station, const event::Dpt& dpt) {
  Draws draws(seed, "turnout", station.index);
  Turnout turnout;
  const uint32_t share = draws.Between(66, 93);
  turnout.from_list = {Percent(dpt.l, share - draws.Below(4)), Percent(dpt.p, share)};
  turnout.spoiled = draws.Below(3);
  // Together at most 1.02 times the DPT, as there are ballots.
  const uint32_t ballots = Percent(dpt.l + dpt.p, 102);
  uint32_t free = ballots - turnout.from_list.j() - turnout.spoiled;
  const auto take = [&](uint32_t wanted) {
    const uint32_t taken = std::min(wanted, free);
    free -= taken;
    return taken;
  };
  turnout.transferred = {take(draws.Below(3)), take(draws.Below(3))};
  turnout.walk_in = {take(draws.Below(5)), take(draws.Below(5))};
  turnout.disabled = {draws.Below(2), draws.Below(2)};
  return turnout;
}

void SetRow(Form* form, Figure l, Figure p, Figure j, const Pair& pair) {
  form->Set(FieldKey::Of(l), pair.l);
  form->Set(FieldKey::Of(p), pair.p);
  form->Set(FieldKey::Of(j), pair.j());
}

uint32_t SetVoters(Form* form, const event::Dpt& dpt, const Turnout& turnout) {
  using enum Figure;
  const Pair registered{dpt.l, dpt.p};
  const Pair total{turnout.from_list.l + turnout.transferred.l + turnout.walk_in.l,
                   turnout.from_list.p + turnout.transferred.p + turnout.walk_in.p};
  SetRow(form, kVotersRegisteredL, kVotersRegisteredP, kVotersRegisteredJ, registered);
  SetRow(form, kVotersFromListL, kVotersFromListP, kVotersFromListJ, turnout.from_list);
  SetRow(form, kVotersTransferredL, kVotersTransferredP, kVotersTransferredJ, turnout.transferred);
  SetRow(form, kVotersWalkInL, kVotersWalkInP, kVotersWalkInJ, turnout.walk_in);
  SetRow(form, kVotersTotalL, kVotersTotalP, kVotersTotalJ, total);
  SetRow(form, kVotersDisabledL, kVotersDisabledP, kVotersDisabledJ, turnout.disabled);
  const uint32_t reserve = (registered.j() * kReservePermille + 999) / 1'000;
  const uint32_t received = registered.j() + reserve;
  form->Set(FieldKey::Of(kBallotsReceived), received);
  form->Set(FieldKey::Of(kBallotsUsed), total.j());
  form->Set(FieldKey::Of(kBallotsSpoiled), turnout.spoiled);
  form->Set(FieldKey::Of(kBallotsUnused), received - total.j() - turnout.spoiled);
  return total.j();
}

// How many of ten thousand voters like each choice here: liked in the whole nation, in the
// district, and at the station.
std::vector<uint64_t> Weights(uint64_t seed, size_t contest, const Station& station,
                              size_t choices) {
  Draws nation(seed, "popularity", contest);
  Draws district(seed, "district swing", contest, station.district);
  Draws local(seed, "station swing", contest, station.index);
  std::vector<uint64_t> weights;
  weights.reserve(choices);
  for (size_t i = 0; i < choices; ++i) {
    const uint64_t base = nation.Between(30, 1'000);
    weights.push_back(base * district.Between(50, 200) * local.Between(60, 140));
  }
  return weights;
}

// Splits `votes` by the weights so that the parts add up.
void SetVotes(Form* form, const std::vector<ChoiceId>& ids, const std::vector<uint64_t>& weights,
              uint32_t votes) {
  uint64_t total = 0;
  for (const uint64_t weight : weights) total += weight;
  uint64_t before = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint64_t after = before + weights[i];
    const uint64_t part = after * votes / total - before * votes / total;
    form->values.push_back({FieldKey::Votes(ids[i]), static_cast<uint32_t>(part)});
    before = after;
  }
}

void SetPartyTotals(Form* form, const BallotSizes& sizes, size_t first_vote) {
  for (uint32_t party = 0; party < sizes.parties; ++party) {
    uint32_t total = form->values[first_vote + party].value;
    const size_t first = first_vote + sizes.parties + size_t{party} * sizes.candidates;
    for (uint32_t i = 0; i < sizes.candidates; ++i) total += form->values[first + i].value;
    form->values.push_back({FieldKey::PartyTotal(party + 1), total});
  }
}

}  // namespace

event::Dpt DptOf(uint64_t seed, const Station& station) {
  Draws draws(seed, "dpt", station.index);
  const uint32_t voters = draws.Between(kDptMin, kDptMax);
  const uint32_t men = Percent(voters, draws.Between(47, 55));
  return {men, voters - men};
}

Form TrueForm(uint64_t seed_of_all, const Contests& contests, size_t contest_index,
              const Station& station, uint32_t vote) {
  const Contest& contest = contests[contest_index];
  const event::Dpt dpt = DptOf(seed_of_all, station);
  const uint64_t seed = seed_of_all + (vote - 1) * kSeedsApart;
  Turnout turnout = TurnoutOf(seed, station, dpt);
  if (contest.outer == Level::kRegency) turnout.transferred = {};
  Form form;
  const uint32_t voters = SetVoters(&form, dpt, turnout);
  Draws draws(seed, "invalid", contest_index, station.index);
  const uint32_t most = contest.registered.kind == ContestKind::kTicket ? 4 : 12;
  const uint32_t invalid = Percent(voters, draws.Below(most + 1));
  form.Set(FieldKey::Of(Figure::kValid), voters - invalid);
  form.Set(FieldKey::Of(Figure::kInvalid), invalid);
  form.Set(FieldKey::Of(Figure::kTotal), voters);

  const auto ids = contests.ChoiceIds(contest_index, contests.DapilOf(contest_index, station));
  const size_t first_vote = form.values.size();
  SetVotes(&form, ids, Weights(seed, contest_index, station, ids.size()), voters - invalid);
  if (contest.party()) SetPartyTotals(&form, contests.sizes(), first_vote);
  return form;
}

uint32_t Misread(uint64_t seed, uint64_t what, uint32_t value) {
  // What each digit is most easily taken for.
  constexpr std::array<uint32_t, 10> kLookAlike = {6, 7, 7, 8, 9, 6, 0, 1, 3, 4};
  Draws draws(seed, "misread", what, value);
  if (value < 100 && draws.Chance(6'000)) return value + (draws.Chance(5'000) ? 500 : 800);
  uint32_t unit = 1;
  for (uint32_t digits = draws.Below(value >= 100  ? 3
                                     : value >= 10 ? 2
                                                   : 1);
       digits > 0; --digits) {
    unit *= 10;
  }
  const uint32_t digit = value / unit % 10;
  return value - digit * unit + kLookAlike[digit] * unit;
}

std::optional<Mistake> MistakeIn(uint64_t seed, const MistakeRates& rates, const Contest& contest,
                                 const Station& station, const Form& form) {
  using Fate = Mistake::Fate;
  Draws draws(seed, contest.id(), station.index, 1);
  const std::array<std::pair<uint32_t, Fate>, 4> fates = {{{rates.caught, Fate::kCaught},
                                                           {rates.by_kpps, Fate::kByKpps},
                                                           {rates.by_ppk, Fate::kByPpk},
                                                           {rates.left, Fate::kLeft}}};
  uint32_t lot = draws.Below(10'000);
  std::optional<Fate> fate;
  for (const auto& [share, candidate] : fates) {
    if (lot < share) {
      fate = candidate;
      break;
    }
    lot -= share;
  }
  if (!fate) return std::nullopt;
  const bool kpps_mends = *fate == Fate::kCaught || *fate == Fate::kByKpps;
  if (kpps_mends && !contest.registered.kpps_may_correct) fate = Fate::kByPpk;

  Mistake mistake;
  mistake.fate = *fate;
  const auto votes = form.view().votes();
  constexpr std::array<Figure, 4> kOthers = {Figure::kValid, Figure::kInvalid, Figure::kTotal,
                                             Figure::kVotersFromListJ};
  if (draws.Chance(7'000)) {
    mistake.field = votes[draws.Below(static_cast<uint32_t>(votes.size()))].key;
  } else {
    mistake.field = FieldKey::Of(kOthers[draws.Below(kOthers.size())]);
  }
  const auto value = form.Get(mistake.field);
  JEJAK_CHECK(value.has_value());
  mistake.read = Misread(seed, station.index, *value);
  return mistake;
}

}  // namespace jejak::sim
