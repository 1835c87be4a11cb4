// What the folds of results must come to, said once more in the most naive way: every station keeps
// its rounds as maps, and sums, counts and findings are made anew from all of them whenever they
// are asked for. Shares with the folds the rows' shapes and the arithmetic rules, which have tests
// of their own, and nothing else.
#pragma once

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/election/rules.h"
#include "ledger/event/tally_nodes.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/test_log.h"

namespace jejak::projection::testing {

// 1 to `count`, or JEJAK_FOLD_SEED alone.
inline std::vector<uint64_t> SeedsOf(uint64_t count) {
  const char* one = std::getenv("JEJAK_FOLD_SEED");
  if (one != nullptr) return {std::strtoull(one, nullptr, 10)};
  std::vector<uint64_t> seeds(count);
  for (uint64_t i = 0; i < count; ++i) seeds[i] = i + 1;
  return seeds;
}

// What a witness holds of such a form.
inline event::CopyFiled CopyOf(const event::ResultSubmitted& form, uint16_t round) {
  return {form.contest, form.tps,          round, form.figures,
          form.votes,   form.party_totals, {}};
}

struct ModelRound {
  uint16_t number = 1;
  LogIndex opened_at;
  std::optional<Hash> opened_event;
  Hash newest_event;
  bool finalised = false, ppk_acted = false;
  bool corrected = false, completed = false, evidence_replaced = false;
  std::vector<LogIndex> versions;
  std::map<FieldKey, Cell> cells;
  std::map<uint16_t, std::pair<event::Evidence, LogIndex>> evidence;
  std::map<std::pair<uint8_t, uint64_t>, LogIndex> open;  // (rule, row) -> opened by

  bool Reported() const {
    for (const auto& [key, cell] : cells) {
      if (key.kind != election::FieldKind::kFigure) return true;
    }
    return false;
  }
  bool WithFindings() const {
    for (const auto& [finding, by] : open) {
      const auto severity = election::InfoOf(static_cast<Rule>(finding.first)).severity;
      if (severity != election::Severity::kWarning) return true;
    }
    return false;
  }
  StationFlags Flags() const {
    return {Reported(), corrected, completed, evidence_replaced, WithFindings()};
  }
  std::vector<Cell> Cells() const {
    std::vector<Cell> out;
    for (const auto& [key, cell] : cells) out.push_back(cell);
    return out;
  }
};

struct ModelStation {
  std::vector<ModelRound> rounds = {ModelRound{}};  // the newest is the last
  ModelRound& Newest() { return rounds.back(); }
  // The newest with a result; round 1 while none has one.
  const ModelRound& Shown() const {
    for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
      if (!round->versions.empty()) return *round;
    }
    return rounds.front();
  }
};

struct ModelBallot {
  std::vector<RegionCode> members;
  std::vector<election::ElectionChoice> choices;  // ascending by id
};

struct ModelContest {
  election::ContestKind kind{};
  std::vector<RegionCode> covered, excepted;
  std::vector<ModelBallot> ballots;
  std::map<StationCode, ModelStation> stations;  // in its scope

  bool Covers(const RegionCode& place) const {
    const auto encloses = [&](const RegionCode& region) { return region.Contains(place); };
    return std::any_of(covered.begin(), covered.end(), encloses) &&
           std::none_of(excepted.begin(), excepted.end(), encloses);
  }
  const ModelBallot* BallotAt(const RegionCode& place) const {
    for (const ModelBallot& ballot : ballots) {
      for (const RegionCode& member : ballot.members) {
        if (member.Contains(place)) return &ballot;
      }
    }
    return nullptr;
  }
  // How many ballots are used in a region.
  size_t BallotsIn(const RegionCode& region) const {
    size_t count = 0;
    for (const ModelBallot& ballot : ballots) {
      count += std::any_of(ballot.members.begin(), ballot.members.end(), [&](const auto& member) {
        return member.Contains(region) || region.Contains(member);
      });
    }
    return count;
  }
  bool IsParty(ChoiceId id) const {
    for (const ModelBallot& ballot : ballots) {
      for (const auto& choice : ballot.choices) {
        if (choice.id == id) return choice.kind == ChoiceKind::kParty;
      }
    }
    return false;
  }
};

