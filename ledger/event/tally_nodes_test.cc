// Nodes of the tally tree: one encoding per meaning, and the bytes and hashes that the vectors pin.
#include "ledger/event/tally_nodes.h"

#include <gtest/gtest.h>

#include <capnp/any.h>
#include <capnp/message.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "ledger/base/encoding.h"
#include "proto/tally.capnp.h"

namespace jejak::event {
namespace {

using election::FieldKey;
using election::Figure;
using election::RegionCode;

Hash Filled(uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

StationTally Reported() {
  StationTally node;
  node.contest = "pdpr";
  node.tps = *RegionCode::Parse("6501051002066");
  node.round = 2;
  node.values = {{FieldKey::Of(Figure::kValid), 171},      {FieldKey::Of(Figure::kInvalid), 0},
                 {FieldKey::Votes(4), 12},                 {FieldKey::Votes(100025), 9'999'999},
                 {FieldKey::PartyTotal(4), 21}};
  node.event = Filled(0xe5);
  return node;
}

StationTally Silent() {
  StationTally node;
  node.contest = "ppwp";
  node.tps = *RegionCode::Parse("9901010001001");
  return node;
}

RegionTally Regency() {
  RegionTally node;
  node.contest = "pdpr";
  node.region = *RegionCode::Parse("6501");
  node.registered = 484;
  node.reported = 65;
  node.children = 10;
  node.sums = {{FieldKey::Of(Figure::kVotersRegisteredJ), 96'979, 424},
               {FieldKey::Votes(4), UINT64_MAX, UINT32_MAX},
               {FieldKey::PartyTotal(4), 0, 1}};
  node.children_root = Filled(0x17);
  return node;
}

RegionTally EmptyNation() {
  RegionTally node;
  node.contest = "ppwp";
  node.registered = 1;
  node.children = 1;
  node.children_root = Filled(0x71);
  return node;
}

// What Cap'n Proto itself makes of a message that `put` fills.
template <typename Root, typename Put>
Bytes Canonical(Put put) {
  capnp::MallocMessageBuilder draft;
  auto root = draft.initRoot<Root>();
  put(root);
  capnp::MallocMessageBuilder canonical;
  canonical.getRoot<capnp::AnyPointer>().setCanonicalAs<Root>(root.asReader());
  const auto words = canonical.getSegmentsForOutput()[0];
  return Bytes(reinterpret_cast<const char*>(words.begin()), words.size() * sizeof(capnp::word));
}

// Ascending keys of one kind, and numbers that are often zero.
class RandomNodes {
 public:
  explicit RandomNodes(unsigned seed) : random_(seed) {}
  uint64_t Below(uint64_t n) { return random_() % n; }
  uint32_t Number() { return Below(2) == 0 ? 0 : static_cast<uint32_t>(random_()); }
  std::vector<uint32_t> Keys(uint32_t first, uint32_t end) {
    std::vector<uint32_t> keys;
    const uint64_t often = Below(4);
    for (uint32_t key = first; key < end; ++key) {
      if (Below(4) < often) keys.push_back(key);
    }
    return keys;
  }

 private:
  std::mt19937_64 random_;
};

void Put(const std::vector<uint32_t>& keys, auto list, auto set) {
  for (unsigned i = 0; i < keys.size(); ++i) set(list[i], keys[i], i);
}

// The layout that EncodeTo writes by hand is the one that Cap'n Proto makes canonical, for 20,000
// nodes of each kind, with lists that are empty, of zeros alone, or end in them.
TEST(TallyNodes, AreWhatCapnProtoMakesCanonical) {
  RandomNodes random(7);
  for (int i = 0; i < 20'000; ++i) {
    StationTally node;
    node.contest = std::string(random.Below(12), 'p');
    node.tps = *RegionCode::Parse("6501051002066");
    node.round = static_cast<uint16_t>(random.Below(2));
    if (random.Below(2) == 0) node.event = Filled(static_cast<uint8_t>(random.Below(3)));
    const auto figures = random.Keys(0, election::kFigures), votes = random.Keys(1, 9),
               totals = random.Keys(1, 9);
    for (const uint32_t f : figures)
      node.values.push_back({FieldKey::Of(static_cast<Figure>(f)), random.Number()});
    for (const uint32_t v : votes) node.values.push_back({FieldKey::Votes(v), random.Number()});
    for (const uint32_t t : totals)
      node.values.push_back({FieldKey::PartyTotal(t), random.Number()});
    const Bytes expected = Canonical<wire::StationTally>([&](wire::StationTally::Builder to) {
      if (!node.contest.empty()) to.setContest(node.contest.c_str());
      to.setTps(node.tps.str().c_str());
      to.setRound(node.round);
      size_t at = 0;
      const auto choice = [&](wire::ChoiceValue::Builder one, uint32_t key, unsigned) {
        one.setChoice(key);
        one.setValue(node.values[at++].value);
      };
      if (!figures.empty())
        Put(figures, to.initFigures(static_cast<unsigned>(figures.size())),
            [&](wire::FigureValue::Builder one, uint32_t key, unsigned) {
              one.setFigure(static_cast<wire::Figure>(key));
              one.setValue(node.values[at++].value);
            });
      if (!votes.empty()) Put(votes, to.initVotes(static_cast<unsigned>(votes.size())), choice);
      if (!totals.empty())
        Put(totals, to.initPartyTotals(static_cast<unsigned>(totals.size())), choice);
      if (node.event) to.setEvent({node.event->data(), Hash::kSize});
    });
    ASSERT_EQ(ToHex(*Encode(node)), ToHex(expected)) << "node " << i;
  }
}

TEST(TallyNodes, OfRegionsAreWhatCapnProtoMakesCanonical) {
  RandomNodes random(8);
  for (int i = 0; i < 20'000; ++i) {
    RegionTally node;
    node.contest = std::string(random.Below(12), 'p');
    if (random.Below(2) == 0) node.region = *RegionCode::Parse("650105");
    node.registered = random.Number();
    node.reported = random.Number();
    node.children = random.Number();
    node.children_root = Filled(static_cast<uint8_t>(random.Below(3)));
    const auto figures = random.Keys(0, election::kFigures), votes = random.Keys(1, 9),
               totals = random.Keys(1, 9);
    const auto add = [&](FieldKey key) {
      node.sums.push_back({key, uint64_t{random.Number()} << random.Below(33), random.Number()});
    };
    for (const uint32_t f : figures) add(FieldKey::Of(static_cast<Figure>(f)));
    for (const uint32_t v : votes) add(FieldKey::Votes(v));
    for (const uint32_t t : totals) add(FieldKey::PartyTotal(t));
    const Bytes expected = Canonical<wire::RegionTally>([&](wire::RegionTally::Builder to) {
      if (!node.contest.empty()) to.setContest(node.contest.c_str());
      if (!node.region.IsNation()) to.setRegion(node.region.str().c_str());
      to.setRegistered(node.registered);
      to.setReported(node.reported);
      to.setChildren(node.children);
      size_t at = 0;
      const auto sum = [&](auto one) {
        one.setPresent(node.sums[at].present);
        one.setSum(node.sums[at++].sum);
      };
      const auto choice = [&](wire::ChoiceSum::Builder one, uint32_t key, unsigned) {
        one.setChoice(key);
        sum(one);
      };
      if (!figures.empty())
        Put(figures, to.initFigures(static_cast<unsigned>(figures.size())),
            [&](wire::FigureSum::Builder one, uint32_t key, unsigned) {
              one.setFigure(static_cast<wire::Figure>(key));
              sum(one);
            });
      if (!votes.empty()) Put(votes, to.initVotes(static_cast<unsigned>(votes.size())), choice);
      if (!totals.empty())
        Put(totals, to.initPartyTotals(static_cast<unsigned>(totals.size())), choice);
      to.setChildrenRoot({node.children_root.data(), Hash::kSize});
    });
    ASSERT_EQ(ToHex(*Encode(node)), ToHex(expected)) << "node " << i;
  }
}

TEST(TallyNodes, RoundTrip) {
  for (const StationTally& node : {Reported(), Silent()}) {
    const auto read = DecodeStationTally(*Encode(node));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*read, node);
  }
  for (const RegionTally& node : {Regency(), EmptyNation()}) {
    const auto read = DecodeRegionTally(*Encode(node));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*read, node);
  }
  EXPECT_TRUE(Reported().Reported());
  EXPECT_FALSE(Silent().Reported());
}

// A changed bit is refused, or says something else: there is no second way to write a node.
TEST(TallyNodes, OneEncodingPerMeaning) {
  const Bytes station = *Encode(Reported());
  const Bytes region = *Encode(Regency());
  for (size_t bit = 0; bit < 8 * std::max(station.size(), region.size()); ++bit) {
    const auto flipped = [bit](Bytes bytes) {
      bytes[bit / 8] ^= static_cast<char>(1U << (bit % 8));
      return bytes;
    };
    if (bit / 8 < station.size()) {
      const auto read = DecodeStationTally(flipped(station));
      EXPECT_FALSE(read.ok() && *read == Reported()) << bit;
    }
    if (bit / 8 < region.size()) {
      const auto read = DecodeRegionTally(flipped(region));
      EXPECT_FALSE(read.ok() && *read == Regency()) << bit;
    }
  }
  for (const Bytes& bad :
       {Bytes(), Bytes("12345678"), station + Bytes(8, '\0'), region.substr(8)}) {
    EXPECT_EQ(DecodeStationTally(bad).status().reason(), Reason::kTallyNodeMalformed);
    EXPECT_EQ(DecodeRegionTally(bad).status().reason(), Reason::kTallyNodeMalformed);
  }
}

TEST(TallyNodes, RefusesWhatNoNodeSays) {
  RegionTally node = Regency();
  std::swap(node.sums[0], node.sums[1]);
  node.sums[0].key = FieldKey::Of(Figure::kTotal);
  node.sums[1].key = FieldKey::Of(Figure::kValid);
  EXPECT_FALSE(DecodeRegionTally(*Encode(node)).ok());  // not ascending
  node = Regency();
  node.sums[0].present = 0;
  EXPECT_FALSE(DecodeRegionTally(*Encode(node)).ok());
  node = Regency();
  node.region = *RegionCode::Parse("6501051002066");
  EXPECT_FALSE(DecodeRegionTally(*Encode(node)).ok());
  StationTally station = Silent();
  station.tps = *RegionCode::Parse("6501051002");
  EXPECT_FALSE(DecodeStationTally(*Encode(station)).ok());
}

// tests/vectors/tally-nodes.txt: name, bytes, hash. JEJAK_WRITE_VECTORS=1 writes it anew.
TEST(TallyNodes, AreTheVectors) {
  std::ostringstream out;
  const auto line = [&out](const char* name, const Bytes& bytes, const Hash& hash) {
    out << name << '\t' << ToHex(bytes) << '\t' << ToHex(hash) << '\n';
  };
  const Bytes reported = *Encode(Reported()), silent = *Encode(Silent());
  const Bytes regency = *Encode(Regency()), nation = *Encode(EmptyNation());
  line("station reported", reported, StationNodeHash(reported));
  line("station silent", silent, StationNodeHash(silent));
  line("region regency", regency, RegionNodeHash(regency));
  line("region empty nation", nation, RegionNodeHash(nation));
  const std::string path = std::string(JEJAK_SOURCE_DIR) + "/tests/vectors/tally-nodes.txt";
  if (std::getenv("JEJAK_WRITE_VECTORS") != nullptr) std::ofstream(path) << out.str();
  std::stringstream have;
  have << std::ifstream(path).rdbuf();
  EXPECT_EQ(have.str(), out.str());
}

}  // namespace
}  // namespace jejak::event
