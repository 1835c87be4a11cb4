// Checks a ledger's tallies against sums made naively from its entries, at the newest size and at
// random earlier ones, then proofs of random regions at random sizes, and changed proofs.
//
//   tally_check LEDGER [SEED [SIZES [PROOFS [CHANGES]]]]
//
// Prints what it did as one line of JSON; exit 1 on the first thing that is not so. The sums share
// no code with the folds: an entry's figures are kept in a map per TPS, and added up anew each
// time.
#include <fmt/format.h>

#include <map>
#include <random>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/engine/ledger.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/projection/queries.h"

namespace jejak {
namespace {

using election::FieldKey;
using election::RegionCode;

struct Station {
  uint16_t round = 0;
  std::map<FieldKey, uint32_t> figures;
};
using Place = std::pair<std::string, RegionCode>;
using Stations = std::map<Place, Station>;

void Follow(const projection::ReadEntry& entry, Stations* stations) {
  if (entry.entry.refusal) return;
  if (const auto* s = std::get_if<event::ResultSubmitted>(&entry.event.body)) {
    Station& station = (*stations)[{s->contest, s->tps}];
    station = {s->round, {}};
    for (const auto& f : s->figures) station.figures[FieldKey::Of(f.figure)] = f.value;
    for (const auto& v : s->votes) station.figures[FieldKey::Votes(v.choice)] = v.value;
    for (const auto& t : s->party_totals) station.figures[FieldKey::PartyTotal(t.choice)] = t.value;
  } else if (const auto* c = std::get_if<event::ResultCorrected>(&entry.event.body)) {
    Station& station = (*stations)[{c->contest, c->tps}];
    for (const event::Change& change : c->changes) {
      if (change.value) {
        station.figures[change.field] = *change.value;
      } else {
        station.figures.erase(change.field);
      }
    }
  }
}

struct Sum {
  uint64_t sum = 0;
  uint32_t present = 0;
  bool operator==(const Sum&) const = default;
};

[[noreturn]] void Fail(const std::string& what) {
  fmt::print(stderr, "{}\n", what);
  std::exit(1);
}

class Check {
 public:
  Check(const engine::View* view, uint64_t seed) : view_(view), random_(seed) {}

  size_t Sizes(size_t sizes) {
    std::set<uint64_t> at = {view_->size().value};
    while (at.size() < std::min<size_t>(sizes + 1, view_->size().value))
      at.insert(1 + random_() % view_->size().value);
    Stations stations;
    uint64_t next = 0;
    size_t compared = 0;
    for (const uint64_t size : at) {
      for (; next < size; ++next) {
        const auto entry = view_->Entry(LogIndex(next));
        if (!entry.ok()) Fail(entry.status().ToString());
        Follow(*entry, &stations);
      }
      compared += Compare(stations, size);
    }
    for (const auto& [place, station] : stations) places_.insert(place);
    return compared;
  }

  size_t Proofs(size_t proofs, size_t changes, const merkle::VerifierKey& key) {
    const std::vector<Place> places(places_.begin(), places_.end());
    if (places.empty()) return 0;
    const Bytes genesis = view_->Entry(LogIndex(0))->entry.event;
    size_t made = 0, changed = 0;
    while (made < proofs) {
      auto [contest, region] = places[random_() % places.size()];
      for (uint64_t up = random_() % 6; up > 0 && !region.IsNation(); --up)
        region = region.Parent();
      const auto queries = projection::Queries::Open(&view_->rows(), view_,
                                                     TreeSize(1 + random_() % view_->size().value));
      if (!queries.ok()) Fail(queries.status().ToString());
      auto proof = (*queries)->Prove(contest, region, !region.IsStation() && random_() % 2 == 0);
      if (proof.status().reason() == Reason::kNotCommitted) continue;  // asked too early
      if (!proof.ok()) Fail(proof.status().ToString());
      const LogIndex commitment = **(*queries)->Commitment();
      proof->genesis = genesis;
      proof->commitment = *view_->EntryBytes(commitment);
      proof->tlog_proof = *view_->TlogProof(commitment);
      if (proof->of_parties) {
        const LogIndex index = proof->of_parties->index;
        proof->of_parties->entry = *view_->EntryBytes(index);
        proof->of_parties->path = *merkle::InclusionProof(*view_, index, view_->size());
      }
      const auto claim = projection::CheckTallyProof(*proof, key);
      if (!claim.ok()) Fail(contest + " " + region.display() + ": " + claim.status().ToString());
      ++made;
      for (; changed < changes * made / proofs; ++changed) {
        projection::TallyProof lie = *proof;
        Change(&lie);
        if (projection::CheckTallyProof(lie, key).ok()) Fail("a changed proof holds");
      }
    }
    return made;
  }

