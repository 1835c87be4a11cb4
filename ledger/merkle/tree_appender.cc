#include "ledger/merkle/tree_appender.h"

#include <bit>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/merkle/node_reader.h"

namespace jejak::merkle {

// One tile with the roots of all complete subtrees in it.
class TreeAppender::TileNodes {
 public:
  explicit TileNodes(TileId id) : id_(id), nodes_(2 * kTileWidth - 1) {}

  TileId id() const { return id_; }
  uint32_t width() const { return width_; }
  // Node over 2^inner hashes of the tile from index * 2^inner on; it has them all.
  const Hash& At(unsigned inner, uint64_t index) const { return nodes_[Place(inner, index)]; }

  void Push(const Hash& hash) {
    JEJAK_CHECK(width_ < kTileWidth);
    nodes_[Place(0, width_)] = hash;
    uint64_t index = width_;
    for (unsigned inner = 0; (index & 1) == 1; ++inner, index >>= 1) {
      nodes_[Place(inner + 1, index >> 1)] = NodeHash(At(inner, index - 1), At(inner, index));
    }
    ++width_;
  }

  Bytes HashBytes() const {
    return Bytes(reinterpret_cast<const char*>(nodes_.data()), width_ * Hash::kSize);
  }

 private:
  // Rows of 256, 128, … 1 nodes, one after the other.
  static size_t Place(unsigned inner, uint64_t index) {
    return 2 * kTileWidth - ((2 * kTileWidth) >> inner) + static_cast<size_t>(index);
  }
  static_assert(sizeof(Hash) == Hash::kSize);

  TileId id_;
  uint32_t width_ = 0;
  std::vector<Hash> nodes_;
};

// Looks in the appender's memory, then in the stored tiles.
class TreeAppender::MemoryFirstReader : public NodeReader {
 public:
  MemoryFirstReader(const TreeAppender* tree, const TileSource* source)
      : tree_(tree), stored_(source, tree->size_) {}

  Result<Hash> Node(unsigned height, uint64_t index) override {
    const unsigned inner = height % kTileHeight;
    const uint64_t first = index << inner;
    const TileId id{static_cast<uint8_t>(height / kTileHeight), first / kTileWidth};
    if (const TileNodes* tile = tree_->Find(id)) {
      return tile->At(inner, (first % kTileWidth) >> inner);
    }
    return stored_.Node(height, index);
  }

 private:
  const TreeAppender* tree_;
  TileNodeReader stored_;
};

TreeAppender::TreeAppender() {
  for (unsigned level = 0; level < kTileLevels; ++level) {
    edge_[level] = std::make_unique<TileNodes>(TileId{static_cast<uint8_t>(level), 0});
  }
}

TreeAppender::TreeAppender(TreeAppender&&) noexcept = default;
TreeAppender& TreeAppender::operator=(TreeAppender&&) noexcept = default;
TreeAppender::~TreeAppender() = default;

Result<TreeAppender> TreeAppender::Open(const TileSource& source, TreeSize size) {
  TreeAppender tree;
  tree.size_ = size;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const uint64_t hashes = size.value >> (level * kTileHeight);
    const TileId id{static_cast<uint8_t>(level), hashes / kTileWidth};
    tree.edge_[level] = std::make_unique<TileNodes>(id);
    const uint32_t width = TileWidthAt(id, size);
    if (width == 0) continue;
    JEJAK_ASSIGN_OR_RETURN(const auto stored, ReadTileHashes(source, id, width));
    for (const Hash& hash : stored) tree.edge_[level]->Push(hash);
  }
  return tree;
}

LogIndex TreeAppender::Append(const Hash& leaf) {
  JEJAK_CHECK(size_.value < UINT64_MAX);
  PushHash(0, leaf);
  const LogIndex index = NextIndex(size_);
  ++size_.value;
  return index;
}

void TreeAppender::PushHash(unsigned level, const Hash& hash) {
  for (Hash next = hash;; ++level) {
    JEJAK_CHECK(level < kTileLevels);
    TileNodes& tile = *edge_[level];
    tile.Push(next);
    edge_changed_[level] = true;
    if (tile.width() < kTileWidth) return;
    next = tile.At(kTileHeight, 0);
    const TileId id = tile.id();
    completed_.push_back({id, tile.HashBytes()});
    recent_.push_back(std::move(edge_[level]));
    if (recent_.size() > kRecentTilesMax) recent_.pop_front();
    edge_[level] = std::make_unique<TileNodes>(TileId{id.level, id.index + 1});
    edge_changed_[level] = false;
  }
}

Hash TreeAppender::Root() const {
  if (size_.value == 0) return EmptyRoot();
  Hash root;
  bool first = true;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if (((size_.value >> bit) & 1) == 0) continue;
    const TileNodes& tile = *edge_[bit / kTileHeight];
    const unsigned inner = bit % kTileHeight;
    const Hash& peak = tile.At(inner, (tile.width() >> inner) ^ 1);
    root = first ? peak : NodeHash(peak, root);
    first = false;
  }
  return root;
}

std::vector<ChangedTile> TreeAppender::DrainChanges() {
  std::vector<ChangedTile> out = std::exchange(completed_, {});
  for (unsigned level = 0; level < kTileLevels; ++level) {
    if (!std::exchange(edge_changed_[level], false)) continue;
    out.push_back({edge_[level]->id(), edge_[level]->HashBytes()});
  }
  return out;
}

const TreeAppender::TileNodes* TreeAppender::Find(TileId id) const {
  JEJAK_CHECK(id.level < kTileLevels);
  const TileNodes& edge = *edge_[id.level];
  if (edge.id() == id) return &edge;
  for (auto tile = recent_.rbegin(); tile != recent_.rend(); ++tile) {
    if ((*tile)->id() == id) return tile->get();
  }
  return nullptr;
}

Result<Path> TreeAppender::InclusionProof(LogIndex index, const TileSource& source) const {
  MemoryFirstReader nodes(this, &source);
  return InclusionFrom(nodes, index, size_);
}

Result<Path> TreeAppender::ConsistencyProof(TreeSize old_size, const TileSource& source) const {
  MemoryFirstReader nodes(this, &source);
  return ConsistencyFrom(nodes, old_size, size_);
}

}  // namespace jejak::merkle
