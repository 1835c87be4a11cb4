#include "ledger/base/kv.h"

#include <algorithm>
#include <utility>

namespace jejak {
namespace {

// Changes as a sorted copy.
class Copied {
 public:
  using Change = std::pair<Bytes, std::optional<Bytes>>;
  explicit Copied(std::vector<Change> changes) : changes_(std::move(changes)) {}
  size_t size() const { return changes_.size(); }
  ByteView key(size_t i) const { return changes_[i].first; }
  bool there(size_t i) const { return changes_[i].second.has_value(); }
  ByteView value(size_t i) const { return *changes_[i].second; }

 private:
  std::vector<Change> changes_;
};

// Appended rows where they are: there may be many, and cursors over them, too. While such a cursor
// lives, nothing may be appended to its table.
template <typename Rows>
class Referred {
 public:
  explicit Referred(const Rows* rows) : rows_(rows) {}
  size_t size() const { return rows_->rows.size(); }
  ByteView key(size_t i) const { return rows_->Key(rows_->rows[i]); }
  bool there(size_t) const { return true; }
  ByteView value(size_t i) const { return rows_->Value(rows_->rows[i]); }

 private:
  const Rows* rows_;
};

// Walks changes, sorted by key, together with the base's cursor; the change wins on equal keys.
template <typename Changes>
class OverlayCursor : public Cursor {
 public:
  OverlayCursor(Changes changes, std::unique_ptr<Cursor> base)
      : changes_(std::move(changes)), base_(std::move(base)), at_(changes_.size()) {}

  bool Valid() const override { return valid_; }
  ByteView key() const override { return on_change_ ? changes_.key(at_) : base_->key(); }
  ByteView value() const override { return on_change_ ? changes_.value(at_) : base_->value(); }
  void Next() override {
    JEJAK_CHECK(valid_);
    if (on_change_) {
      ++at_;
    } else {
      base_->Next();
    }
    Settle();
  }
  void Seek(ByteView key) override {
    at_ = LowerBound(key);
    base_->Seek(key);
    Settle();
  }
  void SeekBefore(ByteView key) override {
    size_t end = LowerBound(key);  // changes before it
    base_->SeekBefore(key);
    for (; end > 0; --end) {
      const ByteView changed = changes_.key(end - 1);
      if (base_->Valid() && base_->key() > changed) break;
      if (changes_.there(end - 1)) {
        Seek(Bytes(changed));
        return;
      }
      if (base_->Valid() && base_->key() == changed) base_->SeekBefore(changed);
    }
    valid_ = base_->Valid();
    if (valid_) Seek(Bytes(base_->key()));
  }

