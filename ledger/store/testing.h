// What the tests of the store share: a model ledger of one entry per commit, and damage.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/coding.h"
#include "ledger/store/store.h"

namespace jejak::store::testing {

namespace fs = std::filesystem;

inline constexpr TableId kEntries{1};
inline constexpr TableId kPeople{2};
inline constexpr TableId kCounts{10};
inline constexpr TableId kHistory{11};

inline std::vector<TableSpec> Tables() {
  return {{kEntries, "entries", TableKind::kLog, Tuning::kAppendOnly},
          {kPeople, "people", TableKind::kLog, Tuning::kSmall},
          {kCounts, "counts", TableKind::kProjection, Tuning::kPointLookup},
          {kHistory, "history", TableKind::kProjection, Tuning::kOrdered}};
}

inline OpenOptions Small(bool create = true) {
  OpenOptions options;
  options.create_if_missing = create;
  options.cache_bytes = size_t{8} << 20;
  options.write_buffer_bytes = size_t{64} << 20;
  return options;
}

inline OpenOptions ReadOnly() {
  OpenOptions options = Small(false);
  options.read_only = true;
  return options;
}

inline Result<std::unique_ptr<Store>> Open(const fs::path& dir,
                                           const OpenOptions& options = Small()) {
  const auto tables = Tables();
  return Store::Open(dir, tables, options);
}

inline Bytes Key(uint64_t n) {
  Bytes out;
  Writer(&out).Be64(n);
  return out;
}

// The model's record after `n` commits: n entries, and a root that only n has.
inline HeadRecord HeadAt(uint64_t n) {
  HeadRecord head;
  head.commit = n;
  head.size = TreeSize(n);
  if (n == 0) return head;
  for (size_t i = 0; i < Hash::kSize; ++i) {
    head.root.bytes[i] = static_cast<uint8_t>(n * 31 + i * 7 + (n >> 8));
  }
  return head;
}

inline Bytes EntryAt(uint64_t n) { return "entry " + std::to_string(n) + Bytes(n % 97, 'x'); }

inline void FillCommit(uint64_t n, WriteSet* rows) {
  rows->Put(kEntries, Key(n), EntryAt(n));
  rows->Put(kCounts, "total", std::to_string(n));
  rows->Put(kHistory, Key(n % 5), EntryAt(n));
}

// Commit number head + 1 of the model, with a row of `bulk` beside the model's.
inline Status CommitNext(Store* store, const Bytes& bulk = {}) {
  const uint64_t n = store->head().commit + 1;
  WriteSet rows = store->NewWriteSet();
  FillCommit(n, &rows);
  if (!bulk.empty()) rows.Put(kPeople, Key(n % 64), bulk);
  return store->Commit(std::move(rows), HeadAt(n));
}

// The empty text, or how `reader` differs from the model after `n` commits.
inline std::string Difference(const KeyValueReader& reader, uint64_t n) {
  Bytes value;
  for (uint64_t i = 1; i <= n; ++i) {
    if (!reader.Get(kEntries, Key(i), &value) || value != EntryAt(i)) {
      return "entry " + std::to_string(i) + ": " + reader.status().ToString();
    }
  }
  if (reader.Get(kEntries, Key(n + 1), &value)) return "an entry too many";
  if (n > 0 && (!reader.Get(kCounts, "total", &value) || value != std::to_string(n))) {
    return "total is " + value + ", where " + std::to_string(n) + " is expected";
  }
  uint64_t rows = 0;
  const auto cursor = reader.NewCursor(kHistory);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) ++rows;
  if (rows != std::min<uint64_t>(n, 5)) return "history has " + std::to_string(rows) + " rows";
  return reader.status().ok() ? "" : reader.status().ToString();
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "jejak-store-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    dir_ = root_ / "ledger";
  }
  void TearDown() override { fs::remove_all(root_); }

  // Makes the model ledger with `n` commits and leaves it open.
  std::unique_ptr<Store> MakeOpen(uint64_t n) {
    auto store = Open(dir_);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    EXPECT_TRUE((*store)->ConfirmHead().ok());
    for (uint64_t i = 0; i < n; ++i) EXPECT_TRUE(CommitNext(store->get()).ok());
    return std::move(store).value();
  }
  void MakeClosed(uint64_t n) {
    auto store = MakeOpen(n);
    EXPECT_TRUE(store->Close().ok());
  }
  // A copy as a kill would leave it: what was written is in the files, nothing was closed.
  fs::path CopyOf(const fs::path& from, const std::string& name) {
    const fs::path to = root_ / name;
    while (true) {
      fs::remove_all(to);
      std::error_code failed;
      fs::copy(from, to, fs::copy_options::recursive, failed);
      if (!failed) return to;
      // A compaction took a file away meanwhile, which no crash would have seen.
      JEJAK_CHECK(failed == std::errc::no_such_file_or_directory);
    }
  }

  fs::path root_;
  fs::path dir_;
};

inline Reason ReasonOfOpening(const fs::path& dir, const OpenOptions& options = Small()) {
  const auto store = Open(dir, options);
  return store.ok() ? Reason::kOk : store.status().reason();
}

inline Bytes Slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void Spill(const fs::path& file, const Bytes& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

inline void FlipBit(const fs::path& file, size_t byte, unsigned bit) {
  Bytes bytes = Slurp(file);
  bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ (1 << bit));
  Spill(file, bytes);
}

// Ascending, so the newest is the last.
inline std::vector<fs::path> FilesWith(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace jejak::store::testing
