// Nodes of the tally tree: one encoding per meaning, and the bytes and hashes that the vectors pin.
#include "ledger/event/tally_nodes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "ledger/base/encoding.h"

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