 private:
  size_t LowerBound(ByteView key) const {
    size_t low = 0, high = changes_.size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (changes_.key(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  void Settle() {
    while (true) {
      const bool have_change = at_ < changes_.size();
      if (!have_change && !base_->Valid()) {
        valid_ = false;
        return;
      }
      valid_ = true;
      on_change_ = have_change && (!base_->Valid() || changes_.key(at_) <= base_->key());
      if (!on_change_) return;
      if (base_->Valid() && base_->key() == changes_.key(at_)) base_->Next();
      if (changes_.there(at_)) return;
      ++at_;
    }
  }

  const Changes changes_;
  std::unique_ptr<Cursor> base_;
  size_t at_;
  bool valid_ = false;
  bool on_change_ = false;
};

// With what a row costs beside its bytes.
size_t RowBytes(ByteView key, const std::optional<Bytes>& value) {
  return key.size() + (value ? value->size() : 0) + 96;
}

class MapCursor : public Cursor {
 public:
  using Map = MemoryStore::Rows;
  explicit MapCursor(const Map* map) : map_(map), at_(map->end()) {}
  bool Valid() const override { return at_ != map_->end(); }
  ByteView key() const override { return at_->first; }
  ByteView value() const override { return at_->second; }
  void Next() override { ++at_; }
  void Seek(ByteView key) override { at_ = map_->lower_bound(key); }
  void SeekBefore(ByteView key) override {
    const auto at = map_->lower_bound(key);
    at_ = at == map_->begin() ? map_->end() : std::prev(at);
  }

 private:
  const Map* map_;
  Map::const_iterator at_;
};

}  // namespace

Overlay::Table& Overlay::TableOf(TableId table) {
  const auto t = static_cast<size_t>(table);
  if (tables_.size() <= t) tables_.resize(t + 1);
  return tables_[t];
}

void Overlay::Set(TableId table, ByteView key, std::optional<Bytes> value) {
  Changes& changes = TableOf(table).changes;
  bytes_ += RowBytes(key, value);
  const auto it = changes.find(key);
  if (it != changes.end()) {
    it->second = std::move(value);
  } else {
    changes.emplace(Bytes(key), std::move(value));
  }
}

void Overlay::Put(TableId table, ByteView key, Bytes value) { Set(table, key, std::move(value)); }
void Overlay::Delete(TableId table, ByteView key) { Set(table, key, std::nullopt); }

void Overlay::Append(TableId table, ByteView key, ByteView value) {
  Table& rows = TableOf(table);
  if (!rows.changes.empty()) return Set(table, key, Bytes(value));
  Appended& to = rows.appended;
  to.rows.push_back({to.bytes.size(), static_cast<uint32_t>(key.size()),
                     static_cast<uint32_t>(value.size())});
  to.bytes.append(key);
  to.bytes.append(value);
  bytes_ += key.size() + value.size() + sizeof(Appended::Row);
}

void Overlay::Appended::Sort() {
  // Whole batches come in order where the key is the entry's index.
  const auto less = [this](const Row& a, const Row& b) { return Key(a) < Key(b); };
  if (!std::is_sorted(rows.begin(), rows.end(), less))
    std::stable_sort(rows.begin(), rows.end(), less);
  auto last = rows.begin();
  for (auto row = rows.begin(); row != rows.end(); ++row) {
    if (row != rows.begin() && Key(*row) != Key(*last)) ++last;
    *last = *row;
  }
  if (!rows.empty()) rows.erase(std::next(last), rows.end());
}

void Overlay::Cache(TableId table, size_t cache_bytes) {
  TableOf(table).cached = true;
  cache_bytes_max_ = cache_bytes;
}

void Overlay::MakeRoom(size_t bytes) const {
  young_bytes_ += bytes;
  if (young_bytes_ <= cache_bytes_max_ / 2) return;
  for (Table& table : tables_) table.old = std::exchange(table.young, {});
  young_bytes_ = bytes;
}

void Overlay::Remember(Table* table, Changes::node_type node) const {
  MakeRoom(RowBytes(node.key(), node.mapped()));
  auto inserted = table->young.insert(std::move(node));
  if (!inserted.inserted) inserted.position->second = std::move(inserted.node.mapped());
}

bool Overlay::Get(TableId table, ByteView key, Bytes* value) const {
  const auto t = static_cast<size_t>(table);
  if (t >= tables_.size()) return base_->Get(table, key, value);
  Table& rows = tables_[t];
  const auto found = [value](const std::optional<Bytes>& row) {
    if (row) *value = *row;
    return row.has_value();
  };
  if (const auto it = rows.changes.find(key); it != rows.changes.end()) return found(it->second);
  if (!rows.cached) return base_->Get(table, key, value);
  if (const auto it = rows.young.find(key); it != rows.young.end()) return found(it->second);
  Changes::node_type node;
  if (const auto it = rows.old.find(key); it != rows.old.end()) {
    node = rows.old.extract(it);
  } else {
    Changes one;
    Bytes read;
    const bool there = base_->Get(table, key, &read);
    one.emplace(Bytes(key), there ? std::optional<Bytes>(std::move(read)) : std::nullopt);
    node = one.extract(one.begin());
  }
  const bool there = found(node.mapped());
  Remember(&rows, std::move(node));
  return there;
}

std::unique_ptr<Cursor> Overlay::NewCursor(TableId table) const {
  auto cursor = base_->NewCursor(table);
  const auto t = static_cast<size_t>(table);
  if (t >= tables_.size()) return cursor;
  Table& rows = tables_[t];
  if (!rows.appended.rows.empty()) {
    rows.appended.Sort();
    cursor = std::make_unique<OverlayCursor<Referred<Appended>>>(Referred(&rows.appended),
                                                                 std::move(cursor));
  }
  if (!rows.changes.empty()) {
    std::vector<Copied::Change> changes(rows.changes.begin(), rows.changes.end());
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    cursor = std::make_unique<OverlayCursor<Copied>>(Copied(std::move(changes)), std::move(cursor));
  }
  return cursor;
}

void Overlay::Drain(const std::function<void(const RowChange&)>& visit) {
  std::vector<Changes::node_type> nodes;
  for (size_t t = 0; t < tables_.size(); ++t) {
    Table& table = tables_[t];
    const auto id = static_cast<TableId>(t);
    nodes.clear();
    while (!table.changes.empty()) nodes.push_back(table.changes.extract(table.changes.begin()));
    std::sort(nodes.begin(), nodes.end(),
              [](const auto& a, const auto& b) { return a.key() < b.key(); });
    Appended& appended = table.appended;
    appended.Sort();
    auto row = appended.rows.begin();
    const auto visit_appended_before = [&](const Changes::node_type* node) {
      for (; row != appended.rows.end() && (node == nullptr || appended.Key(*row) <= node->key());
           ++row) {
        // A change that came later stands in its place.
        if (node == nullptr || appended.Key(*row) != node->key())
          visit({id, appended.Key(*row), appended.Value(*row)});
      }
    };
    for (auto& node : nodes) {
      visit_appended_before(&node);
      visit({id, node.key(),
             node.mapped() ? std::optional<ByteView>(*node.mapped()) : std::nullopt});
      if (table.cached) Remember(&table, std::move(node));
    }
    visit_appended_before(nullptr);
    appended.rows.clear();
    appended.bytes.clear();
  }
  bytes_ = 0;
}

bool Overlay::empty() const {
  return std::all_of(tables_.begin(), tables_.end(),
                     [](const Table& t) { return t.changes.empty() && t.appended.rows.empty(); });
}

const MemoryStore::Rows& MemoryStore::table(TableId id) const {
  static const Rows none;
  const auto rows = tables_.find(id);
  return rows == tables_.end() ? none : rows->second;
}

bool MemoryStore::Get(TableId table, ByteView key, Bytes* value) const {
  const auto t = tables_.find(table);
  if (t == tables_.end()) return false;
  const auto it = t->second.find(key);
  if (it == t->second.end()) return false;
  *value = it->second;
  return true;
}

std::unique_ptr<Cursor> MemoryStore::NewCursor(TableId table) const {
  return std::make_unique<MapCursor>(&this->table(table));
}

void MemoryStore::Apply(const RowChange& change) {
  if (change.value) {
    tables_[change.table].insert_or_assign(Bytes(change.key), Bytes(*change.value));
  } else {
    const auto at = tables_[change.table].find(change.key);
    if (at != tables_[change.table].end()) tables_[change.table].erase(at);
  }
}

}  // namespace jejak
