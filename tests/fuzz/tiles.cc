// Paths of tiles and entry bundles: one text and one encoding per value; and from tiles that were
// changed no proof is made that shows what isn't so.
#include "ledger/base/coding.h"
#include "ledger/merkle/entry_bundle.h"
#include "ledger/merkle/test_tree.h"
#include "ledger/merkle/test_vectors.h"
#include "ledger/merkle/tile_path.h"
#include "ledger/merkle/tree_reader.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr uint64_t kSize = 300;

void CheckPath(ByteView input) {
  const auto path = merkle::ParseTilePath(input);
  if (!path) return;
  JEJAK_CHECK(input == (path->entries ? merkle::EntriesPath(path->tile.index, path->width)
                                      : merkle::TilePath(path->tile, path->width)));
}

void CheckBundle(ByteView input) {
  if (input.empty()) return;
  const uint32_t count = 1u + static_cast<uint8_t>(input[0]);
  const auto entries = merkle::ParseBundle(input.substr(1), count);
  if (!entries.ok()) return;
  JEJAK_CHECK(entries->size() == count);
  Bytes bundle;
  for (const ByteView entry : *entries) merkle::AppendToBundle(entry, &bundle);
  JEJAK_CHECK(bundle == input.substr(1));
}

struct Tree {
  std::vector<Hash> leaves;
  merkle::MemoryTiles tiles;
  Tree() {
    merkle::TreeAppender appender;
    for (uint64_t i = 0; i < kSize; ++i) {
      leaves.push_back(merkle::RecordLeaf(i));
      appender.Append(leaves.back());
    }
    tiles.Store(&appender);
  }
};

// Bytes 0 to 3: a leaf and an older size; then edits: a tile, a place in it, and what goes there.
void CheckDamagedTiles(ByteView input) {
  static Tree tree;
  static const Hash root = merkle::RootOf(tree.leaves);
  Reader r(input);
  const LogIndex index(r.Be16() % kSize);
  const TreeSize old(1 + r.Be16() % kSize), size(kSize);
  merkle::MemoryTiles tiles = tree.tiles;
  while (r.remaining() >= 4 && !tiles.tiles().empty()) {
    const auto tile = std::next(tiles.tiles().begin(), r.U8() % tiles.tiles().size());
    const uint16_t at = r.Be16();
    const uint8_t what = r.U8();
    if (what == 0) {
      tile->second.resize(at % (tile->second.size() + 1));
    } else if (!tile->second.empty()) {
      tile->second[at % tile->second.size()] ^= static_cast<char>(what);
    }
  }
  (void)merkle::TreeAppender::Open(tiles, size);
  const auto path = merkle::InclusionProof(tiles, index, size);
  if (path.ok() && merkle::VerifyInclusion(index, size, tree.leaves[index.value], *path, root).ok())
    JEJAK_CHECK(*path == merkle::PathOf(tree.leaves, index.value));
  const auto consistency = merkle::ConsistencyProof(tiles, old, size);
  const Hash old_root = merkle::RootOf(std::span(tree.leaves).first(old.value));
  if (consistency.ok()) {
    const bool holds = merkle::VerifyConsistency(old, size, *consistency, old_root, root).ok();
    JEJAK_CHECK(!holds || *consistency == *merkle::ConsistencyProof(tree.tiles, old, size));
  }
  const auto found = merkle::RootAt(tiles, size);
  JEJAK_CHECK(!found.ok() || *found == root || input.size() > 4);
}

}  // namespace

void Run(ByteView input) {
  CheckPath(input);
  CheckBundle(input);
  if (input.size() <= 64) CheckDamagedTiles(input);
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out = {Bytes("\0\7\0\x64", 4), Bytes("\0\7\0\x64\0\0\7\1", 8),
                            Bytes("\0\7\0\x64\1\0\x40\0", 8)};
  for (const auto& record : merkle::ReadVectors("merkle-paths.txt")) out.push_back(record.back());
  Bytes bundle = {'\2'};
  for (const char* entry : {"first", "", "third"}) merkle::AppendToBundle(entry, &bundle);
  out.push_back(bundle);
  return out;
}

}  // namespace jejak::fuzz
