// The key-value interface through which every projection and index reads and writes, so that the
// same code runs over RocksDB (ledger/store), over an uncommitted batch, and over memory.
//
// Tables are small numbers; who owns which is written where the table is declared. Keys sort as
// bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak {

enum class TableId : uint8_t {};

// Walks one table in ascending key order over the state at the time it was made. Who needs the
// newest row first stores the complement of the number in the key. Not thread-safe.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  // Both are valid until the next move.
  virtual ByteView key() const = 0;
  virtual ByteView value() const = 0;
  virtual void Next() = 0;
  // To the first key at or after `key`.
  virtual void Seek(ByteView key) = 0;
  // To the last key before `key`. The last one at or before it is the one before key + '\0'.
  virtual void SeekBefore(ByteView key) = 0;
};

// Reads of one consistent state. A failed read (I/O, checksum) returns "absent" and leaves its
// Status in `status()` for good: whoever acts on what was read must look at it before the act
// becomes visible.
class KeyValueReader {
 public:
  virtual ~KeyValueReader() = default;
  // Returns whether the key is there; its value goes to `value`.
  virtual bool Get(TableId table, ByteView key, Bytes* value) const = 0;
  // A cursor, not yet placed. For rows of many keys, not for single look-ups.
  virtual std::unique_ptr<Cursor> NewCursor(TableId table) const = 0;
  virtual Status status() const = 0;
};

// One change of one row: no value means the row goes. Borrowed: valid during the call that hands it
// over.
struct RowChange {
  TableId table;
  ByteView key;
  std::optional<ByteView> value;
};

// Uncommitted changes over a reader: reads see them, the base does not. One thread at a time, reads
// too: they may fill the cache.
class Overlay : public KeyValueReader {
 public:
  // `base` is borrowed and may be exchanged once the changes were taken and committed.
  explicit Overlay(const KeyValueReader* base) : base_(base) {}

  void Put(TableId table, ByteView key, Bytes value);
  void Delete(TableId table, ByteView key);
  // Puts a row that nobody looks up before it is drained: cheaper, since it is only gathered.
  // Cursors see it, Get does not. Of two for one key the later one counts.
  void Append(TableId table, ByteView key, ByteView value);

  // From now on rows of this table stay in memory once they were read or drained, absent ones too,
  // so that the base is asked once. All cached tables together hold about `cache_bytes`. The base
  // must change by what is drained from here alone.
  void Cache(TableId table, size_t cache_bytes);

  bool Get(TableId table, ByteView key, Bytes* value) const override;
  // Merges the changes with the base; costs a sort of the table's changes. Appended rows are not
  // copied: while the cursor lives, nothing may be appended to its table, nor the changes drained.
  std::unique_ptr<Cursor> NewCursor(TableId table) const override;
  Status status() const override { return base_->status(); }

  void Rebase(const KeyValueReader* base) { base_ = base; }
  // Calls `visit` for each change, table by table in ascending key order, and forgets them.
  void Drain(const std::function<void(const RowChange&)>& visit);
  bool empty() const;
  // About how many bytes the changes hold.
  size_t bytes() const { return bytes_; }

 private:
  struct StringHash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using Changes =
      std::unordered_map<Bytes, std::optional<Bytes>, StringHash, std::equal_to<>>;
  // Appended rows, one after another in one buffer.
  struct Appended {
    struct Row {
      size_t at;
      uint32_t key_size, value_size;
    };
    Bytes bytes;
    std::vector<Row> rows;
    ByteView Key(const Row& row) const { return {bytes.data() + row.at, row.key_size}; }
    ByteView Value(const Row& row) const {
      return {bytes.data() + row.at + row.key_size, row.value_size};
    }
    // Ascending by key, of each only the last.
    void Sort();
  };
  struct Table {
    Changes changes;
    Appended appended;
    // What the base holds. The young half fills up and becomes the old one, whose rows go unless
    // they were used since. A row in both counts as the young one has it.
    bool cached = false;
    Changes young, old;
  };
  void Set(TableId table, ByteView key, std::optional<Bytes> value);
  Table& TableOf(TableId table);
  void Remember(Table* table, Changes::node_type node) const;
  void MakeRoom(size_t bytes) const;

  const KeyValueReader* base_;
  mutable std::vector<Table> tables_;  // by TableId
  size_t bytes_ = 0;
  size_t cache_bytes_max_ = 0;
  mutable size_t young_bytes_ = 0;
};

// A whole store in memory, for verification of ledgers that fit and for tests. Reads are
// thread-safe between writes.
class MemoryStore : public KeyValueReader {
 public:
  bool Get(TableId table, ByteView key, Bytes* value) const override;
  std::unique_ptr<Cursor> NewCursor(TableId table) const override;
  Status status() const override { return {}; }
  void Apply(const RowChange& change);
  using Rows = std::map<Bytes, Bytes, std::less<>>;
  const Rows& table(TableId id) const;

 private:
  std::map<TableId, Rows> tables_;
};

}  // namespace jejak
