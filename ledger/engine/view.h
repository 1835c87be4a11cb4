// A reader's view of the ledger after some commit: log, tree, checkpoint and projections of one
// size. It never blocks the writer and may be kept as long as it is needed.
//
// Thread rule: safe from several threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/base/kv.h"
#include "ledger/crypto/commitment.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/merkle/tile.h"
#include "ledger/projection/entry_source.h"
#include "ledger/projection/registry.h"

namespace jejak::engine {

struct Person {
  crypto::Salt salt;
  std::string name;
};

class View final : public projection::EntrySource, public merkle::TileSource {
 public:
  View(std::shared_ptr<const KeyValueReader> rows, TreeSize size, Hash root,
       std::shared_ptr<const projection::Registry> registry)
      : rows_(std::move(rows)), size_(size), root_(root), registry_(std::move(registry)) {}

  // The same, for another asker: a failed read of one is not the other's.
  std::shared_ptr<const View> Apart() const;

  const KeyValueReader& rows() const { return *rows_; }
  TreeSize size() const override { return size_; }
  const Hash& root() const { return root_; }
  // Contests and ballots of these rows; null while the projections must be rebuilt.
  const std::shared_ptr<const projection::Registry>& registry() const { return registry_; }

  Result<projection::ReadEntry> Entry(LogIndex index) const override;
  // The entry's bytes alone.
  Result<Bytes> EntryBytes(LogIndex index) const;
  // When the entry was received.
  Result<UnixMicros> ReceivedAt(LogIndex index) const;
  // Index of the entry that holds the event with this hash.
  std::optional<LogIndex> FindEvent(const Hash& event) const;
  // The signed checkpoint of exactly this size, as text.
  Result<std::string> Checkpoint() const;
  Result<Bytes> ReadTile(merkle::TileId tile, uint32_t width) const override;
  // The tlog-proof of the entry against Checkpoint().
  Result<std::string> TlogProof(LogIndex index) const;
  // Against another signed checkpoint of this log, such as one that witnesses cosigned. NOT_FOUND
  // when it does not cover the entry, or covers more than this view.
  Result<std::string> TlogProof(LogIndex index, const std::string& checkpoint) const;
  // None when the people table does not have the official.
  std::optional<Person> PersonOf(std::string_view official) const;
  // The greatest size whose last entry was received by `time`; 0 when there is none.
  Result<TreeSize> SizeAt(UnixMicros time) const;

 private:
  std::shared_ptr<const KeyValueReader> rows_;
  TreeSize size_;
  Hash root_;
  std::shared_ptr<const projection::Registry> registry_;
};

// A logged entry's bytes, decoded. LEDGER_DAMAGED where they are none.
Result<projection::ReadEntry> DecodeRead(LogIndex index, Bytes bytes);

// Bytes of a row of kPeople.
Bytes EncodePerson(const Person& person);
std::optional<Person> DecodePerson(ByteView bytes);

}  // namespace jejak::engine
