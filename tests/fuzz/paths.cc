// Hash paths: what verifies against the root of a tree is the one path that the tree has, by the
// definition of RFC 6962. The input is a size, an index or older size, and edits of the true path.
#include "ledger/base/coding.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/test_tree.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr uint64_t kSizeMax = 64;

// Takes, drops, repeats, exchanges, and overwrites hashes of `path`, and adds others.
void Edit(Reader* r, const std::vector<Hash>& known, merkle::Path* path) {
  while (r->remaining() > 0) {
    const uint8_t op = r->U8(), at = r->U8();
    const size_t n = path->size();
    switch (op % 5) {
      case 0:
        path->insert(path->begin() + at % (n + 1), known[r->U8() % known.size()]);
        break;
      case 1:
        if (n > 0) path->erase(path->begin() + at % n);
        break;
      case 2:
        if (n > 0) std::swap((*path)[at % n], (*path)[r->U8() % n]);
        break;
      case 3:
        if (n > 0) (*path)[at % n].bytes[r->U8() % Hash::kSize] ^= r->U8();
        break;
      default:
        if (n > 0) (*path)[at % n] = known[r->U8() % known.size()];
        break;
    }
    if (path->size() > 80) return;
  }
}

}  // namespace

void Run(ByteView input) {
  static merkle::NaiveTree tree = merkle::NaiveTree::OfRecords(kSizeMax);
  Reader r(input);
  const uint64_t size = 1 + r.U8() % kSizeMax, place = r.U8();
  const bool inclusion = (r.U8() & 1) != 0;
  const Hash root = tree.Mth(0, size);
  std::vector<Hash> known = tree.leaves();
  known.push_back(root);
  known.push_back(merkle::EmptyRoot());
  if (inclusion) {
    const uint64_t index = place % size;
    const merkle::Path right = tree.PathTo(index, 0, size);
    merkle::Path path = right;
    Edit(&r, known, &path);
    const bool holds =
        merkle::VerifyInclusion(LogIndex(index), TreeSize(size), tree.leaves()[index], path, root)
            .ok();
    JEJAK_CHECK(holds == (path == right));
    JEJAK_CHECK(
        !merkle::VerifyInclusion(LogIndex(size), TreeSize(size), tree.leaves()[index], path, root)
             .ok());
  } else {
    const uint64_t old = 1 + place % size;
    const merkle::Path right = tree.SubProof(old, 0, size, true);
    merkle::Path path = right;
    Edit(&r, known, &path);
    const bool holds =
        merkle::VerifyConsistency(TreeSize(old), TreeSize(size), path, tree.Mth(0, old), root).ok();
    JEJAK_CHECK(holds == (path == right));
    Hash other = tree.Mth(0, old);
    other.bytes[0] ^= 1;
    JEJAK_CHECK(!merkle::VerifyConsistency(TreeSize(old), TreeSize(size), path, other, root).ok());
  }
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  for (const int size : {0, 1, 2, 6, 7, 8, 38, 63}) {
    for (const int kind : {0, 1}) {
      const Bytes head = {static_cast<char>(size), static_cast<char>(size / 3),
                          static_cast<char>(kind)};
      out.push_back(head);
      out.push_back(head + Bytes("\0\1\2\1\0\2\1\0\3\0\1\1", 12));
    }
  }
  return out;
}

}  // namespace jejak::fuzz