 private:
  size_t Compare(const Stations& stations, uint64_t size) {
    std::map<Place, std::map<FieldKey, Sum>> sums;
    std::map<Place, int64_t> reported;
    for (const auto& [place, station] : stations) {
      bool any_vote = false;
      for (const auto& [field, value] : station.figures)
        any_vote = any_vote || field.kind != election::FieldKind::kFigure;
      for (RegionCode region = place.second;; region = region.Parent()) {
        reported[{place.first, region}] += any_vote ? 1 : 0;
        auto& mine = sums[{place.first, region}];
        for (const auto& [field, value] : station.figures) {
          mine[field].sum += value;
          mine[field].present += 1;
        }
        if (region.IsNation()) break;
      }
    }
    const auto queries = projection::Queries::Open(&view_->rows(), view_, TreeSize(size));
    if (!queries.ok()) Fail(queries.status().ToString());
    for (const auto& [place, fields] : sums) {
      const auto& mine = fields;  // clang 14 takes no structured binding into a lambda
      const auto tally = (*queries)->TallyOf(place.first, place.second);
      if (!tally.ok()) Fail(tally.status().ToString());
      const std::string where =
          fmt::format("{} {} as of {}", place.first, place.second.display(), size);
      if (tally->stations.reported != reported[place]) Fail(where + ": reported differs");
      const auto compare = [&](const FieldKey& field, std::optional<uint64_t> value,
                               uint32_t present) {
        const auto it = mine.find(field);
        const Sum want = it == mine.end() ? Sum{} : it->second;
        if (Sum{value.value_or(0), present} != want || value.has_value() != (want.present != 0))
          Fail(where + ": " + FieldName(field) + " differs");
      };
      for (const auto& f : tally->figures) compare(FieldKey::Of(f.figure), f.value, f.present);
      for (const auto& c : tally->votes) {
        compare(FieldKey::Votes(c.choice.id), c.votes, c.present);
        compare(FieldKey::PartyTotal(c.choice.id), c.party_total, c.party_total_present);
      }
    }
    return sums.size();
  }

  void Flip(Bytes* bytes) {
    (*bytes)[random_() % bytes->size()] ^= static_cast<char>(1U << (random_() % 8));
  }
  // Changes one field of the proof.
  void Change(projection::TallyProof* proof) {
    while (true) {
      switch (random_() % 10) {
        case 0: return Flip(&proof->node);
        case 1: return Flip(&proof->genesis);
        case 2: return Flip(&proof->commitment);
        case 3: return Flip(&proof->tlog_proof);
        case 4:
          if (proof->children.empty()) break;
          return Flip(&proof->children[random_() % proof->children.size()]);
        case 5: {
          if (proof->steps.empty()) break;
          return Flip(&proof->steps[random_() % proof->steps.size()].node);
        }
        case 6: {
          if (proof->steps.empty()) break;
          auto& path = proof->steps[random_() % proof->steps.size()].path;
          if (path.empty()) {
            path.emplace_back();
          } else {
            path[random_() % path.size()].bytes[random_() % Hash::kSize] ^= 1;
          }
          return;
        }
        case 7:
          if (proof->steps.empty()) break;
          proof->steps[random_() % proof->steps.size()].index +=
              1 + static_cast<uint32_t>(random_() % 5);
          return;
        case 8: proof->nations[random_() % proof->nations.size()].bytes[3] ^= 1; return;
        default:
          if (random_() % 2 == 0) {
            proof->nations.emplace_back();
          } else {
            proof->nations.pop_back();
          }
          return;
      }
    }
  }

  const engine::View* view_;
  std::mt19937_64 random_;
  std::set<Place> places_;
};

}  // namespace
}  // namespace jejak

int main(int argc, char** argv) {
  using namespace jejak;
  if (argc < 2) return 2;
  const auto number = [&](int at, uint64_t otherwise) {
    return argc > at ? std::stoull(argv[at]) : otherwise;
  };
  JEJAK_CHECK(crypto::InitCrypto().ok());
  engine::OpenOptions options;
  options.store.read_only = true;
  const auto ledger = engine::Ledger::Open(argv[1], options);
  if (!ledger.ok()) Fail(ledger.status().ToString());
  const auto view = (*ledger)->Newest();
  const auto queries = projection::Queries::Open(&view->rows(), view.get());
  const auto& election = *(*queries)->registry().election();
  const uint64_t seed = number(2, 1);
  Check check(view.get(), seed);
  const size_t compared = check.Sizes(number(3, 50));
  const size_t proofs =
      check.Proofs(number(4, 200), number(5, 2'000),
                   {election.origin, merkle::KeyType::kEd25519, election.state.ledger_key});
  fmt::print("{{\"seed\":{},\"compared\":{},\"proofs\":{}}}\n", seed, compared, proofs);
  return 0;
}
