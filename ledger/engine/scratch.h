// Rows of projections on disk that are gone with the object: where a whole log is folded only to
// look at what comes out.
//
// Thread rule: one thread at a time. Durability: none.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/base/row_store.h"
#include "ledger/engine/generation_rows.h"
#include "ledger/store/store.h"

namespace jejak::engine {

class Scratch final : public RowStore {
 public:
  // Makes a folder with a name of its own inside `where`.
  static Result<std::unique_ptr<Scratch>> Make(const std::filesystem::path& where);
  ~Scratch() override;

  const KeyValueReader& reader() const override;
  Status Write(Overlay* rows) override;
  Status Settle() override;

 private:
  explicit Scratch(std::filesystem::path folder);

  const std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::GenerationWriter> generation_;
  std::unique_ptr<GenerationRows> rows_;
};

}  // namespace jejak::engine
