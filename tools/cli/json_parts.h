// Members of what several bodies hold, and the shapes in which figures, votes and photos are shown.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/json_archive.h"

namespace jejak::event {

template <typename A>
void Fields(A& a, NewKey& v) {
  a.Req("key", v.key);
  a.Req("proof", v.proof);
}
template <typename A>
void Fields(A& a, Minutes& v) {
  a.Req("number", v.number);
  a.Opt("date", cli::Date(v.date));
  a.Opt("sha256", v.sha256);
}
template <typename A>
void Fields(A& a, Evidence& v) {
  a.Req("page", v.page);
  a.Opt("media_type", v.media_type);
  a.Opt("sha256", v.sha256);
  a.Opt("url", v.url);
}

}  // namespace jejak::event

namespace jejak::cli {

// "figures": one member per figure, those of three columns as {"l","p","j"}; absent ones null. With
// `only_present`, absent ones are left out.
template <typename Value>
using FigureList = std::vector<std::pair<election::Figure, Value>>;
Json FiguresToJson(const FigureList<uint64_t>& figures, bool only_present);
// Ascending by figure.
FigureList<uint64_t> FiguresFromJson(const Json& json, const std::string& at, Status* first,
                                     bool big);

// "votes": [{"choice","votes","party_total"}]; `party_total` only where there is one.
struct VoteLine {
  election::ChoiceId choice = 0;
  std::optional<uint64_t> votes, party_total;
};
Json VotesToJson(const std::vector<VoteLine>& votes);
// In the order given.
std::vector<VoteLine> VotesFromJson(const Json& json, const std::string& at, Status* first,
                                    bool big);

// Figures, votes and party totals of any body that has them, in both directions.
template <typename A, typename F, typename C>
void FormFields(A& a, std::vector<F>& figures, std::vector<C>& votes,
                std::vector<C>& party_totals) {
  constexpr bool kBig = sizeof(F{}.value) == 8;
  using Value = decltype(F{}.value);
  if constexpr (A::kReading) {
    if (const Json* member = a.Take("figures"); member != nullptr && !member->is_null()) {
      for (const auto& [figure, value] :
           FiguresFromJson(*member, a.At("figures"), a.first(), kBig)) {
        figures.push_back({figure, static_cast<Value>(value)});
      }
    }
    if (const Json* member = a.Take("votes"); member != nullptr && !member->is_null()) {
      for (const VoteLine& line : VotesFromJson(*member, a.At("votes"), a.first(), kBig)) {
        if (line.votes) votes.push_back({line.choice, static_cast<Value>(*line.votes)});
        if (line.party_total)
          party_totals.push_back({line.choice, static_cast<Value>(*line.party_total)});
      }
    }
    const auto by_choice = [](const C& x, const C& y) { return x.choice < y.choice; };
    std::stable_sort(votes.begin(), votes.end(), by_choice);
    std::stable_sort(party_totals.begin(), party_totals.end(), by_choice);
  } else {
    FigureList<uint64_t> list;
    for (const F& f : figures) list.emplace_back(f.figure, f.value);
    a.Put("figures", FiguresToJson(list, true));
    std::vector<VoteLine> lines;
    for (const C& v : votes) lines.push_back({v.choice, v.value, std::nullopt});
    for (const C& t : party_totals) {
      const auto at =
          std::lower_bound(lines.begin(), lines.end(), t.choice,
                           [](const VoteLine& l, election::ChoiceId id) { return l.choice < id; });
      if (at != lines.end() && at->choice == t.choice) {
        at->party_total = t.value;
      } else {
        lines.insert(at, {t.choice, std::nullopt, t.value});
      }
    }
    a.Put("votes", VotesToJson(lines));
  }
}

// A photo as printed: absent hash and address are null.
Json EvidenceToJson(const event::Evidence& evidence);
Json EvidenceToJson(const std::vector<event::Evidence>& evidence);

}  // namespace jejak::cli
