#include "ledger/merkle/tree_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ledger/base/check.h"
#include "ledger/merkle/node_reader.h"

namespace jejak::merkle {
namespace {

// Hash over the leaves from index * 2^height up to the end of the tree, complete subtree or not.
Result<Hash> RightEdge(NodeReader& nodes, unsigned height, uint64_t index, TreeSize size) {
  const uint64_t start = height < 64 ? index << height : 0;
  const uint64_t count = size.value - start;
  JEJAK_CHECK(count > 0);
  if (height < 64 && count == uint64_t{1} << height) return nodes.Node(height, index);
  // One complete subtree for each one of `count`, the smallest rightmost.
  unsigned bit = static_cast<unsigned>(std::countr_zero(count));
  JEJAK_ASSIGN_OR_RETURN(Hash hash, nodes.Node(bit, (size.value >> bit) ^ 1));
  for (++bit; bit < 64 && (count >> bit) != 0; ++bit) {
    if (((count >> bit) & 1) == 0) continue;
    JEJAK_ASSIGN_OR_RETURN(const Hash left, nodes.Node(bit, (size.value >> bit) ^ 1));
    hash = NodeHash(left, hash);
  }
  return hash;
}

// Appends the siblings on the way from node (height, index) to the root at `size`.
Status AppendSiblings(NodeReader& nodes, unsigned height, uint64_t index, TreeSize size,
                      Path* path) {
  uint64_t last = (size.value - 1) >> height;
  for (; last > 0; ++height, index >>= 1, last >>= 1) {
    const uint64_t sibling = index ^ 1;
    if (sibling > last) continue;
    JEJAK_ASSIGN_OR_RETURN(const Hash hash, sibling < last
                                                ? nodes.Node(height, sibling)
                                                : RightEdge(nodes, height, sibling, size));
    path->push_back(hash);
  }
  return OkStatus();
}

}  // namespace

Result<Hash> RootFrom(NodeReader& nodes, TreeSize size) {
  if (size.value == 0) return EmptyRoot();
  return RightEdge(nodes, 64, 0, size);
}

Result<Path> InclusionFrom(NodeReader& nodes, LogIndex index, TreeSize size) {
  if (index.value >= size.value) {
    return Status(Reason::kInvalidArgument, "the index is outside the tree");
  }
  Path path;
  JEJAK_RETURN_IF_ERROR(AppendSiblings(nodes, 0, index.value, size, &path));
  return path;
}

Result<Path> ConsistencyFrom(NodeReader& nodes, TreeSize old_size, TreeSize new_size) {
  if (old_size > new_size) {
    return Status(Reason::kInvalidArgument, "the older tree is larger than the newer one");
  }
  Path path;
  if (old_size.value == 0 || old_size == new_size) return path;
  // The last complete subtree of the older tree; when that is the whole tree, its root is known.
  const auto height = static_cast<unsigned>(std::countr_zero(old_size.value));
  const uint64_t index = (old_size.value - 1) >> height;
  if (index != 0) {
    JEJAK_ASSIGN_OR_RETURN(const Hash hash, nodes.Node(height, index));
    path.push_back(hash);
  }
  JEJAK_RETURN_IF_ERROR(AppendSiblings(nodes, height, index, new_size, &path));
  return path;
}

Result<std::vector<Hash>> ReadTileHashes(const TileSource& source, TileId tile, uint32_t width) {
  JEJAK_CHECK(width >= 1 && width <= kTileWidth);
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, source.ReadTile(tile, width));
  if (bytes.size() < width * Hash::kSize || bytes.size() % Hash::kSize != 0 ||
      bytes.size() > kTileBytesMax) {
    return Status(Reason::kLedgerDamaged, "a tile of the tree has the wrong length")
        .With("level", std::to_string(tile.level))
        .With("index", std::to_string(tile.index));
  }
  std::vector<Hash> hashes(width);
  for (size_t i = 0; i < width; ++i) {
    std::memcpy(hashes[i].data(), bytes.data() + i * Hash::kSize, Hash::kSize);
  }
  return hashes;
}

Result<Hash> TileNodeReader::Node(unsigned height, uint64_t index) {
  // A node between two tile levels is the root of hashes that all stand in one tile of the level
  // below.
  const unsigned inner = height % kTileHeight;
  const uint64_t first = index << inner;
  const TileId id{static_cast<uint8_t>(height / kTileHeight), first / kTileWidth};
  auto tile = std::find_if(tiles_.begin(), tiles_.end(),
                           [&](const auto& kept) { return kept.first == id; });
  if (tile == tiles_.end()) {
    JEJAK_ASSIGN_OR_RETURN(auto hashes, ReadTileHashes(*source_, id, TileWidthAt(id, size_)));
    tiles_.emplace_back(id, std::move(hashes));
    tile = tiles_.end() - 1;
  }
  const std::span<const Hash> hashes(tile->second);
  JEJAK_CHECK(first % kTileWidth + (size_t{1} << inner) <= hashes.size());
  return RootOf(hashes.subspan(first % kTileWidth, size_t{1} << inner));
}

Result<Hash> RootAt(const TileSource& source, TreeSize size) {
  TileNodeReader nodes(&source, size);
  return RootFrom(nodes, size);
}

Result<Path> InclusionProof(const TileSource& source, LogIndex index, TreeSize size) {
  TileNodeReader nodes(&source, size);
  return InclusionFrom(nodes, index, size);
}

Result<Path> ConsistencyProof(const TileSource& source, TreeSize old_size, TreeSize new_size) {
  TileNodeReader nodes(&source, new_size);
  return ConsistencyFrom(nodes, old_size, new_size);
}

}  // namespace jejak::merkle
