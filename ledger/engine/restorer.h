// Writes a ledger anew from entries that somebody else has checked one by one: the same entries,
// tree and rows as in the ledger that they came from, and the checkpoint that it signed.
//
// Durability: each Write is one atomic commit with one fsync. Until Finish there is no checkpoint,
// so that opening what a crash left is refused with LEDGER_DAMAGED.
//
// Thread rule: one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ledger/base/row_store.h"
#include "ledger/merkle/tree_appender.h"
#include "ledger/store/store.h"

namespace jejak::engine {

class Restorer final : public RowStore {
 public:
  // In an empty folder, or one that isn't there. LEDGER_EXISTS.
  static Result<std::unique_ptr<Restorer>> Create(const std::filesystem::path& dir);

  // The next entry; written with the rows of the next Write.
  void Add(LogIndex index, ByteView entry, const Hash& leaf);
  const KeyValueReader& reader() const override { return *reader_; }
  Status Write(Overlay* rows) override;
  // After the last Write. LEDGER_DAMAGED unless `checkpoint`, a signed note, is of exactly these
  // entries. Closes the ledger.
  Status Finish(const std::string& checkpoint);

 private:
  explicit Restorer(std::unique_ptr<store::Store> store);
  Status Commit(store::WriteSet rows);

  std::unique_ptr<store::Store> store_;
  store::WriteSet pending_;
  merkle::TreeAppender tree_;
  std::shared_ptr<const KeyValueReader> reader_;
};

}  // namespace jejak::engine