class Model {
 public:
  std::map<std::string, ModelContest> contests;
  std::set<StationCode> stations;
  std::map<Bytes, FindingRow> findings;
  std::vector<std::string> order;  // of the contests' registration
  // By contest and TPS: each copy's round and figures.
  std::map<std::pair<std::string, StationCode>,
           std::vector<std::pair<uint16_t, std::map<FieldKey, uint32_t>>>>
      copies;

  void AddStation(const StationCode& code) {
    stations.insert(code);
    for (auto& [id, contest] : contests) {
      if (contest.Covers(code)) contest.stations.try_emplace(code);
    }
  }
  void AddContest(const event::ContestRegistered& body) {
    order.push_back(body.id);
    ModelContest& contest = contests[body.id];
    contest.kind = body.kind;
    contest.covered = body.covered;
    contest.excepted = body.excepted;
    for (const StationCode& code : stations) {
      if (contest.Covers(code)) contest.stations.try_emplace(code);
    }
  }
  void AddBallot(const event::BallotRegistered& body) {
    ModelBallot ballot{body.members, {}};
    for (const auto& c : body.choices) ballot.choices.push_back({c.id, c.kind, c.party});
    std::sort(ballot.choices.begin(), ballot.choices.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    contests[body.contest].ballots.push_back(std::move(ballot));
  }

  // Finishes a version: what every accepted submission and correction leaves behind.
  void Judge(const std::string& id, const StationCode& tps, LogIndex index, const Hash& hash) {
    ModelContest& contest = contests.at(id);
    ModelRound& round = contest.stations.at(tps).Newest();
    round.newest_event = hash;
    round.versions.push_back(index);
    std::vector<election::FieldValue> values;
    for (const Cell& cell : round.Cells()) values.push_back({cell.key, cell.value});
    const ModelBallot* ballot = contest.BallotAt(tps);
    election::FormContext context;
    context.kind = contest.kind;
    if (ballot != nullptr) context.choices = ballot->choices;
    context.dpt_max = 300;
    context.reserve_permille = 20;
    std::set<std::pair<uint8_t, uint64_t>> broken;
    for (const election::Finding& finding : election::CheckForm(values, context)) {
      const std::pair<uint8_t, uint64_t> what{static_cast<uint8_t>(finding.rule), finding.row};
      broken.insert(what);
      const LogIndex by = round.open.try_emplace(what, index).first->second;
      findings[FindingKey(id, tps, what.first, what.second, by)] = {std::nullopt, finding.fields};
    }
    for (auto it = round.open.begin(); it != round.open.end();) {
      const auto [what, by] = *it;
      const std::set<Rule> others = {Rule::kC15, Rule::kC17, Rule::kC19, Rule::kC20};
      const bool stays = others.contains(static_cast<Rule>(what.first)) || broken.contains(what);
      if (!stays) findings.at(FindingKey(id, tps, what.first, what.second, by)).cleared_by = index;
      it = stays ? std::next(it) : round.open.erase(it);
    }
  }

  void AddCopy(const event::CopyFiled& body) {
    std::map<FieldKey, uint32_t> figures;
    for (const auto& f : body.figures) figures[FieldKey::Of(f.figure)] = f.value;
    for (const auto& v : body.votes) figures[FieldKey::Votes(v.choice)] = v.value;
    for (const auto& v : body.party_totals) figures[FieldKey::PartyTotal(v.choice)] = v.value;
    copies[{body.contest, body.tps}].emplace_back(body.round, figures);
  }

  // After the first result of a round: the one before it has nothing open any more.
  void EndRounds(const std::string& id, const StationCode& tps, LogIndex index) {
    std::vector<ModelRound>& rounds = contests.at(id).stations.at(tps).rounds;
    for (size_t i = 0; i + 1 < rounds.size(); ++i) {
      for (const auto& [what, by] : rounds[i].open)
        findings.at(FindingKey(id, tps, what.first, what.second, by)).cleared_by = index;
      rounds[i].open.clear();
    }
  }

  // What stands between forms, made anew for every station from all the others.
  void Compare(LogIndex index) {
    for (const std::string& id : order) {
      for (auto& [tps, station] : contests.at(id).stations) {
        std::map<std::pair<uint8_t, uint64_t>, std::vector<FieldKey>> broken;
        VotersDiffer(id, tps, &broken);
        SameVotesNearby(id, tps, &broken);
        CopiesDiffer(id, tps, &broken);
        ModelRound* shown = &station.rounds.front();
        for (ModelRound& round : station.rounds) {
          if (!round.versions.empty()) shown = &round;
        }
        for (const auto& [what, fields] : broken) {
          if (shown->open.contains(what)) continue;
          shown->open[what] = index;
          findings[FindingKey(id, tps, what.first, what.second, index)] = {std::nullopt, fields};
        }
        std::erase_if(shown->open, [&, tps = tps](const auto& open) {
          const auto& [what, by] = open;
          const auto rule = static_cast<Rule>(what.first);
          const bool ours = rule == Rule::kC15 || rule == Rule::kC17 || rule == Rule::kC19;
          if (!ours || broken.contains(what)) return false;
          findings.at(FindingKey(id, tps, what.first, what.second, by)).cleared_by = index;
          return true;
        });
      }
    }
  }

  using Place = std::pair<std::string, RegionCode>;
  // The sums of every region, from every station.
  std::map<Place, TallyRow> Tallies() const {
    std::map<Place, TallyRow> out;
    for (const auto& [id, contest] : contests) {
      std::map<RegionCode, std::map<FieldKey, SumCell>> sums;
      for (const auto& [tps, station] : contest.stations) {
        const ModelRound& shown = station.Shown();
        const StationFlags flags = shown.Flags();
        for (RegionCode region = tps; !region.IsNation();) {
          region = region.Parent();
          out[{id, region}].stations.Add({1, flags.reported, flags.corrected,
                                                  flags.completed, flags.evidence_replaced,
                                                  flags.with_findings});
          const bool mixed = contest.BallotsIn(region) > 1;
          for (const auto& [key, cell] : shown.cells) {
            const bool figure = key.kind == election::FieldKind::kFigure;
            if (mixed && !figure && !contest.IsParty(key.id)) continue;
            SumCell& sum = sums[region][key];
            sum = {key, sum.sum + cell.value, sum.present + 1};
          }
        }
      }
      for (const auto& [region, cells] : sums) {
        for (const auto& [key, sum] : cells) out[{id, region}].sums.push_back(sum);
      }
    }
    return out;
  }

  // The root of the tally tree, every node made anew.
  Hash Root() const {
    const std::map<Place, TallyRow> tallies = Tallies();
    std::vector<Hash> nations;
    for (const auto& [id, contest] : contests) {
      if (contest.stations.empty()) continue;
      std::map<RegionCode, std::map<RegionCode, Hash>> children;
      for (const auto& [tps, station] : contest.stations) {
        const ModelRound& shown = station.Shown();
        event::StationTally node;
        node.contest = id;
        node.tps = tps;
        node.round = shown.number;
        for (const Cell& cell : shown.Cells()) node.values.push_back({cell.key, cell.value});
        if (!shown.versions.empty()) node.event = shown.newest_event;
        children[tps.Parent()][tps] = event::StationNodeHash(event::Encode(node).value());
      }
      for (const auto level : {election::Level::kVillage, election::Level::kDistrict,
                               election::Level::kRegency, election::Level::kProvince,
                               election::Level::kNation}) {
        const auto regions = children;
        for (const auto& [region, below] : regions) {
          if (region.level() != level) continue;
          const TallyRow& row = tallies.at({id, region});
          event::RegionTally node;
          node.contest = id;
          node.region = region;
          node.registered = static_cast<uint32_t>(row.stations.total);
          node.reported = static_cast<uint32_t>(row.stations.reported);
          node.children = static_cast<uint32_t>(below.size());
          for (const SumCell& sum : row.sums) node.sums.push_back({sum.key, sum.sum, sum.present});
          std::vector<Hash> leaves;
          for (const auto& [code, hash] : below) leaves.push_back(merkle::LeafHash(hash.view()));
          node.children_root = merkle::RootOf(leaves);
          const Hash hash = event::RegionNodeHash(event::Encode(node).value());
          region.IsNation() ? nations.push_back(merkle::LeafHash(hash.view()))
                            : void(children[region.Parent()][region] = hash);
        }
      }
    }
    return merkle::RootOf(nations);
  }

 private:
  using Broken = std::map<std::pair<uint8_t, uint64_t>, std::vector<FieldKey>>;
  using Figures = std::map<FieldKey, Cell>;

  static std::optional<uint32_t> At(const Figures& cells, const FieldKey& key) {
    const auto at = cells.find(key);
    return at == cells.end() ? std::nullopt : std::optional(at->second.value);
  }
  const Figures* Shown(const std::string& id, const StationCode& tps) const {
    const auto& in = contests.at(id).stations;
    return in.contains(tps) ? &in.at(tps).Shown().cells : nullptr;
  }

  void VotersDiffer(const std::string& id, const StationCode& tps, Broken* broken) const {
    for (size_t i = 0; i < order.size(); ++i) {
      for (size_t j = i + 1; j < order.size(); ++j) {
        const Figures *a = Shown(order[i], tps), *b = Shown(order[j], tps);
        if ((order[i] != id && order[j] != id) || a == nullptr || b == nullptr) continue;
        for (const Figure figure : {Figure::kVotersRegisteredL, Figure::kVotersRegisteredP,
                                    Figure::kVotersRegisteredJ}) {
          const FieldKey key = FieldKey::Of(figure);
          if (!a->contains(key) || !b->contains(key) || At(*a, key) == At(*b, key)) continue;
          const uint64_t row = i * 4294967296 + j * 65536 + static_cast<uint64_t>(figure);
          (*broken)[{15, row}] = {key};
        }
      }
    }
  }
  void SameVotesNearby(const std::string& id, const StationCode& tps, Broken* broken) const {
    const ModelContest& contest = contests.at(id);
    const ModelBallot* ballot = contest.BallotAt(tps);
    if (ballot == nullptr) return;
    const Figures& mine = *Shown(id, tps);
    std::vector<FieldKey> totals, votes;
    for (const Figure figure : {Figure::kValid, Figure::kInvalid, Figure::kTotal})
      totals.push_back(FieldKey::Of(figure));
    for (const auto& choice : ballot->choices) votes.push_back(FieldKey::Votes(choice.id));
    const auto has = [&](const FieldKey& key) { return mine.contains(key); };
    const auto some = [&](const FieldKey& key) { return At(mine, key) != 0u; };
    if (!std::all_of(votes.begin(), votes.end(), has)) return;
    if (std::none_of(votes.begin(), votes.end(), some)) return;
    std::vector<FieldKey> fields = totals;
    fields.insert(fields.end(), votes.begin(), votes.end());
    for (const auto& [other, station] : contest.stations) {
      if (other == tps || other.Parent() != tps.Parent()) continue;
      const Figures& theirs = station.Shown().cells;
      const auto same = [&](const FieldKey& key) { return At(mine, key) == At(theirs, key); };
      if (std::all_of(fields.begin(), fields.end(), same))
        (*broken)[{17, std::stoull(other.str().substr(10))}] = fields;
    }
  }
  void CopiesDiffer(const std::string& id, const StationCode& tps, Broken* broken) const {
    const auto filed = copies.find({id, tps});
    if (filed == copies.end()) return;
    const ModelRound& shown = contests.at(id).stations.at(tps).Shown();
    for (uint64_t i = 0; i < filed->second.size(); ++i) {
      const auto& [round, figures] = filed->second[i];
      if (round != shown.number) continue;
      for (const auto& [key, value] : figures) {
        const auto counted = At(shown.cells, key);
        if (counted && *counted != value) (*broken)[{19, (i + 1) << 36 | key.packed()}] = {key};
      }
    }
  }
};

}  // namespace jejak::projection::testing
