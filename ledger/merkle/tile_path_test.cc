// Each tile and bundle must have one path, and no other text may be read as one: shown with the
// vectors, every byte of a path changed, and bundles cut everywhere.
#include "ledger/merkle/tile_path.h"

#include <gtest/gtest.h>

#include "ledger/merkle/entry_bundle.h"
#include "ledger/merkle/test_vectors.h"

namespace jejak::merkle {
namespace {

TEST(TilePath, HoldsTheVectors) {
  for (const VectorRecord& r : ReadVectors("merkle-paths.txt")) {
    if (r[0] == "bad") {
      EXPECT_EQ(ParseTilePath(r.size() > 1 ? r[1] : ""), std::nullopt) << r[1];
      continue;
    }
    ParsedTilePath expected;
    expected.entries = r[0] == "entries";
    if (!expected.entries) expected.tile.level = static_cast<uint8_t>(std::stoul(r[1]));
    expected.tile.index = std::stoull(r[r.size() - 3]);
    expected.width = static_cast<uint32_t>(std::stoul(r[r.size() - 2]));
    EXPECT_EQ(expected.entries ? EntriesPath(expected.tile.index, expected.width)
                               : TilePath(expected.tile, expected.width),
              r.back());
    EXPECT_EQ(ParseTilePath(r.back()), expected) << r.back();
  }
}

TEST(TilePath, ChangedBytesNeverGiveASecondNameToATile) {
  const std::string good = "tile/1/x001/x234/067.p/8";
  for (size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = good;
      changed[at] = static_cast<char>(byte);
      const auto parsed = ParseTilePath(changed);
      if (!parsed) continue;
      ASSERT_EQ(TilePath(parsed->tile, parsed->width), changed);
    }
  }
}

TEST(EntryBundle, CutsExtensionsAndWrongCountsAreRefused) {
  Bytes bundle;
  const Bytes large(65'535, 'x');
  for (const ByteView entry : {ByteView("one"), ByteView(""), ByteView(large)}) {
    AppendToBundle(entry, &bundle);
  }
  const auto entries = ParseBundle(bundle, 3).value();
  EXPECT_EQ(entries, (std::vector<ByteView>{"one", "", large}));
  for (size_t cut = 0; cut < bundle.size(); cut += cut < 20 ? 1 : 997) {
    EXPECT_EQ(ParseBundle(ByteView(bundle).substr(0, cut), 3).status().reason(),
              Reason::kInputMalformed);
  }
  EXPECT_EQ(ParseBundle(bundle + '\0', 3).status().reason(), Reason::kInputMalformed);
  EXPECT_EQ(ParseBundle(bundle, 2).status().reason(), Reason::kInputMalformed);
  EXPECT_EQ(ParseBundle(bundle, 4).status().reason(), Reason::kInputMalformed);
  EXPECT_EQ(ParseBundle(bundle, 0).status().reason(), Reason::kInvalidArgument);
  EXPECT_EQ(ParseBundle(bundle, 257).status().reason(), Reason::kInvalidArgument);
}

}  // namespace
}  // namespace jejak::merkle
